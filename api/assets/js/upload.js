// A file on its way: its name beside the field, dropping, and how much of it is sent. Without this the form works too.
for (const form of document.querySelectorAll("form[data-uploads]")) {
  const field = form.querySelector("input[type=file]");
  const name = form.querySelector("[data-file-name]");
  const zone = field.closest(".drop-zone");
  field.addEventListener("change", () => {
    name.textContent = field.files[0]?.name ?? name.dataset.empty;
  });
  for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, () => zone.classList.add("is-over"));
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("is-over"));
  form.addEventListener("submit", () => {
    const shown = form.querySelector("[data-progress]");
    const words = shown.querySelector("span");
    shown.hidden = false;
    words.textContent = words.dataset.reading;
    shown.querySelector("progress").removeAttribute("value");
  });
}
