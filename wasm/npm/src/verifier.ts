import * as argument from "./arguments.js";
import { attempt } from "./error.js";
import type * as glue from "./glue/medproof_wasm.js";
import type { Advanced, AnchorInfo, Many, Policy, ScanInfo, Verdict } from "./records.js";

type Glue = typeof glue;

/** The verifier, once its wasm has started. */
export class Verifier {
  readonly #glue: Glue;

  /** @internal Callers get one from `load`. */
  constructor(started: Glue) {
    this.#glue = started;
  }

  /** A light client that trusts `anchor`, and goes on from what an earlier one stored. */
  client(anchor: Uint8Array, memory?: Uint8Array | null): Client {
    const stored = argument.optional(memory, argument.bytes);
    const trusted = argument.bytes(anchor);
    const { Client: Inner } = this.#glue;
    return new Client(this.#glue, attempt(() => (stored ? Inner.resume(trusted, stored) : new Inner(trusted))));
  }

  /** Reads the text of a scan. What a scanner damaged is repaired, unless `strict`. */
  parseScan(scan: string, strict = false): ScanInfo {
    const text = argument.text(scan);
    return attempt(() => this.#glue.parseScan(text, strict)) as ScanInfo;
  }

  /** The height of a fork, if its two headers were both signed by the quorum that it names. */
  checkFork(fork: Uint8Array): bigint {
    const evidence = argument.bytes(fork);
    return attempt(() => this.#glue.checkFork(evidence));
  }

  /** The message in the text of a QR code or in a URL fragment; null if it is neither. */
  messageFromText(carried: string): Uint8Array | null {
    const text = argument.text(carried);
    return attempt(() => this.#glue.messageFromText(text)) ?? null;
  }
}

/** A light client. It holds what it trusts; bytes from nodes are checked against that. */
export class Client {
  readonly #glue: Glue;
  readonly #inner: glue.Client;

  /** @internal Callers get one from `Verifier.client`. */
  constructor(started: Glue, inner: glue.Client) {
    this.#glue = started;
    this.#inner = inner;
  }

  /** What is to be stored before an answer is shown. */
  memory(): Uint8Array {
    return attempt(() => this.#inner.memory());
  }

  /** What this client trusts. */
  anchor(): AnchorInfo {
    return attempt(() => this.#inner.anchor()) as AnchorInfo;
  }

  /** The newest trusted height. */
  height(): bigint {
    return attempt(() => this.#inner.height());
  }

  /** The log size from which an update should prove that history was only added to. */
  historySize(): bigint {
    return attempt(() => this.#inner.historySize());
  }

  /** Evidence of a fork, if one was seen: anyone can check it with `Verifier.checkFork`. */
  fork(): Uint8Array | null {
    return attempt(() => this.#inner.fork()) ?? null;
  }

  /** What to ask a node for, so that it does not learn which pack it is; null unless the scan names one pack. */
  bucketPrefix(scan: string, bits: number): Uint8Array | null {
    const text = argument.text(scan);
    return attempt(() => this.#inner.bucketPrefix(text, bits)) ?? null;
  }

  /** Goes forward to the update's header. */
  advance(update: Uint8Array, nowMs: number | bigint): Advanced {
    const [taken, now] = [argument.bytes(update), argument.milliseconds(nowMs)];
    return attempt(() => this.#inner.advance(taken, now)) as Advanced;
  }

  /** The verdict about the text of a scan. */
  verify(scan: string, proof: Uint8Array, nowMs: number | bigint, policy: Policy): Verdict {
    const [text, bytes, now] = [argument.text(scan), argument.bytes(proof), argument.milliseconds(nowMs)];
    return this.#judged(policy, (inner) => this.#inner.verify(text, bytes, now, inner)) as Verdict;
  }

  /** The verdict about one scanned pack, from a bucket of its product. */
  verifyBucket(scan: string, bucket: Uint8Array, nowMs: number | bigint, policy: Policy): Verdict {
    const [text, bytes, now] = [argument.text(scan), argument.bytes(bucket), argument.milliseconds(nowMs)];
    return this.#judged(policy, (inner) => this.#inner.verifyBucket(text, bytes, now, inner)) as Verdict;
  }

  /** The verdicts about several scans from one proof, which must answer exactly these. */
  verifyMany(scans: string[], proof: Uint8Array, nowMs: number | bigint, policy: Policy): Many {
    const [texts, bytes, now] = [argument.texts(scans), argument.bytes(proof), argument.milliseconds(nowMs)];
    return this.#judged(policy, (inner) => this.#inner.verifyMany(texts, bytes, now, inner)) as Many;
  }

  /** Whether disclosed fields belong to the record on the ledger; null if no such record is there. */
  verifyRecord(disclosure: Uint8Array, proof: Uint8Array, nowMs: number | bigint): boolean | null {
    const [fields, bytes, now] = [argument.bytes(disclosure), argument.bytes(proof), argument.milliseconds(nowMs)];
    return attempt(() => this.#inner.verifyRecord(fields, bytes, now)) as boolean | null;
  }

  /** Gives the memory of the wasm back. Without it, the garbage collector does so later. */
  free(): void {
    this.#inner.free();
  }

  #judged(policy: Policy, judge: (policy: glue.Policy) => unknown): unknown {
    const limit = (value: unknown) => argument.optional(value, argument.milliseconds);
    const inner = new this.#glue.Policy(
      argument.text(policy?.purpose),
      argument.text(policy.mode),
      limit(policy.max_age_online_ms),
      limit(policy.max_age_carried_ms),
      limit(policy.clock_tolerance_ms),
    );
    try {
      return attempt(() => judge(inner));
    } finally {
      inner.free();
    }
  }
}
