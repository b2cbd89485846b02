// What happened to a tap, for eyes and ears: a word on a colour, and a tone.
const TONES = { good: [[880, 0.09], [1320, 0.12]], bad: [[220, 0.22], [165, 0.3]] };
const SHOWN = 4000;
let sound = null;
let hiding = null;

function play(kind) {
  try {
    sound ??= new AudioContext();
    let at = sound.currentTime;
    for (const [pitch, lasting] of TONES[kind]) {
      const [tone, volume] = [sound.createOscillator(), sound.createGain()];
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.12, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + lasting);
      tone.connect(volume).connect(sound.destination);
      tone.start(at);
      tone.stop(at + lasting);
      at += lasting;
    }
  } catch {
    // A device without sound still shows the word.
  }
}

/** Say it: kind is good, bad or plain; plain makes no sound. */
export function signal(kind, text) {
  const place = document.getElementById("signal");
  place.textContent = text;
  place.dataset.kind = kind;
  place.hidden = false;
  // Shown last, it lies above every dialog; a browser without popovers shows it in the page.
  if (place.showPopover) {
    place.togglePopover(false);
    place.showPopover();
  }
  clearTimeout(hiding);
  hiding = setTimeout(() => (place.hidden = true), SHOWN);
  if (kind !== "plain") play(kind);
}
