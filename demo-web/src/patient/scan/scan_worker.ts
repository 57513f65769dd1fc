// The scanner: finds the codes in a picture, away from the page's own thread. It is loaded when somebody scans.

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";
import type { Found, Picture } from "./scanner.js";

// Left to itself the scanner would load its wasm from a server of strangers.
prepareZXingModule({ overrides: { locateFile: () => new URL(wasmUrl, import.meta.url).href } });

addEventListener("message", async ({ data }: MessageEvent<Picture>) => {
  const found: Found = await codeIn(data).then((text) => ({ text }), (cause) => ({ fault: String(cause) }));
  postMessage(found);
});

/** The text of the first code: GS characters and symbology identifier are kept. */
async function codeIn({ picture, isPhoto }: Picture): Promise<string | null> {
  const found = await readBarcodes(pixels(picture), {
    formats: ["DataMatrix", "QRCode", "Code128"],
    tryHarder: isPhoto,
    maxNumberOfSymbols: 1,
  });
  const [first] = found;
  return first ? `${first.symbologyIdentifier}${new TextDecoder().decode(first.bytes)}` : null;
}

function pixels(picture: ImageBitmap): ImageData {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const [width, height] = [Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale))];
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("there is no canvas");
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  return context.getImageData(0, 0, width, height);
}

/** In pixels. A photo of 48 million pixels would fill a phone's memory, and shows nothing more of a code. */
const LONGEST_SIDE = 2_400;
