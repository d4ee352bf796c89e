// Keeps a page fresh: a poke over the websocket named by data-live makes its fragments ask for themselves again.
// Without it they still ask every 60 s; without JavaScript the page is whole as it was served.

const live = document.querySelector("[data-live]");

function connect(pause) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}${live.dataset.live}`);
  socket.addEventListener("open", () => {
    live.classList.remove("live-lost");
    if (pause > 1000) changed(); // what was missed while the line was down
    pause = 1000;
  });
  socket.addEventListener("message", changed);
  socket.addEventListener("close", (event) => {
    if (event.code === 4404) return; // not ours to hear
    live.classList.add("live-lost");
    setTimeout(connect, pause * (1 + Math.random()), Math.min(pause * 2, 60000));
  });
}

function changed() {
  document.body.dispatchEvent(new CustomEvent("page-changed"));
}

if (live) connect(1000);
