import { sentence } from "@medproof/verify/explain";
import { element } from "../../widget/dom.js";
import type { App, Shown } from "../app.js";
import { scanOf } from "../../typed.js";
import { type Field, button, form, summary, textField } from "../fields.js";
import { digitsIn, isProductAlone, scanOfFields } from "../scan/digits.js";
import { catalogueOf, filled } from "../../words.js";
import type { PageWords } from "../words/index.js";

/** The code by hand, with help about its digits while it is typed. */
export function type(app: App): Shown {
  const { text } = app;
  const typed = app.session.scan?.startsWith("]") ? "" : (app.session.scan ?? "");
  const product = textField("code", text.product, text.productHint, typed);
  const serial = textField("serial", text.serial, text.serialHint);
  const lot = textField("lot", text.lot, text.lotHint);
  const help = element("p", { class: "told", role: "status" });
  product.whole.append(help);
  product.input.addEventListener("input", () => (help.textContent = digitHelp(text, product.input.value)));
  const problems = element("div", {});
  const alone = button(text.productOnly, "link", () => void app.take(scanOfFields(product.input.value, "", lot.input.value)));
  const send = async () => {
    const found = await faults(app, product, serial, lot);
    if (found.length === 0) return app.take(scanOfFields(product.input.value, serial.input.value, lot.input.value));
    problems.replaceChildren(summary(text.problem, found));
    // What is wrong stands above the field now.
    help.textContent = "";
    if (found.some(({ input }) => input === serial.input)) serial.whole.append(alone);
  };
  return {
    title: text.typeTitle,
    content: [problems, form(text.goOn, () => void send(), product.whole, serial.whole, lot.whole)],
  };
}

interface Fault {
  text: string;
  input: HTMLElement;
}

/** What is wrong in the fields; each says it above itself as well. */
async function faults(app: App, product: Field, serial: Field, lot: Field): Promise<Fault[]> {
  const [code, number] = [product.input.value, serial.input.value];
  const isAlone = isProductAlone(code) && !number.trim();
  const inCode = await productFault(app, scanOfFields(code, number, lot.input.value), code);
  const inSerial = !inCode && isAlone ? app.text.serialMissing : "";
  product.fail(inCode);
  serial.fail(inSerial);
  return [{ text: inCode, input: product.input }, { text: inSerial, input: serial.input }].filter((fault) => fault.text);
}

async function productFault(app: App, scan: string, typed: string): Promise<string> {
  if (!typed.trim()) return app.text.productMissing;
  const digits = digitsIn(typed);
  if (digits && digits.result !== "right") return digitHelp(app.text, typed);
  const read = await app.check.read(scanOf(scan)).catch(() => null);
  if (!read?.code || read.result === "read") return "";
  const { title, next } = sentence(await app.catalogue(), read.code);
  return next ? [title, next].join(catalogueOf(app.language) === "en" ? ". " : "。") : title;
}

function digitHelp(text: PageWords, typed: string): string {
  const digits = digitsIn(typed);
  if (!digits) return "";
  const label = { right: text.digitsRight, wrong: text.digitsWrong, fewer: text.digitsFewer, more: text.digitsMore }[digits.result];
  const code = digits.code.replace(/(\d{4})(?=\d)/g, "$1 ");
  return filled(label, { code, found: digits.code.length, expected: digits.expected });
}
