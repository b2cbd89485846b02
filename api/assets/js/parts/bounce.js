// A glove bounces and a worn screen trembles: what a tap has just brought up, or uncovered, takes none for a moment.
// Keys are let through, and so are the buttons that are meant to be tapped quickly: those that count, and the digits.
const MOMENT = 350;
const QUICK = "[data-step-by], [data-digit]";
let over = null;

document.addEventListener("click", ({ target, detail }) => {
  const button = target.closest("button");
  if (!button || button.matches(QUICK) || !detail) return;
  document.documentElement.dataset.settling = "";
  clearTimeout(over);
  over = setTimeout(() => delete document.documentElement.dataset.settling, MOMENT);
}, true);

const doing = new Set();

/** Do what a button or form asks, unless it is being done: whoever taps again meanwhile has asked once. */
export async function once(what, act) {
  if (doing.has(what)) return;
  doing.add(what);
  try {
    await act();
  } finally {
    doing.delete(what);
  }
}
