// Taps are written to IndexedDB first and sent from there: in order, one at a time, each with a key of its own, so that
// neither a lost answer nor a second try does anything twice. What the server refuses stays here until a person has
// seen it. A tap may be held for some seconds, in which it can be undone; those behind it wait for it. Works without a
// service worker and on plain HTTP.
const STORE = "taps";
const RETRY = [1000, 2000, 5000, 10000];
const AGAIN = new Set([408, 409, 425, 429]);
const TOO_LARGE = 413; // which a server on the way may say as well, in a page of its own

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

  async #store(mode, durability) {
    return (await this.#base).transaction(STORE, mode, { durability }).objectStore(STORE);
  }

  /** Write in one transaction and return what is here then. On disk at once, but for what a second try cannot harm. */
  async #write(change, durability = "strict") {
    const store = await this.#store("readwrite", durability);
    change(store);
    return done(store.getAll());
  }

  /**
   * Keep a tap, then send it; resolves as soon as it is kept. It is a command at a work order, or with `address` any
   * request. `files` are sent before it, and named in its data. With `holds` seconds it can be undone meanwhile; what
   * was held before is sent at once, for the person has gone on. All in one transaction: somebody waits for it.
   */
  async add({ holds = 0, ...tap }) {
    const kept = { key: newKey(), user: this.user, state: holds ? "held" : "waiting", until: Date.now() + holds * 1000, files: [], ...tap };
    const store = await this.#store("readwrite", "strict");
    const taps = this.#letGo(store, await done(store.getAll()));
    kept.number = await done(store.add(kept));
    this.#goOn([...taps, kept]);
    return kept;
  }

  /** Let go of what is held, so that it is sent now. */
  async release(which = () => true) {
    const store = await this.#store("readwrite", "strict");
    this.#goOn(this.#letGo(store, await done(store.getAll()), which));
  }

  #letGo(store, taps, which = () => true) {
    for (const tap of taps.filter((one) => one.state === "held" && one.user === this.user && which(one))) {
      tap.state = "waiting";
      store.put(tap);
    }
    return taps;
  }

  /** Forget a tap that is still held; false where it is on its way already. */
  async undo(number) {
    const undone = await this.#change(number, () => null);
    this.#goOn(await this.all());
    return undone;
  }

  /** Change a held tap in one transaction, to nothing or to another; false where it is not held any more. */
  async #change(number, to) {
    const store = await this.#store("readwrite", "strict");
    const tap = await done(store.get(number));
    if (tap?.state !== "held") return false;
    const changed = to(tap);
    await done(changed ? store.put(changed) : store.delete(number));
    return true;
  }

  /** Every tap still here, oldest first. */
  async all() {
    return done((await this.#store("readonly")).getAll());
  }

  /** Forget a refused tap that somebody has seen. */
  async dismiss(number) {
    this.#tell(await this.#write((store) => store.delete(number)));
  }

  #tell(taps) {
    this.dispatchEvent(new CustomEvent("change", { detail: taps }));
  }

  #goOn(taps) {
    this.#tell(taps);
    this.flush(taps);
  }

  /** Send what waits, until nothing does or the server cannot be reached. `known` is what was just read. */
  async flush(known) {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    let taps = known;
    try {
      taps ??= await this.all();
      while (taps) {
        const tap = await this.#next(taps);
        if (!tap) break;
        taps = await this.#deliver(tap);
        if (taps) this.#failures = 0;
      }
    } finally {
      this.#sending = false;
    }
    if (!taps) this.#tell(await this.all());
  }

  /** The first tap to send; one that is still held keeps back all behind it. */
  async #next(taps) {
    const first = taps.find((tap) => tap.state !== "refused" && tap.user === this.user);
    if (first?.state !== "held") return first;
    const left = first.until - Date.now();
    if (left > 0) {
      this.#timer = setTimeout(() => this.flush(), left);
      return undefined;
    }
    await this.#change(first.number, (tap) => ({ ...tap, state: "waiting" }));
    return this.#next(await this.all());
  }

  /** Send one tap and return what is left; undefined means that it and all behind it must wait. */
  async #deliver(tap) {
    let answer;
    let said;
    try {
      for (const [place, file] of tap.files.entries()) file.id ??= await this.#upload(tap, file, place);
      answer = await (tap.address ? this.#ask(tap) : this.#post("/api/v1/commands", { commands: [this.#command(tap)], wait: true }));
      said = await answer.json();
    } catch (fault) {
      if (fault instanceof Refused) return this.#refuse(tap, fault.message, fault.cause);
      return this.#wait(fault instanceof Later ? fault.status : 0);
    }
    if (answer.ok) {
      const [outcome] = said.outcomes ?? [{}];
      if (outcome.state === "REFUSED") return this.#refuse(tap, outcome.refusal.detail, outcome.refusal);
      // Were this lost in a power cut, the tap would be sent again, under its key, and answered as it was.
      const taps = await this.#write((store) => store.delete(tap.number), "relaxed");
      this.online = true;
      this.dispatchEvent(new CustomEvent("applied", { detail: { tap, outcome } }));
      this.#tell(taps);
      return taps;
    }
    if (answer.status === 401 || answer.status >= 500 || AGAIN.has(answer.status)) return this.#wait(answer.status);
    return this.#refuse(tap, said.detail ?? answer.statusText, { kind: kindOf(said) });
  }

  #command({ key, request, work_order_id, occurred_at, files }) {
    const data = files.filter(({ field }) => field).map(({ field, id }) => ({ key: field, value: id }));
    return { key, work_order_id, occurred_at, request: data.length ? { ...request, data: [...(request.data ?? []), ...data] } : request };
  }

  #ask({ key, address, request }) {
    return this.#post(address, request, { "Idempotency-Key": key });
  }

  /** Send a file; one that no field of the work asks for is attached to the work itself. */
  async #upload(tap, { field, blob, name, caption }, place) {
    const form = new FormData();
    form.append("file", blob, name);
    const { id } = await this.#sent(await this.#send("/api/v1/files", form, { "Idempotency-Key": `${tap.key}:${field ?? place}` }));
    if (!field) await this.#sent(await this.#post("/api/v1/attachments", { file_id: id, work_order_id: tap.work_order_id, caption }, { "Idempotency-Key": `${tap.key}:${place}:at` }));
    return id;
  }

  async #sent(answer) {
    if (answer.ok) return answer.json();
    if (answer.status === 401 || answer.status >= 500 || AGAIN.has(answer.status)) throw new Later(answer.status);
    const said = await answer.json().catch((fault) => {
      if (answer.status !== TOO_LARGE) throw fault;
      return { type: "/problems/too-large", detail: "" };
    });
    throw new Refused(said.detail, { cause: { kind: kindOf(said), pattern: said.detail } });
  }

  #post(address, content, headers) {
    return this.#send(address, content === undefined ? undefined : JSON.stringify(content), { "Content-Type": "application/json", ...headers });
  }

  #send(address, body, headers) {
    return fetch(address, { method: "POST", body, headers: { Accept: "application/json", ...headers }, signal: AbortSignal.timeout(30000) });
  }

  async #refuse(tap, detail, { kind, pattern, named } = {}) {
    const refused = { ...tap, state: "refused", detail, kind, pattern, named };
    const taps = await this.#write((store) => store.put(refused));
    this.online = true;
    this.dispatchEvent(new CustomEvent("refused", { detail: { tap: refused } }));
    this.#tell(taps);
    return taps;
  }

  #wait(status) {
    this.online = status !== 0;
    if (status === 401) this.dispatchEvent(new CustomEvent("door"));
    this.#timer = setTimeout(() => this.flush(), RETRY[Math.min(this.#failures++, RETRY.length - 1)]);
    return undefined;
  }
}

class Later extends Error {
  constructor(status) {
    super();
    this.status = status;
  }
}

/** Why a file was refused; the cause is what the sentence is found by in other languages. */
class Refused extends Error {}

const kindOf = (problem) => problem.type?.split("/").pop();
