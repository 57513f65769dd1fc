import { type Catalogue, sentence } from "@medproof/verify/explain";
import { element } from "../widget/dom.js";
import { scanOf } from "../typed.js";
import { catalogueOf } from "../words.js";
import { type App, NO_PACK, SCREENS, type Screen, type ScreenName, type Session, type Shown } from "./app.js";
import { button } from "./fields.js";
import { about } from "./screens/about.js";
import { answer } from "./screens/answer.js";
import { cabinet } from "./screens/cabinet.js";
import { camera } from "./screens/camera.js";
import { purpose } from "./screens/purpose.js";
import { reading } from "./screens/reading.js";
import { report } from "./screens/report.js";
import { several } from "./screens/several.js";
import { start } from "./screens/start.js";
import { type } from "./screens/type.js";
import { remember } from "./language.js";
import { carriedIn, carry } from "./take.js";
import { type PageWords, pageWords } from "./words/index.js";

/** What the page is made of. */
export type Parts = Pick<App, "nodes" | "hotline" | "anchor" | "check" | "packs" | "scanner"> & { catalogue(language: string): Promise<Catalogue> };

const screens: Record<ScreenName, Screen> = { start, camera, type, reading, purpose, answer, cabinet, several, report, about };

/** The page: one screen at a time, and what is known about the pack in hand. */
export class Page implements App {
  readonly session: Session = { ...NO_PACK, purpose: null, lookup: null, codes: "" };
  readonly nodes: readonly string[];
  readonly hotline: string;
  readonly anchor: App["anchor"];
  readonly check: App["check"];
  readonly packs: App["packs"];
  readonly scanner: App["scanner"];
  readonly #parts: Parts;
  #language: string;
  #text: PageWords;
  #about: ReturnType<App["about"]> | undefined;
  #screen: ScreenName = "start";
  #run = 0;
  #leave: (() => void) | undefined;

  /** `text` is in `language`. */
  constructor(parts: Parts, language: string, text: PageWords) {
    [this.#language, this.#text] = [language, text];
    ({ nodes: this.nodes, hotline: this.hotline, anchor: this.anchor, check: this.check, packs: this.packs, scanner: this.scanner } = parts);
    this.#parts = parts;
    addEventListener("popstate", ({ state }) => void this.#show(nameIn(state)));
    addEventListener("hashchange", () => void this.#takeFragment());
    addEventListener("online", () => this.#drawOffline());
    addEventListener("offline", () => this.#drawOffline());
  }

  get language(): string {
    return this.#language;
  }

  get text(): PageWords {
    return this.#text;
  }

  catalogue(): Promise<Catalogue> {
    return this.#parts.catalogue(this.#language);
  }

  about(): ReturnType<App["about"]> {
    this.#about ??= this.check.about().catch((cause: unknown) => {
      this.#about = undefined;
      throw cause;
    });
    return this.#about;
  }

  /** The first screen: what the address says, which is data as a scan is. */
  async begin(): Promise<void> {
    await this.#show("start", false);
    void this.packs.forgetOld(Date.now()).catch(() => undefined);
    if (/^\/(01|8006|00)\//.test(location.pathname)) await this.take(location.href.replace(/#.*/, ""));
    await this.#takeFragment();
  }

  /** Takes a proof from the end of the address. It is then gone from there, so that it is taken once. */
  async #takeFragment(): Promise<void> {
    const proof = await carriedIn(this, location.href);
    if (!proof) return;
    history.replaceState(history.state, "", location.href.replace(/#.*/, ""));
    carry(this, proof);
  }

  go(screen: ScreenName): void {
    // Only where a pack's link was opened does its address stand.
    if (screen !== this.#screen) history.pushState({ screen }, "", "/");
    void this.#show(screen);
  }

  async take(scan: string): Promise<void> {
    const { session, check } = this;
    const proof = await carriedIn(this, scan);
    const read = await check.read(scanOf(scan)).catch(() => null);
    if (proof && read?.result !== "read") return carry(this, proof);
    // A pack's link may carry a proof at its end.
    const lost = read?.result === "ambiguous" ? { scan, read } : null;
    Object.assign(session, { scan, read, lost, answer: null, carried: proof ?? session.carried });
    // Where there is nothing to ask for, nobody is asked for whom.
    this.go(lost ? "reading" : read?.result === "unreadable" ? "answer" : "purpose");
  }

  async #show(asked: ScreenName, isMoved = true): Promise<void> {
    const run = ++this.#run;
    const { scan, lost } = this.session;
    const isEarly = asked === "reading" ? !lost : (asked === "purpose" || asked === "answer") && scan === null;
    const name = isEarly ? "start" : asked;
    const shown = await Promise.resolve(screens[name](this)).catch(() => this.#failed());
    if (run !== this.#run) return;
    this.#leave?.();
    this.#leave = shown.leave;
    this.#screen = name;
    this.#draw(name, shown);
    if (isMoved) {
      scrollTo(0, 0);
      document.querySelector("h1")?.focus({ preventScroll: true });
    }
    shown.enter?.();
  }

  /** Instead of a screen of which a part did not arrive. */
  #failed(): Shown {
    const { noStart, noStartNext } = this.text;
    return { title: noStart, content: [element("p", {}, noStartNext)] };
  }

  #draw(name: ScreenName, { title, content }: Shown): void {
    const { text } = this;
    document.documentElement.lang = catalogueOf(this.#language);
    document.title = `${title} – MedProof`;
    const main = element("main", { id: "main", tabindex: "-1" }, element("div", { id: "offline", role: "status" }),
      name === "start" ? null : button(text.back, "link back", () => history.state ? history.back() : this.go("start")),
      element("h1", { tabindex: "-1" }, title), ...content);
    const skip = button(text.skip, "skip", () => main.focus());
    document.body.replaceChildren(skip, this.#header(), main, element("footer", { id: "demo" }));
    document.body.dataset["screen"] = name;
    this.#drawOffline();
    void this.#drawDemo();
  }

  #header(): HTMLElement {
    const other = catalogueOf(this.#language) === "en" ? "zh-Hans" : "en";
    const home = button("MedProof", "home", () => {
      Object.assign(this.session, NO_PACK);
      this.go("start");
    });
    home.setAttribute("aria-label", this.text.home);
    const change = button(this.text.language, "language", () => {
      remember(other);
      void pageWords(other).then((text) => {
        [this.#language, this.#text] = [other, text];
        return this.#show(this.#screen);
      });
    });
    change.lang = other;
    return element("header", {}, element("div", { class: "bar" }, home, change));
  }

  #drawOffline(): void {
    document.getElementById("offline")?.replaceChildren(...(navigator.onLine ? [] : [element("p", { class: "notice" }, this.text.offline)]));
  }

  /** On a demonstration's chain every screen says so. */
  async #drawDemo(): Promise<void> {
    const [catalogue, about] = await Promise.all([this.catalogue(), this.about()]).catch(() => []);
    if (!about?.demo || !catalogue) return;
    document.getElementById("demo")?.replaceChildren(element("p", {}, sentence(catalogue, "demo").title));
  }
}

function nameIn(state: unknown): ScreenName {
  const name = (state as { screen?: unknown } | null)?.screen;
  return SCREENS.find((known) => known === name) ?? "start";
}
