import "./page.css";
import type { Catalogue } from "@medproof/verify/explain";
import englishUrl from "@medproof/verify/messages/en.json?url";
import chineseUrl from "@medproof/verify/messages/zh-Hans.json?url";
import { catalogueOf } from "../words.js";
import { Page } from "./page.js";
import { Check } from "./check/check.js";
import { saveForOffline } from "./offline.js";
import { Packs } from "./packs.js";
import { Scanner } from "./scan/scanner.js";
import { Wedge } from "./scan/wedge.js";

const catalogues = new Map<string, Promise<Catalogue>>();

/** The sentences of one language, fetched once; a failure is not kept. */
function catalogue(language: string): Promise<Catalogue> {
  const url = catalogueOf(language) === "zh-Hans" ? chineseUrl : englishUrl;
  const known = catalogues.get(url) ?? bytesOf(url).then((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Catalogue);
  catalogues.set(url, known);
  known.catch(() => catalogues.delete(url));
  return known;
}

async function bytesOf(address: string): Promise<Uint8Array> {
  const response = await fetch(new URL(address, document.baseURI), { credentials: "omit" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** What whoever serves the page has set in it. */
function setting(name: string): string {
  return document.querySelector(`meta[name="medproof-${name}"]`)?.getAttribute("content")?.trim() ?? "";
}

const nodes = (setting("nodes") || location.origin).split(/\s+/);
const page = new Page({
  nodes,
  // China's hotline for complaints about medicines, where nothing else is set.
  hotline: setting("hotline") || "12315",
  catalogue,
  check: new Check(async () => ({ anchor: await bytesOf("anchor.mpanchor"), nodes })),
  packs: new Packs(),
  scanner: new Scanner(),
});
new Wedge((scan) => void page.take(scan)).listen(document);
void page.begin();
void saveForOffline();
