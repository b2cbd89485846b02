// Sends one edit after the other and shows what each leads to. An edit that finds no server is sent again, under its key.
const root = document.getElementById("ed");
const PAUSE = 3000;
const PARTS = ["ed-summary", "ed-list", "ed-graph", "ed-screen", "ed-history-list", "ed-keys", "ed-conflict-body", "ed-state"];

export const words = JSON.parse(root.dataset.words);
export const base = `/templates/${root.dataset.template}`;
export const state = () => document.getElementById("ed-state").dataset;

let chain = Promise.resolve();
let under = 0;
const listeners = [];

/** Call back with what each answer brought: {status, edit, form}. */
export const onAnswer = (listener) => listeners.push(listener);
export const busy = () => under > 0;
const followers = [];
/** Call back with (old, new) when a step got another key. */
export const onRename = (listener) => followers.push(listener);
export const renamed = (old, key) => followers.forEach((one) => one(old, key));

export function tell(kind, text) {
  const chip = document.getElementById("ed-chip");
  chip.dataset.kind = kind;
  chip.textContent = text;
}

/** Do something when all that was sent before it is answered. */
export function inTurn(act) {
  under += 1;
  chain = chain.then(act).finally(() => (under -= 1));
  return chain;
}

export const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const found = () => document.getElementById("ed-find").value;

/** Ask until a server answers; who is logged out or lost the draft begins anew. */
export async function ask(address, options) {
  for (;;) {
    const answer = await fetch(address, { ...options, headers: { "hx-request": "true", ...options?.headers } }).catch(() => null);
    if (answer?.redirected || answer?.status === 401 || answer?.status === 404) location.reload();
    if (answer && answer.status < 500 && answer.status !== 429) return answer;
    tell("bad", words.away);
    await new Promise((resume) => setTimeout(resume, PAUSE));
  }
}

/** Send one edit. `form` tells whether the form is drawn anew, `then` which of its fields comes next. */
export function send(edit, { form = true, then = "", listener = null } = {}) {
  tell("warn", words.saving);
  const once = key();
  return inTurn(async () => {
    const body = new URLSearchParams({ version: state().version, edit: JSON.stringify(edit), step: state().step, find: found(), key: once });
    const answer = await ask(`${base}/edits`, { method: "POST", body });
    show(await answer.text(), { status: answer.status, form: form && answer.ok, listener });
    if (then && answer.ok) {
      const field = document.getElementById(`f-${then}`);
      field.focus();
      field.select();
    }
    return answer.ok;
  });
}

export function select(step) {
  mark(step);
  return inTurn(() => load(step, true));
}

/** Ask for everything anew; `form` says whether that is drawn too, by a function where it depends on the moment. */
export const refresh = ({ form }) => inTurn(() => load(state().step, form));

async function load(step, form) {
  const answer = await ask(`${base}/edit/parts?${new URLSearchParams({ step, find: found() })}`);
  const text = await answer.text();
  show(text, { status: answer.status, form: typeof form === "function" ? form() : form, silent: true });
}

/** Show the choice at once, before the server has answered. */
function mark(step) {
  for (const one of document.querySelectorAll("#ed-list [aria-current], #ed-graph [aria-current]")) one.removeAttribute("aria-current");
  for (const one of document.querySelectorAll(`#ed [data-step="${CSS.escape(step)}"]:not(form, div)`)) one.setAttribute("aria-current", "true");
}

const isWritten = (line) => line.contains(document.activeElement) || [...line.querySelectorAll("input")].some(({ value, defaultValue }) => value !== defaultValue);

/** Show which pictures the step has now; the one somebody writes under stays as it is. */
function renewPictures(page) {
  const [list, fresh] = [document, page].map((one) => one.getElementById("ed-pictures-list"));
  if (!list || !fresh || document.getElementById("ed-form").dataset.step !== state().step) return;
  const there = new Map([...list.children].filter(isWritten).map((one) => [one.dataset.picture, one]));
  const wanted = [...fresh.children].map((one) => there.get(one.dataset.picture) ?? one);
  for (const one of [...list.children]) if (!wanted.includes(one)) one.remove();
  wanted.forEach((one, place) => list.children[place] !== one && list.insertBefore(one, list.children[place] ?? null));
}

function show(text, { status, form, silent, listener }) {
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.getElementById("ed-state")) {
    tell("bad", page.querySelector("main")?.textContent.trim().slice(0, 200) || words.away);
    return;
  }
  const held = document.activeElement?.closest("#ed-list, #ed-graph");
  const step = document.activeElement?.dataset.step;
  for (const id of form ? [...PARTS, "ed-form"] : PARTS) document.getElementById(id)?.replaceWith(page.getElementById(id));
  if (!form) renewPictures(page);
  if (held && step) document.querySelector(`#${held.id} [data-step="${CSS.escape(step)}"]`)?.focus({ preventScroll: true });
  const now = state();
  history.replaceState(null, "", `?step=${encodeURIComponent(now.step)}`);
  document.getElementById("ed-title").textContent = now.title;
  document.getElementById("ed-undo").disabled = now.undo !== "true";
  document.getElementById("ed-redo").disabled = now.redo !== "true";
  if (!silent) tell(now.kind, now.said);
  document.getElementById("ed-conflict")?.showModal();
  for (const one of listener ? [listener, ...listeners] : listeners) one({ status, form });
}
