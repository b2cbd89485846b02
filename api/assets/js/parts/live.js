// Keeps what is marked data-live fresh. One stream per tab, if <body data-stream> names one: its events ask for each
// part anew, together, at most every second, and so does the server's tick every five; fifteen seconds of silence mean
// that what is shown may be old: it says so, and the stream is opened anew. Without a stream parts are asked for
// every five seconds, and fifteen seconds without an answer say the same. A part with data-every="15" is asked for no
// oftener than so many seconds; a page of such parts alone needs no stream, and is never called old.
import htmx from "htmx.org";

const THROTTLE = 1000;
const SILENCE = 15000;
const LOOK = 1000;
const POLL = 5000;

const { stream } = document.body.dataset;
const banner = document.getElementById("stale");
let source = null;
const drawn = Date.now(); // the page came with everything in it
let heard = drawn;
let opened = 0;
let asked = drawn;
let waiting = null;

const parts = () => [...document.querySelectorAll("[data-live]")];
const slow = (part) => Number(part.dataset.every ?? 0) * 1000;
const quick = parts().some((part) => !slow(part));
const lately = new Map();

function hear() {
  heard = Date.now();
  if (banner) banner.hidden = true;
  document.body.classList.remove("is-stale");
}

function refresh() {
  waiting = null;
  asked = Date.now();
  for (const part of parts()) {
    if (asked - (lately.get(part.id) ?? drawn) < slow(part)) continue;
    lately.set(part.id, asked);
    htmx.trigger(part, "live");
  }
}

function soon() {
  waiting ??= setTimeout(refresh, Math.max(0, asked + THROTTLE - Date.now()));
}

function open() {
  source?.close();
  opened = Date.now();
  source = new EventSource(stream);
  // Between the drawing of a page and its first tick something may have happened; and what the product does by itself,
  // such as opening a job's first work orders, is no event of anybody's. A tick asks as well.
  for (const sign of ["open", "tick"]) {
    source.addEventListener(sign, () => {
      hear();
      soon();
    });
  }
  source.addEventListener("message", () => {
    hear();
    soon();
  });
}

function look() {
  const now = Date.now();
  const silent = now - heard;
  if (!stream && now - asked > POLL) soon();
  if (silent > SILENCE) {
    if (banner) banner.hidden = false;
    document.body.classList.add("is-stale");
  }
  const broken = stream && source.readyState === EventSource.CLOSED;
  if (stream && now - opened > (broken ? POLL : SILENCE) && (broken || silent > SILENCE)) {
    open();
    soon();
  }
}

if (quick) {
  if (stream) open();
  document.addEventListener("htmx:after:swap", () => stream || hear());
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && stream && open());
  setInterval(look, LOOK);
} else if (parts().length) {
  setInterval(() => document.hidden || soon(), POLL);
}
if (parts().length) document.addEventListener("visibilitychange", () => document.hidden || soon());
