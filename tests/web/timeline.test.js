// What happened to a pack, by a real node's bundle: asked for by a person, proved, drawn and written.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdtempSync, cpSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, serve } from "../npm/browser.js";
import { startDemo } from "./demo.js";

let node;
let browser;
let server;

before(async () => {
  [node, browser] = await Promise.all([startDemo(), launch()]);
  const folder = mkdtempSync(join(tmpdir(), "medproof-timeline-"));
  cpSync(join(process.env.MEDPROOF_SITE, "widget"), join(folder, "widget"), { recursive: true });
  writeFileSync(join(folder, "anchor.mpanchor"), Buffer.from(await (await fetch(`${node.url}/v1/anchor`)).arrayBuffer()));
  const page = `<!doctype html><html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shop</title>
    <script type="module" src="/widget/v1/medproof-verify.js"></script>
    <main><h1>Shop</h1><medproof-verify anchor="/anchor.mpanchor" nodes="${node.url}"></medproof-verify></main></html>`;
  writeFileSync(join(folder, "index.html"), page);
  const policy = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${node.url}`;
  server = await serve({ "/": folder }, undefined, { policy, fallback: "index.html" });
}, { timeout: 180_000 });

after(async () => {
  await browser?.close();
  await server?.close();
  await node?.stop();
});

/** The card of one of the demonstration's outcomes. */
async function card(name, lang, context = {}) {
  const { scan, purpose } = node.demo.outcomes[name];
  const page = await (await browser.newContext({ viewport: { width: 375, height: 812 }, ...context })).newPage();
  page.requests = [];
  page.on("request", (request) => page.requests.push(request.url()));
  await page.goto(server.url);
  await page.evaluate(([scan, purpose, lang]) => {
    document.documentElement.lang = lang;
    const element = document.querySelector("medproof-verify");
    element.setAttribute("purpose", purpose);
    element.setAttribute("code", scan);
  }, [scan, purpose, lang]);
  await page.locator("medproof-verify .card").waitFor({ timeout: 20_000 });
  return page;
}

/** Opens what happened, by the keyboard. */
async function open(page) {
  await page.locator("medproof-verify details[part=timeline] summary").press("Enter");
  await page.locator("medproof-verify [part=history]").press("Enter");
  await page.locator("medproof-verify .opened").waitFor({ timeout: 20_000 });
}

test("nobody learns which pack it is until somebody wants to know what happened", { timeout: 60_000 }, async () => {
  const page = await card("dispensed", "en");
  const asked = (what) => page.requests.filter((url) => url.includes(what)).length;
  const exact = asked("/v1/proofs");
  assert.deepEqual([asked("/v1/bundles"), asked("_full_bg.wasm")], [0, 0]);
  await open(page);
  assert.deepEqual([asked("/v1/bundles"), asked("_full_bg.wasm"), asked("/v1/proofs")], [1, 1, exact]);
  await page.context().close();
});

test("names and events are proved, drawn, and said in both languages", { timeout: 90_000 }, async () => {
  for (const [lang, registered, given] of [["en", "Registered", /Given out|Dispensed/i], ["zh-Hans", "已登记", /[\u4e00-\u9fff]/]]) {
    const page = await card("dispensed", lang);
    await open(page);
    const events = await page.locator("medproof-verify .events li").allTextContents();
    assert.ok(events.length >= 2, events.join(" | "));
    assert.match(events[0], new RegExp(registered));
    assert.match(events.at(-1), given);
    const picture = page.locator("medproof-verify svg[role=img]");
    assert.match(await picture.getAttribute("aria-label"), new RegExp(String(events.length)));
    assert.equal(await picture.locator("circle").count(), events.length);
    assert.match(await page.locator("medproof-verify .opened dl").textContent(), /\S{2,}/);
    assert.equal(await page.evaluate(() => document.querySelector("medproof-verify").shadowRoot.activeElement?.className), "opened");
    await page.screenshot({ path: join(process.env.MEDPROOF_PICTURES, `timeline-${lang}.png`), fullPage: true });
    await page.context().close();
  }
});

test("axe finds nothing on what happened, light, dark and with forced colours", { timeout: 90_000 }, async () => {
  const axe = createRequire(join(process.env.MEDPROOF_TOOLS_NODE, "x.js")).resolve("axe-core/axe.min.js");
  for (const look of [{}, { colorScheme: "dark" }, { forcedColors: "active" }]) {
    const page = await card("dispensed", "en", { ...look, bypassCSP: true });
    await open(page);
    await page.addScriptTag({ path: axe });
    const { violations } = await page.evaluate(() => window.axe.run());
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], JSON.stringify(look));
    await page.screenshot({ path: join(process.env.MEDPROOF_PICTURES, `timeline-${look.colorScheme ?? look.forcedColors ?? "light"}.png`), fullPage: true });
    await page.context().close();
  }
});
