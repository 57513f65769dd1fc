// A shop's page from the guide: what it asks, what it shows, and what it does when a file was changed.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { HOSTILE } from "../npm/hostile.js";
import { foreign, sellerLine, shop, title, town } from "./shop.js";

const TITLE = "This code is registered and not yet given out";
const picture = (page, name) => page.screenshot({ path: join(process.env.MEDPROOF_PICTURES, `shop-${name}.png`), fullPage: true });
let here;

before(async () => {
  here = await town();
}, { timeout: 60_000 });
after(() => here?.close());

/** Changes one bit in the middle of each file whose path ends so. */
const spoiled = (ending) => (bytes, path) => {
  if (!path.endsWith(ending)) return bytes;
  const changed = Buffer.from(bytes);
  changed[changed.length >> 1] ^= 1;
  return changed;
};

test("the guide's example works on a shop's origin under the guide's policy, and asks nobody else", { timeout: 60_000 }, async () => {
  for (const [language, expected] of [["en", TITLE], ["zh", null]]) {
    const page = await shop(here, language);
    const found = await title(page);
    if (expected) assert.equal(found, expected);
    else assert.match(found, /[\u4e00-\u9fff]/);
    assert.deepEqual(page.refused, []);
    assert.deepEqual(foreign(page, here), []);
    for (const { url } of here.nodes) assert.ok(page.requests.some((asked) => asked.startsWith(`${url}/v1/updates`)), url);
    await picture(page, language);
    for (const summary of await page.locator("medproof-verify summary").all()) await summary.click();
    await picture(page, `${language}-open`);
  }
});

test("each check has its outcome, the record its time and age", { timeout: 60_000 }, async () => {
  const page = await shop(here, "en");
  await title(page);
  const rows = await page.locator("medproof-verify details[part=checked] dl > div").allTextContents();
  assert.ok(rows.length >= 8, rows.join(" | "));
  assert.equal(await page.locator("medproof-verify dd[part=outcome] svg").count(), rows.length);
  assert.match(await page.locator("medproof-verify details[part=checked] p").textContent(), /It was \d+ (second|minute)s? old/);
  assert.match(await page.locator("medproof-verify [part=seal] a").getAttribute("href"), new RegExp(`^http://127\\.0\\.0\\.1:\\d+/01/\\d{14}`));
});

test("a seller is proved by its domain, in the page's language, and the page says that it is on another host", { timeout: 60_000 }, async () => {
  for (const [language, proved, elsewhere] of [
    ["en", /Proved: Example Pharmacy \(.*\), admitted to the register, states shop\.example as its own domain\. As of /, "This page is 127.0.0.1, not shop.example."],
    ["zh", /已证明：示例药房（.*）为登记系统准入成员，其登记的域名包括 shop\.example。截至/, "本页面是 127.0.0.1，不是 shop.example。"],
  ]) {
    const page = await shop(here, language);
    const line = await sellerLine(page);
    assert.match(line, proved);
    assert.ok(line.includes(elsewhere), line);
    assert.equal(await page.locator("medproof-verify [part=seller] svg").count(), 1, "a shape beside the words");
    assert.match(await page.locator("medproof-verify [part=seller] dd").getAttribute("style"), /--warn/, "another host gets no tick");
    assert.ok(page.requests.some((asked) => asked.includes("/v1/bundles?seller=shop.example&")));
    assert.deepEqual([page.refused, foreign(page, here)], [[], []]);
    await picture(page, `seller-${language}`);
  }
});

