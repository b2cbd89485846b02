// Runs before the first paint: who follows the system's light or dark gets it without a flash.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
if (root.dataset.theme === "auto") {
  follow();
  dark.addEventListener("change", follow);
}
