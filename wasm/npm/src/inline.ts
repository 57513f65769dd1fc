import { Client, checkFork, initSync, messageFromText, parseScan } from "./glue/medproof_wasm.js";
import { WASM } from "./inline-wasm.js";
import { Verifier } from "./verifier.js";

export * from "./exports.js";

let verifier: Verifier | undefined;

/** Starts the verifier, once, from the bytes inside this script: for pages of one file and for test runners. */
export async function load(): Promise<Verifier> {
  if (!verifier) {
    initSync({ module: Uint8Array.from(atob(WASM), (letter) => letter.charCodeAt(0)) });
    verifier = new Verifier({ Client, checkFork, messageFromText, parseScan });
  }
  return verifier;
}
