// The operator's station: buttons become taps in the outbox, and the screen shows at once what they lead to. As long as
// taps of a piece of work wait, its state here is the server's plus those taps.
import htmx from "htmx.org";
import { once } from "./parts/bounce.js";
import * as camera from "./parts/camera.js";
import { forget, keep } from "./parts/drafts.js";
import { check, read, remember, renew, watch } from "./parts/entries.js";
import "./parts/keys.js";
import * as lock from "./parts/lock.js";
import "./parts/offline.js";
import { Outbox } from "./parts/outbox.js";
import { ready } from "./parts/photos.js";
import * as scans from "./parts/scans.js";
import { signal } from "./parts/signals.js";
import { cause, showOutbox } from "./parts/waiting.js";

const UNDO = 10;
const LEADS = { start: "IN_PROGRESS", pause: "PAUSED", resume: "IN_PROGRESS", report: "IN_PROGRESS", complete: "COMPLETED" };
const words = document.getElementById("outbox").dataset;
const offset = new Date(words.now).getTime() - Date.now();
const outbox = new Outbox(words.user);
let taps = [];

const now = () => new Date(Date.now() + offset).toISOString();
const dock = () => document.getElementById("dock");
const work = () => document.getElementById("work");
const mine = () => taps.filter((tap) => tap.state !== "refused" && tap.work_order_id === work()?.dataset.work && tap.user === words.user);
const pieces = ({ good = 0, scrapped = 0, rejected = 0 }) => Number(good) + Number(scrapped) + Number(rejected);
const named = (action) => words[action] ?? action;
const drafted = (id) => `${words.user}:${id}`;

/** What is still to be made here, as the server and the taps that wait have it. */
function left() {
  const counted = mine().filter((tap) => tap.request?.action === "report").reduce((sum, tap) => sum + pieces(tap.request), 0);
  return Number((Number(work().dataset.left) - counted).toFixed(6));
}

/** How many good pieces were counted before, here and on the server. */
function passed() {
  return mine().filter((tap) => tap.request?.action === "report").reduce((sum, tap) => sum + Number(tap.request.good), Number(work().dataset.good));
}

function showState() {
  const part = work();
  if (!part) return;
  part.dataset.server ??= part.dataset.state;
  const state = mine().reduce((before, tap) => LEADS[tap.request?.action] ?? before, part.dataset.server);
  part.dataset.state = state;
  dock().dataset.state = state;
  dock().dataset.held = part.dataset.held;
  const shown = part.querySelector("[data-left-shown]");
  shown.dataset.server ??= shown.textContent;
  shown.textContent = mine().some((tap) => tap.request?.action === "report") ? left() : shown.dataset.server;
  const waiting = mine().filter((tap) => tap.state === "waiting").length;
  document.getElementById("told").textContent = waiting ? words.waiting.replace("{count}", waiting) : "";
  showUndo();
}

function showUndo() {
  const held = mine().find((tap) => tap.state === "held" && tap.until > Date.now());
  const bar = document.getElementById("undo");
  if (!bar) return;
  bar.hidden = !held;
  if (held) document.getElementById("undo-told").textContent = words.undo.replace("{what}", named(held.request.action)).replace("{count}", Math.ceil((held.until - Date.now()) / 1000));
}

async function send(tap) {
  const label = `${dock().dataset.label}: ${named(tap.name ?? tap.request.action)}`;
  try {
    await outbox.add({ work_order_id: work().dataset.work, label, occurred_at: now(), ...tap });
    if (!outbox.online || !navigator.onLine) signal("plain", words.kept.replace("{what}", label));
    return true;
  } catch {
    document.getElementById("told").textContent = words.unsaved;
    signal("bad", words.unsaved);
    return false;
  }
}

async function undo() {
  const held = mine().find((tap) => tap.state === "held");
  if (!held) return;
  const undone = await outbox.undo(held.number);
  if (undone && held.request?.action === "report") recount();
  signal("plain", undone ? words.undone : words.tooLate);
}

/** Begin the counting anew after pieces were counted elsewhere on this screen, or that was undone. */
function recount() {
  const form = document.getElementById("finish-form");
  if (form) renew(form, left());
}

document.addEventListener("click", ({ target }) => {
  // Buttons only: the outbox's own words travel in attributes of the same names.
  const button = target.closest("button:is([data-tap], [data-call], [data-close-call], [data-undo])");
  if (!button) return;
  const { tap: action, reason, call, closeCall } = button.dataset;
  button.closest("dialog")?.close();
  if (action) once(action, () => send({ request: reason ? { action, reason } : { action } }));
  else if (call) once("call", () => send({ name: "call", address: "/api/v1/calls", request: { work_order_id: work().dataset.work, reason: call } }));
  else if (closeCall) once(closeCall, () => send({ name: "closeCall", address: `/api/v1/calls/${closeCall}/close` }));
  else once("undo", undo);
});

function finishing(form) {
  watch(form, words, left);
  if (!form.closest("dialog").open) renew(form, left()); // else somebody was quicker, and has begun to type
  keep(form, drafted(work().dataset.work));
}

