// The graph: steps are chosen by click or arrow keys, linked by dragging a port or by Enter and Enter, parted by Delete.
import { onAnswer, send, state, words } from "./desk.js";
import { flush } from "./form.js";

const LEAST = 6; // pixels: less is a click, not a drag
const READABLE = 0.75; // of the drawing's own size: below it names are too small to read
const place = document.getElementById("ed-graph-scroll");
const bar = document.getElementById("ed-linking");
let from = null; // the step a link begins at
let edge = null; // the link that is chosen
let zoom = 1;

const svg = () => place.querySelector("svg.ed-drawing");
const nodes = () => [...place.querySelectorAll(".ed-node")];
const node = (step) => place.querySelector(`.ed-node[data-step="${CSS.escape(step)}"]`);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function tell(text) {
  bar.textContent = text;
}

function begin(step) {
  from = step;
  node(step)?.classList.add("ed-node-from");
  tell(filled(words.linking, { step }));
}

function end() {
  from = edge = null;
  for (const one of place.querySelectorAll(".ed-node-from, .ed-edge-chosen")) one.classList.remove("ed-node-from", "ed-edge-chosen");
  tell("");
}

const linked = (before, after) => place.querySelector(`.ed-edge-hit[data-before="${CSS.escape(before)}"][data-after="${CSS.escape(after)}"]`);

function chooseEdge(hit, text) {
  end();
  edge = { before: hit.dataset.before, after: hit.dataset.after };
  hit.classList.add("ed-edge-chosen");
  tell(filled(text, edge));
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-plain btn-small";
  button.dataset.parts = "";
  button.textContent = bar.dataset.part;
  bar.append(button);
}

function link(before, after) {
  end();
  const there = linked(before, after);
  if (there) chooseEdge(there, words.linked);
  else if (before !== after || node(before)) {
    flush();
    send({ kind: "link_steps", before, after });
  }
}

function part() {
  if (!edge) return;
  const gone = edge;
  end();
  flush();
  send({ kind: "unlink_steps", ...gone });
}

/** The nearest step in a direction; sideways within a row first. */
function beyond(here, key) {
  const [x, y] = [Number(here.dataset.x), Number(here.dataset.y)];
  const far = (one) => {
    const [right, down] = [Number(one.dataset.x) - x, Number(one.dataset.y) - y];
    const [along, across] = { ArrowUp: [-down, right], ArrowDown: [down, right], ArrowLeft: [-right, down], ArrowRight: [right, down] }[key];
    return along > 4 ? along + 3 * Math.abs(across) : Infinity;
  };
  const [best] = nodes().filter((one) => far(one) < Infinity).sort((one, other) => far(one) - far(other));
  return best;
}

const whole = (wide, high) => Math.min(1, (place.clientWidth - 4) / wide, (place.clientHeight - 4) / high);

function resize() {
  const drawing = svg();
  if (!drawing) return;
  const [wide, high] = drawing.viewBox.baseVal ? [drawing.viewBox.baseVal.width, drawing.viewBox.baseVal.height] : [0, 0];
  const scale = zoom || whole(wide, high);
  drawing.setAttribute("width", String(wide * scale));
  drawing.setAttribute("height", String(high * scale));
}

function reveal() {
  const chosen = place.querySelector('.ed-node[aria-current="true"]');
  if (!chosen) return;
  const [own, frame] = [chosen.getBoundingClientRect(), place.getBoundingClientRect()];
  if (own.left < frame.left || own.right > frame.right) place.scrollLeft += own.left - frame.left - (frame.width - own.width) / 2;
  if (own.top < frame.top || own.bottom > frame.bottom) place.scrollTop += own.top - frame.top - (frame.height - own.height) / 2;
}

/** Draw the graph as large as wanted, the chosen step in sight; also when it was hidden before. */
export function settle() {
  resize();
  reveal();
}

