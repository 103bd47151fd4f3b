// The page's own part, loaded before and beside textual-serve's terminal.

// wherever the page was reached from, the app is where the page is
const address = new URL("ws", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
address.search = "";
document.getElementById("terminal").dataset.sessionWebsocketUrl = address.href;

document.getElementById("again").addEventListener("click", () => location.reload());

// keys are for the app without a click, as soon as it is connected
new MutationObserver((_, observer) => {
  if (!document.body.classList.contains("-loaded")) return;
  observer.disconnect();
  document.querySelector(".xterm-helper-textarea").focus();
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });
