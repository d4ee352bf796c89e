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

// What could not be had must not take the place of what was: no login or error page inside a dashboard. Whoever was
// logged out, or whose page is gone, is shown that; after a failure of ours the page stays, and says that it is old.
document.addEventListener("htmx:before:response", (event) => {
  const { request, response } = event.detail.ctx;
  if (request.method !== "GET") return;
  const { redirected, status } = response.raw;
  const isFailure = status >= 500;
  const isGone = redirected || status === 403 || status === 404;
  if (live) live.classList.toggle("live-lost", isFailure);
  if (isFailure || isGone) event.preventDefault();
  if (isGone) location.reload();
});

if (live) connect(1000);
