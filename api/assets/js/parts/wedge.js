// A hand scanner types like a very fast person and ends with Enter. Outside text fields such a burst is a code; inside
// them only what follows the prefix key (F9, or the group separator some scanners send) is one.
const FAST = 35;
const SHORTEST = 4;
const PREFIXES = new Set(["F9", "\u001d"]);
let typed = "";
let last = 0;
let prefixed = false;

const isText = (place) => place instanceof HTMLElement && place.matches("input:not([type=radio], [type=checkbox], [type=file]), textarea, select");

function take(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

addEventListener("keydown", (event) => {
  if (PREFIXES.has(event.key)) {
    [typed, prefixed] = ["", true];
    return take(event);
  }
  const fast = event.timeStamp - last < FAST;
  last = event.timeStamp;
  if (event.key === "Enter") {
    const code = typed;
    const whole = prefixed ? code.length > 0 : fast && code.length >= SHORTEST && !isText(event.target);
    [typed, prefixed] = ["", false];
    if (!whole) return undefined;
    dispatchEvent(new CustomEvent("scanned", { detail: code }));
    return take(event);
  }
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  typed = prefixed || fast ? typed + event.key : event.key;
  if (prefixed || (fast && typed.length > 2 && !isText(event.target))) take(event);
  return undefined;
}, { capture: true });