function afterAnswer() {
  settle();
  if (from) node(from)?.classList.add("ed-node-from");
  for (const step of JSON.parse(state().path)) node(step)?.classList.add("ed-node-path");
}

function rubber(port, event) {
  const drawing = svg();
  const inverse = drawing.getScreenCTM().inverse();
  const at = (x, y) => new DOMPoint(x, y).matrixTransform(inverse);
  const box = port.getBoundingClientRect();
  const [start, tip] = [at(box.left + box.width / 2, box.top + box.height / 2), at(event.clientX, event.clientY)];
  document.getElementById("ed-rubber").setAttribute("d", `M${start.x - 20},${start.y - 20} L${tip.x - 20},${tip.y - 20}`);
}

function under(event) {
  return document.elementFromPoint(event.clientX, event.clientY);
}

function drag(down) {
  const port = down.target.closest("[data-port]");
  if (!port) return;
  down.preventDefault();
  const before = port.dataset.port;
  let moved = false;
  place.setPointerCapture(down.pointerId);
  const move = (event) => {
    moved ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > LEAST;
    if (!moved || !port.isConnected) return;
    rubber(port, event);
    for (const one of place.querySelectorAll(".ed-node-over")) one.classList.remove("ed-node-over");
    under(event)?.closest(".ed-node")?.classList.add("ed-node-over");
  };
  const stop = (event) => {
    place.removeEventListener("pointermove", move);
    document.getElementById("ed-rubber")?.setAttribute("d", "");
    for (const one of place.querySelectorAll(".ed-node-over")) one.classList.remove("ed-node-over");
    if (event.type === "pointercancel") return;
    const target = under(event);
    const after = target?.closest(".ed-node")?.dataset.step;
    if (!moved) begin(before);
    else if (after && after !== before) link(before, after);
    else if (!after && target?.closest("#ed-graph-scroll")) {
      flush();
      send({ kind: "add_step", after: before }, { then: "name" });
    }
  };
  place.addEventListener("pointermove", move);
  place.addEventListener("pointerup", stop, { once: true });
  place.addEventListener("pointercancel", stop, { once: true });
}

export function watchGraph({ choose, show }) {
  let waiting;
  place.addEventListener("pointerdown", drag);
  place.addEventListener("click", (event) => {
    if (event.target.closest("[data-port]")) return;
    const chosen = event.target.closest(".ed-node")?.dataset.step;
    const hit = event.target.closest(".ed-edge-hit");
    if (hit) chooseEdge(hit, words.edge);
    else if (chosen && from && from !== chosen) link(from, chosen);
    else if (chosen) {
      end();
      choose(chosen);
    } else end();
  });
  place.addEventListener("keydown", (event) => {
    const here = event.target.closest(".ed-node");
    if (event.key === "Escape") end();
    if (event.key === "Delete") part();
    if (!here) return;
    if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      const next = beyond(here, event.key);
      if (!next) return;
      here.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
      clearTimeout(waiting);
      if (!from) waiting = setTimeout(choose, 200, next.dataset.step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(waiting);
      if (!from) begin(here.dataset.step);
      else if (from === here.dataset.step) end();
      else link(from, here.dataset.step);
    } else if (event.key === " " || event.key === "F2") {
      event.preventDefault();
      clearTimeout(waiting);
      show("form");
      choose(here.dataset.step, true);
    }
  });
  bar.addEventListener("click", (event) => event.target.closest("[data-parts]") && part());
  document.addEventListener("click", (event) => {
    const by = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (by === undefined) return;
    const now = svg() ? svg().width.baseVal.value / svg().viewBox.baseVal.width : 1;
    zoom = by === "0" ? 0 : Math.min(1.6, Math.max(0.3, now + Number(by) * 0.2));
    resize();
    reveal();
  });
  onAnswer(afterAnswer);
  const box = svg()?.viewBox.baseVal;
  zoom = box && whole(box.width, box.height) >= READABLE ? 0 : READABLE;
  afterAnswer();
}
