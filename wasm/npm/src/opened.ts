import { type Read, count, list, maybe, number, record, small, text, truth, verdict } from "./fields.js";
import type { Happening, MemberInfo, Opened, Problem, ProductInfo, Seller } from "./records.js";

// What a bundle's answer holds: only the verifier that reads bundles loads it.

const signed: Read<number> = (fields) => Number(BigInt.asIntN(64, fields.number()));

const product = record<ProductInfo>({
  name_zh: text,
  name_en: text,
  holder: text,
  form: text,
  strength: text,
  pack_size: text,
  approval_number: text,
  atc: text,
  min_decicelsius: maybe(signed),
  max_decicelsius: maybe(signed),
  cumulative_minutes: maybe(count),
});

const member = record<MemberInfo>({ name_zh: text, name_en: text, gln: text, domains: list(text) });

/** One of core's words: the records name which. */
const word = text as Read<never>;

const problem = record<Problem>({ code: text, expected: maybe(number), found: maybe(number) });

export const seller = record<Seller>({
  proved: truth,
  reason: maybe(text),
  trust: word,
  problem: maybe(problem),
  freshness: maybe(word),
  age_ms: maybe(number),
  height: maybe(number),
  time_ms: maybe(number),
  member: maybe(count),
  state: maybe(word),
  roles: list(count),
  info: maybe(member),
});

const happening = record<Happening>({ kind: count, day: count, role: small });

export const openedBundle = record<Opened>({
  verdict,
  product: maybe(product),
  issuer: maybe(member),
  timeline: maybe(list(happening)),
  refused: list(text),
});
