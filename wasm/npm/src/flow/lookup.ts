import { VerifyError } from "../error.js";
import type { Purpose, ScanInfo, Verdict } from "../records.js";
import type { Client } from "../verifier.js";
import type { Attempt, Lookup, LookupPolicy } from "./answer.js";
import type { Node, Reply } from "./node.js";

/** A verdict with the bytes that it came from. */
export interface Found {
  verdict: Verdict;
  node: string | null;
  proof: Uint8Array;
  lookup: Lookup;
}

/** Asks nodes about one scan, each in its turn, until one shows a fresh record that a quorum signed. */
export class Search {
  readonly attempts: Attempt[] = [];
  /** Whether any node sent bytes. */
  isAnswered = false;
  readonly #client: Client;
  readonly #scan: string;
  readonly #product: string | null;
  readonly #purpose: Purpose;
  readonly #now: () => number;

  constructor(client: Client, scan: string, read: ScanInfo, purpose: Purpose, now: () => number) {
    this.#client = client;
    this.#scan = scan;
    this.#product = read.readings[0]?.products[0] ?? null;
    this.#purpose = purpose;
    this.#now = now;
  }

  async run(nodes: readonly Node[], policy: LookupPolicy): Promise<Found | null> {
    let best: Found | null = null;
    for (const node of nodes) {
      const found = await this.#one(node, policy);
      if (found && (best === null || rank(found.verdict) > rank(best.verdict))) best = found;
      if (best && (rank(best.verdict) === BEST || best.verdict.axes.trust === "fork")) break;
    }
    return best;
  }

  async #one(node: Node, policy: LookupPolicy): Promise<Found | null> {
    let found: Found | null = null;
    if (policy !== "exact") found = await this.#bucket(node);
    if (policy === "bucket-only" || (found && isTrusted(found.verdict))) return found;
    return (await this.#exact(node)) ?? found;
  }

  async #exact(node: Node): Promise<Found | null> {
    const reply = await node.proof(this.#scan, this.#client.height());
    return this.#judge(node, "exact", reply, (bytes, policy) =>
      this.#client.verify(this.#scan, bytes, this.#now(), policy));
  }

  async #bucket(node: Node): Promise<Found | null> {
    let bits = FEWEST_BITS;
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const prefix = this.#client.bucketPrefix(this.#scan, bits);
      if (!prefix || !this.#product) return null;
      const reply = await node.bucket(bits, prefix, this.#product, this.#client.height());
      const isTooLarge = reply.result === "refused" && reply.code === "proof.bucket-size";
      const wanted = isTooLarge ? (reply.bits ?? bits + STEP_BITS) : null;
      if (wanted === null || wanted <= bits || wanted > MOST_BITS) {
        return this.#judge(node, "bucket", reply, (bytes, policy) =>
          this.#client.verifyBucket(this.#scan, bytes, this.#now(), policy));
      }
      bits = wanted;
    }
    return null;
  }

  #judge(node: Node, lookup: Lookup, reply: Reply, judge: Judge): Found | null {
    const asked = lookup === "bucket" ? "bucket" : "proof";
    const note = (outcome: string) => this.attempts.push({ node: node.url.href, asked, outcome });
    if (reply.result !== "bytes") {
      note(failure(reply));
      return null;
    }
    this.isAnswered = true;
    try {
      const verdict = judge(reply.bytes, { purpose: this.#purpose, mode: "online" });
      note(verdict.axes.problem?.code ?? "taken");
      return { verdict, node: node.url.href, proof: reply.bytes, lookup };
    } catch (cause) {
      note(cause instanceof VerifyError ? cause.code : "verifier.failed");
      return null;
    }
  }
}

type Judge = (bytes: Uint8Array, policy: { purpose: Purpose; mode: "online" }) => Verdict;

/** What a reply without bytes was, in one word. */
export function failure(reply: Exclude<Reply, { result: "bytes" }>): string {
  return reply.result === "refused" ? `status ${reply.status}` : reply.cause;
}

/** Whether a quorum signed what the verdict rests on. */
export function isTrusted(verdict: Verdict): boolean {
  return verdict.axes.trust === "quorum" || verdict.axes.trust === "needs-newer-client";
}

/** A fresh answer before a stale one, and any that a quorum signed before one that was refused. */
export function rank(verdict: Verdict): number {
  if (verdict.axes.trust === "fork") return BEST;
  if (!isTrusted(verdict)) return 0;
  const isNow = verdict.axes.freshness === "fresh" && !verdict.reasons.includes("trust.older-header");
  return isNow ? BEST : verdict.axes.freshness === "fresh" ? 2 : 1;
}

/** Fresh, and signed by a quorum; or a fork, which no other answer outweighs. */
export const BEST = 3;

/** All packs of a product. */
const FEWEST_BITS = 32;

/** With more, a bucket would hide nothing: a product has at most some 2^33 packs. */
const MOST_BITS = 56;

/** How many bits more, where a node does not say. */
const STEP_BITS = 4;

/** How often a node may ask for a longer prefix. */
const MOST_STEPS = 7;
