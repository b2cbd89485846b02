// Ctrl+K: search and commands in one dialog. What is typed is asked for at once, and answered as lines to choose from;
// Enter before the answer is there, as a scanner sends it, lets the server lead straight to what the code names.
const dialog = document.getElementById("finder");
const PAUSE = 120;

if (dialog) {
  const field = dialog.querySelector("#finder-field");
  const list = dialog.querySelector("#finder-found");
  const told = dialog.querySelector("#finder-told");
  let shown = null;
  let asking = null;
  let timer = null;

  const lines = () => [...list.querySelectorAll('[role="option"]:not([aria-disabled])')];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  const choose = (line) => {
    chosen()?.setAttribute("aria-selected", "false");
    line?.setAttribute("aria-selected", "true");
    line?.scrollIntoView({ block: "nearest" });
    if (line) field.setAttribute("aria-activedescendant", line.id);
    else field.removeAttribute("aria-activedescendant");
  };

  const ask = async () => {
    const words = field.value.trim();
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(`${list.dataset.address}?q=${encodeURIComponent(words)}`, { headers: { "HX-Request": "true", Accept: "text/html" }, signal: asking.signal });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new TypeError(answer.statusText);
      list.innerHTML = await answer.text();
      shown = words;
      choose(lines()[0]);
      told.textContent = String(lines().length);
    } catch (fault) {
      if (fault.name !== "AbortError") {
        list.textContent = list.dataset.lost;
        shown = null;
      }
    }
  };

  const open = () => {
    if (dialog.open) return;
    for (const panel of document.querySelectorAll(":popover-open")) panel.hidePopover();
    dialog.showModal();
    field.select();
    ask();
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    const all = lines();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    }
  });
  dialog.querySelector("form").addEventListener("submit", (event) => {
    if (shown !== field.value.trim() || !chosen()) return; // the server knows better what was meant
    event.preventDefault();
    chosen().click();
  });
  list.addEventListener("click", (event) => event.target.closest('[role="option"]') && dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("click", (event) => event.target.closest("[data-finds]") && open());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else if (!document.querySelector("dialog[open]")) open();
    }
  });
}
