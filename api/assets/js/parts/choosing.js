// Rows of a list are ticked and acted on together: the bar shows while any is, and says how many.
const bulk = document.querySelector("form[data-bulk]");
const picks = () => [...document.querySelectorAll("[data-pick]")];

function count() {
  const all = picks();
  const chosen = all.filter((one) => one.checked).length;
  const whole = bulk.querySelector("[data-whole]");
  bulk.dataset.some = chosen || whole?.checked ? "yes" : "no";
  bulk.querySelector("[data-picked]").textContent = whole?.checked ? "≤ 200" : chosen;
  const head = document.querySelector("[data-picks-all]");
  head.checked = chosen > 0 && chosen === all.length;
  head.indeterminate = chosen > 0 && chosen < all.length;
}

// Fields that an act does not need are neither shown nor sent.
function fit(select) {
  for (const field of select.form.querySelectorAll("[data-for]")) {
    const needed = field.dataset.for.split(" ").includes(select.value);
    field.hidden = !needed;
    for (const one of field.querySelectorAll("input, select")) one.disabled = !needed;
  }
}

if (bulk) {
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("[data-picks-all]")) for (const one of picks()) one.checked = box.checked;
    if (box.matches("[data-pick], [data-picks-all], [data-whole]")) count();
    if (box.matches("[data-chooses]")) fit(box);
  });
  addEventListener("pageshow", count);
  count();
  fit(bulk.querySelector("[data-chooses]"));
}
