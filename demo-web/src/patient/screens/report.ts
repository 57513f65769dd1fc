import { element } from "../../widget/dom.js";
import { scanOf } from "../../typed.js";
import type { App, Shown } from "../app.js";
import { codeView } from "../code_view.js";
import { button, choices, download, form, summary } from "../fields.js";
import { Report, send } from "../report.js";
import { filled } from "../../words.js";

/** A report of a pack that looks wrong: the code, the answer and its proof, and nothing about the person. */
export function report(app: App): Shown {
  const { text, session } = app;
  const legend = element("legend", {}, text.reportWhat);
  const asked = choices("checkbox", "signs", legend, SIGNS.map(([value, label]) => ({ value, label: text[label] })));
  const problems = element("div", {});
  const sent = element("div", { id: "sent" });
  const save = button(text.reportSave, "plain", () => download("report.json", "application/json", JSON.stringify(reportOf(app, asked.chosen()), null, 2)), "save-report");
  const submit = () => {
    const signs = asked.chosen();
    asked.fail(signs.length ? "" : text.reportMissing);
    problems.replaceChildren(...(signs.length ? [] : [summary(text.problem, [{ text: text.reportMissing, input: asked.first }])]));
    if (signs.length) void hand(app, reportOf(app, signs), sent);
  };
  return {
    title: text.reportTitle,
    content: [problems, element("p", {}, text.reportIntro), session.scan ? codeView(app) : null,
      form(text.reportSend, submit, asked.whole, element("p", { class: "hint" }, text.reportSends)), sent, save, hotline(app)],
  };
}

function hotline({ text, hotline }: App): HTMLElement {
  const call = element("a", { href: `tel:${hotline}`, class: "plain call" }, filled(text.hotline, { number: hotline }));
  return element("div", { class: "notice" }, call, element("p", {}, text.hotlineDetail));
}

async function hand(app: App, report: Report, sent: HTMLElement): Promise<void> {
  const { text } = app;
  if (sent.querySelector("#sending")) return;
  sent.replaceChildren(element("p", { id: "sending", role: "status", class: "told" }, text.reportSending));
  const id = await send(report, app.nodes);
  const [title, detail] = id === null ? [text.problem, text.reportRefused] : [text.reportSent, filled(text.reportNumber, { id })];
  sent.replaceChildren(element("div", { class: id === null ? "notice bad" : "notice", role: "status" }, element("h2", {}, title), element("p", {}, detail)));
}

function reportOf({ session: { scan, answer } }: App, signs: string[]): Report {
  const { overall = null, reasons = [] } = answer?.verdict ?? {};
  return new Report(scanOf(scan ?? ""), signs, overall, reasons, answer?.proof ?? null);
}

const SIGNS = [
  ["not-given-to-me", "signNotGiven"],
  ["seal-broken", "signSeal"],
  ["pack-looks-wrong", "signPack"],
  ["medicine-looks-wrong", "signMedicine"],
  ["unexpected-effect", "signEffect"],
  ["bought-online", "signOnline"],
  ["other", "signOther"],
] as const;
