/**
 * The records of the verifier, named as in `docs/FORMAT.md` and in the shared vectors.
 *
 * `u64` is a `bigint`; times and ages are in ms, times since 1970 UTC; days are counted from 1970-01-01.
 */

/** For whom the answer is meant. */
export type Purpose = "holder" | "buyer" | "dispenser" | "receiver";

/** `carried` only where no node answered. */
export type Mode = "online" | "carried";

/** The caller's policy. Limits that are left out take the defaults of the purpose. */
export interface Policy {
  purpose: Purpose;
  mode: Mode;
  max_age_online_ms?: number | bigint;
  max_age_carried_ms?: number | bigint;
  clock_tolerance_ms?: number | bigint;
}

/** What is wrong: a stable code, and expected and found where both are numbers. */
export interface Problem {
  code: string;
  expected: bigint | null;
  found: bigint | null;
}

export type Overall = "ok" | "warn" | "do-not-use" | "unknown" | "cannot-tell";

/** The answer about one scan. */
export interface Verdict {
  overall: Overall;
  /** Stable codes, in the order of the axes. */
  reasons: string[];
  axes: Axes;
}

export interface Axes {
  trust:
    | "quorum"
    | "needs-new-anchor"
    | "needs-newer-client"
    | "before-anchor"
    | "invalid"
    | "fork"
    | "not-checked";
  /** The check that failed, or null where trust was reached. */
  problem: Problem | null;
  freshness: "fresh" | "carried" | "stale" | "future" | null;
  /** Age of the header; how far it lies ahead if freshness is `future`. */
  age_ms: bigint | null;
  height: bigint | null;
  time_ms: bigint | null;
  identifier: "registered" | "absent" | "unknown-product" | "unreadable" | "ambiguous" | "not-proved";
  level: "pack" | "unit" | "lot" | "product" | null;
  lot: Match;
  /** The lot on the ledger. */
  lot_ledger: string | null;
  expiry: Match;
  states: States;
  /** The last day of use. */
  expiry_day: number | null;
  expired: boolean | null;
  issuer: Issuer | null;
  since_day: number | null;
  quantity_left: number | null;
  events: number | null;
}

/** What is printed on the pack against the ledger. */
export type Match = "match" | "mismatch" | "not-on-pack";

/** State numbers by level, and the name of the worst. */
export interface States {
  pack: number | null;
  unit: number | null;
  lot: number | null;
  product: number | null;
  effective: string | null;
}

/** Who released the lot. */
export interface Issuer {
  member: number;
  role: number;
  key_then: "valid" | "compromised";
  key_now: "valid" | "revoked" | "compromised";
  member_now: "admitted" | "suspended" | "excluded" | null;
}

/** A verdict with everything that was proved beside it. */
export interface Opened {
  verdict: Verdict;
  /** What the product is called; null unless it is proved. */
  product: ProductInfo | null;
  /** Who released the lot; null unless it is proved. */
  issuer: MemberInfo | null;
  /** What happened, by day; null unless it is proved to be all. */
  timeline: Happening[] | null;
  /** Codes of parts that the proof does not bear out: they say nothing about the pack. */
  refused: string[];
}

/** What a product is called, by whom, and how it is kept. */
export interface ProductInfo {
  name_zh: string;
  name_en: string;
  /** The marketing authorisation holder. */
  holder: string;
  form: string;
  strength: string;
  pack_size: string;
  approval_number: string;
  /** The ATC code of WHO. */
  atc: string;
  /** Storage temperatures, in 0.1 °C. */
  min_decicelsius: number | null;
  max_decicelsius: number | null;
  /** Minutes that a pack may spend outside in all. */
  cumulative_minutes: number | null;
}

/** Who a member is. */
export interface MemberInfo {
  name_zh: string;
  name_en: string;
  /** Global Location Number, or empty. */
  gln: string;
  /** The domains of its web shops. */
  domains: string[];
}

/** What is proved about the seller at a domain. */
export interface Seller {
  /** Whether the seller is proved: an admitted hospital or pharmacy whose proved information holds the domain. */
  proved: boolean;
  /** Why not; null if proved. "Not proved" says nothing bad about a shop. */
  reason: string | null;
  trust: Axes["trust"];
  problem: Problem | null;
  freshness: Axes["freshness"];
  age_ms: bigint | null;
  height: bigint | null;
  time_ms: bigint | null;
  /** The member that the proof is about; null if it has no leaf. */
  member: number | null;
  state: "admitted" | "suspended" | "excluded" | null;
  roles: number[];
  /** Who that is; null unless it is proved and holds the domain. */
  info: MemberInfo | null;
}

/** One event: what, which day, by which role. Not by whom: that is for members. */
export interface Happening {
  /** A number of `docs/EVENTS.md`; a newer one has no sentence in the catalogue. */
  kind: number;
  day: number;
  role: number;
}

/** Verdicts about several scans. */
export interface Many {
  verdicts: Verdict[];
  /** For each scanned SSCC, how much of its contents the scans cover. */
  contents: Contents[];
}

export interface Contents {
  sscc: string;
  generation: number;
  children: number;
  seen: number;
  complete: boolean;
}

/** How an update was taken. */
export interface Advanced {
  height: bigint;
  /** Whether it was shown that history was only added to. */
  history_shown: boolean;
  newer: boolean;
}

/** What a client trusts, to be shown. */
export interface AnchorInfo {
  name: string;
  demo: boolean;
  fingerprint: string;
  height: bigint;
  time_ms: bigint;
}

/** What was read from a scan. */
export interface ScanInfo {
  result: "read" | "ambiguous" | "unreadable";
  code: string | null;
  readings: Reading[];
}

export interface Reading {
  level: "pack" | "lot" | "product" | "unit";
  /** Product codes, as scheme number, colon, code. */
  products: string[];
  serial: string | null;
  sscc: string | null;
  lot: string | null;
  expiry_day: number | null;
  repairs: string[];
  crypto_tail: "absent" | "present" | "wrong-length";
  /** The host of a link: untrusted, never contacted. */
  host: string | null;
}
