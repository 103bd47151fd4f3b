// The page's own script, loaded before textual-serve's terminal.

const terminal = document.getElementById("terminal");
const keys = document.getElementById("keys");
const isTouched = matchMedia("(pointer: coarse)").matches;
const COLUMNS = 62; // on a phone: what the app needs, and a little room
const WIDTH_OF_A_LETTER = 0.6; // of its size

// however the page was reached, also through a proxy, the app is beside it
const address = new URL("ws", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
address.search = "";
terminal.dataset.sessionWebsocketUrl = address.href;

const openWindow = window.open.bind(window);
window.open = (url, target) => {
  const download = `${location.origin}/download/`;
  const isDownload = url.startsWith(download);
  return openWindow(isDownload ? new URL(`download/${url.slice(download.length)}`, location.href) : url, target);
};

document.getElementById("again").addEventListener("click", () => location.reload());

// the connection is the terminal's; what is said of keys is for this script
let connection = null;
window.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url);
    connection = this;
    this.addEventListener("message", (event) => {
      if (typeof event.data !== "string") return;
      const [kind, said] = JSON.parse(event.data);
      if (kind === "keys" && isTouched) show(said);
    });
  }
};

// a button for each key that works now, the moves first and largest; a row that stays the same is left alone, because a tap
// is lost if its button is replaced under the finger
const rows = ["moves", "others"].map((name) => {
  const row = document.createElement("div");
  row.className = name;
  return { row, shown: "" };
});

function show(said) {
  for (const [at, kept] of rows.entries()) {
    const wanted = said.filter((key) => key.is_move === (at === 0));
    const shown = JSON.stringify(wanted);
    if (shown === kept.shown) continue;
    kept.shown = shown;
    kept.row.replaceChildren(...wanted.map(button), ...(at === 1 ? [typing] : []));
    if (wanted.length && !kept.row.isConnected) at === 0 ? keys.prepend(kept.row) : keys.append(kept.row);
    if (!wanted.length) kept.row.remove();
  }
}

const typing = document.createElement("button");
typing.textContent = "Keyboard";
typing.addEventListener("click", () => allowTyping(true));

function button(key) {
  const made = document.createElement("button");
  made.textContent = key.says;
  made.addEventListener("click", () => {
    allowTyping(false);
    connection.send(JSON.stringify(["stdin", key.sends]));
  });
  return made;
}

// a tap on the terminal must not bring up a keyboard that covers it, unless it was asked for
function allowTyping(isWanted) {
  const typed = document.querySelector(".xterm-helper-textarea");
  typed.inputMode = isWanted ? "text" : "none";
  typed.blur();
  if (isWanted) typed.focus();
}

if (isTouched) {
  document.body.classList.add("-touched");
  const size = Math.min(16, window.innerWidth / COLUMNS / WIDTH_OF_A_LETTER);
  terminal.dataset.fontSize = String(Math.floor(size * 10) / 10);
  // the terminal fits itself into its place whenever the window's size changes
  new ResizeObserver(() => window.dispatchEvent(new Event("resize"))).observe(terminal);
}

// as soon as the app is connected, it gets the keys without a click
new MutationObserver((_, observer) => {
  if (!document.body.classList.contains("-loaded")) return;
  observer.disconnect();
  if (isTouched) allowTyping(false);
  else document.querySelector(".xterm-helper-textarea").focus();
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });
