import { age, day, sentence } from "@medproof/verify/explain";
import { element, shape } from "../../widget/dom.js";
import { scanOf } from "../../typed.js";
import { type App, NO_PACK, type Shown } from "../app.js";
import { button, pairs } from "../fields.js";
import { type Pack, daysLeft, isRecalled } from "../packs.js";
import { catalogueOf, filled } from "../../words.js";

/** The packs that a person keeps, with what is known about each, and how old that is. */
export async function cabinet(app: App): Promise<Shown> {
  const { text } = app;
  const list = element("ul", { class: "packs" });
  const told = element("p", { class: "told", role: "status", tabindex: "-1" });
  const fillList = async () => {
    const kept = await keptPacks(app);
    list.replaceChildren(...(await Promise.all(kept.map((pack) => packView(app, pack, told, fillList)))));
    return kept;
  };
  const kept = await fillList();
  const all = button(text.cabinetAll, "main", () => void recheck(app, told, fillList), "recheck-all");
  return {
    title: text.cabinetTitle,
    content: [element("p", {}, kept.length ? text.cabinetIntro : text.cabinetEmpty), kept.length > 0 && all, told, list],
  };
}

async function keptPacks({ packs }: App): Promise<Pack[]> {
  return (await packs.all().catch(() => [])).filter((pack) => pack.isKept);
}

async function packView(app: App, pack: Pack, told: HTMLElement, redraw: () => Promise<unknown>): Promise<HTMLElement> {
  const { text, language, session } = app;
  const catalogue = await app.catalogue();
  const overall = sentence(catalogue, statusOf(pack, Date.now()));
  const open = () => {
    Object.assign(session, NO_PACK, { scan: pack.scan, purpose: keptFor(pack) });
    void app.check.read(scanOf(pack.scan)).then((read) => (session.read = read), () => undefined).then(() => app.go("answer"));
  };
  const remove = async () => {
    await app.packs.change(pack, { isKept: false });
    await redraw();
    told.textContent = text.cabinetRemoved;
    // The button that had the focus is gone.
    told.focus();
  };
  const named = `${text.codeSerial} ${pack.serial ?? "–"}`;
  const labelled = (label: string, act: () => void) => {
    const made = button(label, "plain", act);
    made.setAttribute("aria-label", `${label}: ${named}`);
    return made;
  };
  return element("li", { class: overall.severity },
    element("div", { class: "head" }, shape(overall.severity),
      element("div", {}, element("h2", {}, overall.title), ...badges(app, pack))),
    pairs([text.medicine, pack.names?.[catalogueOf(language) === "en" ? 0 : 1]], [text.codeProduct, pack.product], [text.codeSerial, pack.serial], [text.codeLot, pack.lot],
      [text.codeExpiry, pack.expiryDay === null ? null : day(language, pack.expiryDay)]),
    element("p", { class: "hint" }, filled(text.cabinetChecked, { age: age(catalogue, BigInt(Math.max(0, Date.now() - pack.checkedMs))) })),
    pack.proof ? null : element("p", { class: "hint" }, text.cabinetBare),
    element("div", { class: "ways" }, labelled(text.cabinetOpen, open), labelled(text.cabinetRemove, () => void remove())));
}

/** Whoever kept a pack while buying it has it by now. */
function keptFor({ purpose }: Pack): Pack["purpose"] {
  return purpose === "buyer" ? "holder" : purpose;
}

/** What is to be said of a pack, as a code: good news ages, and ends with the last day of use; bad news does not. */
function statusOf({ overall, purpose, timeMs, expiryDay }: Pack, nowMs: number): string {
  const isOver = expiryDay !== null && daysLeft(expiryDay, nowMs) < 0;
  if (isOver || overall === "do-not-use") return `overall.do-not-use.${purpose}`;
  const isOld = timeMs === null || nowMs - timeMs > LONGEST_MS[purpose];
  return isOld ? "freshness.stale" : `overall.${overall}.${purpose}`;
}

function badges({ text, language }: App, pack: Pack): HTMLElement[] {
  const left = pack.expiryDay === null ? null : daysLeft(pack.expiryDay, Date.now());
  const badge = (label: string, look: string) => element("p", { class: `badge ${look}` }, label);
  const made: HTMLElement[] = [];
  if (isRecalled(pack)) made.push(badge(text.cabinetRecalled, "bad"));
  if (left !== null && left < 0) made.push(badge(text.cabinetExpired, "bad"));
  else if (left !== null && left <= SOON_DAYS && pack.expiryDay !== null) made.push(badge(filled(text.cabinetSoon, { day: day(language, pack.expiryDay) }), "soon"));
  return made;
}

/** Asks about every kept pack. What no node answers stays as it was, with its age. */
async function recheck(app: App, told: HTMLElement, redraw: () => Promise<unknown>): Promise<void> {
  app.session.answer = null;
  const kept = await keptPacks(app);
  let done = 0;
  for (const pack of kept) {
    const purpose = keptFor(pack);
    const answer = await app.check.check(scanOf(pack.scan), purpose, pack.proof).catch(() => null);
    const verdict = answer?.verdict;
    // Whatever was told, nothing of this register counts any more.
    if (verdict?.axes.trust === "fork") await app.packs.change(pack, { timeMs: null });
    if (answer && verdict && answer.lookup !== "carried" && verdict.overall !== "cannot-tell") {
      const { overall, reasons, axes } = verdict;
      const timeMs = axes.time_ms === null ? pack.timeMs : Number(axes.time_ms);
      const expiryDay = axes.expiry_day ?? pack.expiryDay;
      // It may be removed by now.
      await app.packs.change(pack, { purpose, overall, reasons, timeMs, expiryDay, checkedMs: Date.now(), proof: answer.proof ?? pack.proof });
      done += 1;
    }
    told.textContent = filled(app.text.cabinetAsked, { done, count: kept.length });
  }
  await redraw();
  if (done < kept.length) told.append(element("br"), app.text.cabinetUnasked);
}

const SOON_DAYS = 30;

/** How old a saved answer may be. */
const LONGEST_MS = { holder: 86_400_000, buyer: 86_400_000, dispenser: 900_000, receiver: 900_000 };