async function finish(form, complete) {
  if (!check(form, words, { left: left(), passed: passed(), complete })) return;
  const { request, files } = read(form);
  const small = await Promise.all(files.map(async (file) => ({ ...file, blob: await ready(file.blob) })));
  if (small.some((file) => !file.blob)) {
    form.querySelector("#finish-fault").textContent = words.tooLarge;
    return;
  }
  const kept = await send({ request: { action: complete ? "complete" : "report", ...request }, files: small, holds: complete ? UNDO : 0 });
  // What finishes the work stays entered: it may be undone or refused, and is then corrected rather than typed again.
  if (kept && !complete) {
    remember(form);
    renew(form, left());
  }
  form.closest("dialog").close(); // last: what is entered next must not be wiped away
}

function reporting(form) {
  keep(form, drafted(work().dataset.work));
  const photo = form.elements.photo;
  photo.addEventListener("change", () => {
    form.querySelector("[data-photo-told]").textContent = words.photo.replace("{count}", photo.files.length);
  });
}

async function putAside(form, reason) {
  const { bad, fate, photo } = form.elements;
  const count = Number(bad.value.replace(",", "."));
  const picture = photo.files[0] && (await ready(photo.files[0]));
  const fault = !(count > 0 && count <= left()) ? words.sum.replace("{count}", left()) : picture === null ? words.tooLarge : "";
  form.querySelector("#problem-fault").textContent = fault;
  if (fault) return;
  const files = picture ? [{ blob: picture, name: picture.name, caption: reason }] : [];
  const request = { action: "report", good: "0", scrapped: "0", rejected: "0", [fate.value]: String(count), reason };
  if (await send({ request, files, holds: UNDO })) {
    form.reset();
    recount();
  }
  form.closest("dialog").close();
}

async function handOver(form) {
  const { note, to } = form.elements;
  if (dock().dataset.state === "IN_PROGRESS") await send({ request: { action: "pause", reason: form.dataset.reason } });
  if (note.value.trim()) await send({ name: "note", address: `/api/v1/work-orders/${work().dataset.work}/notes`, request: { text: note.value.trim() } });
  await send({ request: { action: "assign", user_id: to.value || null } });
  form.reset();
  form.closest("dialog").close();
}

/** Ask how this work stands; what was asked before and is still on its way would show it as it was before the tap. */
function askAnew() {
  for (const event of ["htmx:abort", "live"]) htmx.trigger(work(), event);
}

outbox.addEventListener("change", ({ detail }) => {
  taps = detail;
  showOutbox(taps, outbox, words);
  showState();
});
outbox.addEventListener("applied", ({ detail: { tap } }) => {
  signal("good", words.done.replace("{what}", tap.label));
  if (tap.request?.action === "complete") forget(drafted(tap.work_order_id), "finish-form");
  if (tap.work_order_id !== work()?.dataset.work) return;
  // The server's state is this tap's now, until the page has been asked for anew.
  work().dataset.server = LEADS[tap.request?.action] ?? work().dataset.server;
  if (["complete", "assign"].includes(tap.request?.action)) location.assign("/station");
  else askAnew();
});
outbox.addEventListener("refused", ({ detail: { tap } }) => {
  signal("bad", `${words.refused.replace("{what}", tap.label)} · ${cause(tap, words)}`);
  if (tap.work_order_id !== work()?.dataset.work) return;
  askAnew();
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
  delete part.querySelector("[data-left-shown]").dataset.server;
  showState();
});
for (const event of ["online", "offline"]) addEventListener(event, () => showOutbox(taps, outbox, words));

setInterval(() => {
  showUndo();
  for (const clock of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() + offset - new Date(clock.dataset.since)) / 1000));
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    clock.textContent = [hours, minutes, seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
  }
}, 1000);

// The work centres somebody chose stay chosen on this device.
if (document.getElementById("centers")) {
  const chosen = new URLSearchParams(location.search).get("center");
  const before = localStorage.getItem("center");
  if (chosen !== null) localStorage.setItem("center", chosen);
  else if (before !== null && before !== document.getElementById("centers").dataset.shown) location.replace(`/station?center=${encodeURIComponent(before)}`);
}

const BEGIN = { "finish-form": finishing, "problem-form": reporting, "hand-over-form": (form) => keep(form, drafted(work().dataset.work)) };
const SEND = { "finish-form": (form, value) => finish(form, value !== "report"), "problem-form": putAside, "hand-over-form": handOver };

/** Learn which taps are kept, and fill the forms in by them. */
async function beginning() {
  taps = await outbox.all();
  // Whoever reloads may still undo; whoever has gone on to something else has meant it.
  await outbox.release((tap) => tap.work_order_id !== work()?.dataset.work);
  taps = await outbox.all();
  for (const [id, begin] of Object.entries(BEGIN)) {
    const form = document.getElementById(id);
    if (form) begin(form);
  }
}

const begun = beginning();

// Heard from the first moment on: a form that is sent before the taps are known waits for them.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!SEND[form.id]) return;
  event.preventDefault();
  const value = event.submitter?.value;
  once(form, async () => {
    await begun;
    await SEND[form.id](form, value);
  });
});
camera.listen(words);
scans.listen(words, begun);
lock.listen(words, outbox);
document.addEventListener("undo", undo);

await begun;
showOutbox(taps, outbox, words);
showState();
outbox.flush();
