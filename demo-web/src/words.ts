/** The language of the catalogue for a BCP 47 tag. */
export function catalogueOf(tag: string): "en" | "zh-Hans" {
  return /^zh\b/i.test(tag) ? "zh-Hans" : "en";
}

/** A label with its `{name}` placeholders filled. */
export function filled(label: string, values: Record<string, string | number>): string {
  return label.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
