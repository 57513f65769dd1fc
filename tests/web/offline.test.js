// Without a connection: the page opens from the device, and judges what was saved, carried in a file or in a QR code.

import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";
import { qrPng } from "../node/qr.mjs";
import { launch } from "../npm/browser.js";
import { startDemo } from "./demo.js";
import { servePage, startLiar } from "./liar.js";
import { answer, check, choose, home, openSaved, picture, reasons, reload, says, type, visit } from "./person.js";

let node;
let liar;
let browser;

before(async () => {
  [node, liar, browser] = await Promise.all([startDemo(), startLiar(), launch()]);
}, { timeout: 180_000 });

after(async () => {
  await browser?.close();
  liar?.stop();
  await node?.stop();
});

/** A visitor on whose device the page is saved. */
async function savedPage(options = {}, url = node.url) {
  const page = await visit(browser, url, { keepsPage: true, ...options });
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  });
  return page;
}

/** What a node answers about a scan, in the form that is asked for. */
async function proof(scan, form) {
  const response = await fetch(`${node.url}/v1/proofs?code=${encodeURIComponent(scan)}&have=0`, { headers: { accept: form } });
  assert.equal(response.status, 200, await response.clone().text().catch(() => ""));
  return Buffer.from(await response.arrayBuffer());
}

test("a connection that carries nothing: the saved page opens; a replaced trust file is saved", { timeout: 90_000 }, async () => {
  const served = await servePage(liar, ["honest"]);
  const now = { stalls: false, anchor: null };
  const between = createServer((question, answer) => {
    if (now.stalls) return;
    if (question.url === "/anchor.mpanchor" && now.anchor) return answer.end(now.anchor);
    request(served.url + question.url, { method: question.method }, (inner) => {
      answer.writeHead(inner.statusCode, inner.headers);
      inner.pipe(answer);
    }).end();
  });
  await new Promise((resolve) => between.listen(0, "127.0.0.1", resolve));
  const page = await savedPage({}, `http://127.0.0.1:${between.address().port}`);
  const savedAnchor = () => page.evaluate(async () => (await caches.match("/anchor.mpanchor")).text());
  now.anchor = "another trust file";
  await page.evaluate(async () => (await fetch("/anchor.mpanchor")).text());
  assert.equal(await savedAnchor(), now.anchor);
  now.stalls = true;
  await page.reload({ timeout: 20_000 });
  await page.locator("h1").waitFor();
  await page.context().close();
  between.closeAllConnections();
  between.close();
  await served.close();
});

test("airplane mode: the page opens, the scanner works, and what was checked is answered with its age", { timeout: 120_000 }, async () => {
  const page = await savedPage();
  const { recalled, ok, dispensed } = node.demo.outcomes;
  await check(page, recalled.scan, "holder");
  await check(page, ok.scan, "buyer");
  await page.context().setOffline(true);
  await reload(page);
  await page.locator("#offline .notice").waitFor();
  await picture(page, "offline-en-start");
  assert.equal(await check(page, ok.scan, "buyer"), says("overall.ok.buyer"));
  assert.match(await page.locator("#saved-age").innerText(), /From a saved answer, \d+ (second|minute)s? old/);
  assert.ok((await reasons(page)).includes(says("freshness.carried")));
  await picture(page, "offline-en-saved");
  assert.equal(await check(page, recalled.scan, "holder"), says("overall.do-not-use.holder"));
  assert.equal(await check(page, dispensed.scan, "buyer"), "You are offline");
  await picture(page, "offline-en-nothing-saved");
  const photo = { name: "code.png", mimeType: "image/png", buffer: qrPng("MP1:NOTHING") };
  await home(page);
  await page.locator("#photo").setInputFiles(photo);
  assert.equal(await answer(page), says("overall.cannot-tell.holder"), "the scanner was saved too");
  await page.context().setOffline(false);
  await home(page);
  assert.equal(await check(page, dispensed.scan, "buyer"), says("overall.do-not-use.buyer"));
  await page.context().close();
});

test("airplane mode: kept packs are answered with their age, and names and events come from what was kept", { timeout: 120_000 }, async () => {
  const page = await savedPage();
  const { recalled, ok } = node.demo.outcomes;
  const keep = async () => {
    await page.locator("#keep").click();
    await page.getByText("Kept in My medicines").waitFor();
  };
  const happened = async () => {
    await page.locator("#answer details[part=timeline] summary").click();
    await page.locator('#answer [part="history"]').click();
    await page.locator("#answer .opened").waitFor({ timeout: 20_000 });
  };
  await check(page, ok.scan, "buyer");
  await keep();
  await check(page, recalled.scan, "holder");
  await keep();
  await happened();
  const events = await page.locator("#answer ol.events li").allInnerTexts();
  const names = await page.locator("#answer .opened dl dd").allInnerTexts();
  assert.ok(events.length > 0 && names.length > 0);
  await page.context().setOffline(true);
  await page.goto(node.url);
  await page.locator("#way-cabinet").click();
  await page.locator(".packs > li").nth(1).waitFor();
  const named = page.locator(".packs > li", { hasText: "Registered name" });
  assert.equal(await named.count(), 1, "a name costs privacy: only where somebody asked for it");
  assert.ok(names[0].startsWith(await named.locator("dd").first().innerText()), names[0]);
  await page.locator("#recheck-all").click();
  // The first half stands there from the first pack on, the second when all were asked about.
  await page.getByText(/0 of 2 checked[^]*Where nobody answered/).waitFor({ timeout: 20_000 });
  await picture(page, "cabinet-en-offline");
  await named.locator("button").first().click();
  assert.equal(await answer(page), says("overall.do-not-use.holder"));
  assert.match(await page.locator("#saved-age").innerText(), /From a saved answer, \d+ (second|minute)s? old/);
  await happened();
  assert.deepEqual(await page.locator("#answer ol.events li").allInnerTexts(), events);
  assert.match(await page.locator("#answer .opened").innerText(), /A saved answer was used\. No server was asked\. As of /);
  await picture(page, "timeline-en-offline");
  // A proof from a file does not stand in the way of the names that were kept.
  await home(page);
  const file = await page.evaluate(() => new Promise((resolve) => {
    indexedDB.open("medproof-page").onsuccess = ({ target }) => {
      target.result.transaction("packs").objectStore("packs").getAll().onsuccess = ({ target: { result } }) => resolve([...result.find(({ bundle }) => bundle).proof]);
    };
  }));
  await openSaved(page, Buffer.from(file));
  await check(page, recalled.scan, "holder");
  await happened();
  assert.deepEqual(await page.locator("#answer ol.events li").allInnerTexts(), events);
  await home(page);
  await page.locator("#way-cabinet").click();
  // What nobody asked about has no names to show.
  await page.locator(".packs > li", { hasNotText: "Registered name" }).locator("button").first().click();
  // What was kept while buying is at home by now, and nothing is recorded about its being given out.
  assert.equal(await answer(page), says("overall.warn.holder"));
  await page.locator("#answer details[part=timeline] summary").click();
  await page.locator('#answer [part="history"]').click();
  await page.locator("#answer").getByText("No server proved what happened").waitFor({ timeout: 20_000 });
  await page.context().close();
});

