// Single keys: ? opens the help of the screen, / goes to the list's search field. They can be switched off in the help,
// for those whose voice or hands press keys they do not mean.
const STORED = "single-keys";
const choice = document.getElementById("single-keys");
const writing = (place) => place.closest("input, textarea, select, [contenteditable], dialog[open]");

if (choice) {
  choice.checked = localStorage.getItem(STORED) !== "off";
  choice.addEventListener("change", () => localStorage.setItem(STORED, choice.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!choice.checked || event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    // The station shows its own keys, larger, and has them act on the work.
    if (event.key === "?" && !document.getElementById("station-keys")) document.getElementById("help").togglePopover();
    const field = event.key === "/" && document.querySelector(".page form[role='search'] input[type='search']");
    if (!field) return;
    event.preventDefault();
    field.focus();
  });
}
