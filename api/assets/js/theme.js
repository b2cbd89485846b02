// Runs before the first paint and every other script: who follows the system's light or dark gets it without a flash.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
if (root.dataset.theme === "auto") {
  follow();
  dark.addEventListener("change", follow);
}

// Most buttons act by scripts that come later than the paint: a tap made before they are there is made again then.
const early = [];
const keep = (event) => {
  const button = event.target.closest("button");
  if (!button || button.popoverTargetElement || (button.type !== "button" && button.form)) return;
  event.stopImmediatePropagation(); // some scripts may be there already, and would act twice
  early.push(button);
};
document.addEventListener("click", keep, true);
document.addEventListener("DOMContentLoaded", () => {
  document.removeEventListener("click", keep, true);
  for (const button of early) button.click();
});
