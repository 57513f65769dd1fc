import type { Opened, Purpose } from "@medproof/verify";
import { type Catalogue, moment, sentence } from "@medproof/verify/explain";
import { Checker } from "@medproof/verify/flow";
import type { CardWords } from "../card_words/en.js";
import { download } from "./download.js";
import { element, folded } from "./dom.js";
import { fullVerifier } from "./files.js";
import { opened } from "./timeline.js";

/** What is asked when somebody wants to know what happened. */
export interface Question {
  words: CardWords;
  catalogue: Catalogue;
  language: string;
  anchor: Uint8Array;
  nodes: string[];
  scan: string;
  purpose: Purpose;
  /** A bundle that was kept, for when no node answers. */
  kept?: Uint8Array | undefined;
  /** Keeps what a node proved, before it is shown. */
  keep?: (bundle: Uint8Array, opened: Opened) => Promise<void>;
}

/** Names and timeline, once somebody asks for them: for this a node must learn which pack is meant. */
export function history(question: Question): HTMLElement {
  const { words } = question;
  const button = element("button", { type: "button", part: "history" }, words.happenedAsk);
  const place = element("div", {}, element("p", {}, words.happenedCost), button);
  button.addEventListener("click", () => {
    place.replaceChildren(element("p", {}, words.checking));
    void answerOf(question)
      .catch(() => element("p", { tabindex: "-1" }, words.happenedNone))
      .then((answer) => {
        place.replaceChildren(answer);
        // The button that had the focus is gone; whoever went on meanwhile is left where they are.
        if (document.activeElement === document.body) answer.focus();
      });
  });
  return folded(words.happened, "timeline", place);
}

async function answerOf({ words, catalogue, language, anchor, nodes, scan, purpose, kept, keep }: Question): Promise<HTMLElement> {
  const checker = new Checker({ verifier: await fullVerifier(), anchor, nodes });
  const answer = await checker.open(scan, purpose, kept);
  if (!answer.opened || !answer.proof) return element("p", { tabindex: "-1" }, words.happenedNone);
  const shown = opened(words, catalogue, language, answer.opened);
  const { time_ms } = answer.opened.verdict.axes;
  const isCarried = answer.lookup === "carried";
  if (!isCarried) await keep?.(answer.proof, answer.opened);
  if (time_ms !== null) shown.prepend(element("p", {}, isCarried && `${words.lookupCarried} `, sentence(catalogue, "axis.as-of", { time: moment(language, time_ms) }).title));
  shown.append(download(words.save, answer.proof));
  return shown;
}
