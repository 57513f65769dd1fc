import { type Verifier, load } from "@medproof/verify";
import type { Catalogue } from "@medproof/verify/explain";
import { type FullVerifier, load as loadFull } from "@medproof/verify/full";
import files from "medproof:files";
import full from "medproof:full";
import { catalogueOf } from "../words.js";

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

/** The sentences in the language of a BCP 47 tag, if they are the very ones that this script was built with. */
export async function catalogue(language: string): Promise<Catalogue> {
  return (await pinned(files[catalogueOf(language)])).json();
}

function pinned({ url, integrity }: { url: string; integrity: string }): Promise<Response> {
  return answered(url, { integrity });
}

/** An answer of this page's own server. */
export async function answered(address: string | URL, more: RequestInit = {}): Promise<Response> {
  const response = await fetch(new URL(address, document.baseURI), { credentials: "omit", ...more });
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return response;
}
