import { type Purpose, type Verifier, load } from "@medproof/verify";
import { type Catalogue, type Sentence, explain, sentence } from "@medproof/verify/explain";
import { type Answer, Checker } from "@medproof/verify/flow";
import englishUrl from "@medproof/verify/messages/en.json?url";
import chineseUrl from "@medproof/verify/messages/zh-Hans.json?url";
import { scanOf } from "../typed.js";
import { catalogueOf, words } from "../words.js";
import { answerCard, plainCard } from "./card.js";
import { element } from "./dom.js";
import { STYLE } from "./style.js";

/**
 * `<medproof-verify code nodes anchor purpose lang>`: checks a code and shows the answer.
 *
 * `anchor` is the address of the file that says whom to trust; `nodes` are addresses apart by spaces. What stands inside the
 * element is shown until it has started.
 */
export class MedproofVerify extends HTMLElement {
  static readonly observedAttributes = ["code", "nodes", "anchor", "purpose", "lang"];
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
    return this.closest("[lang]")?.getAttribute("lang") || navigator.language;
  }

  async #check(): Promise<void> {
    const run = ++this.#run;
    const code = this.getAttribute("code");
    if (!code) return this.#root.replaceChildren(element("slot"));
    const text = words(this.#language);
    this.#show(element("p", {}, text.checking));
    const card = await this.#answer(code).catch(() => plainCard(text, text.noStart, text.noStartDetail, text.noStartNext));
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

  async #answer(code: string): Promise<HTMLElement> {
    const language = this.#language;
    const text = words(language);
    const anchorAddress = this.getAttribute("anchor");
    if (!anchorAddress) return plainCard(text, text.noAnchor, text.noAnchorDetail, text.noAnchorNext);
    const [verifier, catalogue, anchor] = await Promise.all([load(), catalogueFor(language), bytesOf(anchorAddress)]);
    const nodes = (this.getAttribute("nodes") ?? location.origin).split(/\s+/).filter(Boolean);
    const purpose = purposeOf(this.getAttribute("purpose"));
    const answer = await new Checker({ verifier, anchor, nodes }).check(scanOf(code), purpose);
    if (!answer.verdict) return plainCard(text, text.noAnswer, text.noAnswerDetail, text.noAnswerNext);
    return this.#card(verifier, catalogue, anchor, answer, purpose, language);
  }

  #card(verifier: Verifier, catalogue: Catalogue, anchor: Uint8Array, answer: Answer, purpose: Purpose, language: string): HTMLElement {
    const text = words(language);
    const { verdict, lookup, node, proof, scan } = answer;
    if (!verdict) throw new TypeError("there is no verdict to show");
    const client = verifier.client(anchor);
    const { fingerprint, demo } = client.anchor();
    client.free();
    const reading = scan.readings.length === 1 ? scan.readings[0] : undefined;
    const explanation = explain(catalogue, verdict, { purpose, language, reading });
    const extra: Sentence[] = demo ? [sentence(catalogue, "demo")] : [];
    explanation.notProved.push(sentence(catalogue, "not-proved.first-load"));
    if (!answer.historyShown && node) explanation.notProved.push(sentence(catalogue, "not-proved.history"));
    const lookups = { bucket: text.lookupBucket, exact: text.lookupExact, carried: text.lookupCarried };
    const notes = answer.stored ? [] : [text.notStored];
    return answerCard(text, explanation, extra, { lookup: lookup && lookups[lookup], node: node && new URL(node).host, fingerprint, notes, proof });
  }
}

function purposeOf(word: string | null): Purpose {
  return word === "buyer" || word === "dispenser" || word === "receiver" ? word : "holder";
}

async function catalogueFor(language: string): Promise<Catalogue> {
  const bytes = await bytesOf(catalogueOf(language) === "zh-Hans" ? chineseUrl : englishUrl);
  return JSON.parse(new TextDecoder().decode(bytes)) as Catalogue;
}

async function bytesOf(address: string): Promise<Uint8Array> {
  const response = await fetch(new URL(address, document.baseURI), { credentials: "omit" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

if (!customElements.get("medproof-verify")) customElements.define("medproof-verify", MedproofVerify);
