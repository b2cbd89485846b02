// Forms of lines, made for scanners: Enter leads to the next field and from the last one to a new line; a part is named
// as soon as its number is there, and its lot is noted where the label says it. Loaded only by pages with such a form.
const plain = (text) => text.trim();

function fieldsOf(line) {
  return [...line.querySelectorAll("input:not([type=checkbox], [data-passed])")];
}

/** Add a blank line after the last one; ids and labels are numbered on. */
function addLine(form) {
  const last = [...form.querySelectorAll("[data-line]")].pop();
  const line = last.cloneNode(true);
  const at = form.querySelectorAll("[data-line]").length;
  for (const one of line.querySelectorAll("[id]")) one.id = one.id.replace(/-\d+(?=-|$)/, `-${at}`);
  for (const one of line.querySelectorAll("[for], [aria-describedby]")) {
    for (const name of ["for", "aria-describedby"]) if (one.hasAttribute(name)) one.setAttribute(name, one.getAttribute(name).replace(/-\d+(?=-|$)/, `-${at}`));
  }
  for (const one of line.querySelectorAll("input, select")) {
    if (one.type === "checkbox") Object.assign(one, { checked: false, value: String(at) });
    else one.value = "";
    one.removeAttribute("aria-invalid");
    one.removeAttribute("autofocus");
  }
  for (const one of line.querySelectorAll(".field-fault")) one.remove();
  for (const one of line.querySelectorAll("[data-told]")) one.textContent = "";
  last.after(line);
  return line;
}

function moveOn(form, field) {
  const line = field.closest("[data-line]");
  const fields = fieldsOf(line);
  const next = fields[fields.indexOf(field) + 1];
  if (next) return next.focus();
  const following = line.nextElementSibling?.matches("[data-line]") ? line.nextElementSibling : addLine(form);
  following.scrollIntoView({ block: "nearest" });
  return fieldsOf(following)[0].focus();
}

const asked = new Map();

/** The parts whose number or name holds a text; each text is asked for once. */
function partsLike(text) {
  if (!asked.has(text)) {
    const answer = fetch(`/api/v1/stock/levels?limit=20&q=${encodeURIComponent(text)}`, { headers: { accept: "application/json" } })
      .then((response) => (response.ok ? response.json() : { items: [] })).then(({ items }) => items);
    asked.set(text, answer.catch(() => { asked.delete(text); return null; }));
  }
  return asked.get(text);
}

/** A label may say part and lot together: `SKU|LOT`. */
function splitLabel(field) {
  const [sku, ...lot] = plain(field.value).split("|");
  if (!lot.length) return;
  field.value = sku;
  const place = field.closest("[data-line]").querySelector("[data-lot]");
  if (place && !place.value) place.value = lot.join("|");
}

async function name(form, field) {
  const told = field.closest("[data-line]").querySelector("[data-told]");
  const wanted = plain(field.value);
  if (!wanted) return void (told.textContent = "");
  const found = await partsLike(wanted);
  if (found === null || plain(field.value) !== wanted) return;
  const part = found.find((one) => one.sku.toLowerCase() === wanted.toLowerCase());
  if (part && part.sku !== wanted) field.value = part.sku;
  const unit = part && (field.closest("[data-line]").querySelector(`option[value="${CSS.escape(part.uom)}"]`)?.dataset.words ?? part.uom);
  const onHand = form.dataset.onHand?.replace("{count}", `${part?.on_hand} ${unit}`);
  told.textContent = part ? [part.name, onHand].filter(Boolean).join(" · ") : form.dataset.unknown;
  told.classList.toggle("is-unknown", !part);
}

async function suggest(form, field) {
  const wanted = plain(field.value);
  if (wanted.length < 2) return;
  const found = await partsLike(wanted);
  if (!found || plain(field.value) !== wanted) return;
  const list = form.querySelector("datalist");
  list.replaceChildren(...found.map((part) => Object.assign(document.createElement("option"), { value: part.sku, label: part.name })));
}

for (const form of document.querySelectorAll("form[data-lines]")) {
  let waiting;
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-line] input")) return;
    event.preventDefault();
    moveOn(form, event.target);
  });
  form.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-part]")) return;
    splitLabel(target);
    name(form, target);
  });
  form.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-part]")) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => suggest(form, target), 200);
  });
  form.addEventListener("click", (event) => {
    if (!event.target.closest("[data-adds]")) return;
    event.preventDefault();
    fieldsOf(addLine(form))[0].focus();
  });
  for (const field of form.querySelectorAll("[data-part]")) if (field.value) name(form, field);
}
