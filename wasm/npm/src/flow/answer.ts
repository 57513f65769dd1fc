import type { Contents, Opened, ScanInfo, Seller, Verdict } from "../records.js";

/** What a node learnt: a bucket hides the pack and shows the product, `exact` shows the pack. */
export type Lookup = "bucket" | "exact" | "carried";

/** Which lookups are allowed: a bucket and else exact (`bucket`), only a bucket, or exact at once. */
export type LookupPolicy = "bucket" | "bucket-only" | "exact";

/** One question to one node, and what came of it. */
export interface Attempt {
  node: string;
  asked: "update" | "bucket" | "proof" | "bundle" | "seller";
  /** `taken`, `status` with a number, `timeout`, `network`, `too-large`, or core's code. */
  outcome: string;
}

/** What all answers have in common. */
interface Common {
  /** `answered`: a node's bytes were judged. `no-answer`: none came. `not-asked`: nothing to ask for. */
  network: "answered" | "no-answer" | "not-asked";
  /** The node whose bytes gave the verdict; null if they came from elsewhere. */
  node: string | null;
  /** The bytes that gave the verdict, to be kept and carried. */
  proof: Uint8Array | null;
  lookup: Lookup | null;
  /** Whether a node showed, since the last visit or now, that history was only added to. */
  historyShown: boolean;
  /** Whether what is trusted was stored before this answer. */
  stored: boolean;
  /** Whether what an earlier visit stored could be read; if not, this one began at the anchor. */
  resumed: boolean;
  /** Evidence of a fork, if one was seen. */
  fork: Uint8Array | null;
  attempts: Attempt[];
}

/** The answer about one scan. */
export interface Answer extends Common {
  scan: ScanInfo;
  /** Null if no node answered and nothing was carried: there is nothing to judge. */
  verdict: Verdict | null;
}

/** The answer about several scans. */
export interface ManyAnswer extends Common {
  scans: ScanInfo[];
  verdicts: Verdict[] | null;
  contents: Contents[];
}

/** What was proved about the seller at a domain. */
export interface SellerAnswer extends Common {
  /** Null if no node sent a bundle about a member. */
  seller: Seller | null;
}

/** What was proved beside the verdict about one scan. */
export interface OpenedAnswer extends Common {
  scan: ScanInfo;
  /** Null if no node sent a bundle. */
  opened: Opened | null;
}
