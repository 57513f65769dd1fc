import { sentence } from "@medproof/verify/explain";
import { element } from "../../widget/dom.js";
import type { App, Shown } from "../app.js";
import { button, pairs } from "../fields.js";
import { forgetAll } from "../packs.js";
import { isReadyOffline } from "../offline.js";
import { filled } from "../../words.js";

/** Whom this page trusts, whom it asks, and what leaves the device. */
export async function about(app: App): Promise<Shown> {
  const { text, session } = app;
  const catalogue = await app.catalogue();
  const trusted = await app.about().catch(() => null);
  const lookups = { bucket: text.lookupBucket, exact: text.lookupExact, carried: text.lookupCarried };
  const firstLoad = sentence(catalogue, "not-proved.first-load");
  const told = element("p", { class: "told", role: "status" });
  const forget = button(text.aboutForget, "plain", () => void forgetAll().then(() => (told.textContent = text.aboutForgotten), () => (told.textContent = text.problem)), "forget");
  const part = (title: string, ...content: (Node | null)[]) => element("section", {}, element("h2", {}, title), ...content);
  const line = (words: string | null) => element("p", {}, words ?? "");
  return {
    title: text.aboutTitle,
    content: [
      line(text.aboutWhat),
      trusted ? pairs(
        [text.aboutFingerprint, grouped(trusted.fingerprint)],
        [text.aboutRegister, trusted.name],
        [text.aboutNewest, filled(text.aboutHeight, { height: String(trusted.newest) })],
        [text.aboutServers, app.nodes.map((node) => new URL(node).host).join(", ")]) : line(text.noStart),
      element("p", { class: "hint" }, text.aboutCompare),
      part(text.aboutLookup, line(session.lookup ? lookups[session.lookup] : text.aboutNone)),
      part(text.aboutPrivacy, line(text.aboutPrivacyDetail)),
      part(firstLoad.title, line(firstLoad.detail), line(firstLoad.next)),
      part(text.aboutOffline, line((await isReadyOffline()) ? text.aboutOfflineReady : text.aboutOfflineNot)),
      element("div", { class: "ways" }, forget), told,
    ],
  };
}

/** In groups of four, so that two people can compare it aloud. */
function grouped(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, "$1 ");
}
