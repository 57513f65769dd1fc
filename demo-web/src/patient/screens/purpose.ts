import type { Purpose } from "@medproof/verify";
import { element } from "../../widget/dom.js";
import type { App, Shown } from "../app.js";
import { choices, form, summary } from "../fields.js";
import { codeView } from "../code_view.js";

/** The one question on which the answer's words depend. */
export function purpose(app: App): Shown {
  const { text, session } = app;
  const choice = (value: Purpose, label: string, hint?: string) =>
    ({ value, label, isChosen: session.purpose === value, ...(hint ? { hint } : {}) });
  const question = element("legend", { class: "away" }, text.purposeTitle);
  const asked = choices("radio", "purpose", question, [
    choice("holder", text.holder, text.holderHint),
    choice("buyer", text.buyer, text.buyerHint),
    text.atWork,
    choice("dispenser", text.dispenser),
    choice("receiver", text.receiver),
  ]);
  const problems = element("div", {});
  const send = () => {
    const [chosen] = asked.chosen();
    asked.fail(chosen ? "" : text.purposeMissing);
    if (!chosen) return problems.replaceChildren(summary(text.problem, [{ text: text.purposeMissing, input: asked.first }]));
    Object.assign(session, { purpose: chosen as Purpose, answer: null });
    app.go("answer");
  };
  return { title: text.purposeTitle, content: [problems, codeView(app), form(text.checkPack, send, asked.whole)] };
}
