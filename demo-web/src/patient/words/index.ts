import { catalogueOf } from "../../words.js";
import type { PageWords } from "./en.js";

export type { PageWords } from "./en.js";

/** The page's labels for a BCP 47 tag. A visitor loads one language. */
export async function pageWords(tag: string): Promise<PageWords> {
  return catalogueOf(tag) === "zh-Hans" ? (await import("./zh-hans.js")).chinese : (await import("./en.js")).english;
}
