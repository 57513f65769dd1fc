import type { Catalogue, Severity } from "@medproof/verify/explain";
import files from "medproof:files";
import { catalogueOf } from "../words.js";

/** The sentences in the language of a BCP 47 tag, if they are the very ones that this script was built with. */
export async function catalogue(language: string): Promise<Catalogue> {
  const [codes, title, detail, next, severity] = (await (await pinned(files[catalogueOf(language)])).json()) as Columns;
  return Object.fromEntries(codes.map((code, at) =>
    [code, { title: title[at] ?? "", detail: detail[at] ?? "", next: next[at] ?? "", severity: severity[at] ?? "cannot-tell" }]));
}

/** Codes, titles, details, what to do, severities: as `pinned_files.ts` writes them. */
type Columns = [string[], string[], string[], string[], Severity[]];

/** A file, if it is the very one that this script was built with. */
export function pinned({ url, integrity }: { url: string; integrity: string }): Promise<Response> {
  return answered(url, { integrity });
}

/** An answer of this page's own server. */
export async function answered(address: string | URL, more: RequestInit = {}): Promise<Response> {
  const response = await fetch(new URL(address, document.baseURI), { credentials: "omit", ...more });
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return response;
}
