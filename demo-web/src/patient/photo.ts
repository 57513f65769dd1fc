import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

/** The text of the first code in a photo, GS characters and symbology identifier kept; null if there is none. */
export async function codeInPhoto(photo: Blob): Promise<string | null> {
  // Left to itself the scanner would load its wasm from a server of strangers.
  prepareZXingModule({ overrides: { locateFile: () => new URL(wasmUrl, document.baseURI).href } });
  const found = await readBarcodes(photo, { formats: ["DataMatrix", "QRCode", "Code128"], tryHarder: true, maxNumberOfSymbols: 1 });
  const [first] = found;
  return first ? `${first.symbologyIdentifier}${new TextDecoder().decode(first.bytes)}` : null;
}
