// The station's pages are kept for when there is no network: this one, the list, and the work it offers. Browsers allow
// that over HTTPS and on the machine itself. What a person does on the page they have just opened goes first.
const MOST = 20;
const AFTER = 1500;

if (window.isSecureContext && "serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js").catch(() => {}); // left meanwhile; the next page asks again
  navigator.serviceWorker.ready.then(({ active }) => {
    const work = [...document.querySelectorAll("a[data-work-card]")].slice(0, MOST).map((card) => card.href);
    setTimeout(() => active.postMessage([window.location.href, new URL("/station", window.location).href, ...work]), AFTER);
  });
}
