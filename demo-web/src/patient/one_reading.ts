import type { Reading } from "@medproof/verify";
import { elementString } from "../typed.js";

/**
 * Codes that say one reading and nothing else, the plainest first. A link says every character by its number, so that none
 * is taken for a separator; its host is never contacted. Whether a code is read so must be tried.
 */
export function codesOf({ products: [product = ""], serial, sscc, lot, expiry_day }: Reading): string[] {
  const code = product.replace(/^\d+:/, "");
  // A Chinese trace code: no GS1 code has these three characters before it.
  if (product.startsWith(TRACE_CODE)) return [`]C0${code}${serial}`];
  const date = expiry_day === null ? null : new Date(expiry_day * DAY_MS).toISOString().slice(2, 10).replaceAll("-", "");
  const given = (elements: [string, string | null][]) => elements.filter((element): element is [string, string] => Boolean(element[1]));
  const path = given([["01", code], ["10", lot], ["21", serial]]).map(([ai, value]) => `/${ai}/${encodeURIComponent(value)}`);
  return [elementString(given([["00", sscc], ["01", code], ["17", date], ["10", lot], ["21", serial]])),
    `https://id.gs1.org${path.join("")}${date ? `?17=${date}` : ""}`];
}

/** Whether two readings name the same pack, with the same on it. */
export function isSame(one: Reading, other: Reading | undefined): boolean {
  const said = ({ level, products, serial, sscc, lot, expiry_day }: Reading) => JSON.stringify([level, products, serial, sscc, lot, expiry_day]);
  return other !== undefined && said(one) === said(other);
}

/** The scheme of Chinese trace codes. */
const TRACE_CODE = "3:";
const DAY_MS = 86_400_000;
