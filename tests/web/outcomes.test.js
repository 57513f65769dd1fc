// The patient page served by a real node with demonstration data: every thing to scan, on a phone and on a desk.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../npm/browser.js";
import { startDemo } from "./demo.js";
import { check, listed, picture, reasons, says, visit } from "./person.js";

let node;
let browser;

before(async () => {
  [node, browser] = await Promise.all([startDemo(), launch()]);
}, { timeout: 180_000 });

after(async () => {
  await browser?.close();
  await node?.stop();
});

for (const size of ["phone", "desktop"]) {
  for (const [language, locale] of [["en", "en-GB"], ["zh-Hans", "zh-CN"]]) {
    test(`each outcome, ${size}, ${language}`, { timeout: 180_000 }, async () => {
      for (const [name, { scan, purpose, overall, reasons: codes }] of Object.entries(node.demo.outcomes)) {
        const page = await visit(browser, node.url, { size, locale });
        assert.equal(await check(page, scan, purpose), says(`overall.${overall}.${purpose}`, language), name);
        assert.deepEqual(await reasons(page), listed(codes, overall, purpose, language), name);
        assert.ok(await page.locator("#demo").innerText(), "a demonstration says so");
        assert.deepEqual(page.requests.filter((url) => !url.startsWith(node.url)), [], name);
        assert.deepEqual(page.complaints, [], name);
        await picture(page, `outcome-${language}-${size}-${name}`);
        await page.context().close();
      }
    });
  }
}
