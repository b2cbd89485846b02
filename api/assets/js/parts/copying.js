// <button data-copies="id"> copies a field's content, <button data-prints> prints the page; a field with data-narrows="id"
// shows of a list only what holds the text typed into it.
async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Plain HTTP has no clipboard of its own; the selection can still be copied.
    field.select();
    document.execCommand("copy");
  }
}

document.addEventListener("click", async ({ target }) => {
  if (target.closest("[data-prints]")) print();
  const button = target.closest("[data-copies]");
  if (!button) return;
  await copy(document.getElementById(button.dataset.copies));
  button.querySelector("span").textContent = button.dataset.copied;
});

document.addEventListener("input", ({ target }) => {
  const list = target.dataset?.narrows && document.getElementById(target.dataset.narrows);
  if (!list) return;
  const wanted = target.value.trim().toLowerCase();
  for (const one of list.children) one.hidden = !one.textContent.toLowerCase().includes(wanted);
});
