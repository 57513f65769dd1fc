import type { Check, Explanation, Sentence, Severity } from "@medproof/verify/explain";
import { element, shape } from "./dom.js";
import type { Words } from "../words.js";

/** What the card shows besides the explanation. */
export interface Footnotes {
  lookup: string | null;
  node: string | null;
  fingerprint: string | null;
  notes: string[];
  proof: Uint8Array | null;
}

/** The card of an answer. */
export function answerCard(words: Words, explanation: Explanation, extra: Sentence[], footnotes: Footnotes): HTMLElement {
  const { overall, reasons, question, asOf, checks, notProved } = explanation;
  return card(
    overall.severity,
    overall,
    words,
    question && questionOf(question, words),
    reasons.length > 0 && element("h3", {}, words.reasons),
    reasons.length > 0 && list(reasons),
    asOf && element("p", { class: "quiet" }, asOf.title),
    ...extra.map((sentence) => element("p", { class: "quiet" }, sentence.title)),
    folded(words.checked, table(checks)),
    folded(words.notProved, list(notProved)),
    folded(words.how, how(words, footnotes)),
  );
}

/** The card for when there is no verdict. */
export function plainCard(words: Words, title: string, detail: string, next: string): HTMLElement {
  return card("cannot-tell", { title, detail, next }, words);
}

function card(severity: Severity, text: Pick<Sentence, "title" | "detail" | "next">, words: Words, ...more: (Node | null | false)[]): HTMLElement {
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

function questionOf(question: Sentence, words: Words): HTMLElement {
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

function table(checks: Check[]): HTMLElement {
  return element("dl", {}, ...checks.map(({ name, answer }) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, answer.title))));
}

function how(words: Words, { lookup, node, fingerprint, notes, proof }: Footnotes): HTMLElement {
  const line = (name: string, value: string | null) => value && element("div", {}, element("dt", {}, name), element("dd", {}, value));
  return element("div", {},
    lookup && element("p", {}, lookup),
    ...notes.map((note) => element("p", {}, note)),
    element("dl", {}, line(words.answeredBy, node) || null, line(words.fingerprint, fingerprint) || null),
    proof && download(words.save, proof));
}

/** A link that saves bytes. It has no address until it is used, so that none is left behind. */
function download(label: string, bytes: Uint8Array): HTMLElement {
  const button = element("button", { type: "button", part: "save" }, label);
  button.addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([bytes.slice()], { type: "application/vnd.medproof.proof" }));
    const link = element("a", { href: address, download: "pack.mproof" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1_000);
  });
  return button;
}

function folded(name: string, content: HTMLElement): HTMLElement {
  return element("details", {}, element("summary", {}, name), content);
}
