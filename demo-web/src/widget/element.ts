import type { Purpose, Verifier } from "@medproof/verify";
import { type Catalogue, age, explain, moment, sentence } from "@medproof/verify/explain";
import { type Answer, Checker } from "@medproof/verify/flow";
import { scanOf } from "../typed.js";
import { filled, spoken } from "../words.js";
import { answerCard, plainCard } from "./card.js";
import { element } from "./dom.js";
import { verifier as started } from "./files.js";
import { history } from "./history.js";
import { answered, catalogue as catalogueIn } from "./pinned.js";
import { seal } from "./seal.js";
import { sellerLine } from "./seller.js";
import { STYLE } from "./style.js";
import { type Words, words } from "./words.js";

/** What one check needs, once everything was loaded. */
interface Setting {
  language: string;
  text: Words;
  purpose: Purpose;
  verifier: Verifier;
  catalogue: Catalogue;
  anchor: Uint8Array;
  nodes: string[];
  scan: string;
}

/**
 * `<medproof-verify code nodes anchor purpose seller lang>`: checks a code and shows the answer.
 *
 * `anchor` is the address of the file that says whom to trust; `nodes` are addresses apart by spaces. What stands inside the
 * element is shown until it has started.
 */
export class MedproofVerify extends HTMLElement {
  static readonly observedAttributes = ["code", "nodes", "anchor", "purpose", "seller", "lang"];
  readonly #root = this.attachShadow({ mode: "open" });
  readonly #live = element("div", { role: "status", "aria-live": "polite" });
  #run = 0;
  #isPending = false;

  connectedCallback(): void {
    this.#plan();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#plan();
  }

  /** Several attributes that change at once start one check. */
  #plan(): void {
    if (this.#isPending) return;
    this.#isPending = true;
    queueMicrotask(() => {
      this.#isPending = false;
      void this.#check();
    });
  }

  get #language(): string {
    return spoken(this.closest("[lang]")?.getAttribute("lang") || navigator.language);
  }

  async #check(): Promise<void> {
    const run = ++this.#run;
    const code = this.getAttribute("code");
    if (!code) return this.#root.replaceChildren(element("slot"));
    const text = words(this.#language);
    this.#show(element("p", {}, text.checking));
    const card = await this.#answer(code, text).catch(() => plainCard(text, text.noStart, text.noStartDetail, text.noStartNext));
    if (run !== this.#run) return;
    this.#show(card);
    this.dispatchEvent(new CustomEvent("medproof-answer", { bubbles: true, composed: true }));
  }

  #show(content: HTMLElement): void {
    if (!this.#live.isConnected) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.replaceChildren(this.#live);
    }
    this.#live.setAttribute("lang", this.#language);
    this.#live.replaceChildren(content);
  }

  async #answer(code: string, text: Words): Promise<HTMLElement> {
    const anchorAddress = this.getAttribute("anchor");
    if (!anchorAddress) return plainCard(text, text.noAnchor, text.noAnchorDetail, text.noAnchorNext);
    const language = this.#language;
    const [verifier, catalogue, anchor] = await Promise.all([started(), catalogueIn(language), bytesOf(anchorAddress)]);
    const purpose = purposeOf(this.getAttribute("purpose"));
    const nodes = (this.getAttribute("nodes") ?? location.origin).split(/\s+/).filter(Boolean);
    const scan = scanOf(code);
    const checker = checkerOf(verifier, anchor, nodes);
    if (!checker || !purpose) return plainCard(text, text.noAddress, text.noAddressDetail, text.noAddressNext);
    const answer = await checker.check(scan, purpose);
    if (!answer.verdict) return plainCard(text, text.noAnswer, text.noAnswerDetail, text.noAnswerNext);
    return this.#card({ language, text, purpose, verifier, catalogue, anchor, nodes, scan }, answer);
  }

  #card(setting: Setting, answer: Answer): HTMLElement {
    const { language, text, purpose, verifier, catalogue, anchor } = setting;
    const { verdict, lookup, node, proof, scan } = answer;
    if (!verdict) throw new TypeError("there is no verdict to show");
    const client = verifier.client(anchor);
    const { fingerprint, demo } = client.anchor();
    client.free();
    const reading = scan.readings.length === 1 ? scan.readings[0] : undefined;
    const explanation = explain(catalogue, verdict, { purpose, language, reading });
    explanation.notProved.push(sentence(catalogue, "not-proved.first-load"));
    if (!answer.historyShown && node) explanation.notProved.push(sentence(catalogue, "not-proved.history"));
    const seller = this.getAttribute("seller");
    const more = [
      ...(demo ? [sentence(catalogue, "demo")] : []),
      ...(verdict.axes.identifier === "registered" && verdict.axes.level !== "product" ? [history({ ...setting, words: text })] : []),
      ...(seller === null ? [] : [sellerLine({ ...setting, seller })]),
      ...(seller === null || !node ? [] : [seal(text, node, reading)]),
    ];
    const { time_ms, age_ms } = verdict.axes;
    const isDated = time_ms !== null && age_ms !== null && verdict.axes.freshness !== "future";
    const recordOf = isDated ? filled(text.recordOf, { time: moment(language, time_ms), age: age(catalogue, age_ms) }) : null;
    const lookups = { bucket: text.lookupBucket, exact: text.lookupExact, carried: text.lookupCarried };
    const notes = answer.stored ? [] : [text.notStored];
    return answerCard(text, explanation, more, { recordOf, lookup: lookup && lookups[lookup], node: node && new URL(node).host, fingerprint, notes, proof });
  }
}

/** Null for a word that is none: who is about to buy must not be answered as somebody else. */
function purposeOf(word: string | null): Purpose | null {
  const name = word?.trim().toLowerCase() ?? "holder";
  return name === "holder" || name === "buyer" || name === "dispenser" || name === "receiver" ? name : null;
}

/** Null if an address is none. */
function checkerOf(verifier: Verifier, anchor: Uint8Array, nodes: string[]): Checker | null {
  try {
    return new Checker({ verifier, anchor, nodes });
  } catch (cause) {
    if (cause instanceof TypeError) return null;
    throw cause;
  }
}

async function bytesOf(address: string): Promise<Uint8Array> {
  return new Uint8Array(await (await answered(address)).arrayBuffer());
}

// A browser that lacks what this needs keeps the text that stands inside.
const isAble = "adoptedStyleSheets" in document && "timeout" in AbortSignal;
if (isAble && !customElements.get("medproof-verify")) customElements.define("medproof-verify", MedproofVerify);
