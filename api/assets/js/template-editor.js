// The editor of a draft: list, graph, form and operator's screen of one step, kept together and saved at every change.
import { base, busy, refresh, select, send, state } from "./editor/desk.js";
import { changes, discard, flush, moveStep, watch } from "./editor/form.js";
import { watchPictures } from "./editor/pictures.js";
import { settle, watchGraph } from "./editor/graph.js";

const root = document.getElementById("ed");
const LOOK = 10_000;
const FIND = 250;

const acts = {
  undo: () => send({ kind: "undo" }),
  redo: () => send({ kind: "redo" }),
  add_step: () => send({ kind: "add_step" }, { then: "name" }),
  add_after: () => send({ kind: "add_step", after: state().step }, { then: "name" }),
  duplicate_step: () => send({ kind: "duplicate_step", step: state().step }, { then: "name" }),
  delete_step: () => send({ kind: "delete_step", step: state().step }),
  move_up: () => moveStep(-1),
  move_down: () => moveStep(1),
};

export function show(view) {
  root.dataset.view = view;
  if (view === "graph" || view === "screen") root.dataset.middle = view;
  for (const button of root.querySelectorAll("button[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === view));
  for (const button of root.querySelectorAll("button[data-middle]")) button.setAttribute("aria-pressed", String(button.dataset.middle === root.dataset.middle));
  if (view === "graph") settle();
}

async function choose(step, toForm) {
  flush();
  await select(step);
  if (root.dataset.view === "steps") show("form");
  if (toForm) document.getElementById("f-name").focus();
}

document.addEventListener("click", (event) => {
  const act = event.target.closest("[data-edit]")?.dataset.edit;
  if (act) {
    flush();
    acts[act]();
  }
  const row = event.target.closest(".ed-row, [data-select]");
  if (row) choose(row.dataset.step ?? (row.dataset.select || state().step), event.detail === 0);
  const view = event.target.closest("button[data-view], button[data-middle]");
  if (view) show(view.dataset.view ?? view.dataset.middle);
});

// In the list the arrow keys go on; with Alt they take the step along.
document.getElementById("ed-list-scroll").addEventListener("keydown", (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const row = event.target.closest(".ed-row");
  if (!by || !row) return;
  event.preventDefault();
  if (event.altKey) choose(row.dataset.step).then(() => moveStep(by));
  else {
    const rows = [...document.querySelectorAll(".ed-row")];
    rows[rows.indexOf(row) + by]?.focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea, dialog")) return;
  const key = event.key.toLowerCase();
  const act = key === "z" && !event.shiftKey ? "undo" : key === "y" || key === "z" ? "redo" : "";
  if (!act) return;
  event.preventDefault();
  acts[act]();
});

let finding;
document.getElementById("ed-find").addEventListener("input", () => {
  clearTimeout(finding);
  finding = setTimeout(() => refresh({ form: false }), FIND);
});

// Title and notes are saved when one leaves them.
document.getElementById("ed-head-form").addEventListener("change", ({ target }) => send({ kind: "change_head", [target.name]: target.value }));
document.getElementById("ed-head-form").addEventListener("submit", (event) => event.preventDefault());

// Escape would leave the choice open.
document.addEventListener("cancel", (event) => event.target.id === "ed-conflict" && event.preventDefault(), true);
document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-resolve]")?.dataset.resolve;
  if (!choice) return;
  document.getElementById("ed-conflict").close();
  if (choice === "theirs") discard();
  else flush();
});

// Others may edit too: what they did is shown as soon as nothing of one's own is on its way.
const own = () => busy() || changes();
const unattended = () => !changes() && !document.activeElement?.closest("#ed-form");
setInterval(async () => {
  if (document.hidden || own() || document.querySelector("dialog[open]")) return;
  const answer = await fetch(`${base}/version`).catch(() => null);
  if (answer?.ok && (await answer.text()) !== state().version && !own()) refresh({ form: unattended });
}, LOOK);

watch();
watchGraph({ choose, show });
watchPictures();
