// Taps are written to IndexedDB first and sent from there: in order, one at a time, each with a key of its own, so that
// neither a lost answer nor a second try does anything twice. What the server refuses stays here until a person has
// seen it. Works without a service worker and on plain HTTP.
const STORE = "taps";
const RETRY = [1000, 2000, 5000, 10000];
const AGAIN = new Set([408, 409, 425, 429]);

/** A UUIDv7: sorted by time, random enough without a secure context. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Date.now().toString(16).padStart(12, "0") + [...bytes].slice(6).map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const digits = `${hex.slice(0, 12)}7${hex.slice(13, 16)}${((parseInt(hex[16], 16) & 3) | 8).toString(16)}${hex.slice(17)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** Events: "change" with what waits, "applied" and "refused" with a tap, "door" when nobody is logged in any more. */
export class Outbox extends EventTarget {
  #base;
  #sending = false;
  #failures = 0;
  #timer = null;

  constructor(user, name = "factoryos") {
    super();
    this.user = user;
    this.online = navigator.onLine;
    this.#base = new Promise((resolve, reject) => {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "number", autoIncrement: true });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    for (const event of ["online", "pageshow"]) addEventListener(event, () => this.flush());
    setInterval(() => this.flush(), RETRY.at(-1));
  }

  async #store(mode) {
    return (await this.#base).transaction(STORE, mode, { durability: "strict" }).objectStore(STORE);
  }

  /** Keep a tap, then send it; resolves as soon as it is kept. `files` are sent before it, and named in its data. */
  async add(tap) {
    const kept = { key: newKey(), user: this.user, state: "waiting", files: [], ...tap };
    kept.number = await done((await this.#store("readwrite")).add(kept));
    await this.#tell();
    this.flush();
    return kept;
  }

  /** Every tap still here, oldest first. */
  async all() {
    return done((await this.#store("readonly")).getAll());
  }

  /** Forget a refused tap that somebody has seen. */
  async dismiss(number) {
    await done((await this.#store("readwrite")).delete(number));
    await this.#tell();
  }

  async #tell() {
    this.dispatchEvent(new CustomEvent("change", { detail: await this.all() }));
  }

  /** Send what waits, until nothing does or the server cannot be reached. */
  async flush() {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    try {
      for (let tap = await this.#next(); tap; tap = await this.#next()) {
        if (!(await this.#deliver(tap))) break;
        this.#failures = 0;
      }
    } finally {
      this.#sending = false;
      await this.#tell();
    }
  }

  async #next() {
    return (await this.all()).find((tap) => tap.state === "waiting" && tap.user === this.user);
  }

  /** Send one tap; false means that it and all behind it must wait. */
  async #deliver(tap) {
    let answer;
    let said;
    try {
      for (const file of tap.files) file.id ??= await this.#upload(tap, file);
      answer = await this.#post("/api/v1/commands", JSON.stringify({ commands: [this.#command(tap)], wait: true }), { "Content-Type": "application/json" });
      said = await answer.json();
    } catch (fault) {
      if (fault instanceof Refused) return this.#refuse(tap, fault.message);
      return this.#wait(fault instanceof Later ? fault.status : 0);
    }
    if (answer.ok) {
      const [outcome] = said.outcomes;
      if (outcome.state === "REFUSED") return this.#refuse(tap, outcome.refusal.detail);
      await done((await this.#store("readwrite")).delete(tap.number));
      this.online = true;
      this.dispatchEvent(new CustomEvent("applied", { detail: { tap, outcome } }));
      await this.#tell();
      return true;
    }
    if (answer.status === 401 || answer.status >= 500 || AGAIN.has(answer.status)) return this.#wait(answer.status);
    return this.#refuse(tap, said.detail ?? answer.statusText);
  }

  #command({ key, request, work_order_id, occurred_at, files }) {
    const data = files.map(({ field, id }) => ({ key: field, value: id }));
    return { key, work_order_id, occurred_at, request: data.length ? { ...request, data: [...(request.data ?? []), ...data] } : request };
  }

  async #upload(tap, { field, blob, name }) {
    const form = new FormData();
    form.append("file", blob, name);
    const answer = await this.#post("/api/v1/files", form, { "Idempotency-Key": `${tap.key}:${field}` });
    if (answer.ok) return (await answer.json()).id;
    if (answer.status === 401 || answer.status >= 500 || AGAIN.has(answer.status)) throw new Later(answer.status);
    throw new Refused((await answer.json()).detail);
  }

  #post(address, body, headers) {
    return fetch(address, { method: "POST", body, headers: { Accept: "application/json", ...headers }, signal: AbortSignal.timeout(30000) });
  }

  async #refuse(tap, detail) {
    const refused = { ...tap, state: "refused", detail };
    await done((await this.#store("readwrite")).put(refused));
    this.online = true;
    this.dispatchEvent(new CustomEvent("refused", { detail: { tap: refused } }));
    await this.#tell();
    return true;
  }

  #wait(status) {
    this.online = status !== 0;
    if (status === 401) this.dispatchEvent(new CustomEvent("door"));
    this.#timer = setTimeout(() => this.flush(), RETRY[Math.min(this.#failures++, RETRY.length - 1)]);
    return false;
  }
}

class Later extends Error {
  constructor(status) {
    super();
    this.status = status;
  }
}

class Refused extends Error {}
