import start, { Client, checkFork, messageFromText, parseScan } from "./glue/medproof_wasm.js";
import { Verifier } from "./verifier.js";

export * from "./exports.js";

/** The wasm: where it lies, an answer to a request for it, its bytes, or what was compiled from them. */
export type Source = string | URL | Request | Response | Promise<Response> | BufferSource | WebAssembly.Module;

let verifier: Promise<Verifier> | undefined;

/**
 * Starts the verifier, once.
 *
 * Without `source` the wasm is fetched from beside this script. A page with a strict policy, a worker or a
 * test hands in what it has.
 */
export function load(source?: Source): Promise<Verifier> {
  verifier ??= begin(source);
  return verifier;
}

async function begin(source?: Source): Promise<Verifier> {
  try {
    await start(source === undefined ? undefined : { module_or_path: source });
    return new Verifier({ Client, checkFork, messageFromText, parseScan });
  } catch (cause) {
    // The next attempt may succeed: the network was away, or the cache held half of it.
    verifier = undefined;
    throw cause;
  }
}