test("a bundle from a file is judged without a connection, with its names", { timeout: 60_000 }, async () => {
  const { scan, overall } = node.demo.outcomes.dispensed;
  const response = await fetch(`${node.url}/v1/bundles?code=${encodeURIComponent(scan)}&have=0`);
  const buffer = Buffer.from(await response.arrayBuffer());
  const page = await savedPage();
  await page.context().setOffline(true);
  await openSaved(page, buffer, "pack.mpbundle");
  assert.equal(await check(page, scan, "buyer"), says(`overall.${overall}.buyer`));
  assert.match(await page.locator("#saved-age").innerText(), /From a saved answer/);
  await page.locator("#answer details[part=timeline] summary").click();
  await page.locator('#answer [part="history"]').click();
  await page.locator("#answer ol.events li").first().waitFor({ timeout: 20_000 });
  await page.context().close();
});

test("a pack's own link opens without a connection", { timeout: 60_000 }, async () => {
  const page = await savedPage();
  const { scan } = node.demo.outcomes.recalled;
  await check(page, scan, "holder");
  await page.context().setOffline(true);
  const [, gtin, serial] = /^\]d201(\d{14})21([^\u001d]*)/.exec(scan);
  await page.goto(`${node.url}/01/${gtin}/21/${serial}`);
  await page.locator("#purpose-holder").waitFor();
  assert.equal(await choose(page, "holder"), says("overall.do-not-use.holder"));
  assert.ok(await page.locator("#saved-age").count());
  await page.context().close();
});

test("a proof that is carried: as a file, as a QR code and at the end of a link", { timeout: 120_000 }, async () => {
  const { scan, overall, reasons: codes } = node.demo.outcomes.dispensed;
  const [file, text, view] = await Promise.all([proof(scan, "application/vnd.medproof.proof"), proof(scan, "text/plain"), proof(scan, "application/json")]);
  const ways = {
    file: (page) => openSaved(page, file),
    "QR code": (page) => page.locator("#photo").setInputFiles({ name: "qr.png", mimeType: "image/png", buffer: qrPng(String(text)) }),
    link: (page) => page.goto(`${node.url}/#${JSON.parse(view).fragment}`),
  };
  for (const [name, bring] of Object.entries(ways)) {
    const page = await savedPage();
    await page.context().setOffline(true);
    await bring(page);
    await page.getByText("A saved answer is open").waitFor({ timeout: 20_000 });
    assert.equal(await check(page, scan, "buyer"), says(`overall.${overall}.buyer`), name);
    assert.deepEqual((await reasons(page)).filter((title) => title !== says("freshness.carried")), codes.map((code) => says(code)), name);
    assert.match(await page.locator("#saved-age").innerText(), /From a saved answer/, name);
    await page.context().close();
  }
  const page = await savedPage();
  await page.locator("#saved").setInputFiles({ name: "x.mproof", mimeType: "application/octet-stream", buffer: Buffer.from("hello") });
  await page.getByText("This file is not a saved answer").waitFor();
  await openSaved(page, file);
  await page.context().setOffline(true);
  assert.equal(await check(page, node.demo.outcomes.recalled.scan, "holder"), says("overall.cannot-tell.holder"), "a proof about another pack");
  await page.context().close();
});

test("a proof that is too old: nothing good follows from it, and what is bad stays bad", { timeout: 60_000 }, async () => {
  const server = await servePage(liar, ["error"]);
  try {
    const page = await visit(browser, server.url);
    for (const [scan, title] of [[liar.outcomes.ok_buyer.scan, says("overall.cannot-tell.buyer")]]) {
      const response = await fetch(`${liar.nodes.old}v1/proofs?code=${encodeURIComponent(scan)}&have=0`);
      await openSaved(page, Buffer.from(await response.arrayBuffer()), "old.mproof");
      assert.equal(await check(page, scan, "buyer"), title);
      assert.ok((await reasons(page)).includes(says("freshness.stale")));
      assert.match(await page.locator("#saved-age").innerText(), /1 day old|2[4-9] hours old/);
      await picture(page, "stale-en");
    }
    await page.context().close();
  } finally {
    await server.close();
  }
});
