// Keeps the station usable without network: built files from the cache, pages of the station from the network, or as they
// last were where it does not answer in time. Never anything else: no POST, no stream, no other page.
// PRECACHED is put before this file by the server; another list is another worker, which begins with empty caches.
const FILES = `files-${PRECACHED.join()}`;
const PAGES = `pages-${PRECACHED.join()}`;
const PATIENCE = 3000;
const KEPT_AT = "x-kept-at";
const STATION = /^\/station(\/|$)/;
const DOORS = /^\/(log-?in|logout|sign-up|invitations|api\/v1\/auth)(\/|$)/;
// Taps and the stream never concern this worker: where browsers know how, they do not even wake it.
const PAST = ["/api/v1/commands", "/api/v1/live"];
let person = 0; // counted on at each door, so that no page still on its way is kept for whoever comes next
const underWay = new Map();

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.addRoutes?.(PAST.map((pathname) => ({ condition: { urlPattern: { pathname } }, source: "network" })));
  event.waitUntil(caches.open(FILES).then((files) => files.addAll(PRECACHED)));
});

self.addEventListener("activate", (event) => event.waitUntil(begin()));

async function begin() {
  const old = (await caches.keys()).filter((name) => name !== FILES && name !== PAGES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  // Standing at a door counts as well: until a log-out is answered, the page that is left may still ask for its parts.
  if (DOORS.test(pathname) && (request.method !== "GET" || request.mode === "navigate")) event.waitUntil(forget());
  if (request.method !== "GET") return;
  if (pathname.startsWith("/static/")) {
    event.respondWith(file(event));
  } else if (STATION.test(pathname)) {
    event.respondWith(page(event));
  }
});

// The station says what it shows and offers; what is not kept yet is fetched, one after the other.
self.addEventListener("message", (event) => event.waitUntil(keep(event.data)));

async function keep(addresses) {
  const pages = await caches.open(PAGES);
  for (const address of addresses.filter((each) => STATION.test(new URL(each).pathname))) {
    await underWay.get(address)?.catch(() => {}); // the page that asks was fetched a moment ago
    if (await pages.match(address, { ignoreVary: true })) continue;
    await fromNetwork({ request: new Request(address) }).catch(() => {});
  }
}

function forget() {
  person += 1;
  return caches.delete(PAGES);
}

async function file(event) {
  const { request } = event;
  const known = await caches.match(request, { ignoreVary: true });
  if (known) return known;
  const fresh = await fetch(request);
  if (fresh.ok) {
    const copy = fresh.clone();
    event.waitUntil(caches.open(FILES).then((files) => files.put(request, copy)).catch(() => {}));
  }
  return fresh;
}

async function page(event) {
  const fresh = fromNetwork(event);
  event.waitUntil(fresh.catch(() => {}));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const first = await Promise.race([fresh.catch(() => undefined), late]);
  return first ?? (await asItWas(event.request)) ?? fresh;
}

function fromNetwork({ request }) {
  const fresh = fetched(request).finally(() => underWay.delete(request.url));
  underWay.set(request.url, fresh);
  return fresh;
}

async function fetched(request) {
  const whose = person;
  const answer = await fetch(request);
  if (answer.redirected || answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) await forget();
  else if (answer.ok && whose === person) {
    const kept = new Response(await answer.clone().blob(), { headers: answer.headers });
    kept.headers.set(KEPT_AT, Date.now());
    if (whose === person) await (await caches.open(PAGES)).put(request.url, kept);
  }
  return answer;
}

// A page says what time it is at the server; one from the cache must not set the clock back.
async function asItWas(request) {
  const kept = await (await caches.open(PAGES)).match(request.url, { ignoreVary: true });
  if (!kept) return undefined;
  const since = Date.now() - Number(kept.headers.get(KEPT_AT));
  const text = (await kept.text()).replace(/data-now="([^"]+)"/, (_, then) => `data-now="${new Date(new Date(then).getTime() + since).toISOString()}"`);
  return new Response(text, { headers: kept.headers });
}
