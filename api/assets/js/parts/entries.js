// What an operator enters when work is counted: pieces, reasons, and the data a step asks for. Limits are told at once.
const number = (text) => Number(String(text).trim().replace(",", ".") || "0");
const plain = (value) => String(Number(value.toFixed(6)));
const pieces = (form) => ["good", "scrapped", "rejected"].map((name) => number(form.elements[name].value));

function value(entry, form) {
  const { field, kind } = entry.dataset;
  const given = form.elements[`field-${field}`];
  if (kind === "file") return given.files[0] ?? null;
  if (given.value === "" || given.value === undefined) return null;
  if (kind === "boolean") return given.value === "true";
  return kind === "number" ? given.value.trim().replace(",", ".") : given.value;
}

/** What is wrong with one entry; empty where nothing is. */
function fault(entry, form, words) {
  const { kind, minimum, maximum, expect, required } = entry.dataset;
  const given = value(entry, form);
  if (given === null) return required === undefined ? "" : words.missing;
  if (kind === "boolean") return expect === undefined || String(given) === expect ? "" : words.outside;
  if (kind !== "number") return "";
  if (Number.isNaN(number(given))) return words.number;
  const low = minimum !== undefined && number(given) < Number(minimum);
  const high = maximum !== undefined && number(given) > Number(maximum);
  return low || high ? words.outside : "";
}

function tell(entry, text) {
  entry.querySelector(".field-fault").textContent = text;
  entry.classList.toggle("entry-wrong", Boolean(text));
}

const decimals = (limit) => (limit ?? "").split(".")[1]?.length ?? 0;

// The large buttons beside a number; a value with limits never leaves them by a step.
document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step-by]");
  if (!step) return;
  const field = step.form.elements[step.dataset.for];
  const { minimum, maximum } = field.closest("[data-field]")?.dataset ?? {};
  // One step is as fine as the limits are written.
  const by = Number(step.dataset.stepBy) / 10 ** Math.max(decimals(minimum), decimals(maximum));
  const from = field.value.trim() === "" && minimum !== undefined ? Number(minimum) - by : number(field.value) || 0;
  const next = Math.max(Number(minimum ?? 0), from + by);
  field.value = plain(maximum === undefined ? next : Math.min(Number(maximum), next));
  for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
});

/** Keep the form's figures together while they are entered: what is bad is taken from what is good. */
export function watch(form, words, left) {
  form.addEventListener("input", ({ target }) => {
    const [, scrapped, rejected] = pieces(form);
    if (["scrapped", "rejected"].includes(target.name)) form.elements.good.value = plain(Math.max(0, left() - scrapped - rejected));
    form.querySelector("#why").hidden = !(scrapped || rejected);
    showPlanned(form);
  });
  form.addEventListener("change", ({ target }) => {
    const entry = target.closest("[data-field]");
    if (entry) tell(entry, value(entry, form) === null ? "" : fault(entry, form, words));
  });
}

/** Every count of pieces and parts; what is no number is NaN. */
const counts = (form) => [...form.querySelectorAll(".steppers input, .used-part .stepper input")].map((field) => number(field.value));

/**
 * Tell everything that keeps the form from being sent; true where nothing does. Bad values may go with bad pieces; what a
 * count recorded need not be entered again.
 */
export function check(form, words, { left, passed, complete }) {
  const [good, scrapped, rejected] = pieces(form);
  const sum = good + scrapped + rejected;
  const wrong = [];
  if (!counts(form).every((count) => count >= 0)) wrong.push(words.counts);
  else if (complete ? plain(sum) !== plain(left) : sum > left) wrong.push(words.sum.replace("{count}", left));
  if ((scrapped || rejected) && !reason(form)) wrong.push(words.why);
  form.querySelector("#finish-fault").textContent = wrong.join(" · ");
  let fine = !wrong.length;
  for (const entry of form.querySelectorAll("[data-field]")) {
    const asked = value(entry, form) !== null || (complete && entry.dataset.recorded === undefined);
    const text = good + (complete ? passed : 0) > 0 && asked ? fault(entry, form, words) : "";
    tell(entry, text);
    fine &&= !text;
  }
  form.querySelector(".entry-wrong input")?.focus();
  return fine;
}

const reason = (form) => form.elements["other-reason"].value.trim() || form.elements.reason.value;

/** The parts that were not used as planned: another quantity, some ruined, a lot, or another part. */
function used(form) {
  const named = [];
  for (const row of form.querySelectorAll("[data-part]")) {
    const [part, quantity, ruined, lot] = ["other-sku", "used", "ruined", "lot"].map((name) => row.querySelector(`input[name^="${name}"]`)?.value.trim() ?? "");
    const sku = row.dataset.part || part;
    const changed = row.dataset.part ? plain(number(quantity)) !== plain(Number(row.dataset.shown ?? row.dataset.planned)) || number(ruined) || lot : sku && number(quantity);
    if (changed) named.push({ part: sku, quantity: plain(number(quantity)), scrapped: plain(number(ruined)), ...(lot ? { lot } : {}) });
  }
  return named;
}

/** The request of a checked form, and the files to send before it. */
export function read(form) {
  const [good, scrapped, rejected] = pieces(form);
  const entries = [...form.querySelectorAll("[data-field]")].map((entry) => [entry, value(entry, form)]).filter(([, given]) => given !== null);
  const files = entries.filter(([entry]) => entry.dataset.kind === "file").map(([entry, file]) => ({ field: entry.dataset.field, blob: file, name: file.name }));
  const data = entries.filter(([entry]) => entry.dataset.kind !== "file").map(([entry, given]) => ({ key: entry.dataset.field, value: given }));
  const parts = used(form);
  const request = { good: plain(good), scrapped: plain(scrapped), rejected: plain(rejected), data, ...(parts.length ? { parts_used: parts } : {}) };
  return { request: scrapped || rejected ? { ...request, reason: reason(form) } : request, files };
}

/** Show what the plan takes for the pieces entered, where nobody has entered another quantity. */
function showPlanned(form) {
  const share = pieces(form).reduce((sum, count) => sum + count, 0) / Number(form.dataset.whole);
  for (const row of form.querySelectorAll("[data-planned]")) {
    const field = row.querySelector("input[name^=used]");
    if (field.value !== (row.dataset.shown ?? row.dataset.planned) || !Number.isFinite(share)) continue;
    const taken = Number(row.dataset.planned) * share;
    field.value = row.dataset.shown = plain(row.dataset.uom === "pcs" ? Math.ceil(taken - 1e-9) : taken);
  }
}

/** Know from now on what a count has recorded. */
export function remember(form) {
  for (const entry of form.querySelectorAll("[data-field]")) if (value(entry, form) !== null) entry.dataset.recorded = "";
}

/** Begin anew for the pieces that are left. */
export function renew(form, left) {
  form.reset();
  for (const row of form.querySelectorAll("[data-planned]")) delete row.dataset.shown;
  form.elements.good.value = plain(left);
  form.querySelector("#why").hidden = true;
  showPlanned(form);
}
