import type { Happening, MemberInfo, Opened, ProductInfo } from "@medproof/verify";
import { type Catalogue, type Severity, day, sentence } from "@medproof/verify/explain";
import { drawn, element } from "./dom.js";
import type { CardWords } from "../card_words/en.js";
import { catalogueOf, filled } from "../words.js";

/** What a bundle proved: names, and what happened as a picture and in words. */
export function opened(words: CardWords, catalogue: Catalogue, language: string, { product, issuer, timeline, refused }: Opened): HTMLElement {
  const made = element("div", { class: "opened", tabindex: "-1" }, names(words, language, product, issuer));
  for (const code of refused) {
    const { title, detail } = sentence(catalogue, code);
    made.append(element("p", {}, element("strong", {}, title), " ", detail));
  }
  if (!timeline || timeline.length === 0) {
    made.append(element("p", {}, words.happenedNone));
    return made;
  }
  const label = filled(words.happenedPicture, {
    count: String(timeline.length),
    first: day(language, timeline[0]?.day ?? 0),
    last: day(language, timeline.at(-1)?.day ?? 0),
  });
  const severities = timeline.map((happening) => kindOf(catalogue, happening).severity);
  const lines = timeline.map((happening) => line(catalogue, language, happening));
  made.append(picture(label, timeline, severities), element("ol", { class: "events" }, ...lines), element("p", { class: "quiet" }, words.happenedAll));
  return made;
}

function names(words: CardWords, language: string, product: ProductInfo | null, issuer: MemberInfo | null): HTMLElement {
  const isChinese = catalogueOf(language) === "zh-Hans";
  const nameOf = (named: ProductInfo | MemberInfo) => (isChinese ? named.name_zh || named.name_en : named.name_en || named.name_zh);
  const line = (label: string, value: string) => element("div", {}, element("dt", {}, label), element("dd", {}, value));
  const medicine = product && [nameOf(product), product.strength, product.pack_size, product.holder].filter(Boolean).join(" · ");
  return element("dl", {}, medicine ? line(words.medicine, medicine) : null, issuer && line(words.maker, nameOf(issuer)));
}

/** One event in words: the day, what, and by which role. */
function line(catalogue: Catalogue, language: string, happening: Happening): HTMLElement {
  const { title } = kindOf(catalogue, happening);
  const role = sentence(catalogue, `role.${happening.role}` in catalogue ? `role.${happening.role}` : "role.other").title;
  return element("li", {}, element("span", { class: "quiet" }, day(language, happening.day)), " ", element("strong", {}, title), " ", element("span", {}, role));
}

function kindOf(catalogue: Catalogue, { kind }: Happening): { title: string; severity: Severity } {
  const code = `event-kind.${kind}`;
  return sentence(catalogue, code in catalogue ? code : "event-kind.other");
}

/** The events on a line of time: as far apart as the days, but never on top of each other. The last one is the largest. */
function picture(label: string, timeline: Happening[], severities: Severity[]): SVGElement {
  const places = spread(timeline.map(({ day }) => day));
  const dots = places.map((x, index) => {
    const isLast = index === places.length - 1;
    const dot = drawn("circle", { cx: String(x), cy: String(HEIGHT / 2), r: isLast ? "9" : "6", class: "dot" });
    dot.style.setProperty("--tone", `var(--${toneOf(severities[index])})`);
    return dot;
  });
  const middle = String(HEIGHT / 2);
  const time = drawn("line", { x1: "0", x2: String(WIDTH), y1: middle, y2: middle, class: "time" });
  return drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, part: "picture", class: "picture" }, time, ...dots);
}

/** Days as places on the line: in their proportion, at least `APART` from each other where there is room. */
function spread(days: number[]): number[] {
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const room = WIDTH - 2 * MARGIN;
  const apart = Math.min(APART, room / Math.max(1, days.length - 1));
  const slack = room - apart * (days.length - 1);
  return days.map((day, index) => MARGIN + index * apart + (last > first ? ((day - first) / (last - first)) * slack : 0));
}

function toneOf(severity: Severity | undefined): string {
  return severity === undefined || severity === "note" ? "cannot-tell" : severity;
}

const WIDTH = 320;
const HEIGHT = 32;
const MARGIN = 12;
const APART = 18;