test("a shop on its own host has a tick at its name, and nothing said of another host", { timeout: 60_000 }, async () => {
  const page = await shop(here, "en", { host: "shop.localhost", change: (html) => html.replace(/seller="[^"]*"/, 'seller="shop.localhost"') });
  assert.match(await sellerLine(page), /Proved: Example Pharmacy \(.*\), admitted to the register, states shop\.localhost as its own domain\. As of [^.]*\.$/);
  assert.match(await page.locator("medproof-verify [part=seller] dd").getAttribute("style"), /--ok/);
  assert.deepEqual([page.refused, foreign(page, here)], [[], []]);
});

test("a seller that is not proved is told with the reason, and never by another's name", { timeout: 60_000 }, async () => {
  const lying = await town(["impostor", "renamed"]);
  try {
    for (const [where, seller, expected] of [
      [here, "closed.example", "Not proved. The seller is suspended in the register."],
      [here, "nobody.example", "Not proved. No server named a member with this domain."],
      [here, "not a domain", "Not proved. The seller's address is not written as a domain."],
      [here, "<img src=x onerror=alert(1)>", "Not proved. The seller's address is not written as a domain."],
      [lying, "rogue.example", /^SellerNot proved\. (The proof is about another seller|The name does not belong to the record)\./],
    ]) {
      const page = await shop(where, "en", { change: (html) => html.replace(/seller="[^"]*"/, `seller="${seller.replaceAll("<", "&lt;")}"`) });
      const line = await sellerLine(page);
      if (expected instanceof RegExp) assert.match(line, expected);
      else assert.ok(line.includes(expected), line);
      assert.ok(!/Pharmacy|Hospital|Proved:/.test(line), line);
      assert.equal(await page.locator("medproof-verify img").count(), 0);
    }
  } finally {
    await lying.close();
  }
});

test("the second wasm is loaded for a seller only, and a changed one proves nothing", { timeout: 60_000 }, async () => {
  const without = await shop(here, "en", { change: (html) => html.replace(/seller="[^"]*"/, "") });
  await title(without);
  assert.equal(await without.locator("medproof-verify [part=seller]").count(), 0);
  assert.deepEqual(without.requests.filter((url) => url.includes("full") || url.includes("bundles")), []);
  const page = await shop(here, "en", { spoil: spoiled("medproof_wasm_full_bg.wasm") });
  assert.match(await sellerLine(page), /Not proved\. No server gave an answer about the seller/);
  assert.equal(await title(page), TITLE);
});

test("the proof is saved as the very bytes that were checked", { timeout: 60_000 }, async () => {
  const page = await shop(here, "en");
  await title(page);
  await page.locator("medproof-verify details[part=how] summary").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("medproof-verify [part=save]").click()]);
  assert.match(download.suggestedFilename(), /^pack\.mp(roof|bucket)$/);
  const chunks = await (await download.createReadStream()).toArray();
  assert.equal(Buffer.concat(chunks).subarray(0, 4).toString(), "MPRF");
});

test("a product code alone is answered about the product", { timeout: 60_000 }, async () => {
  const gtin = /01(\d{14})/.exec(here.liar.outcomes.ok.scan)[1];
  const page = await shop(here, "en", { change: (html) => html.replace(/code="[^"]*"/, `code="(01)${gtin}"`) });
  assert.equal(await title(page), "This product is registered. No pack was checked");
  assert.match(await page.locator("medproof-verify details[part=checked] dl").textContent(), /A product/);
  await picture(page, "product");
});

test("without a trust file there is no answer, and nobody is asked for one", { timeout: 60_000 }, async () => {
  const page = await shop(here, "en", { change: (html) => html.replace(/anchor="[^"]*"/, "") });
  assert.equal(await title(page), "Could not be checked: no trust file");
  assert.deepEqual(page.requests.filter((url) => url.includes("/v1/anchor")), []);
});

test("an address that is none is told apart from a file that was changed", { timeout: 60_000 }, async () => {
  const page = await shop(here, "en", { change: (html) => html.replace(/nodes="[^"]*"/, 'nodes="javascript:alert(1)"') });
  assert.equal(await title(page), "Could not be checked: this page is not set up rightly");
});

test("a purpose that is none is not taken for another", { timeout: 60_000 }, async () => {
  const under = async (purpose) => title(await shop(here, "en", { change: (html) => html.replace(/purpose="[^"]*"/, `purpose="${purpose}"`) }));
  assert.equal(await under("customer"), "Could not be checked: this page is not set up rightly");
  assert.equal(await under(""), "Could not be checked: this page is not set up rightly");
  assert.equal(await under(" Buyer"), await under("buyer"));
  assert.notEqual(await under("holder"), await under("buyer"));
});

test("one byte changed in the wasm or in the sentences: the widget says that it cannot start", { timeout: 60_000 }, async () => {
  for (const file of ["medproof_wasm_bg.wasm", "en.json"]) {
    const page = await shop(here, "en", { spoil: spoiled(file) });
    assert.equal(await title(page), "The check cannot start", file);
    assert.deepEqual(foreign(page, here), []);
    await picture(page, `changed-${file}`);
  }
});

test("one byte changed in the script, or no script: the text inside the element stays", { timeout: 60_000 }, async () => {
  const absent = (bytes, path) => {
    if (path.endsWith("medproof-verify.js")) throw new Error("absent");
    return bytes;
  };
  for (const spoil of [spoiled("medproof-verify.js"), absent]) {
    const page = await shop(here, "en", { spoil });
    await page.waitForTimeout(500);
    assert.match(await page.locator("medproof-verify").innerText(), /The check has not started/);
    assert.equal(await page.evaluate(() => customElements.get("medproof-verify") === undefined), true);
    await picture(page, "script-changed");
  }
});

test("200 hostile codes: nobody but the two nodes is asked, and no markup appears", { timeout: 180_000 }, async () => {
  const page = await shop(here, "en");
  await title(page);
  let alerts = 0;
  page.on("dialog", (dialog) => {
    alerts += 1;
    return dialog.dismiss();
  });
  for (const code of HOSTILE) {
    const overall = await page.evaluate((code) => new Promise((resolve) => {
      const element = document.querySelector("medproof-verify");
      element.addEventListener("medproof-answer", () => resolve(element.shadowRoot.querySelector(".card").getAttribute("part")), { once: true });
      element.setAttribute("code", code);
      element.toggleAttribute("again");
    }), code);
    assert.notEqual(overall, "card ok", code);
  }
  assert.equal(await page.locator("medproof-verify img, medproof-verify script, medproof-verify iframe").count(), 0);
  assert.deepEqual(foreign(page, here), []);
  const paths = page.requests.filter((url) => here.nodes.some((node) => url.startsWith(node.url))).map((url) => new URL(url).pathname);
  for (const path of paths) assert.match(path, /^\/v1\/(updates|proofs|bundles|buckets\/\d+\/[0-9a-f]+)$/);
  for (const url of page.requests.filter((url) => url.includes("/v1/bundles"))) assert.match(url, /\?seller=shop\.example&have=\d+$/);
  assert.deepEqual([alerts, page.url()], [0, `${page.origin}/`]);
});

test("axe finds nothing on the card, right to left as well, and nothing is too wide", { timeout: 120_000 }, async () => {
  const axe = createRequire(join(process.env.MEDPROOF_TOOLS_NODE, "x.js")).resolve("axe-core/axe.min.js");
  for (const look of [{}, { colorScheme: "dark" }, { forcedColors: "active" }]) {
    for (const direction of ["ltr", "rtl"]) {
      const change = (html) => `<div dir="${direction}">${html}</div>`;
      const page = await shop(here, "en", { change, context: { ...look, bypassCSP: true, viewport: { width: 320, height: 640 } } });
      await title(page);
      for (const summary of await page.locator("medproof-verify summary").all()) await summary.click();
      await picture(page, `${direction}-${look.colorScheme ?? look.forcedColors ?? "light"}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, direction);
      await page.addScriptTag({ path: axe });
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${direction} ${JSON.stringify(look)}`);
    }
  }
});
