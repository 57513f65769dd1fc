import * as argument from "./arguments.js";
import { attempt } from "./error.js";
import * as field from "./fields.js";
import { Request, read } from "./fields.js";
import type * as small from "./glue/medproof_wasm.js";
import type { Advanced, AnchorInfo, Many, Policy, ScanInfo, Verdict } from "./records.js";

/** @internal What the wasm of either build exports. */
export type Glue = Pick<typeof small, "Client" | "parseScan" | "checkFork" | "messageFromText">;

/** The verifier, once its wasm has started. */
export class Verifier {
  readonly #glue: Glue;

  /** @internal Callers get one from `load`. */
  constructor(started: Glue) {
    this.#glue = started;
  }

  /** A light client that trusts `anchor`, and goes on from what an earlier one stored. */
  client(anchor: Uint8Array, memory?: Uint8Array | null): Client {
    return new Client(opened(this.#glue.Client, anchor, memory));
  }

  /** Reads the text of a scan. What a scanner damaged is repaired, unless `strict`. */
  parseScan(scan: string, strict = false): ScanInfo {
    const request = new Request().text(argument.text(scan)).byte(strict ? 1 : 0);
    return attempt(() => read(this.#glue.parseScan(request.whole()), field.scanInfo));
  }

  /** The height of a fork, if its two headers were both signed by the quorum that it names. */
  checkFork(fork: Uint8Array): bigint {
    const request = new Request().bytes(argument.bytes(fork));
    return attempt(() => read(this.#glue.checkFork(request.whole()), field.number));
  }

  /** The message in the text of a QR code or in a URL fragment; null if it is neither. */
  messageFromText(carried: string): Uint8Array | null {
    const request = new Request().text(argument.text(carried));
    return attempt(() => read(this.#glue.messageFromText(request.whole()), field.maybe(field.bytes)));
  }
}

/** A light client. It holds what it trusts; bytes from nodes are checked against that. */
export class Client {
  readonly #inner: small.Client;

  /** @internal Callers get one from `Verifier.client`. */
  constructor(inner: small.Client) {
    this.#inner = inner;
  }

  /** What is to be stored before an answer is shown. */
  memory(): Uint8Array {
    return attempt(() => read(this.#inner.memory(), field.bytes));
  }

  /** What this client trusts. */
  anchor(): AnchorInfo {
    return this.#info().anchor;
  }

  /** The newest trusted height. */
  height(): bigint {
    return this.#info().height;
  }

  /** The log size from which an update should prove that history was only added to. */
  historySize(): bigint {
    return this.#info().history_size;
  }

  /** Evidence of a fork, if one was seen: anyone can check it with `Verifier.checkFork`. */
  fork(): Uint8Array | null {
    return this.#info().fork;
  }

  /** What to ask a node for, so that it does not learn which pack it is; null unless the scan names one pack. */
  bucketPrefix(scan: string, bits: number): Uint8Array | null {
    const request = new Request().text(argument.text(scan)).byte(bits);
    return attempt(() => read(this.#inner.bucketPrefix(request.whole()), field.maybe(field.bytes)));
  }

  /** Goes forward to the update's header. */
  advance(update: Uint8Array, nowMs: number | bigint): Advanced {
    const request = new Request().bytes(argument.bytes(update)).number(argument.milliseconds(nowMs));
    return attempt(() => read(this.#inner.advance(request.whole()), field.advanced));
  }

  /** The verdict about the text of a scan. */
  verify(scan: string, proof: Uint8Array, nowMs: number | bigint, policy: Policy): Verdict {
    const request = judged(new Request().text(argument.text(scan)), proof, nowMs, policy);
    return attempt(() => read(this.#inner.verify(request.whole()), field.verdict));
  }

  /** The verdict about one scanned pack, from a bucket of its product. */
  verifyBucket(scan: string, bucket: Uint8Array, nowMs: number | bigint, policy: Policy): Verdict {
    const request = judged(new Request().text(argument.text(scan)), bucket, nowMs, policy);
    return attempt(() => read(this.#inner.verifyBucket(request.whole()), field.verdict));
  }

  /** The verdicts about several scans from one proof, which must answer exactly these. */
  verifyMany(scans: string[], proof: Uint8Array, nowMs: number | bigint, policy: Policy): Many {
    const request = judged(new Request().texts(argument.texts(scans)), proof, nowMs, policy);
    return attempt(() => read(this.#inner.verifyMany(request.whole()), field.many));
  }

  /** Gives the memory of the wasm back. Without it, the garbage collector does so later. */
  free(): void {
    this.#inner.free();
  }

  #info(): field.Info {
    return attempt(() => read(this.#inner.info(), field.info));
  }
}

/** @internal A client of either build. What could not be opened answers everything with why. */
export function opened<C extends small.Client>(
  Inner: new (anchor: Uint8Array, memory: Uint8Array) => C,
  anchor: Uint8Array,
  memory: Uint8Array | null | undefined,
): C {
  const trusted = argument.bytes(anchor);
  const stored = argument.optional(memory, argument.filled) ?? new Uint8Array();
  const inner = attempt(() => new Inner(trusted, stored));
  attempt(() => read(inner.info(), field.info));
  return inner;
}

/** What follows the scan in a request for a verdict. */
function judged(request: Request, proof: Uint8Array, nowMs: number | bigint, policy: Policy): Request {
  const limit = (value: unknown) => argument.optional(value, argument.milliseconds);
  return request
    .bytes(argument.bytes(proof))
    .number(argument.milliseconds(nowMs))
    .text(argument.text(policy?.purpose))
    .text(argument.text(policy.mode))
    .optional(limit(policy.max_age_online_ms))
    .optional(limit(policy.max_age_carried_ms))
    .optional(limit(policy.clock_tolerance_ms));
}
