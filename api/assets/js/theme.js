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
const keep = ({ target }) => {
  const button = target.closest("button");
  if (button && !button.popoverTargetElement && (button.type === "button" || !button.form)) early.push(button);
};
document.addEventListener("click", keep, true);
document.addEventListener("DOMContentLoaded", () => {
  document.removeEventListener("click", keep, true);
  for (const button of early) button.click();
});
