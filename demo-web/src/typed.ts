/**
 * What people type from a pack, `(01)09504000000011(21)ABC123`, as the scan that its code would give.
 *
 * Only where there is one way to read it: a value with a bracket in it is left as it is.
 */
export function scanOf(typed: string): string {
  const text = typed.trim();
  if (!/^(\(\d{2,4}\)[^()]+)+$/.test(text)) return typed;
  const elements = [...text.matchAll(/\((\d{2,4})\)([^()]+)/g)].map(([, ai = "", value = ""]) => [ai, value.trim()] as const);
  return elementString(elements);
}

/** Application identifiers with their values, as the scan of a GS1 code gives them. */
export function elementString(elements: (readonly [string, string])[]): string {
  return "]d2" + elements.map(([ai, value], at) => ai + value + (at < elements.length - 1 && !hasFixedLength(ai) ? "\u001d" : "")).join("");
}

/** GS1 General Specifications, figure 7.8.5-2: no separator follows these. */
function hasFixedLength(ai: string): boolean {
  return /^(0[0-4]|1[1-9]|20|3[1-6]|41)/.test(ai);
}
