// The patient page in Chromium against the lying node, at phone and desktop size, in both languages.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { boxPng } from "../node/qr.mjs";
import { launch, serve } from "../npm/browser.js";

const SIZES = { phone: { width: 375, height: 812 }, desktop: { width: 1280, height: 900 }, narrow: { width: 320, height: 640 } };
const pictures = process.env.MEDPROOF_PICTURES;
let liar;
let child;
let browser;
const servers = [];

before(async () => {
  child = spawn(process.env.MEDPROOF_LIAR, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.endsWith("\n")) break;
  }
  liar = JSON.parse(text);
  browser = await launch();
  mkdirSync(pictures, { recursive: true });
}, { timeout: 60_000 });

after(async () => {
  await browser?.close();
  await Promise.all(servers.map((server) => server.close()));
  child?.stdin.end();
});

/** The page on an origin of its own, set up to ask these nodes. */
async function open(behaviours, { size = "phone", locale = "en-GB", path = "/", change = (bytes) => bytes, more = {} } = {}) {
  const nodes = behaviours.map((behaviour) => liar.nodes[behaviour]);
  const anchor = mkdtempSync(join(tmpdir(), "medproof-anchor-"));
  writeFileSync(join(anchor, "anchor.mpanchor"), Buffer.from(liar.anchor, "base64"));
  const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; base-uri 'self'; connect-src 'self' ${liar.address}`;
  const named = (bytes) => String(bytes).replace("</title>", `</title><meta name="medproof-nodes" content="${nodes.join(" ")}">`);
  const server = await serve({ "/anchor.mpanchor": join(anchor, "anchor.mpanchor"), "/01/": process.env.MEDPROOF_SITE, "/": process.env.MEDPROOF_SITE }, (bytes, path) =>
    path.endsWith("index.html") ? named(bytes) : change(bytes, path), { policy, fallback: "index.html" });
  servers.push(server);
  const context = await browser.newContext({ viewport: SIZES[size], locale, ...more });
  const page = await context.newPage();
  page.requests = [];
  page.on("request", (request) => page.requests.push(request.url()));
  page.server = server;
  await page.goto(server.url + path);
  return page;
}

/** Types a code, chooses for whom, and waits for the answer. */
async function check(page, scan, purpose) {
  await page.locator(`input[value="${purpose}"]`).check();
  await page.locator("#code").fill(scan);
  await page.locator('button[type="submit"]').click();
  await page.locator("medproof-verify .card").waitFor({ timeout: 20_000 });
  return page.locator("medproof-verify h2").innerText();
}

const picture = (page, name) => page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
const TITLES = {
  ok: "This code is registered and recorded as given out",
  ok_buyer: "This code is registered and not yet given out",
  not_given_out: "Ask your pharmacist before you take this",
  recalled: "Do not take this medicine",
  dispensed: "Do not buy this pack",
  absent: "Do not buy this pack",
  unknown_product: "This medicine is not in this register",
  wrong_lot: "Do not take this medicine",
};

test("each outcome for a holder and a buyer, in words of its own", { timeout: 120_000 }, async () => {
  for (const [name, title] of Object.entries(TITLES)) {
    const { scan, purpose } = liar.outcomes[name];
    const page = await open(["honest"]);
    // A keyboard types no GS character: the scanner's own reading goes in as it is.
    assert.equal(await check(page, scan, purpose), title, name);
    await picture(page, `en-phone-${name}`);
    const foreign = page.requests.filter((url) => !url.startsWith(page.server.url) && !url.startsWith(liar.nodes.honest));
    assert.deepEqual(foreign, [], name);
    await page.context().close();
  }
});

test("both languages, desktop, dark, narrow and large text", { timeout: 120_000 }, async () => {
  const { scan } = liar.outcomes.recalled;
  for (const [name, options] of Object.entries({
    "zh-phone-recalled": { locale: "zh-CN" },
    "zh-desktop-recalled": { locale: "zh-CN", size: "desktop" },
    "en-desktop-recalled": { size: "desktop" },
    "en-dark-recalled": { more: { colorScheme: "dark" } },
    "en-forced-recalled": { more: { forcedColors: "active" } },
    "en-narrow-recalled": { size: "narrow" },
  })) {
    const page = await open(["honest"], options);
    const title = await check(page, scan, "holder");
    assert.equal(title, options.locale ? "请勿服用" : TITLES.recalled, name);
    for (const summary of await page.locator("medproof-verify summary").all()) await summary.click();
    await picture(page, name);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${name} is ${overflow} px too wide`);
    await page.context().close();
  }
});

test("each behaviour of a lying node is refused in words of its own", { timeout: 120_000 }, async () => {
  const { scan } = liar.outcomes.recalled;
  const reasons = new Set();
  for (const name of ["tampered", "incomplete", "old", "other-chain", "weak-quorum", "garbage"]) {
    const page = await open([name]);
    assert.equal(await check(page, scan, "holder"), "This pack could not be checked", name);
    reasons.add(await page.locator("medproof-verify li strong").first().innerText());
    await picture(page, `en-phone-${name}`);
    await page.context().close();
  }
  assert.equal(reasons.size, 6, [...reasons].join(" / "));
  const silent = await open(["error"]);
  assert.equal(await check(silent, scan, "holder"), "No server answered");
  await picture(silent, "en-phone-no-answer");
  await silent.context().close();
});

test("by the keyboard alone", { timeout: 60_000 }, async () => {
  const page = await open(["honest"]);
  const { scan } = liar.outcomes.ok;
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute("value") || document.activeElement?.className);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "skip");
  for (let presses = 0; (await focused()) !== "code"; presses += 1) {
    assert.ok(presses < 8, "the code field is not reached");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#error").innerText(), "Enter the code on the pack");
  await page.keyboard.insertText(scan);
  await page.keyboard.press("Enter");
  await page.locator("medproof-verify .card").waitFor({ timeout: 20_000 });
  assert.equal(await page.locator("medproof-verify h2").innerText(), TITLES.ok);
  await page.context().close();
});

