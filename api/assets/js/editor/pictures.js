// Pictures and documents of the chosen step. Files travel beside the edits, one after the other, and wait for nobody;
// what then hangs them up takes its turn with the edits, so that it meets the step under its present key.
import { ready } from "../parts/photos.js";
import { ask, inTurn, key, onAnswer, onRename, refresh, state, tell, words } from "./desk.js";

const KINDS = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];
const API = "/api/v1";
let queue = [];
let running = false;

const json = (method, content, once) => ({
  method, body: JSON.stringify(content), headers: { "Content-Type": "application/json", Accept: "application/json", ...(once && { "Idempotency-Key": once }) },
});

/** What a refusal says, at most one sentence of the server's. */
const said = async (answer) => (await answer.json().catch(() => null))?.detail ?? words.away;

function row(one) {
  const line = document.createElement("li");
  line.className = one.fault ? "ed-upload is-refused" : "ed-upload";
  const name = document.createElement("strong");
  name.textContent = one.file.name;
  const told = document.createElement("span");
  const place = one.step === state().step ? "" : ` · ${words.at.replace("{step}", one.step)}`;
  told.textContent = (one.fault || (one.sending ? words.sending : words.queued)) + place;
  line.append(name, told);
  if (one.fault) {
    const leave = document.createElement("button");
    leave.type = "button";
    leave.className = "btn btn-plain btn-small";
    leave.textContent = words.dismiss;
    leave.addEventListener("click", () => {
      queue = queue.filter((other) => other !== one);
      draw();
      document.getElementById("f-pictures")?.focus();
    });
    line.append(leave);
  } else if (one.sending) line.append(document.createElement("progress"));
  return line;
}

const draw = () => document.getElementById("ed-uploads")?.replaceChildren(...queue.map(row));

/** Send one file and hang it up; what is refused stays in sight with its reason. */
async function deliver(one) {
  one.sending = true;
  draw();
  if (one.file.type && !KINDS.includes(one.file.type) && !one.file.type.startsWith("image/")) throw new Error(words.kind);
  const file = await ready(one.file);
  if (!file) throw new Error(words.large);
  const form = new FormData();
  form.append("file", file, file.name);
  const kept = await ask(`${API}/files`, { method: "POST", body: form, headers: { Accept: "application/json", "Idempotency-Key": `${one.key}:file` } });
  if (!kept.ok) throw new Error(kept.status === 415 ? words.kind : kept.status === 413 ? words.large : await said(kept));
  const { id } = await kept.json();
  await inTurn(async () => {
    const draft = { file_id: id, template_id: one.template, step: one.step, caption: "" };
    const hung = await ask(`${API}/attachments`, json("POST", draft, `${one.key}:place`));
    if (!hung.ok) one.fault = await said(hung);
  });
  if (one.fault) throw new Error(one.fault);
}

async function run() {
  if (running) return;
  running = true;
  for (let one; (one = queue.find(({ fault }) => !fault)); ) {
    try {
      await deliver(one);
      queue = queue.filter((other) => other !== one);
    } catch (refusal) {
      one.fault = refusal.message;
    }
    draw();
    await refresh({ form: false });
  }
  running = false;
}

function add(files) {
  const step = document.getElementById("ed-form").dataset.step;
  queue.push(...[...files].map((file) => ({ file, step, template: document.getElementById("ed").dataset.template, key: key() })));
  draw();
  run();
}

async function recaption(field) {
  const line = field.closest("[data-picture]");
  const caption = field.value.trim();
  let fault = "";
  tell("warn", words.saving);
  await inTurn(async () => {
    const answer = await ask(`${API}/attachments/${line.dataset.picture}/caption`, json("PUT", { caption }));
    if (!answer.ok) fault = await said(answer);
    else field.defaultValue = field.value;
  });
  line.querySelector("[data-caption-fault]").textContent = fault;
  field.toggleAttribute("aria-invalid", Boolean(fault));
  tell(fault ? "bad" : "good", fault || words.saved);
  if (!fault) await refresh({ form: false });
}

async function takeAway(id) {
  tell("warn", words.saving);
  await inTurn(async () => {
    const answer = await ask(`${API}/attachments/${id}`, { method: "DELETE", headers: { Accept: "application/json" } });
    tell(answer.ok ? "good" : "bad", answer.ok ? words.saved : await said(answer));
  });
  await refresh({ form: false });
  document.getElementById("f-pictures")?.focus();
}

function enlarge(line) {
  const dialog = document.getElementById("ed-picture-large");
  const picture = line.querySelector("img");
  const name = line.querySelector("[data-caption]").value || line.querySelector("small").textContent;
  dialog.querySelector("h2").textContent = name;
  Object.assign(dialog.querySelector("img"), { src: picture.src, alt: name });
  dialog.showModal();
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

function watchDrops() {
  const zone = (event) => event.target.closest?.("#ed-form-scroll") && document.querySelector(".ed-drop");
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    document.querySelector(".ed-drop")?.classList.toggle("is-over", Boolean(zone(event)));
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || document.querySelector(".ed-drop")?.classList.remove("is-over"));
  // Beside the form a file is not taken, but must not take the browser away from the draft either.
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    document.querySelector(".ed-drop")?.classList.remove("is-over");
    if (zone(event)) add(event.dataTransfer.files);
  });
}

/** Whether a caption is written that nobody has saved. */
const unsaved = () => [...document.querySelectorAll("[data-caption]")].some(({ value, defaultValue }) => value !== defaultValue);

export function watchPictures() {
  let leaving = null;
  onAnswer(({ form }) => form && draw());
  onRename((old, now) => {
    for (const one of queue) if (one.step === old) one.step = now;
  });
  watchDrops();
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-caption]")) recaption(target);
    if (!target.matches("[data-pictures]")) return;
    add(target.files);
    target.value = "";
  });
  document.addEventListener("click", ({ target }) => {
    const line = target.closest("[data-picture]");
    if (target.closest("[data-shows-picture]")) enlarge(line);
    if (target.closest("[data-takes-away]")) {
      leaving = line.dataset.picture;
      document.getElementById("ed-picture-away-name").textContent = target.closest("[data-takes-away]").dataset.takesAway;
      document.getElementById("ed-picture-away").showModal();
    }
    if (target.closest("[data-away]")) takeAway(leaving);
  });
  addEventListener("beforeunload", (event) => {
    if (!running && !unsaved()) return;
    event.preventDefault();
    event.returnValue = words.leaving;
  });
}
