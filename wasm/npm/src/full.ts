import * as argument from "./arguments.js";
import { VerifyError, attempt } from "./error.js";
import start, { Client as Inner, checkFork, initSync, messageFromText, parseScan } from "./glue/medproof_wasm_full.js";
import type { Source } from "./index.js";
import type { Opened, Policy, Problem, Seller } from "./records.js";
import { Client, Verifier, opened } from "./verifier.js";

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
    const given = [argument.text(scan), argument.bytes(bundle), argument.milliseconds(nowMs), checked(policy)] as const;
    return told(() => this.#inner.verifyBundle(...given) as Opened);
  }

  /**
   * Whether the seller at `domain` is a member that may give medicines to patients, from a bundle about one member.
   * `domain` is a host name in lower case, without port; a name in other letters as `xn--`.
   */
  verifySeller(domain: string, bundle: Uint8Array, nowMs: number | bigint, policy: Policy): Seller {
    const given = [argument.text(domain), argument.bytes(bundle), argument.milliseconds(nowMs), checked(policy)] as const;
    return told(() => this.#inner.verifySeller(...given) as Seller);
  }

  /** Whether disclosed fields belong to the record on the ledger; null if no such record is there. */
  verifyRecord(disclosure: Uint8Array, proof: Uint8Array, nowMs: number | bigint): boolean | null {
    const given = [argument.bytes(disclosure), argument.bytes(proof), argument.milliseconds(nowMs)] as const;
    return told(() => this.#inner.verifyRecord(...given) ?? null);
  }
}

/** A policy of which core reads each field. */
function checked(policy: Policy): object {
  const limit = (value: unknown) => argument.optional(value, argument.milliseconds);
  return {
    purpose: argument.text(policy?.purpose),
    mode: argument.text(policy.mode),
    max_age_online_ms: limit(policy.max_age_online_ms),
    max_age_carried_ms: limit(policy.max_age_carried_ms),
    clock_tolerance_ms: limit(policy.clock_tolerance_ms),
  };
}

/** An answer of this build: what it throws is the problem, or a trap. */
function told<T>(ask: () => T): T {
  return attempt(() => {
    try {
      return ask();
    } catch (thrown) {
      throw isProblem(thrown) ? new VerifyError(thrown) : thrown;
    }
  });
}

const isProblem = (thrown: unknown): thrown is Problem => typeof (thrown as Problem | null)?.code === "string";

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
