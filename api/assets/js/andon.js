// A wall's boards: one page at a time, turned every twelve seconds; which one stands in the address. Times count on by
// the server's clock, so that a wall with a wrong one is right. parts/live.js renews the figures and tells when they are old.
const TURN = 12000;
const main = document.querySelector(".wall-main");
const board = () => document.getElementById("board");
const pages = () => [...document.querySelectorAll(".wall-page")];
let shown = Math.max(0, Number(location.hash.slice(1)) - 1 || 0);
let heard = { server: Date.parse(board().dataset.now), here: performance.now() };

function show() {
  const all = pages();
  if (!all.length) return;
  shown %= all.length;
  all.forEach((page, number) => page.classList.toggle("wall-shown", number === shown));
  history.replaceState(null, "", `#${shown + 1}`);
}

const span = (seconds) => {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${minutes}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;
};

function count() {
  const now = heard.server + performance.now() - heard.here;
  for (const one of document.querySelectorAll("[data-since]")) {
    const seconds = (now - Date.parse(one.dataset.since)) / 1000;
    one.textContent = seconds < 0 ? `−${span(-seconds)}` : span(seconds);
  }
}

document.addEventListener("htmx:after:swap", () => {
  const server = Date.parse(board().dataset.now);
  if (server > heard.server) heard = { server, here: performance.now() };
  show();
  count();
});
main.addEventListener("click", () => {
  shown += 1;
  show();
});
setInterval(() => {
  shown += 1;
  show();
}, TURN);
setInterval(count, 1000);
show();
count();
