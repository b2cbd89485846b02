// Photos are made small enough to travel: at most 2000 pixels wide or high, as JPEG. Other files stay as they are.
const LARGEST = 5_000_000;
const SMALL = 1_000_000;
const PIXELS = 2000;

/** A file ready to be kept and sent; null where it stays too large. */
export async function ready(file) {
  if (!file.type.startsWith("image/") || file.size <= SMALL) return file.size <= LARGEST ? file : null;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, PIXELS / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.width, picture.height].map((side) => Math.round(side * scale));
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#ffffff"; // JPEG has no glass: what was clear would become black
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const smaller = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    return new File([smaller], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file.size <= LARGEST ? file : null;
  }
}
