/** What the digits of a typed code say about themselves. */
export interface Digits {
  code: string;
  result: "right" | "wrong" | "fewer" | "more";
  expected: number;
}

/** Judges the product code or unit number in what was typed; null if there is none to judge. */
export function digitsIn(typed: string): Digits | null {
  const text = typed.trim();
  const [, ai = "", value = ""] = /^\(?(01|00)\)\s*([\d\s]+)/.exec(text) ?? [];
  const code = (ai ? value : /^[\d\s-]+$/.test(text) ? text : "").replace(/[\s-]/g, "");
  if (!code) return null;
  const expected = ai === "00" ? 18 : 14;
  // What stands alone may be a shorter product code, a national one or a trace code: only lengths of product codes are judged.
  if (!ai && ![8, 12, 13, 14].includes(code.length)) return null;
  if (ai && code.length !== expected) return { code, expected, result: code.length < expected ? "fewer" : "more" };
  return { code, expected, result: checkDigit(code) === Number(code.at(-1)) ? "right" : "wrong" };
}

/** The check digit that belongs to all digits but the last: GS1 General Specifications, section 7.9.1. */
export function checkDigit(code: string): number {
  const weighted = [...code.slice(0, -1)].reverse().map((digit, at) => Number(digit) * (at % 2 === 0 ? 3 : 1));
  return (10 - (weighted.reduce((sum, value) => sum + value, 0) % 10)) % 10;
}

/** The scan of what was typed into fields of their own. A whole code in the first field stands for all. */
export function scanOfFields(product: string, serial: string, lot: string): string {
  const code = digitsOf(product);
  if (!/^(\d{8}|\d{12,14})$/.test(code)) return product.trim();
  const parts = [`]d201${code.padStart(14, "0")}`];
  if (serial.trim()) parts.push(`21${serial.trim()}`);
  if (lot.trim()) parts.push(`${serial.trim() ? "\u001d" : ""}10${lot.trim()}`);
  return parts.join("");
}

/** Whether the first field holds a product code alone, so that a serial number is still wanted. */
export function isProductAlone(product: string): boolean {
  return /^(\d{8}|\d{12,14})$/.test(digitsOf(product));
}

/** What was typed without what stands before and between the digits. */
function digitsOf(product: string): string {
  return product.replace(/[\s-]/g, "").replace(/^\(01\)/, "");
}
