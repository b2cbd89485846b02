// A hand scanner types like a very fast person and ends with Enter. Outside text fields such a burst is a code; inside
// them only what follows the prefix key (F9, or the group separator some scanners send) is one. A burst is fast on the
// whole: a scanner that wakes up, or a busy device, may be slow with single keys, and nobody's fingers are this fast.
const FAST = 35;
const LONGEST_GAP = 80;
const SHORTEST = 4;
const PREFIXES = new Set(["F9", "\u001d"]);
let typed = [];
let prefixed = false;

const isText = (place) => place instanceof HTMLElement && place.matches("input:not([type=radio], [type=checkbox], [type=file]), textarea, select");

function take(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

// The longest end of what was typed that came as fast as a scanner types, up to this moment.
function burst(now) {
  let [from, later] = [typed.length, now];
  for (let place = typed.length - 1; place >= 0 && later - typed[place].at < LONGEST_GAP; place -= 1) {
    later = typed[place].at;
    if (now - later < FAST * (typed.length - place)) from = place;
  }
  return typed.slice(from).map(({ key }) => key).join("");
}

addEventListener("keydown", (event) => {
  if (PREFIXES.has(event.key)) {
    [typed, prefixed] = [[], true];
    return take(event);
  }
  const now = event.timeStamp;
  if (event.key === "Enter") {
    const code = prefixed ? typed.map(({ key }) => key).join("") : burst(now);
    const whole = prefixed ? code.length > 0 : code.length >= SHORTEST && !isText(event.target);
    [typed, prefixed] = [[], false];
    if (!whole) return undefined;
    dispatchEvent(new CustomEvent("scanned", { detail: code }));
    return take(event);
  }
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const fast = burst(now).length > 1 && !isText(event.target);
  if (!prefixed && now - (typed.at(-1)?.at ?? now) >= LONGEST_GAP) typed = [];
  typed.push({ key: event.key, at: now });
  if (prefixed || fast) take(event);
  return undefined;
}, { capture: true });
