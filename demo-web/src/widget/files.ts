import { type Verifier, load } from "@medproof/verify";
import { type FullVerifier, load as loadFull } from "@medproof/verify/full";
import files from "medproof:files";
import full from "medproof:full";
import { pinned } from "./pinned.js";

let started: Promise<Verifier> | undefined;

/** The verifier, if its wasm is the very one that this script was built with. A failure is not kept: the next may succeed. */
export function verifier(): Promise<Verifier> {
  started ??= load(pinned(files.wasm)).catch((cause: unknown) => {
    started = undefined;
    throw cause;
  });
  return started;
}

/** The verifier that also reads bundles, likewise. */
export function fullVerifier(): Promise<FullVerifier> {
  return loadFull(pinned(full.wasm));
}
