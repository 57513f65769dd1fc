/** The language of the catalogue for a BCP 47 tag. */
export function catalogueOf(tag: string): "en" | "zh-Hans" {
  return /^zh\b/i.test(tag) ? "zh-Hans" : "en";
}

/** The tag in which the pages speak to somebody who prefers `tag`: what is said in English is dated as in English. */
export function spoken(tag: string): string {
  return catalogueOf(tag) === "en" && !/^en\b/i.test(tag) ? "en-GB" : tag;
}

/** A label with its `{name}` placeholders filled. */
export function filled(label: string, values: Record<string, string | number>): string {
  return label.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
