/**
 * A scanner that types what it reads, as a keyboard does: fast, with Enter or Tab at the end.
 *
 * It writes the separator GS as the character itself, as Ctrl and `]`, as F8, or as Alt with 029 on the number pad.
 */
export class Wedge {
  readonly #take: (scan: string) => void;
  #text = "";
  #lastMs = 0;
  #firstMs = 0;
  #altDigits = "";

  /** `take` gets each scan. */
  constructor(take: (scan: string) => void) {
    this.#take = take;
  }

  /** Listens to the keys of the whole page. A field for several codes keeps its own. */
  listen(to: Document): void {
    to.addEventListener("keydown", (event) => {
      if (event.target instanceof HTMLTextAreaElement) return;
      if (!this.key(event, event.timeStamp)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, { capture: true });
    to.addEventListener("keyup", (event) => event.key === "Alt" && this.#endAlt(), { capture: true });
  }

  /** One key; whether it ended a scan. */
  key(event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "altKey">, nowMs: number): boolean {
    if (nowMs - this.#lastMs > LONGEST_GAP_MS) this.#begin(nowMs);
    this.#lastMs = nowMs;
    if (event.key === "Enter" || event.key === "Tab") return this.#end(nowMs);
    if (event.altKey && /^(Numpad|Digit)\d$/.test(event.code)) this.#altDigits += event.code.slice(-1);
    else this.#text += character(event);
    return false;
  }

  #begin(nowMs: number): void {
    this.#text = "";
    this.#altDigits = "";
    this.#firstMs = nowMs;
  }

  #endAlt(): void {
    if (Number(this.#altDigits) === 29) this.#text += GS;
    this.#altDigits = "";
  }

  #end(nowMs: number): boolean {
    const text = this.#text;
    const isFast = nowMs - this.#firstMs <= text.length * MEAN_GAP_MS;
    this.#begin(nowMs);
    if (text.length < SHORTEST || !isFast) return false;
    this.#take(text);
    return true;
  }
}

function character({ key, ctrlKey, altKey }: Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey">): string {
  if (key === "F8" || (ctrlKey && key === "]")) return GS;
  return key.length === 1 && !ctrlKey && !altKey ? key : "";
}

const GS = "\u001d";

/** Nobody types as fast as this for so long. */
const MEAN_GAP_MS = 50;
const LONGEST_GAP_MS = 300;
const SHORTEST = 8;
