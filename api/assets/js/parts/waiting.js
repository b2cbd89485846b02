// How the connection is, what waits to be sent, and what needs a person's eyes.
const filled = (text, count) => text.replace("{count}", count);

export function showOutbox(taps, outbox, words) {
  const waiting = taps.filter((tap) => tap.state === "waiting");
  const own = waiting.filter((tap) => tap.user === words.user).length;
  const refused = taps.filter((tap) => tap.state === "refused" && tap.user === words.user);
  const connected = outbox.online && navigator.onLine;
  const others = taps.filter((tap) => tap.state !== "refused" && tap.user !== words.user).length;
  const texts = [connected ? words.online : words.offline];
  if (own) texts.push(filled(words.waiting, own));
  if (others) texts.push(filled(words.others, others));
  const chip = document.getElementById("outbox-state");
  chip.textContent = texts.join(" · ");
  chip.dataset.kind = own || others || !connected ? "waiting" : "online";
  const attention = document.getElementById("outbox-attention");
  attention.hidden = !refused.length;
  attention.textContent = filled(words.attention, refused.length);
  document.getElementById("attention-list").replaceChildren(...refused.map((tap) => row(tap, outbox, words)));
  const all = document.getElementById("attention-all");
  all.hidden = refused.length < 2;
  all.onclick = () => refused.forEach((tap) => outbox.dismiss(tap.number));
  if (!refused.length) document.getElementById("attention").close();
}

/** What was counted by a tap, so that it can be counted again. */
const counted = (request, words) =>
  ["good", "scrapped", "rejected"].filter((name) => Number(request?.[name])).map((name) => ` · ${words[name]} ${request[name]}`).join("");

/**
 * Why a tap was refused. `refusals` holds patterns, and a sentence for each kind of refusal, where the person's language
 * is not the server's; a file that never came as far as the server has no words of its own.
 */
export function cause({ pattern, named, kind, detail }, words) {
  const said = JSON.parse(words.refusals);
  return said[pattern]?.replace(/\{(\w+)\}/g, (place, name) => named[name] ?? place) ?? said[kind] ?? (detail || words.tooLarge);
}

function row(tap, outbox, words) {
  const line = document.getElementById("attention-row").content.cloneNode(true);
  line.querySelector("strong").textContent = tap.label + counted(tap.request, words);
  line.querySelector(".row-cause").textContent = cause(tap, words);
  line.querySelector("a").href = `/station/${tap.work_order_id}`;
  line.querySelector("button").addEventListener("click", () => outbox.dismiss(tap.number));
  return line;
}
