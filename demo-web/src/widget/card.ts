import type { Check, Explanation, Sentence, Severity } from "@medproof/verify/explain";
import { download } from "./download.js";
import { element, folded, shape } from "./dom.js";
import type { CardWords } from "../card_words/en.js";

/** What the card shows besides the explanation. */
export interface Footnotes {
  /** The time of the record and its age, where a quorum vouches for one. */
  recordOf?: string | null;
  lookup: string | null;
  node: string | null;
  fingerprint: string | null;
  notes: string[];
  proof: Uint8Array | null;
}

/** The card of an answer. `more` stands between the answer and what is folded. */
export function answerCard(words: CardWords, explanation: Explanation, more: (HTMLElement | Sentence)[], footnotes: Footnotes): HTMLElement {
  const { overall, reasons, question, asOf, checks, notProved } = explanation;
  return card(
    overall.severity,
    overall,
    words,
    question && questionOf(question, words),
    reasons.length > 0 && element("h3", {}, words.reasons),
    reasons.length > 0 && list(reasons),
    asOf && element("p", { class: "quiet" }, asOf.title),
    ...more.map((part) => (part instanceof HTMLElement ? part : element("p", { class: "quiet" }, part.title))),
    folded(words.checked, "checked",
      footnotes.recordOf ? element("p", { class: "quiet" }, footnotes.recordOf) : null, table(checks)),
    folded(words.notProved, "not-proved", list(notProved)),
    folded(words.how, "how", ...how(words, footnotes)),
  );
}

/** The card for when there is no verdict. */
export function plainCard(words: CardWords, title: string, detail: string, next: string): HTMLElement {
  return card("cannot-tell", { title, detail, next }, words);
}

function card(severity: Severity, text: Pick<Sentence, "title" | "detail" | "next">, words: CardWords, ...more: (Node | null | false)[]): HTMLElement {
  const made = element(
    "section",
    { class: "card", part: `card ${severity}`, "aria-labelledby": "title", tabindex: "-1" },
    element("div", { class: "head" }, shape(severity), element("div", {},
      element("h2", { id: "title", part: "title" }, text.title),
      text.detail && element("p", {}, text.detail))),
    text.next && element("h3", {}, words.next),
    text.next && element("p", { part: "next" }, text.next),
    ...more,
  );
  made.style.setProperty("--tone", `var(--${severity === "note" ? "cannot-tell" : severity})`);
  return made;
}

function questionOf(question: Sentence, words: CardWords): HTMLElement {
  const advice = element("p", { role: "status" });
  const answer = (label: string, text: string | null) => {
    const button = element("button", { type: "button" }, label);
    button.addEventListener("click", () => (advice.textContent = text ?? ""));
    return button;
  };
  const [ifYes, ifNo] = split(question.next ?? "");
  return element("div", { class: "question" }, element("h3", {}, question.title), question.detail && element("p", {}, question.detail),
    answer(words.yes, ifYes), answer(words.no, ifNo), advice);
}

/** "If yes, … . If no, … ." as two texts. */
function split(text: string): [string, string] {
  const at = Math.max(text.search(/If no[t,]/), text.indexOf("如果不是"));
  return at > 0 ? [text.slice(0, at), text.slice(at)] : [text, text];
}

function list(sentences: Sentence[]): HTMLElement {
  return element("ul", {}, ...sentences.map(({ title, detail, next }) =>
    element("li", {}, element("strong", {}, title), detail && element("p", {}, detail), next && element("p", { class: "quiet" }, next))));
}

/** Each check with its outcome, as a shape and in words. */
function table(checks: Check[]): HTMLElement {
  return element("dl", {}, ...checks.map(({ name, answer }) => {
    const outcome = element("dd", { part: "outcome" }, shape(answer.severity), element("span", {}, answer.title));
    outcome.style.setProperty("--tone", `var(--${answer.severity === "note" ? "cannot-tell" : answer.severity})`);
    return element("div", {}, element("dt", {}, name), outcome);
  }));
}

function how(words: CardWords, { lookup, node, fingerprint, notes, proof }: Footnotes): (HTMLElement | null)[] {
  const line = (name: string, value: string | null) => value && element("div", {}, element("dt", {}, name), element("dd", {}, value));
  return [
    lookup ? element("p", {}, lookup) : null,
    ...notes.map((note) => element("p", {}, note)),
    element("dl", {}, line(words.answeredBy, node), line(words.fingerprint, fingerprint)),
    proof && download(words.save, proof),
  ];
}
