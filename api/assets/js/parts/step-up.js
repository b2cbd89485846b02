// People change at a shared station: a name, a PIN. Before the next one comes in, what this one tapped is sent.
const post = (form) => fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });

document.addEventListener("click", ({ target }) => {
  const key = target.closest("[data-digit]");
  if (!key) return;
  const { pin } = key.form.elements;
  const { digit } = key.dataset;
  pin.value = digit ? (pin.value + digit).slice(0, pin.maxLength) : pin.value.slice(0, -1);
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-step-up] [name=username]")) target.form.elements.pin.focus();
});

/** Choose somebody by the name on their badge; false where they have no PIN here. */
export function choose(username) {
  const tile = [...document.querySelectorAll("[data-step-up] [name=username]")].find((one) => one.value === username);
  if (!tile) return false;
  tile.checked = true;
  tile.form.elements.pin.focus();
  return true;
}

/** Step up without leaving the page; `before` runs first, `after` gets the person's id. */
export function listen(before, after, offline) {
  for (const form of document.querySelectorAll("[data-step-up]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const fault = form.querySelector(".field-fault");
      fault.textContent = "";
      await before();
      try {
        const answer = await post(form);
        const said = await answer.json();
        if (answer.ok) after(said.user);
        else fault.textContent = said.detail;
      } catch {
        fault.textContent = offline;
      }
      form.elements.pin.value = "";
    });
  }
}
