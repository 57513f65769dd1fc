import type { Purpose, Verdict } from "@medproof/verify";
import { type Catalogue, explain, sentence } from "@medproof/verify/explain";
import type { ManyAnswer } from "@medproof/verify/flow";
import { element, shape } from "../../widget/dom.js";
import { scanOf } from "../../typed.js";
import type { App, Shown } from "../app.js";
import { shortened } from "../code_view.js";
import { choices, form, summary, textField } from "../fields.js";
import { filled } from "../../words.js";

/** Many packs from one proof: a delivery, with its pallet counted. */
export function several(app: App): Shown {
  const { text } = app;
  const codes = textField("codes", text.severalCodes, text.severalIntro, app.session.codes, 8);
  const result = element("div", { id: "results" });
  codes.input.addEventListener("input", () => {
    app.session.codes = codes.input.value;
    // It was about other packs.
    result.replaceChildren();
  });
  const asked = choices("radio", "purpose", element("legend", {}, text.severalWhy), [
    { value: "receiver", label: text.receiver, isChosen: true }, { value: "dispenser", label: text.dispenser }, { value: "buyer", label: text.buyer }]);
  const problems = element("div", {});
  const send = () => {
    const scans = codes.input.value.split("\n").map((line) => line.trim()).filter(Boolean).map(scanOf);
    const problem = scans.length === 0 ? text.severalMissing : scans.length > MOST ? filled(text.severalMost, { count: scans.length }) : "";
    codes.fail(problem);
    problems.replaceChildren(...(problem ? [summary(text.problem, [{ text: problem, input: codes.input }])] : []));
    if (!problem) void run(app, scans, (asked.chosen()[0] ?? "receiver") as Purpose, result);
  };
  return { title: text.severalTitle, content: [problems, form(text.goOn, send, codes.whole, asked.whole), result] };
}

async function run(app: App, scans: string[], purpose: Purpose, result: HTMLElement): Promise<void> {
  const { text } = app;
  const told = element("p", { role: "status", class: "told" }, text.checking);
  result.replaceChildren(told);
  const [answer, catalogue] = await Promise.all([app.check.several(scans, purpose).catch(() => null), app.catalogue().catch(() => null)]);
  if (!told.isConnected) return;
  if (!answer?.verdicts || !catalogue) {
    const [title, detail] = answer && catalogue ? [text.noAnswer, text.noAnswerNext] : [text.noStart, text.noStartNext];
    return result.replaceChildren(element("h2", {}, title), element("p", { role: "status" }, detail));
  }
  app.session.lookup = answer.lookup;
  result.replaceChildren(...view(app, catalogue, scans, answer, answer.verdicts, purpose));
}

function view(app: App, catalogue: Catalogue, scans: string[], answer: ManyAnswer, verdicts: Verdict[], purpose: Purpose): (HTMLElement | string)[] {
  const { text, language } = app;
  const bad = verdicts.flatMap((verdict, at) => (verdict.overall === "ok" ? [] : [{ verdict, at }]));
  const worst = bad.length === 0 ? "ok" : bad.some(({ verdict }) => verdict.overall === "do-not-use") ? "bad" : "warn";
  // What must not be used is never among what is left out.
  bad.sort((left, right) => weight(right.verdict) - weight(left.verdict));
  const title = filled(text.severalSummary, { good: verdicts.length - bad.length, count: verdicts.length });
  const rows = bad.slice(0, LONGEST_LIST).map(({ verdict, at }) => {
    const reading = answer.scans[at]?.readings[0];
    const { overall, reasons } = explain(catalogue, verdict, { purpose, language, reading });
    return element("li", { class: overall.severity }, element("div", { class: "head" }, shape(overall.severity), element("div", {},
      element("h3", {}, shortened(reading?.serial ?? reading?.sscc ?? scans[at] ?? "")), element("p", {}, overall.title), ...reasons.map((reason) => element("p", { class: "hint" }, reason.title)))));
  });
  return [
    element("div", { class: `head ${worst}` }, shape(worst), element("div", {}, element("h2", {}, title))),
    element("p", { role: "status", class: "away" }, title),
    ...answer.contents.map((contents) => element("p", { class: "notice" },
      filled(contents.complete ? text.severalComplete : text.severalIncomplete, { sscc: contents.sscc, seen: contents.seen, count: contents.children }))),
    element("p", {}, sentence(catalogue, "not-proved.copy").title),
    ...(bad.length ? [element("h2", {}, text.severalBad), element("ul", { class: "packs" }, ...rows),
      bad.length > LONGEST_LIST ? element("p", {}, filled(text.severalMore, { count: bad.length - LONGEST_LIST })) : ""] : [element("p", {}, text.severalAllGood)]),
  ];
}

const weight = ({ overall }: Verdict) => ["cannot-tell", "unknown", "warn", "do-not-use"].indexOf(overall);

/** The most that one question may name. */
const MOST = 10_000;
const LONGEST_LIST = 200;
