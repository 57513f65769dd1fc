// A proof's text as a QR code in a PNG, and read back from one by a reader that we did not write.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import encodeQR from "qr";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { png } from "./png.mjs";

/** The PNG of `text` (base45 and its prefix) with the least error correction, as dense as it gets. */
export function qrPng(text) {
  return png(encodeQR(text, "raw", { ecc: "low", encoding: "alphanumeric", border: 4 }), 4);
}

/** The PNG of any text, as on a box; without text a white one. */
export function boxPng(text) {
  const white = Array(40).fill(Array(40).fill(false));
  return png(text === null ? white : encodeQR(text, "raw", { ecc: "medium", border: 4 }), 8);
}

/** What the QR code in a PNG says: its text, its version and its level of error correction. */
export async function readQr(image) {
  prepareZXingModule({ overrides: { wasmBinary: readFileSync(readerFile) } });
  const found = await readBarcodes(new Blob([image]), { formats: ["QRCode"], tryHarder: true });
  if (found.length !== 1) throw new Error(`${found.length} QR codes found, 1 expected`);
  const [{ text, version, ecLevel }] = found;
  return { text, version: Number(version), level: ecLevel };
}

// Given by hand: the reader would look for its wasm on the network.
const readerFile = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
