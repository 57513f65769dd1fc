import { type Catalogue, type Explanation, type Sentence, age, explain, sentence } from "@medproof/verify/explain";
import type { Opened } from "@medproof/verify";
import type { Answer } from "@medproof/verify/flow";
import { answerCard, plainCard } from "../widget/card.js";
import { STYLE } from "../widget/style.js";
import { element, folded } from "../widget/dom.js";
import { scanOf } from "../typed.js";
import type { App } from "./app.js";
import type { Pack } from "./packs.js";
import { filled } from "../words.js";

/** An answer's card, looking as the widget's: the same card under the same style. */
export interface VerdictCard {
  title: string;
  whole: HTMLElement;
}

/** The card of an answer; where no node gave one, a card that says what came of the questions. */
export async function verdictCard(app: App, answer: Answer, pack: Pack | null): Promise<VerdictCard> {
  const { text } = app;
  const { verdict, lookup, node, proof, scan } = answer;
  const purpose = app.session.purpose ?? "holder";
  if (!verdict) return failureCard(app, failureOf(answer));
  const [catalogue, { fingerprint }] = await Promise.all([app.catalogue(), app.about()]);
  const reading = scan.readings.length === 1 ? scan.readings[0] : undefined;
  const explanation = explain(catalogue, verdict, { purpose, language: app.language, reading });
  const repairs = (reading?.repairs ?? []).map((name) => sentence(catalogue, `repair.${name}`));
  const isOnLedger = verdict.axes.identifier === "registered" && verdict.axes.level !== "product";
  const more = [...repairs, ...(isOnLedger ? [happened(app, catalogue, pack)] : [])];
  addLimits(explanation, answer, (code) => sentence(catalogue, code));
  const lookups = { bucket: text.lookupBucket, exact: text.lookupExact, carried: text.lookupCarried };
  const notes = answer.stored ? [] : [text.notStored];
  const card = answerCard(text, explanation, more, { lookup: lookup && lookups[lookup], node: node && new URL(node).host, fingerprint, notes, proof });
  const isSaved = lookup === "carried" && verdict.axes.age_ms !== null;
  const saved = isSaved ? element("p", { class: "notice", id: "saved-age" }, filled(text.fromSaved, { age: age(catalogue, verdict.axes.age_ms ?? 0n) })) : null;
  return { title: explanation.overall.title, whole: element("div", {}, ...(saved ? [saved] : []), under(card)) };
}

/** A card without a verdict: why there is none. */
export function failureCard(app: App, failure: Failure): VerdictCard {
  const [title, detail, next] = [failure, `${failure}Detail`, `${failure}Next`].map((key) => app.text[key as Failure]);
  return { title: title ?? "", whole: under(plainCard(app.text, title ?? "", detail ?? "", next ?? "")) };
}

const BUNDLE = 12;

export type Failure = "noAnswer" | "noNetwork" | "slowAnswer" | "refusedAnswer" | "longAnswer" | "noStart";

/** What came of the questions about the pack, in one word: the most telling of all. */
function failureOf({ attempts }: Answer): Failure {
  const last = attempts.filter(({ asked }) => asked === "proof");
  const has = (outcome: string) => last.some((attempt) => attempt.outcome.startsWith(outcome));
  if (!navigator.onLine) return "noNetwork";
  if (has("status")) return "refusedAnswer";
  if (has("too-large")) return "longAnswer";
  return has("timeout") ? "slowAnswer" : "noAnswer";
}

/** Names and timeline. What shows them is loaded when somebody opens it. */
function happened(app: App, catalogue: Catalogue, pack: Pack | null): HTMLElement {
  const { session, language, text } = app;
  const [scan, purpose, nodes] = [scanOf(session.scan ?? ""), session.purpose ?? "holder", [...app.nodes]];
  const closed = folded(text.happened, "timeline", element("p", {}, text.checking));
  // The fifth byte of a message is its type: a proof that was carried has no names.
  const kept = session.carried?.[4] === BUNDLE ? session.carried : pack?.bundle;
  const keep = async (bundle: Uint8Array, { product }: Opened) => {
    // What proved nothing takes the place of nothing.
    if (pack && product) await app.packs.change(pack, { bundle, names: [product.name_en, product.name_zh] }).catch(() => undefined);
  };
  const open = async () => {
    const [{ history }, anchor] = await Promise.all([import("../widget/history.js"), app.anchor()]);
    const whole = history({ words: text, catalogue, language, anchor, nodes, scan, purpose, kept, keep });
    whole.setAttribute("open", "");
    // Whoever went on meanwhile is left where they are.
    const isHere = (closed.getRootNode() as ShadowRoot).activeElement === closed.querySelector("summary");
    closed.replaceWith(whole);
    if (isHere) whole.querySelector("summary")?.focus();
  };
  const failed = () => closed.append(element("p", {}, text.noStart));
  closed.addEventListener("toggle", () => void open().catch(failed), { once: true });
  return closed;
}

function addLimits({ notProved }: Explanation, answer: Answer, say: (code: string) => Sentence): void {
  notProved.push(say("not-proved.first-load"));
  if (!answer.historyShown && answer.node) notProved.push(say("not-proved.history"));
}

function under(card: HTMLElement): HTMLElement {
  const host = element("div", { class: "card-host" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(card);
  return host;
}
