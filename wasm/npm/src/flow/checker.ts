import { VerifyError } from "../error.js";
import type { FullClient, FullVerifier } from "../full.js";
import type { Many, Opened, Policy, Purpose, ScanInfo, Seller, Verdict } from "../records.js";
import type { Client, Verifier } from "../verifier.js";
import type { Answer, Attempt, LookupPolicy, ManyAnswer, OpenedAnswer, SellerAnswer } from "./answer.js";
import { BEST, type Found, Search, failure, rank } from "./lookup.js";
import { Node } from "./node.js";
import { IndexedStorage, type Storage, VolatileStorage } from "./storage.js";

/** What a checker is made of. */
export interface Options {
  verifier: Verifier;
  /** Gets the verifier of `@medproof/verify/full` when a kept bundle is to be judged; not needed where `verifier` is that one. */
  full?: () => Promise<FullVerifier>;
  /** What is trusted. It comes with the page or app, never from a node. */
  anchor: Uint8Array;
  /** Addresses of nodes. They come with the page or app, never from a scan. */
  nodes: readonly (string | URL)[];
  /** Left out: IndexedDB where there is one. */
  storage?: Storage;
  lookup?: LookupPolicy;
  /** How long one request may take; left out: 4,000 ms. */
  timeoutMs?: number;
  /** The clock of this device, in ms since 1970 UTC. */
  now?: () => number;
  fetch?: typeof fetch;
}

/** Answers scans by the steps of `docs/CLIENT.md`. */
export class Checker {
  readonly #options: Options;
  readonly #nodes: Node[];
  readonly #storage: Storage;
  readonly #now: () => number;

  constructor(options: Options) {
    const request = options.fetch ?? ((input, init) => fetch(input, init));
    this.#options = options;
    this.#nodes = options.nodes.map((url) => new Node(url, request, options.timeoutMs ?? 4_000));
    this.#storage = options.storage ?? usual(options);
    this.#now = options.now ?? Date.now;
  }

  /** The answer about one scan; `carried` is a proof, bucket or bundle that was kept, for when no node answers. */
  check(scan: string, purpose: Purpose, carried?: Uint8Array | null): Promise<Answer> {
    const read = this.#options.verifier.parseScan(scan);
    return this.#storage.alone(() => this.#with((session) => session.one(scan, read, purpose, carried ?? null)));
  }

  /** The answers about several scans, from one proof. Nodes learn exactly which packs. */
  checkMany(scans: readonly string[], purpose: Purpose): Promise<ManyAnswer> {
    return this.#storage.alone(() => this.#with((session) => session.many(scans, purpose)));
  }

  /** The verdict about one scan from what a file or QR code holds, without asking any node. */
  checkCarried(scan: string, purpose: Purpose, proof: Uint8Array): Promise<Answer> {
    const read = this.#options.verifier.parseScan(scan);
    return this.#storage.alone(() => this.#with((session) => session.carriedOnly(scan, read, purpose, proof)));
  }

  /**
   * Names and timeline of one scan, proved. For when somebody wants to read them: nodes learn exactly which pack.
   * `carried` is a bundle that was kept, for when no node answers. The verifier must be that of `@medproof/verify/full`.
   */
  open(scan: string, purpose: Purpose, carried?: Uint8Array | null): Promise<OpenedAnswer> {
    const read = this.#options.verifier.parseScan(scan);
    return this.#storage.alone(() => this.#with((session) => session.open(scan, read, purpose, carried ?? null)));
  }

  /**
   * Who the seller at a domain is, proved. `domain` is a host name in lower case; nodes learn it, and no pack. The
   * verifier must be that of `@medproof/verify/full`.
   */
  seller(domain: string): Promise<SellerAnswer> {
    return this.#storage.alone(() => this.#with((session) => session.seller(domain)));
  }

