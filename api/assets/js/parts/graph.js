// A step in a drawing leads to its line in the list, by click and by Enter.
function follow(event) {
  const step = event.target.closest?.(".graph [data-step]");
  if (!step || (event.type === "keydown" && event.key !== "Enter")) return;
  document.querySelector(`#step-${CSS.escape(step.dataset.step)} a`)?.click();
}

document.addEventListener("click", follow);
document.addEventListener("keydown", follow);

// A large drawing begins where the work is.
const graph = document.querySelector(".graph");
const foremost = graph?.querySelector('[data-state="IN_PROGRESS"], [data-state="PAUSED"], [data-state="READY"], .ed-node-critical');
if (foremost) {
  const [place, frame] = [foremost.getBoundingClientRect(), graph.getBoundingClientRect()];
  graph.scrollLeft = place.left - frame.left - (frame.width - place.width) / 2;
  graph.scrollTop = place.top - frame.top - (frame.height - place.height) / 2;
}
