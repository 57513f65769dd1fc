// Codes as a camera sees them: drawn by a writer that is not ours.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.MEDPROOF_TOOLS_NODE, "x.js"));
const { prepareZXingModule, writeBarcode } = await import(require.resolve("zxing-wasm/writer").replace("/cjs/", "/es/"));
prepareZXingModule({ overrides: { wasmBinary: readFileSync(require.resolve("zxing-wasm/writer/zxing_writer.wasm")) } });

/** The GS1 DataMatrix of a scan such as `]d201…`, as squares: `{data, width, height}`, dark is 0. */
export const dataMatrix = (scan) => write(bracketed(scan), "DataMatrix", "gs1");

/** The QR code of any text. */
export const qrCode = (text) => write(text, "QRCode", "");

/** The same as a PNG. */
export async function dataMatrixPng(scan) {
  const { image } = await writeBarcode(bracketed(scan), { format: "DataMatrix", options: "gs1", scale: 6, addQuietZones: true });
  return Buffer.from(await image.arrayBuffer());
}

async function write(text, format, options) {
  const { symbol, error } = await writeBarcode(text, { format, options });
  if (error) throw new Error(error);
  return symbol;
}

/** The element string with brackets, as the writer wants it. Only what the demonstration's packs have. */
function bracketed(scan) {
  const [, gtin, serial] = /^\]d201(\d{14})21([^\u001d]*)/.exec(scan);
  const rest = scan.split("\u001d").slice(1).map((element) => `(${element.slice(0, 2)})${element.slice(2)}`);
  return `(01)${gtin}(21)${serial}${rest.join("")}`;
}