  async #with<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { verifier, anchor } = this.#options;
    const memory = await this.#storage.load().catch(() => undefined);
    const { client, resumed } = resumedFrom(verifier, anchor, memory);
    // What could not be read may be there all the same, with a newer header or a fork: nothing is written over it.
    const save = async (now: Uint8Array) => memory === undefined ? Promise.reject() : this.#storage.save(now);
    const session = new Session(this.#options, client, resumed, shuffled(this.#nodes), { save }, this.#now);
    try {
      return await work(session);
    } finally {
      session.client.free();
    }
  }
}

/** What an earlier visit stored; where that is not there or broken, the anchor. */
function resumedFrom(verifier: Verifier, anchor: Uint8Array, memory: Uint8Array | null | undefined): { client: Client; resumed: boolean } {
  try {
    if (memory !== undefined) return { client: verifier.client(anchor, memory), resumed: true };
  } catch {
    // It is no memory of this anchor's.
  }
  return { client: verifier.client(anchor), resumed: false };
}

/** One visit to the nodes. */
class Session {
  readonly #attempts: Attempt[] = [];
  #historyShown = false;
  #isAnswered = false;

  constructor(
    readonly options: Options,
    public client: Client,
    readonly resumed: boolean,
    readonly nodes: readonly Node[],
    readonly storage: Pick<Storage, "save">,
    readonly now: () => number,
  ) {}

