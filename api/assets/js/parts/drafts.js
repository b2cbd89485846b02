// What is typed outlives a lock, a reload and a dead battery: each person's own, for each piece of work, on this device.
const texts = (form) => [...form.elements].filter((field) => field.name && field.type !== "file" && field.type !== "submit");

const place = (name, form) => `draft:${name}:${form}`;

/** Let go of what was kept for a form. */
export function forget(name, form) {
  localStorage.removeItem(place(name, form));
}

/** Keep a form's entries under a name, and put back what was kept. */
export function keep(form, name) {
  const key = place(name, form.id);
  for (const [field, value] of Object.entries(JSON.parse(localStorage.getItem(key) ?? "{}"))) {
    const there = form.elements[field];
    if (there) there.value = value;
  }
  if (localStorage.getItem(key)) form.dispatchEvent(new Event("input", { bubbles: true }));
  form.addEventListener("input", () => {
    const entries = texts(form).filter((field) => field.type !== "radio" || field.checked).map((field) => [field.name, field.value]);
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(entries)));
  });
  form.addEventListener("reset", () => localStorage.removeItem(key));
}
