import { day } from "@medproof/verify/explain";
import { element } from "../widget/dom.js";
import type { App } from "./app.js";
import { pairs } from "./fields.js";
import { filled } from "../words.js";

/** What was read from the code in hand: plain text, and nothing of it is a link. */
export function codeView({ session: { scan, read }, text, language }: App): HTMLElement | null {
  const [reading, ...others] = read?.readings ?? [];
  if (!reading || others.length > 0) return scan ? pairs([text.codeRead, shortened(scan)]) : null;
  const { products, serial, lot, expiry_day, sscc, host } = reading;
  return element("div", {},
    pairs(
      [text.codeProduct, products[0]?.replace(/^\d+:/, "")],
      [text.codeSerial, serial],
      [text.codeLot, lot],
      [text.codeExpiry, expiry_day === null ? null : day(language, expiry_day)],
      [text.codeUnit, sscc],
    ),
    host === null ? null : element("p", { class: "notice" }, filled(text.codeHost, { host: shortened(host) })));
}

/** Something to look at, however long it is. Control characters are shown as such. */
export function shortened(text: string): string {
  const visible = text.replace(/[\u0000-\u001f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
  return visible.length > LONGEST ? `${visible.slice(0, LONGEST)}…` : visible;
}

const LONGEST = 120;
