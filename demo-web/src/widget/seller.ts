import type { Seller } from "@medproof/verify";
import { type Catalogue, moment, sentence } from "@medproof/verify/explain";
import { Checker, type SellerAnswer } from "@medproof/verify/flow";
import { catalogueOf, filled } from "../words.js";
import { element, shape } from "./dom.js";
import { fullVerifier } from "./files.js";
import type { Words } from "./words.js";

/** Whom to ask about which seller, and in which words to answer. */
export interface SellerQuestion {
  text: Words;
  catalogue: Catalogue;
  language: string;
  anchor: Uint8Array;
  nodes: string[];
  /** The domain that the page names. */
  seller: string;
}

/** The line about the seller. It says "checking" until nodes were asked; the second wasm is loaded for it. */
export function sellerLine(question: SellerQuestion): HTMLElement {
  const { text, seller } = question;
  const outcome = element("dd", {}, text.checking);
  const here = location.hostname;
  const other = domainOf(seller) === here ? null : element("p", {}, filled(text.sellerElsewhere, { here, seller }));
  void told(question)
    .catch(() => notProved(text, text.sellerNoAnswer))
    .then(({ severity: told, words }) => {
      // A name that is proved for another host is no tick on this one.
      const severity = other && told === "ok" ? "warn" : told;
      outcome.style.setProperty("--tone", `var(--${severity})`);
      outcome.replaceChildren(shape(severity), element("span", {}, words));
    });
  return element("div", { part: "seller" }, element("dl", {}, element("div", {}, element("dt", {}, text.seller), outcome)), other);
}

interface Told {
  severity: string;
  words: string;
}

async function told({ text, catalogue, language, anchor, nodes, seller: named }: SellerQuestion): Promise<Told> {
  const domain = domainOf(named);
  const checker = new Checker({ verifier: await fullVerifier(), anchor, nodes });
  const { seller, attempts } = await checker.seller(domain);
  if (!seller) return notProved(text, reasonOf(text, attempts));
  if (seller.proved && seller.info && seller.time_ms !== null) {
    const time = moment(language, seller.time_ms);
    const role = sentence(catalogue, seller.roles.includes(PHARMACY) ? "role.5" : "role.4").title;
    return { severity: "ok", words: filled(text.sellerProved, { name: nameOf(seller.info, language), role, domain, time }) };
  }
  const { code, title, next, severity } = sentence(catalogue, seller.reason ?? "");
  // The sentences of trust speak of a medicine; what is to be done about a seller is always the same.
  const advice = code.startsWith("seller.") && next ? next : text.sellerList;
  return notProved(text, title, advice, severity);
}

function notProved(text: Words, reason: string, advice = text.sellerList, severity = "cannot-tell"): Told {
  return { severity, words: filled(text.sellerNotProved, { reason, advice }) };
}

/** Nodes that know nobody, and nodes that said nothing. */
function reasonOf(text: Words, attempts: SellerAnswer["attempts"]): string {
  return attempts.some(({ asked, outcome }) => asked === "seller" && outcome === "status 404") ? text.sellerUnknown : text.sellerNoAnswer;
}

function nameOf({ name_zh, name_en }: NonNullable<Seller["info"]>, language: string): string {
  const [first, second] = catalogueOf(language) === "zh-Hans" ? [name_zh, name_en] : [name_en, name_zh];
  return first || second;
}

/** As domains are compared: in lower case. */
function domainOf(seller: string): string {
  return seller.trim().toLowerCase();
}

const PHARMACY = 5;
