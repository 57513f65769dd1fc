import type { Answer } from "@medproof/verify/flow";
import { element } from "../../widget/dom.js";
import { scanOf } from "../../typed.js";
import { type App, NO_PACK, type Shown } from "../app.js";
import { codeView } from "../code_view.js";
import { button } from "../fields.js";
import { type Pack, packId } from "../packs.js";
import { failureCard, verdictCard } from "../verdict_card.js";

/** The answer about the pack in hand, and what can be done with it. */
export function answer(app: App): Shown {
  const { text } = app;
  const body = element("div", { id: "answer" }, element("p", { role: "status", class: "told" }, text.checking));
  return { title: text.answerTitle, content: [body], enter: () => void run(app, body) };
}

async function run(app: App, body: HTMLElement): Promise<void> {
  const { session, text } = app;
  const { scan, answer: shown } = session;
  const found = shown ?? (await ask(app).catch(() => null));
  // Another pack may be in hand by now.
  if (!body.isConnected || session.scan !== scan) return;
  session.answer = found;
  session.lookup = found?.lookup ?? session.lookup;
  const now = found && packOf(app, found, Date.now());
  const before = now && (await app.packs.find(now.id).catch(() => null));
  const pack = now && { ...before, ...now, isKept: before?.isKept ?? false };
  // What was shown before was stored then; it may be known better by now.
  if (!shown && now && now.overall !== "cannot-tell") {
    const { isKept: _, ...news } = now;
    await app.packs.change(now, news).catch(() => undefined);
  }
  const card = found ? await verdictCard(app, found, pack).catch(() => failureCard(app, "noStart")) : failureCard(app, "noStart");
  body.replaceChildren(
    element("p", { role: "status", class: "away" }, card.title),
    card.whole, codeView(app) ?? "", actions(app, pack),
    element("p", { class: "hint" }, text.reportMore),
    button(text.report, "plain", () => app.go("report"), "way-report"));
  body.dispatchEvent(new CustomEvent("answered"));
}

/** Asks the nodes; a proof that was brought along or kept counts where none answers. */
async function ask({ session, check, packs }: App): Promise<Answer> {
  const scan = scanOf(session.scan ?? "");
  const read = session.read ?? (await check.read(scan));
  const kept = session.carried ?? (await packs.find(packId(scan, read)).catch(() => null))?.proof ?? null;
  return check.check(scan, session.purpose ?? "holder", kept);
}

function actions(app: App, pack: Pack | null): HTMLElement {
  const { text, session } = app;
  const isKept = pack?.isKept ?? false;
  const told = element("p", { role: "status", class: "told" }, isKept ? text.kept : "");
  const keep = button(text.keep, "plain", () => {
    if (!pack) return;
    // Else the browser may forget it when it wants room.
    void navigator.storage?.persist?.();
    void app.packs.change(pack, { isKept: true, proof: pack.proof }).then((isWhole) => {
      told.textContent = isWhole ? text.kept : text.keptBare;
      keep.remove();
    }, () => (told.textContent = text.notKept));
  }, "keep");
  const again = () => {
    session.answer = null;
    app.go(session.read?.result === "ambiguous" ? "reading" : "answer");
  };
  const another = () => {
    Object.assign(session, NO_PACK);
    app.go("start");
  };
  const canKeep = pack?.proof && !isKept && pack.overall !== "cannot-tell";
  return element("div", {}, told, element("div", { class: "ways" },
    canKeep ? keep : null, button(text.recheck, "plain", again, "recheck"), button(text.again, "main", another, "again")));
}

/** What is remembered of an answer; nothing where nothing was judged. */
function packOf({ session: { scan, purpose } }: App, { verdict, scan: read, proof, lookup }: Answer, nowMs: number): Pack | null {
  const [reading] = read.readings;
  if (!verdict || !scan || !reading || read.result !== "read") return null;
  const { expiry_day, time_ms, lot_ledger } = verdict.axes;
  const timeMs = time_ms === null ? null : Number(time_ms);
  return {
    id: packId(scan, read),
    scan,
    purpose: purpose ?? "holder",
    isKept: false,
    product: reading.products[0]?.replace(/^\d+:/, "") ?? reading.sscc,
    serial: reading.serial,
    lot: lot_ledger ?? reading.lot,
    overall: verdict.overall,
    reasons: verdict.reasons,
    expiryDay: expiry_day,
    checkedMs: (lookup === "carried" ? timeMs : null) ?? nowMs,
    timeMs,
    proof,
  };
}