  async one(scan: string, read: ScanInfo, purpose: Purpose, carried: Uint8Array | null): Promise<Answer> {
    const unasked = () => this.client.verify(scan, NOTHING, this.now(), { purpose, mode: "online" });
    if (read.result !== "read") return { ...(await this.#common("not-asked")), scan: read, verdict: unasked() };
    await this.#goForward();
    const verdict = unasked();
    if (verdict.axes.trust === "fork") return { ...(await this.#common("answered")), scan: read, verdict };
    const search = new Search(this.client, scan, read, purpose, this.now);
    const found = await search.run(this.nodes, this.options.lookup ?? "bucket");
    this.#attempts.push(...search.attempts);
    this.#isAnswered ||= search.isAnswered;
    if (found) return this.#answer(read, found, "answered");
    if (this.#isAnswered || !carried) return this.#answer(read, null, this.#isAnswered ? "answered" : "no-answer");
    return this.carriedOnly(scan, read, purpose, carried);
  }

  /** A saved answer is judged by the limits of what is carried. */
  async carriedOnly(scan: string, read: ScanInfo, purpose: Purpose, proof: Uint8Array): Promise<Answer> {
    const verdict = await this.#judge(scan, proof, { purpose, mode: "carried" });
    return this.#answer(read, { verdict, node: null, proof, lookup: "carried" }, "no-answer");
  }

  async #judge(scan: string, message: Uint8Array, policy: Policy): Promise<Verdict> {
    const type = message[TYPE_AT];
    if (type === BUCKET) return this.client.verifyBucket(scan, message, this.now(), policy);
    const full = type === BUNDLE ? await this.#full() : null;
    return full ? full.verifyBundle(scan, message, this.now(), policy).verdict : this.client.verify(scan, message, this.now(), policy);
  }

  /** A client that reads bundles goes on from where this one is; null if there is none to be had. */
  async #full(): Promise<FullClient | null> {
    const { full, anchor } = this.options;
    if (!full || isFull(this.client)) return isFull(this.client) ? this.client : null;
    const client = (await full()).client(anchor, this.client.memory());
    this.client.free();
    this.client = client;
    return client;
  }

  async many(scans: readonly string[], purpose: Purpose): Promise<ManyAnswer> {
    const read = scans.map((scan) => this.options.verifier.parseScan(scan));
    // What cannot be read takes no part in a proof.
    const codes = scans.filter((_, at) => read[at]?.result === "read");
    const judge = (proof: Uint8Array) => this.client.verifyMany([...scans], proof, this.now(), { purpose, mode: "online" });
    if (codes.length === 0) return { ...(await this.#common("not-asked")), scans: read, ...judge(NOTHING) };
    await this.#goForward();
    const unasked = judge(NOTHING);
    if (unasked.verdicts.some(({ axes }) => axes.trust === "fork")) return { ...(await this.#common("answered")), scans: read, ...unasked };
    let best: { many: Many; node: string; proof: Uint8Array } | null = null;
    for (const node of this.nodes) {
      const reply = await node.proofs(codes, this.client.height());
      const attempt: Attempt = { node: node.url.href, asked: "proof", outcome: "taken" };
      this.#attempts.push(attempt);
      if (reply.result !== "bytes") {
        attempt.outcome = failure(reply);
        continue;
      }
      const many = judge(reply.bytes);
      attempt.outcome = many.verdicts.find((verdict) => verdict.axes.problem)?.axes.problem?.code ?? "taken";
      if (!best || lowestRank(many) > lowestRank(best.many)) best = { many, node: node.url.href, proof: reply.bytes };
      if (lowestRank(best.many) === BEST) break;
    }
    if (best) {
      const { many, ...from } = best;
      return { ...(await this.#common("answered")), ...from, lookup: "exact", scans: read, ...many };
    }
    return { ...(await this.#common("no-answer")), scans: read, verdicts: null, contents: [] };
  }

  async open(scan: string, read: ScanInfo, purpose: Purpose, carried: Uint8Array | null): Promise<OpenedAnswer> {
    const { client } = this;
    if (!isFull(client)) throw new TypeError("this needs the verifier of `@medproof/verify/full`");
    if (read.result !== "read") return { ...(await this.#common("not-asked")), scan: read, opened: null };
    await this.#goForward();
    if (client.verify(scan, NOTHING, this.now(), { purpose, mode: "online" }).axes.trust === "fork") {
      return { ...(await this.#common("answered")), scan: read, opened: null };
    }
    let best: { opened: Opened; node: string | null; proof: Uint8Array } | null = null;
    for (const node of this.nodes) {
      const url = node.url.href;
      const reply = await node.bundle(scan, client.height());
      const attempt: Attempt = { node: url, asked: "bundle", outcome: "taken" };
      this.#attempts.push(attempt);
      if (reply.result !== "bytes") {
        attempt.outcome = failure(reply);
        continue;
      }
      const opened = client.verifyBundle(scan, reply.bytes, this.now(), { purpose, mode: "online" });
      attempt.outcome = opened.verdict.axes.problem?.code ?? opened.refused[0] ?? "taken";
      if (!best || wholeness(opened) > wholeness(best.opened)) best = { opened, node: url, proof: reply.bytes };
      if (wholeness(best.opened) > BEST) break;
    }
    const isCarried = !best && carried?.[TYPE_AT] === BUNDLE;
    if (isCarried) {
      const opened = client.verifyBundle(scan, carried, this.now(), { purpose, mode: "carried" });
      best = { opened, node: null, proof: carried };
    }
    const common = await this.#common(best && !isCarried ? "answered" : "no-answer");
    return { ...common, scan: read, opened: null, ...best, lookup: isCarried ? "carried" : best && "exact" };
  }

  async seller(domain: string): Promise<SellerAnswer> {
    const { client } = this;
    if (!isFull(client)) throw new TypeError("this needs the verifier of `@medproof/verify/full`");
    const judge = (bundle: Uint8Array) => client.verifySeller(domain, bundle, this.now(), { purpose: "buyer", mode: "online" });
    const unasked = judge(NOTHING);
    if (unasked.trust === "not-checked") return { ...(await this.#common("not-asked")), seller: unasked };
    await this.#goForward();
    const seller = judge(NOTHING);
    if (seller.trust === "fork") return { ...(await this.#common("answered")), seller };
    let best: { seller: Seller; node: string; proof: Uint8Array } | null = null;
    for (const node of this.nodes) {
      const url = node.url.href;
      const reply = await node.seller(domain, client.height());
      const attempt: Attempt = { node: url, asked: "seller", outcome: "taken" };
      this.#attempts.push(attempt);
      if (reply.result !== "bytes") {
        attempt.outcome = failure(reply);
        continue;
      }
      const seller = judge(reply.bytes);
      attempt.outcome = seller.problem?.code ?? seller.reason ?? "taken";
      if (!best || outranks(seller, best.seller)) best = { seller, node: url, proof: reply.bytes };
      const isNow = seller.info !== null && (seller.height ?? 0n) >= client.height();
      if (isNow || seller.trust === "fork") break;
    }
    return { ...(await this.#common(best ? "answered" : "no-answer")), seller: null, ...best, lookup: best && "exact" };
  }

  /** Asks every node for its newest header: whoever hides it is outvoted by one that does not. */
  async #goForward(): Promise<void> {
    const [from, size] = [this.client.height(), this.client.historySize()];
    const asked = this.nodes.map(async (node) => ({ node, reply: await node.updates(from, size) }));
    for (const { node, reply } of await Promise.all(asked)) {
      const outcome = reply.result === "bytes" ? this.#advance(reply.bytes) : failure(reply);
      this.#attempts.push({ node: node.url.href, asked: "update", outcome });
    }
  }

  #advance(update: Uint8Array): string {
    try {
      const advanced = this.client.advance(update, this.now());
      this.#historyShown ||= advanced.history_shown;
      return "taken";
    } catch (cause) {
      return cause instanceof VerifyError ? cause.code : "verifier.failed";
    }
  }

  async #answer(scan: ScanInfo, found: Found | null, network: Answer["network"]): Promise<Answer> {
    return { ...(await this.#common(network)), scan, verdict: null, ...found };
  }

  /** Stores what is trusted now. Only then may an answer be shown: a restart cannot bring an older trust back. */
  async #common(network: Answer["network"]): Promise<Omit<Answer, "scan" | "verdict">> {
    const stored = await this.storage.save(this.client.memory()).then(() => true, () => false);
    return {
      network,
      node: null,
      proof: null,
      lookup: null,
      historyShown: this.#historyShown,
      stored,
      resumed: this.resumed,
      fork: this.client.fork(),
      attempts: this.#attempts,
    };
  }
}

/** Whether the verifier of this client reads bundles. */
function isFull(client: Client): client is FullClient {
  return "verifyBundle" in client;
}

/** What the worst of the verdicts that were asked for weighs. */
function lowestRank({ verdicts }: Many): number {
  const asked = verdicts.filter(({ axes }) => axes.trust !== "not-checked");
  return asked.reduce((lowest, verdict) => Math.min(lowest, rank(verdict)), BEST);
}

/** As `rank`; of two alike, more where no part was refused. */
function wholeness({ verdict, refused }: Opened): number {
  return rank(verdict) + (refused.length === 0 ? 0.5 : 0);
}

/** A fork before all; a proof that holds the domain before one that does not; of several the newest, and one that is proved. */
function outranks(one: Seller, other: Seller): boolean {
  const weight = ({ trust, info }: Seller) => (trust === "fork" ? 3 : info ? 2 : trust === "quorum" ? 1 : 0);
  const [left, right] = [weight(one), weight(other)];
  if (left !== right) return left > right;
  const [height, before] = [one.height ?? 0n, other.height ?? 0n];
  return height === before ? one.proved && !other.proved : height > before;
}

const NOTHING = new Uint8Array();

/** The type of a message is its fifth byte. */
const TYPE_AT = 4;
const BUCKET = 7;
const BUNDLE = 12;

function usual({ verifier, anchor }: Options): Storage {
  if (!globalThis.indexedDB) return new VolatileStorage();
  const client = verifier.client(anchor);
  const storage = new IndexedStorage(client.anchor().fingerprint);
  client.free();
  return storage;
}

/** Another order each time, so that no node is asked about everything. */
function shuffled<T>(items: readonly T[]): T[] {
  const order = items.map((item) => ({ item, at: crypto.getRandomValues(new Uint32Array(1))[0] ?? 0 }));
  return order.sort((left, right) => left.at - right.at).map(({ item }) => item);
}
