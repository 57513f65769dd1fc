import "./page.css";
import type { Catalogue } from "@medproof/verify/explain";
import { answered, catalogue as pinnedCatalogue } from "../widget/pinned.js";
import { catalogueOf, spoken } from "../words.js";
import { remembered } from "./language.js";
import { Page } from "./page.js";
import { Check } from "./check/check.js";
import { saveForOffline } from "./offline.js";
import { Packs } from "./packs.js";
import { Scanner } from "./scan/scanner.js";
import { Wedge } from "./scan/wedge.js";
import { pageWords } from "./words/index.js";

const catalogues = new Map<string, Promise<Catalogue>>();

/** The sentences of one language, fetched once; a failure is not kept. */
function catalogue(language: string): Promise<Catalogue> {
  const name = catalogueOf(language);
  const known = catalogues.get(name) ?? pinnedCatalogue(name);
  catalogues.set(name, known);
  known.catch(() => catalogues.delete(name));
  return known;
}

/** The trust file that lies beside the page. */
async function anchor(): Promise<Uint8Array> {
  return new Uint8Array(await (await answered("anchor.mpanchor")).arrayBuffer());
}

/** What whoever serves the page has set in it. */
function setting(name: string): string {
  return document.querySelector(`meta[name="medproof-${name}"]`)?.getAttribute("content")?.trim() ?? "";
}

const nodes = (setting("nodes") || location.origin).split(/\s+/);
const language = spoken(remembered() ?? navigator.language);
const parts = {
  nodes,
  // China's hotline for complaints about medicines, where nothing else is set.
  hotline: setting("hotline") || "12315",
  anchor,
  catalogue,
  check: new Check(async () => ({ anchor: await anchor(), nodes })),
  packs: new Packs(),
  scanner: new Scanner(),
};
const page = new Page(parts, language, await pageWords(language));
new Wedge((scan) => void page.take(scan)).listen(document);
void page.begin();
void saveForOffline();
