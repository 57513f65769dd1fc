import { readFileSync } from "node:fs";
import { Client, checkFork, initSync, messageFromText, parseScan } from "./glue/medproof_wasm.js";
import { Verifier } from "./verifier.js";

export * from "./exports.js";

let verifier;

/** Starts the verifier, once, from the file beside this one or from what is handed in. */
export async function load(source) {
  if (!verifier) {
    const module = (await source) ?? readFileSync(new URL("./medproof_wasm_bg.wasm", import.meta.url));
    initSync({ module: module instanceof Response ? await module.arrayBuffer() : module });
    verifier = new Verifier({ Client, checkFork, messageFromText, parseScan });
  }
  return verifier;
}
