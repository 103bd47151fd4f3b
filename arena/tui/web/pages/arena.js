// The page's own script, loaded before textual-serve's terminal.

// however the page was reached, the app is at the same address
const address = new URL("ws", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
address.search = "";
document.getElementById("terminal").dataset.sessionWebsocketUrl = address.href;

document.getElementById("again").addEventListener("click", () => location.reload());

// as soon as the app is connected, it gets the keys without a click
new MutationObserver((_, observer) => {
  if (!document.body.classList.contains("-loaded")) return;
  observer.disconnect();
  document.querySelector(".xterm-helper-textarea").focus();
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });
