// What a person keeps on the device, and what they hand in, with a real node.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch } from "../npm/browser.js";
import { startDemo } from "./demo.js";
import { check, home, picture, reload, says, screen, visit } from "./person.js";

let node;
let browser;

before(async () => {
  [node, browser] = await Promise.all([startDemo(), launch()]);
}, { timeout: 180_000 });

after(async () => {
  await browser?.close();
  await node?.stop();
});

async function keep(page, scan, purpose) {
  await check(page, scan, purpose);
  await page.locator("#keep").click();
  await page.getByText("Kept in My medicines").waitFor();
}

const staff = (role, path, body) =>
  fetch(`${node.url}${path}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", authorization: `Bearer ${node.demo.tokens[role]}` } });

test("packs that are kept: shown again, checked again, with notices of what became of them", { timeout: 120_000 }, async () => {
  const page = await visit(browser, node.url);
  const { ok, expired, recalled } = node.demo.outcomes;
  await page.locator("#way-cabinet").click();
  await page.getByText("No pack is kept yet").waitFor();
  await picture(page, "cabinet-en-empty");
  await home(page);
  await keep(page, ok.scan, "buyer");
  await keep(page, expired.scan, "holder");
  await keep(page, recalled.scan, "holder");
  await reload(page);
  await page.getByText("A pack in My medicines must not be used (2)").waitFor();
  await page.locator("#way-cabinet").click();
  await page.locator(".packs > li").nth(2).waitFor();
  assert.equal(await page.locator(".packs > li").count(), 3);
  assert.deepEqual((await page.locator(".badge.bad").allInnerTexts()).sort(), ["Expired", "Recalled"]);
  await picture(page, "cabinet-en");
  // While it lay at home, its lot was recalled.
  const [, gtin, lot] = /^\]d201(\d{14}).*?\u001d10([^\u001d]+)/.exec(ok.scan);
  const answered = await staff("regulator", "/v1/recalls", { measure: "recall", product: `1:${gtin}`, lot });
  assert.ok(answered.ok, await answered.clone().text());
  await page.locator("#recheck-all").click();
  await page.getByText("3 of 3 checked").waitFor({ timeout: 20_000 });
  // What was kept while buying is at home by now.
  await page.locator(`.packs h2:text-is("${says("overall.do-not-use.holder")}")`).nth(2).waitFor();
  await home(page);
  await page.getByText("A pack in My medicines must not be used (3)").waitFor();
  await picture(page, "start-en-notices");
  await page.locator("#way-cabinet").click();
  await page.locator(".packs button").first().click();
  await page.locator("#answer .card h2").waitFor({ timeout: 20_000 });
  await home(page);
  await page.locator("#way-cabinet").click();
  for (let left = 3; left > 0; left -= 1) {
    await page.locator(".packs > li").nth(left - 1).locator("button").nth(1).click();
    await page.waitForFunction((count) => document.querySelectorAll(".packs > li").length === count, left - 1);
  }
  await home(page);
  assert.equal(await page.locator(".notice.bad").count(), 0);
  await page.context().close();
});

/** Changes what is stored of the one pack that is kept, and shows the cabinet. */
async function stored(page, change) {
  await page.evaluate((change) => new Promise((resolve) => {
    indexedDB.open("medproof-page").onsuccess = ({ target: { result: database } }) => {
      const store = database.transaction("packs", "readwrite").objectStore("packs");
      store.getAll().onsuccess = ({ target: { result: [pack] } }) => {
        store.put({ ...pack, ...change }).onsuccess = resolve;
        database.close();
      };
    };
  }), change);
  await home(page);
  await page.locator("#way-cabinet").click();
  await page.locator(".packs > li").waitFor();
  return [await page.locator(".packs > li").getAttribute("class"), await page.locator(".packs h2").innerText()];
}

test("kept packs look as bad as they are, and old answers old", { timeout: 60_000 }, async () => {
  const page = await visit(browser, node.url);
  const { ok } = node.demo.outcomes;
  await keep(page, ok.scan, "holder");
  const [now, hour, day] = [Date.now(), 3_600_000, 86_400_000];
  const fresh = { overall: "ok", timeMs: now, purpose: "buyer", expiryDay: Math.floor(now / day) + 100 };
  const stale = ["cannot-tell", says("freshness.stale")];
  for (const [change, shown] of [
    [{}, ["ok", says("overall.ok.buyer")]],
    [{ overall: "warn", purpose: "holder" }, ["warn", says("overall.warn.holder")]],
    [{ overall: "unknown" }, ["unknown", says("overall.unknown.buyer")]],
    [{ timeMs: now - 3 * hour }, ["ok", says("overall.ok.buyer")]],
    [{ timeMs: now - 25 * hour }, stale],
    [{ timeMs: now - 3 * hour, purpose: "dispenser" }, stale],
    [{ expiryDay: Math.floor(now / day) - 1 }, ["bad", says("overall.do-not-use.buyer")]],
    [{ overall: "do-not-use", timeMs: now - 25 * hour }, ["bad", says("overall.do-not-use.buyer")]],
  ]) {
    assert.deepEqual(await stored(page, { ...fresh, ...change }), shown, JSON.stringify(change));
  }
  await page.context().close();
});

test("a pack that is removed while all are checked stays removed", { timeout: 60_000 }, async () => {
  const page = await visit(browser, node.url);
  const { expired, recalled } = node.demo.outcomes;
  await keep(page, expired.scan, "holder");
  await keep(page, recalled.scan, "holder");
  await home(page);
  await page.locator("#way-cabinet").click();
  await page.locator(".packs > li").nth(1).waitFor();
  let answer;
  const isAnswered = new Promise((resolve) => (answer = resolve));
  await page.context().route("**/v1/**", (route) => isAnswered.then(() => route.continue()));
  await page.locator("#recheck-all").click();
  await page.locator(".packs > li").first().locator("button").nth(1).click();
  await page.getByText("Removed from My medicines").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Removed from My medicines", "a place for the keyboard");
  answer();
  await page.getByText("2 of 2 checked").waitFor({ timeout: 20_000 });
  await home(page);
  await page.locator("#way-cabinet").click();
  await page.locator(".packs > li").first().waitFor();
  assert.equal(await page.locator(".packs > li").count(), 1);
  await page.context().close();
});

test("a device without room keeps the pack without its proof, and says so", { timeout: 60_000 }, async () => {
  const page = await visit(browser, node.url);
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, ...more) {
      if (value?.proof) throw new DOMException("no room", "QuotaExceededError");
      return put.call(this, value, ...more);
    };
  });
  await check(page, node.demo.outcomes.recalled.scan, "holder");
  await page.locator("#keep").click();
  await page.getByText("without its proof: this device has no room for it").waitFor();
  await picture(page, "answer-en-no-room");
  await home(page);
  await page.locator("#way-cabinet").click();
  await page.locator(".packs > li").getByText("its proof is not on this device").waitFor();
  await picture(page, "cabinet-en-no-room");
  await page.context().close();
});

test("names and timeline are shown, proved, once somebody asks for them", { timeout: 60_000 }, async () => {
  for (const locale of ["en-GB", "zh-CN"]) {
    const page = await visit(browser, node.url, { locale });
    await check(page, node.demo.outcomes.recalled.scan, "holder");
    assert.deepEqual(page.requests.filter((url) => url.includes("/v1/bundles")), []);
    await page.locator("#answer details[part=timeline] summary").click();
    await page.locator('#answer [part="history"]').click();
    await page.locator("#answer ol.events li").first().waitFor({ timeout: 20_000 });
    assert.ok((await page.locator("#answer .opened dl").innerText()).trim().length > 10);
    await picture(page, `timeline-${locale}`);
    await page.context().close();
  }
});

test("everything is forgotten when a person wants that", { timeout: 60_000 }, async () => {
  const page = await visit(browser, node.url);
  await keep(page, node.demo.outcomes.recalled.scan, "holder");
  await home(page);
  await page.locator("#way-about").click();
  await page.locator("#forget").click();
  await page.getByText("Everything was forgotten").waitFor();
  await reload(page);
  assert.equal(await page.locator(".notice.bad").count(), 0);
  await page.context().close();
});

test("About shows the fingerprint of what is trusted, whom it asks, and which lookup was used", { timeout: 60_000 }, async () => {
  const page = await visit(browser, node.url);
  await page.locator("#way-about").click();
  await page.locator("dl.pairs").waitFor();
  assert.ok((await page.locator("dl.pairs").innerText()).replaceAll(" ", "").includes(node.demo.fingerprint));
  await page.getByText("Nothing was checked").waitFor();
  await check(page, node.demo.outcomes.recalled.scan, "holder");
  await home(page);
  await page.locator("#way-about").click();
  await page.getByText("The server learnt which product was checked, not which pack").waitFor();
  await picture(page, "about-en");
  await page.context().close();
});

test("a report is sent with code, answer and proof, and reaches the inbox; without a node it is saved", { timeout: 60_000 }, async () => {
  const { scan, reasons: codes } = node.demo.outcomes.recalled;
  const page = await visit(browser, node.url);
  await check(page, scan, "holder");
  await page.locator("#way-report").click();
  await screen(page, "report");
  assert.match(await page.locator("main").innerText(), /12315/);
  await page.locator('button[type="submit"]').click();
  assert.match(await page.locator(".summary").innerText(), /Choose at least one/);
  await page.locator("#signs-seal-broken").check();
  const sending = page.waitForRequest((request) => request.url().endsWith("/v1/reports") && request.method() === "POST");
  await page.locator('button[type="submit"]').click();
  const sent = (await sending).postDataJSON();
  await page.getByText("The report was sent").waitFor();
  await picture(page, "report-en-sent");
  assert.deepEqual([sent.code, sent.signs, sent.overall, sent.reasons], [scan, ["seal-broken"], "do-not-use", codes]);
  const inbox = await (await fetch(`${node.url}/v1/alerts`, { headers: { authorization: `Bearer ${node.demo.tokens.regulator}` } })).text();
  assert.ok(inbox.includes("report.suspected") && inbox.includes("seal-broken"), inbox.slice(0, 400));
  await page.context().setOffline(true);
  await page.locator('button[type="submit"]').click();
  await page.getByText("could not be sent").waitFor({ timeout: 15_000 });
  await picture(page, "report-en-not-sent");
  const saving = page.waitForEvent("download");
  await page.locator("#save-report").click();
  const saved = JSON.parse(readFileSync(await (await saving).path(), "utf8"));
  assert.deepEqual([saved.code, saved.signs, saved.reasons], [scan, ["seal-broken"], codes]);
  assert.match(saved.proof, /^mp1=[\w-]+$/);
  await page.context().close();
});

test("a pallet of 1,000 packs in one go", { timeout: 120_000 }, async () => {
  const { scan, packs, purpose } = node.demo.outcomes.pallet_1000;
  assert.equal(packs.length, 1_000);
  const page = await visit(browser, node.url);
  await page.locator("#way-several").click();
  await page.locator('button[type="submit"]').click();
  assert.match(await page.locator("#codes-error").innerText(), /Enter at least one code/);
  await page.locator("#codes").fill([...packs, scan].join("\n"));
  await page.locator(`#purpose-${purpose}`).check();
  const begin = Date.now();
  await page.locator('button[type="submit"]').click();
  await page.locator("#results h2", { hasText: "Nothing is recorded against 1001 of 1001" }).waitFor({ timeout: 60_000 });
  console.log(`# 1,001 codes, from the button to the answer: ${Date.now() - begin} ms`);
  assert.equal(page.requests.filter((url) => url.endsWith("/v1/proofs")).length, 1, "one question for all");
  assert.match(await page.locator("#results").innerText(), /All \d+ packs or cases that lie directly in \d{18} were scanned/);
  await picture(page, "several-en");
  const { recalled } = node.demo.outcomes;
  await page.locator("#codes").fill([packs[0], recalled.scan].join("\n"));
  await page.locator('button[type="submit"]').click();
  await page.locator("#results h2", { hasText: "Nothing is recorded against 1 of 2" }).waitFor({ timeout: 20_000 });
  assert.match(await page.locator("#results .packs").innerText(), new RegExp(says("state.recalled-lot")));
  await picture(page, "several-en-not-in-order");
  await page.context().close();
});
