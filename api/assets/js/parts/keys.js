// The whole station by keyboard: Space starts and pauses, Enter finishes, Z undoes, ? shows the keys.
const BUSY = "a, button, input, select, textarea, summary, [contenteditable]";
const KEYS = {
  " ": "[data-tap=start], [data-tap=resume], [data-opens=pause]",
  Enter: "[data-opens=finish], .dock-next",
};

const seen = (selector) => [...document.querySelectorAll("#dock :is(a, button)")].find((one) => one.matches(selector) && one.offsetParent);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches(BUSY) && event.target.offsetParent) {
    // A key pressed on a button is that button's; on the dock's it means the same as anywhere.
    if (!event.target.closest("#dock") || event.key === " " || event.key === "Enter") return;
  }
  if (event.key === "?") document.getElementById("station-keys").showModal();
  else if (event.key.toLowerCase() === "z") document.dispatchEvent(new Event("undo"));
  else if (KEYS[event.key]) seen(KEYS[event.key])?.click();
  else return;
  event.preventDefault();
});
