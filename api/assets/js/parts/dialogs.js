// <button data-opens="id"> shows a dialog, <button data-closes> inside hides it; a click beside it hides it too.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && event.target.classList.contains("sheet")) event.target.close();
});
