import * as argument from "./arguments.js";
import { attempt } from "./error.js";
import * as field from "./fields.js";
import { Request, read } from "./fields.js";
import start, { Client as Inner, checkFork, initSync, messageFromText, parseScan } from "./glue/medproof_wasm_full.js";
import type { Source } from "./index.js";
import { openedBundle, seller } from "./opened.js";
import type { Opened, Policy, Seller } from "./records.js";
import { Client, Verifier, judged, opened } from "./verifier.js";

export * from "./exports.js";

/** The verifier that also reads bundles, sellers' proofs and disclosed records. */
export class FullVerifier extends Verifier {
  override client(anchor: Uint8Array, memory?: Uint8Array | null): FullClient {
    return new FullClient(opened(Inner, anchor, memory));
  }
}

/** A light client that also reads bundles, sellers' proofs and disclosed records. */
export class FullClient extends Client {
  readonly #inner: Inner;

  /** @internal Callers get one from `FullVerifier.client`. */
  constructor(inner: Inner) {
    super(inner);
    this.#inner = inner;
  }

  /** The verdict about the text of a scan from a bundle, with what the bundle proves beside it. */
  verifyBundle(scan: string, bundle: Uint8Array, nowMs: number | bigint, policy: Policy): Opened {
    const request = judged(new Request().text(argument.text(scan)), bundle, nowMs, policy);
    return attempt(() => read(this.#inner.verifyBundle(request.whole()), openedBundle));
  }

  /**
   * Whether the seller at `domain` is a member that may give medicines to patients, from a bundle about one member.
   * `domain` is a host name in lower case, without port; a name in other letters as `xn--`.
   */
  verifySeller(domain: string, bundle: Uint8Array, nowMs: number | bigint, policy: Policy): Seller {
    const request = judged(new Request().text(argument.text(domain)), bundle, nowMs, policy);
    return attempt(() => read(this.#inner.verifySeller(request.whole()), seller));
  }

  /** Whether disclosed fields belong to the record on the ledger; null if no such record is there. */
  verifyRecord(disclosure: Uint8Array, proof: Uint8Array, nowMs: number | bigint): boolean | null {
    const request = new Request().bytes(argument.bytes(disclosure)).bytes(argument.bytes(proof));
    request.number(argument.milliseconds(nowMs));
    return attempt(() => read(this.#inner.verifyRecord(request.whole()), field.maybe(field.truth)));
  }
}

let verifier: Promise<FullVerifier> | undefined;

/** Starts the verifier, once, as `load` of `@medproof/verify` does. Node hands in the bytes of `@medproof/verify/full.wasm`. */
export function load(source?: Source): Promise<FullVerifier> {
  verifier ??= begin(source).catch((cause: unknown) => {
    verifier = undefined;
    throw cause;
  });
  return verifier;
}

async function begin(source?: Source): Promise<FullVerifier> {
  const given = await source;
  if (given instanceof Uint8Array || given instanceof ArrayBuffer) initSync({ module: given });
  else await start(given === undefined ? undefined : { module_or_path: given });
  return new FullVerifier({ Client: Inner, checkFork, messageFromText, parseScan });
}
