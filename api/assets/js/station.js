// The operator's station: buttons become taps in the outbox, and the screen shows at once what they lead to. As long as
// taps of a piece of work wait, its state here is the server's plus those taps.
import htmx from "htmx.org";
import { check, read, watch } from "./parts/entries.js";
import "./parts/offline.js";
import { Outbox } from "./parts/outbox.js";

const box = document.getElementById("outbox");
const words = box.dataset;
const offset = new Date(words.now).getTime() - Date.now();
const outbox = new Outbox(words.user);
const LEADS = { start: "IN_PROGRESS", pause: "PAUSED", resume: "IN_PROGRESS", report: "IN_PROGRESS", complete: "COMPLETED" };
let taps = [];

const filled = (text, count) => text.replace("{count}", count);
const now = () => new Date(Date.now() + offset).toISOString();
const dock = () => document.getElementById("dock");
const work = () => document.getElementById("work");
const waiting = () => taps.filter((tap) => tap.state === "waiting");

function showState() {
  const part = work();
  if (!part) return;
  const mine = waiting().filter((tap) => tap.work_order_id === part.dataset.work && tap.user === words.user);
  part.dataset.server ??= part.dataset.state;
  const state = mine.length ? LEADS[mine.at(-1).request.action] : part.dataset.server;
  part.dataset.state = state;
  dock().dataset.state = state;
  dock().dataset.held = part.dataset.held;
  document.getElementById("told").textContent = mine.length ? filled(words.waiting, mine.length) : "";
}

function showOutbox() {
  const own = waiting().filter((tap) => tap.user === words.user).length;
  const others = waiting().length - own;
  const refused = taps.filter((tap) => tap.state === "refused" && tap.user === words.user);
  const chip = document.getElementById("outbox-state");
  const texts = [outbox.online && navigator.onLine ? words.online : words.offline];
  if (own) texts.push(filled(words.waiting, own));
  if (others) texts.push(filled(words.others, others));
  chip.textContent = texts.join(" · ");
  chip.dataset.kind = own || !outbox.online || !navigator.onLine ? "waiting" : "online";
  const attention = document.getElementById("outbox-attention");
  attention.hidden = !refused.length;
  attention.textContent = filled(words.attention, refused.length);
  document.getElementById("attention-list").replaceChildren(...refused.map(row));
}

function row(tap) {
  const line = document.getElementById("attention-row").content.cloneNode(true);
  line.querySelector("strong").textContent = tap.label;
  line.querySelector(".row-cause").textContent = tap.detail;
  line.querySelector("a").href = `/station/${tap.work_order_id}`;
  line.querySelector("button").addEventListener("click", () => outbox.dismiss(tap.number));
  return line;
}

async function send(request, files = []) {
  const label = `${dock().dataset.label}: ${request.action}`;
  try {
    await outbox.add({ work_order_id: work().dataset.work, request, files, label, occurred_at: now() });
  } catch {
    document.getElementById("told").textContent = words.unsaved;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tap]");
  if (!button) return;
  const { tap: action, reason } = button.dataset;
  button.closest("dialog")?.close();
  send(reason ? { action, reason } : { action });
});

const form = document.getElementById("finish-form");
if (form) {
  watch(form, words);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const complete = event.submitter.value === "complete";
    if (!check(form, words, complete)) return;
    const { request, files } = read(form);
    form.closest("dialog").close();
    send({ action: event.submitter.value, ...request }, files);
  });
}

outbox.addEventListener("change", ({ detail }) => {
  taps = detail;
  showOutbox();
  showState();
});
outbox.addEventListener("applied", ({ detail: { tap } }) => {
  if (tap.work_order_id !== work()?.dataset.work) return;
  // The server's state is this tap's now, until the page has been asked for anew.
  work().dataset.server = LEADS[tap.request.action];
  if (tap.request.action === "complete") location.assign("/station");
  else htmx.trigger(work(), "live");
});
outbox.addEventListener("refused", ({ detail: { tap } }) => {
  if (tap.work_order_id !== work()?.dataset.work) return;
  htmx.trigger(work(), "live");
  document.getElementById("attention").showModal();
});
outbox.addEventListener("door", () => {
  document.getElementById("outbox-state").textContent = words.logIn;
});

// A part just fetched holds the server's own state; what waits here is laid over it again.
document.addEventListener("htmx:after:swap", () => {
  const part = work();
  if (!part) return;
  part.dataset.server = part.dataset.state;
  showState();
});
for (const event of ["online", "offline"]) addEventListener(event, showOutbox);

setInterval(() => {
  for (const clock of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() + offset - new Date(clock.dataset.since)) / 1000));
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    clock.textContent = [hours, minutes, seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
  }
}, 1000);

taps = await outbox.all();
showOutbox();
showState();
outbox.flush();
