// A form is sent once: its buttons rest until the answer is there. data-sends submits it when a field changes,
// data-prints prints the page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-prints]")) print();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends]")) event.target.form.requestSubmit();
});

// A finger on a label with data-leads-to goes on to the next field; the keys, which walk through all choices, do not.
document.addEventListener("click", (event) => {
  const label = event.detail > 0 && event.target.closest("[data-leads-to]");
  if (label) setTimeout(() => document.getElementById(label.dataset.leadsTo).focus());
});

// A page that comes back from the browser's memory may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("form [aria-disabled]")) button.removeAttribute("aria-disabled");
});
