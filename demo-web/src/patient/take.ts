import type { App } from "./app.js";

/** Goes on with the code in a photo, or says that there is none. */
export async function codeInPhoto(app: App, photo: Blob, told: HTMLElement): Promise<void> {
  told.textContent = app.text.photoReading;
  const found = await createImageBitmap(photo).then((picture) => app.scanner.read(picture, true), () => null)
    .catch(() => undefined);
  if (found) return app.take(found);
  told.textContent = found === undefined ? app.text.scannerFault : app.text.photoNone;
}

/** Takes a proof out of a file. It is judged when the pack is known. */
export async function openSaved(app: App, file: Blob, told: HTMLElement): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!isMessage(bytes)) {
    told.textContent = app.text.savedNone;
    return;
  }
  carry(app, bytes);
}

/** Goes on with a proof that was brought along: to the pack that it is about. */
export function carry(app: App, proof: Uint8Array): void {
  app.session.carried = proof;
  app.go(app.session.scan === null ? "start" : "purpose");
}

/** The proof in the text of a scanned QR code, or null. */
export async function carriedIn(app: App, scan: string): Promise<Uint8Array | null> {
  const text = scan.replace(/^\][A-Za-z]\w/, "");
  const at = text.indexOf("#mp1=");
  if (!text.startsWith("MP1:") && at < 0) return null;
  const proof = await app.check.message(at < 0 ? text : text.slice(at + 1)).catch(() => null);
  return proof && isMessage(proof) ? proof : null;
}

/** Every message of MedProof begins so; what is behind it is judged by the verifier. */
function isMessage(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.slice(0, 4)) === "MPRF";
}
