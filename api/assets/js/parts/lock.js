// A shared station locks when nobody touches it, and asks who is there. Nothing on the page is touched by that: the same
// person goes on where they were, another one finds their own page, and what was typed waits for its owner.
import * as stepUp from "./step-up.js";

const LOCKED = "locked";
const people = document.getElementById("people");
let touched = Date.now();

function lock() {
  localStorage.setItem(LOCKED, "yes");
  people.classList.add("is-locked");
  if (!people.open) people.showModal();
}

export function listen(words, outbox) {
  if (!people) return;
  const idle = Number(words.idle) * 1000;
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => (touched = Date.now()), { capture: true });
  setInterval(() => Date.now() - touched > idle && lock(), 1000);
  people.addEventListener("cancel", (event) => people.classList.contains("is-locked") && event.preventDefault());
  people.addEventListener("close", () => people.classList.contains("is-locked") && lock());
  stepUp.listen(
    () => outbox.release(),
    (user) => {
      localStorage.removeItem(LOCKED);
      people.classList.remove("is-locked");
      if (user !== words.user) return location.reload();
      people.close();
      return outbox.flush();
    },
    words.noDoor,
  );
  if (localStorage.getItem(LOCKED)) lock();
}
