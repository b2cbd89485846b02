// What was typed into a form outlives a session that had ended before it was sent: it stays in this tab until the same
// person has logged in, and is filled in again. Any other page takes it away, and so does the page of anybody else. Of
// passwords, codes, files and hidden fields nothing is kept but the version that the person saw.
const PLACE = "typed";
const MOST = 500_000;
const MOST_LINES = 500;
const DOORS = ["/login", "/station/door"];
const NEVER = new Set(["password", "file", "submit", "button", "reset", "image", "hidden"]);
const here = location.pathname + location.search;
const { user } = document.body.dataset;

const known = () => JSON.parse(sessionStorage.getItem(PLACE));
const forget = () => sessionStorage.removeItem(PLACE);
const remember = (what) => sessionStorage.setItem(PLACE, JSON.stringify(what));
const actionOf = (form) => new URL(form.getAttribute("action") ?? "", location.href).pathname;

const isTyped = (field) =>
  field.matches("input, select, textarea") && field.name && !field.disabled &&
  (field.name === "version" || !NEVER.has(field.type)) && !/password|one-time-code/.test(field.autocomplete);

document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (defaultPrevented || !user || form.method === "get") return;
  const [before, action] = [known(), actionOf(form)];
  const fields = [...form.elements].filter(isTyped).map(({ name, type, value, checked }) => ({ name, type, value, checked }));
  forget();
  if (!fields.some(({ type }) => type !== "hidden") || JSON.stringify(fields).length > MOST) return;
  remember({ user, action, fields, from: here, home: before?.user === user && before.action === action ? before.home : here });
});

/** The field that a kept one belongs to: by its value where it is ticked, else by its place among those of its name. */
function placeOf(form, { name, type, value }, place) {
  const those = () => [...form.elements].filter((field) => field.name === name && isTyped(field));
  if (["checkbox", "radio"].includes(type)) return those().find((field) => field.value === value);
  const more = form.querySelector("[data-adds]");
  while (more && place < MOST_LINES && those().length > 0 && those().length <= place) more.click();
  return those()[place];
}

function fill(form, fields) {
  const places = {};
  for (const kept of fields) {
    const field = placeOf(form, kept, (places[kept.name] = (places[kept.name] ?? -1) + 1));
    if (!field || (field.value === kept.value && field.checked === kept.checked)) continue;
    Object.assign(field, field.type === "checkbox" || field.type === "radio" ? { checked: kept.checked } : { value: kept.value });
    if (!field.matches("[data-sends]")) for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
  }
}

/** Show a form that is filled in again, and say so where the person looks first. */
function show(form) {
  const dialog = form.closest("dialog");
  const told = document.getElementById("typed-again").content.cloneNode(true);
  form.closest("details")?.setAttribute("open", "");
  if (dialog) dialog.showModal();
  (dialog?.querySelector(".sheet-body") ?? document.getElementById("content")).prepend(told);
}

function meet() {
  const kept = known();
  if (!kept) return;
  if (!user) {
    const led = DOORS.includes(location.pathname) && new URLSearchParams(location.search).get("next") === kept.from;
    if (led) remember({ ...kept, refused: true });
    return;
  }
  forget();
  if (kept.user !== user) return;
  const form = [...document.querySelectorAll("form[method=post]")].find((one) => actionOf(one) === kept.action);
  if (!kept.refused) {
    // A form that comes back with what is wrong stands at another address than the page it was opened at.
    if (form && location.pathname === kept.action) remember({ user, action: kept.action, home: kept.home });
  } else if (form && [kept.from, kept.home].includes(here)) {
    fill(form, kept.fields);
    show(form);
  } else if (here === kept.from && here !== kept.home) {
    remember(kept);
    location.replace(kept.home);
  }
}

addEventListener("load", meet);
