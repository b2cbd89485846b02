// The worker that finds codes in pictures: QR, DataMatrix and Code 128, by zxing compiled for browsers and served here.
import { BarcodeDetector, prepareZXingModule } from "barcode-detector/ponyfill";
import program from "zxing-wasm/reader/zxing_reader.wasm";

prepareZXingModule({ overrides: { locateFile: () => program } });
const detector = new BarcodeDetector({ formats: ["qr_code", "data_matrix", "code_128", "code_39", "ean_13"] });
let busy = false;

addEventListener("message", async ({ data: picture }) => {
  if (busy) return;
  busy = true;
  try {
    postMessage((await detector.detect(picture)).map((code) => code.rawValue));
  } finally {
    busy = false;
  }
});
