// The form of the chosen step: read, compared with what was saved, sent half a second after the last key.
import { busy, onAnswer, refresh, renamed, send, state, words } from "./desk.js";

const TYPING = 600;
const LOOKUP = 150;
let saved = {};
let timer = null;
let rows = 1000;

const form = () => document.getElementById("ed-form");

function value(field) {
  const text = field.value.trim();
  switch (field.dataset.kind) {
    case "boolean": return field.checked;
    case "boolean-or-none": return text === "" ? null : text === "true";
    case "number": return text.replace(",", ".") || "0";
    case "number-or-none": return text.replace(",", ".") || null;
    case "text-or-none": return text || null;
    case "list": return text.split(",").map((one) => one.trim()).filter(Boolean);
    default: return text;
  }
}

const fields = (place) => [...place.querySelectorAll("[data-kind]")];
const filled = (row) => [...row.querySelectorAll("[required]")].every((field) => field.value.trim());

function readRow(row) {
  const read = Object.fromEntries(fields(row).map((field) => [field.name.split("-")[2], value(field)]));
  if (read.batch_size !== undefined && read.basis !== "per_batch") read.batch_size = null;
  if (read.kind !== undefined) {
    if (read.kind !== "number") read.minimum = read.maximum = null;
    if (read.kind !== "choice") read.choices = [];
    if (read.kind !== "boolean") read.expect = null;
  }
  return read;
}

/** The whole step as the form has it; rows that are not begun are left out. */
function read() {
  const step = {};
  for (const field of fields(form())) {
    if (field.closest("[data-row]")) continue;
    if (field.dataset.kind !== "set") step[field.name] = value(field);
    else step[field.name] = [...(step[field.name] ?? []), ...(field.checked ? [field.value] : [])];
  }
  for (const group of form().querySelectorAll("[data-group]")) step[group.dataset.group] = [...group.querySelectorAll("[data-row]")].filter(filled).map(readRow);
  return step;
}

/** The fields that differ from what was saved last; null where none does. */
export function changes() {
  const now = read();
  const changed = Object.keys(now).filter((name) => JSON.stringify(now[name]) !== JSON.stringify(saved[name]));
  return changed.length ? Object.fromEntries(changed.map((name) => [name, now[name]])) : null;
}

/** Send what has changed, at once. */
export function flush() {
  clearTimeout(timer);
  // Where somebody else was first, a person decides: leaving the field must not.
  const changed = document.querySelector("#ed-conflict[open]") ? null : changes();
  if (!changed) return;
  const [before, own] = [saved, form()];
  saved = { ...saved, ...changed };
  send({ kind: "change_step", step: own.dataset.step, changes: changed }, {
    form: false,
    listener: ({ status }) => {
      if (status === 200) {
        if ("key" in changed) renamed(own.dataset.step, state().step);
        own.dataset.step = state().step;
      }
      else for (const name of Object.keys(changed)) saved[name] = before[name];
    },
  });
}

/** Give one's own changes up for what the server has. */
export const discard = () => refresh({ form: true });

export function moveStep(by) {
  const to = Number(form().dataset.place) + by;
  if (to >= 0) send({ kind: "move_step", step: state().step, to });
}

function clear(place) {
  for (const one of place.querySelectorAll(".field-fault:not([data-caption-fault])")) one.textContent = "";
  for (const one of place.querySelectorAll("[aria-invalid]:not([data-caption])")) one.removeAttribute("aria-invalid");
}

function tellFault(name, text) {
  const [group, number] = name.split("-");
  const row = number === undefined ? null : form().querySelectorAll(`[data-group="${group}"] [data-row]`)[Number(number)];
  const place = row?.querySelector("[data-row-fault]") ?? document.querySelector(`[data-fault="${CSS.escape(group)}"]`);
  if (place) place.textContent = [place.textContent, text].filter(Boolean).join(" ");
  const field = row ? [...fields(row)].find((one) => one.name.endsWith(`-${name.split("-")[2]}`)) : form().elements[name];
  field?.setAttribute?.("aria-invalid", "true");
}

/** Tell every fault at its field: what this edit got wrong, and what stands against publishing. */
function showFaults() {
  clear(document);
  const { fields: wrong, told } = state();
  for (const [name, text] of Object.entries(JSON.parse(wrong))) tellFault(name, text);
  for (const [name, texts] of Object.entries(JSON.parse(told))) tellFault(name, texts.join(" "));
}

const unitWords = (code) => document.querySelector(`#ed-units option[value="${CSS.escape(code)}"]`)?.label || code;

let looking;
async function lookUp(field) {
  const answer = await fetch(`/api/v1/parts?${new URLSearchParams({ q: field.value.trim(), limit: "20", active: "true" })}`).catch(() => null);
  if (!answer?.ok) return;
  const { items } = await answer.json();
  document.getElementById("ed-parts").replaceChildren(...items.map((part) => new Option(`${part.name} (${unitWords(part.uom)})`, part.sku)));
}

function add(group) {
  const place = form().querySelector(`[data-group="${group}"] .ed-rows`);
  place.insertAdjacentHTML("beforeend", document.getElementById(`ed-row-${group}`).innerHTML.replaceAll("-NEW-", `-${(rows += 1)}-`));
  place.lastElementChild.querySelector("input").focus();
}

/** A field of data that has no key yet gets one from its label. */
function nameData(row) {
  const own = row.querySelector("[data-key]");
  const label = row.querySelector('[name$="-label"]').value;
  if (own.value || !label) return;
  own.value = label.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase().slice(0, 40) || `field-${rows}`;
}

export function watch() {
  saved = read();
  showFaults();
  onAnswer(({ form: anew }) => {
    if (anew) saved = read();
    showFaults();
  });
  document.addEventListener("input", ({ target }) => {
    if (!target.closest("#ed-form")) return;
    clearTimeout(timer);
    timer = setTimeout(flush, TYPING);
    if (target.dataset.lookup) {
      clearTimeout(looking);
      looking = setTimeout(lookUp, LOOKUP, target);
    }
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.closest("#ed-form")) return;
    const row = target.closest(".ed-data-row");
    if (row) {
      row.dataset.shows = row.querySelector(".ed-kind").value;
      nameData(row);
    }
    clearTimeout(timer);
    timer = setTimeout(flush, 0);
  });
  document.addEventListener("click", ({ target }) => {
    const group = target.closest("[data-adds]")?.dataset.adds;
    if (group) add(group);
    const gone = target.closest("[data-removes]")?.closest("[data-row]");
    if (!gone) return;
    const next = gone.closest("[data-group]").querySelector("[data-adds]");
    gone.remove();
    next.focus();
    flush();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "ed-form") return;
    event.preventDefault();
    flush();
  });
  addEventListener("beforeunload", (event) => {
    flush();
    if (!busy() && !changes()) return;
    event.preventDefault();
    event.returnValue = words.leaving;
  });
}
