// Codes by camera. What reads them is large, so it is loaded only when somebody asks for it, into a worker of its own.
import { signal } from "./signals.js";

const EVERY = 180;
const dialog = document.getElementById("camera");
let worker = null;
let stream = null;
let looking = null;

async function start(words) {
  if (!window.isSecureContext) return signal("bad", words.insecure);
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    return signal("bad", words.noCamera);
  }
  worker ??= new Worker(words.scanner, { type: "module" });
  worker.onmessage = ({ data: codes }) => {
    if (!codes.length || !stream) return;
    dialog.close();
    dispatchEvent(new CustomEvent("scanned", { detail: codes[0] }));
  };
  const view = dialog.querySelector("video");
  view.srcObject = stream;
  dialog.showModal();
  await view.play();
  looking = setInterval(async () => {
    if (view.videoWidth) {
      const frame = await createImageBitmap(view);
      worker.postMessage(frame, [frame]);
    }
  }, EVERY);
  return undefined;
}

function stop() {
  clearInterval(looking);
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

/** Let every [data-camera] button open it. */
export function listen(words) {
  document.addEventListener("click", (event) => event.target.closest("[data-camera]") && start(words));
  dialog.addEventListener("close", stop);
}
