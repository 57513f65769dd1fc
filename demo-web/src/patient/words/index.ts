import { catalogueOf } from "../../words.js";
import { type PageWords, english } from "./en.js";
import { chinese } from "./zh-hans.js";

export type { PageWords } from "./en.js";

/** The page's labels for a BCP 47 tag. */
export function pageWords(tag: string): PageWords {
  return catalogueOf(tag) === "zh-Hans" ? chinese : english;
}

/** A label with its `{name}` placeholders filled. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
