import { element } from "../../widget/dom.js";
import type { App, Shown } from "../app.js";
import { button, fileButton } from "../fields.js";
import { daysLeft, type Pack } from "../packs.js";
import { codeInPhoto, openSaved } from "../take.js";
import { filled } from "../../words.js";

/** Where everything begins: how to give the code of a pack. */
export async function start(app: App): Promise<Shown> {
  const { text } = app;
  const told = element("p", { class: "told", role: "status" });
  const kept = (await app.packs.all().catch(() => [])).filter((pack) => pack.isKept);
  return {
    title: text.startTitle,
    content: [
      ...notices(app, kept),
      app.session.carried ? element("p", { class: "notice" }, text.savedOpen) : null,
      element("p", {}, text.startIntro),
      element("div", { class: "ways" },
        button(text.scanCode, "main", () => app.go("camera"), "way-camera"),
        fileButton("photo", text.choosePhoto, "plain", "image/*", (file) => void codeInPhoto(app, file, told)),
        button(text.typeCode, "plain", () => app.go("type"), "way-type")),
      told,
      element("nav", { "aria-label": text.cabinetLink }, element("ul", { class: "links" },
        item(button(kept.length ? filled(text.cabinetCount, { count: kept.length }) : text.cabinetLink, "link", () => app.go("cabinet"), "way-cabinet")),
        item(fileButton("saved", text.openSaved, "link", ".mproof,.mpbucket,.mpbundle", (file) => void openSaved(app, file, told))),
        item(button(text.severalLink, "link", () => app.go("several"), "way-several")),
        item(button(text.aboutLink, "link", () => app.go("about"), "way-about")))),
      element("p", { class: "hint" }, text.limits),
    ],
  };
}

const item = (content: Node) => element("li", {}, content);

/** What somebody must know about packs that they keep, before anything else. */
function notices({ text, go }: App, kept: Pack[]): HTMLElement[] {
  const bad = kept.filter(({ overall }) => overall === "do-not-use").length;
  const expired = kept.filter(({ overall, expiryDay }) => overall !== "do-not-use" && expiryDay !== null && daysLeft(expiryDay, Date.now()) < 0).length;
  const notice = (label: string, count: number) => count > 0
    ? [element("p", { class: "notice bad" }, button(filled(label, { count }), "link", () => go("cabinet")))] : [];
  return [...notice(text.noticeBad, bad), ...notice(text.noticeExpired, expired)];
}
