import type { Reading } from "@medproof/verify";
import { day } from "@medproof/verify/explain";
import { element } from "../../widget/dom.js";
import type { App, Shown } from "../app.js";
import { shortened } from "../code_view.js";
import { choices, form, pairs, summary } from "../fields.js";
import { codesOf, isSame } from "../one_reading.js";

/** A code that can be read in several ways: a person compares them with the pack. None is chosen beforehand. */
export function reading(app: App): Shown {
  const { text, session } = app;
  const lost = session.lost;
  const readings = lost?.read.readings ?? [];
  const question = element("legend", { class: "away" }, text.readingTitle);
  const asked = choices("radio", "reading", question, [
    ...readings.map((one, at) => ({ value: String(at), ...inWords(app, one) })),
    { value: "none", label: text.readingNone },
  ]);
  const problems = element("div", {});
  const fail = (problem: string) => {
    asked.fail(problem);
    problems.replaceChildren(summary(text.problem, [{ text: problem, input: asked.first }]));
  };
  const send = async () => {
    const [chosen] = asked.chosen();
    if (!chosen) return fail(text.readingMissing);
    const one = readings[Number(chosen)];
    if (one && !(await choose(app, one))) return fail(text.readingAlone);
    if (!one) Object.assign(session, lost, { answer: null });
    app.go(one ? "purpose" : "answer");
  };
  return {
    title: text.readingTitle,
    content: [problems, element("p", {}, text.readingIntro), pairs([text.codeRead, shortened(lost?.scan ?? "")]),
      form(text.goOn, () => void send(), asked.whole)],
  };
}

/** Goes on with a code that is read as `one` alone; whether there is such a code. */
async function choose({ session, check }: App, one: Reading): Promise<boolean> {
  for (const scan of codesOf(one)) {
    const read = await check.read(scan).catch(() => null);
    if (read?.result !== "read" || !isSame(one, read.readings[0])) continue;
    Object.assign(session, { scan, read: { ...read, readings: [one] }, answer: null });
    return true;
  }
  return false;
}

/** What tells a reading from the others stands first. */
function inWords({ text, language }: App, { products, serial, sscc, lot, expiry_day }: Reading): { label: string; hint: string } {
  const lines: [string, string | null | undefined][] = [
    [text.codeUnit, sscc], [text.codeSerial, serial], [text.codeLot, lot],
    [text.codeExpiry, expiry_day === null ? null : day(language, expiry_day)],
    [text.codeProduct, products[0]?.replace(/^\d+:/, "")],
  ];
  const [label = "", ...more] = lines.flatMap(([name, value]) => (value ? [`${name} ${shortened(value)}`] : []));
  return { label, hint: more.join(" · ") };
}
