import type { Reading } from "@medproof/verify";
import { element } from "./dom.js";
import type { Words } from "./words.js";

/** Leads to the same question on a node's own page: a shop can draw a tick without any check. */
export function seal(words: Words, node: string, reading: Reading | undefined): HTMLElement {
  const address = new URL(linkOf(reading), node);
  return element("p", { part: "seal" },
    element("a", { href: address.href, rel: "noopener noreferrer", target: "_blank" }, words.seal),
    element("span", { class: "quiet" }, " ", words.sealWhy));
}

/** A reading as a Digital Link path, where it has a GTIN; else the page itself. */
function linkOf(reading: Reading | undefined): string {
  const gtin = reading?.products.find((product) => product.startsWith("1:"))?.slice(2);
  if (!reading || !gtin) return "/";
  const lot = reading.lot ? `/10/${encodeURIComponent(reading.lot)}` : "";
  const serial = reading.serial ? `/21/${encodeURIComponent(reading.serial)}` : "";
  return `/01/${gtin}${lot}${serial}`;
}
