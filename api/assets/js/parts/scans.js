// What a scanned code does here: work is opened, a part or lot is noted for this work, a badge asks for its PIN.
import { signal } from "./signals.js";
import { choose } from "./step-up.js";
import "./wedge.js";

const finish = () => document.getElementById("finish-form");
const filled = (text, what) => text.replace("{what}", what);

function noteLot(words, sku, lot) {
  const rows = [...(finish()?.querySelectorAll("[data-part]") ?? [])];
  const row = sku ? rows.find((one) => one.dataset.part === sku) : rows.find((one) => one.dataset.part && !one.querySelector("[data-lot]").value);
  if (!row) return signal("bad", filled(words.noPart, sku ?? lot));
  row.closest("details").open = true;
  const field = row.querySelector("[data-lot]");
  if (lot) {
    field.value = lot;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return signal("good", filled(words.lot, `${lot} · ${row.dataset.part}`));
  }
  if (!document.getElementById("finish").open) document.getElementById("finish").showModal();
  return field.focus();
}

function person(words, username) {
  const people = document.getElementById("people");
  if (!people) return signal("bad", words.own);
  if (!people.open) people.showModal();
  return choose(username) || signal("bad", filled(words.unknownCode, username));
}

function follow(words, found) {
  if (found.kind === "person") return person(words, found.code);
  if (found.kind === "part") return noteLot(words, found.code, found.lot);
  if (found.kind === "lot") return noteLot(words, null, found.lot);
  signal("good", `${found.code} · ${found.name}`);
  return location.assign(found.address);
}

async function look(words, code, begun) {
  try {
    const answer = await fetch(`/api/v1/scan?${new URLSearchParams({ code })}`, { headers: { Accept: "application/json" } });
    await begun;
    if (answer.ok) return follow(words, await answer.json());
    return signal("bad", filled(words.unknownCode, code));
  } catch {
    // Without a network a card on this page still opens by its code.
    const card = [...document.querySelectorAll("[data-code]")].find((one) => code.toUpperCase().endsWith(one.dataset.code));
    return card ? location.assign(card.href) : signal("bad", filled(words.noScan, code));
  }
}

/** Do what scanned codes say; what they note waits until the forms have begun. */
export function listen(words, begun) {
  addEventListener("scanned", ({ detail: code }) => {
    if (document.querySelector("#people.is-locked") && !/^badge:/i.test(code)) return;
    look(words, code, begun);
  });
  // A lot's label typed into its field ends with Enter, which must not finish the work.
  document.addEventListener("keydown", (event) => event.key === "Enter" && event.target.matches("[data-lot]") && event.preventDefault());
}