test("a fork is told and stays told", { timeout: 60_000 }, async () => {
  const page = await open(["honest", "fork"]);
  await check(page, liar.outcomes.ok.scan, "holder");
  assert.match(await page.locator("medproof-verify li strong").first().innerText(), /two different versions/);
  await page.reload();
  await check(page, liar.outcomes.ok.scan, "holder");
  assert.match(await page.locator("medproof-verify li strong").first().innerText(), /two different versions/);
  await page.context().close();
});

test("one byte changed in the wasm: the page says that it cannot start", { timeout: 60_000 }, async () => {
  const change = (bytes, path) => {
    if (!path.includes("medproof_wasm")) return bytes;
    const changed = Buffer.from(bytes);
    changed[3] ^= 1;
    return changed;
  };
  const page = await open(["honest"], { change });
  assert.equal(await check(page, liar.outcomes.ok.scan, "holder"), "The check cannot start");
  await picture(page, "en-phone-no-start");
  await page.context().close();
});

test("a pack's own link opens the page with the code filled in", { timeout: 60_000 }, async () => {
  const gtin = /01(\d{14})/.exec(liar.outcomes.ok.scan)[1];
  const page = await open(["honest"], { path: `/01/${gtin}/21/GIVEN-OUT` });
  await page.locator("medproof-verify .card").waitFor({ timeout: 20_000 });
  assert.equal(await page.locator("medproof-verify h2").innerText(), TITLES.ok);
  await page.context().close();
});

test("a code as it is printed below the square, with brackets", { timeout: 60_000 }, async () => {
  const gtin = /01(\d{14})/.exec(liar.outcomes.ok.scan)[1];
  const page = await open(["honest"]);
  assert.equal(await check(page, `(01)${gtin}(21)GIVEN-OUT(10)LOT-7A`, "holder"), TITLES.ok);
  assert.match(await page.locator("medproof-verify dl").first().textContent(), /Batch number agrees/);
  await page.context().close();
});

test("markup in a code stays text", { timeout: 60_000 }, async () => {
  const page = await open(["honest"]);
  await check(page, "https://evil.example/01/09504000000011/21/<img src=x onerror=alert(1)>?10=<script>alert(2)</script>", "buyer");
  assert.equal(await page.locator("medproof-verify img, medproof-verify script").count(), 0);
  assert.deepEqual(page.requests.filter((url) => url.includes("evil.example/01") && !url.includes("/v1/")), []);
  await page.context().close();
});

test("axe finds nothing on any state, in both languages, light, dark and with forced colours", { timeout: 180_000 }, async () => {
  const axe = createRequire(join(process.env.MEDPROOF_TOOLS_NODE, "x.js")).resolve("axe-core/axe.min.js");
  const looks = [{}, { colorScheme: "dark" }, { forcedColors: "active" }];
  for (const locale of ["en-GB", "zh-CN"]) {
    for (const look of looks) {
      for (const [node, name] of [["honest", "ok"], ["honest", "not_given_out"], ["honest", "recalled"], ["honest", "unknown_product"], ["tampered", "recalled"], ["error", "ok"], ["honest", null]]) {
        // axe is a script of the test, which the page's own policy would not let in.
        const page = await open([node], { locale, more: { ...look, bypassCSP: true } });
        if (name) await check(page, liar.outcomes[name].scan, liar.outcomes[name].purpose);
        for (const summary of await page.locator("medproof-verify summary").all()) await summary.click();
        await page.addScriptTag({ path: axe });
        const { violations } = await page.evaluate(() => window.axe.run());
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${locale} ${JSON.stringify(look)} ${node} ${name}`);
        await page.context().close();
      }
    }
  }
});

test("nothing is smaller than 16 px, and all stays usable with text of twice the size", { timeout: 60_000 }, async () => {
  const page = await open(["honest"], { size: "narrow" });
  await check(page, liar.outcomes.recalled.scan, "holder");
  const smallest = await page.evaluate(() => {
    const all = (root) => [...root.querySelectorAll("*")].flatMap((item) => [item, ...(item.shadowRoot ? all(item.shadowRoot) : [])]);
    const texts = all(document.body).filter((item) => [...item.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
    return Math.min(...texts.filter((item) => item.tagName !== "NOSCRIPT").map((item) => parseFloat(getComputedStyle(item).fontSize)));
  });
  assert.ok(smallest >= 16, `${smallest} px`);
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  await picture(page, "en-narrow-large");
  await page.context().close();
});

test("a photo of a QR code is read and checked, on the device", { timeout: 60_000 }, async () => {
  const page = await open(["honest"]);
  const { scan } = liar.outcomes.ok_buyer;
  const gtin = /01(\d{14})/.exec(scan)[1];
  await page.locator('input[value="buyer"]').check();
  await page.locator("#photo").setInputFiles({ name: "pack.png", mimeType: "image/png", buffer: boxPng(`https://id.example/01/${gtin}/21/ON-THE-SHELF`) });
  await page.locator("medproof-verify .card").waitFor({ timeout: 30_000 });
  assert.equal(await page.locator("medproof-verify h2").innerText(), TITLES.ok_buyer);
  assert.deepEqual(page.requests.filter((url) => !url.startsWith(page.server.url) && !url.startsWith(liar.nodes.honest)), []);
  await page.locator("#photo").setInputFiles({ name: "empty.png", mimeType: "image/png", buffer: boxPng(null) });
  await page.getByText("No code was found in this photo").waitFor({ timeout: 20_000 });
  await page.context().close();
});
