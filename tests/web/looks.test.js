// Every screen and state for everybody: axe, text sizes, narrow screens, large text, and the keyboard alone.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../npm/browser.js";
import { servePage, startLiar } from "./liar.js";
import { picture, says, visit } from "./person.js";
import { tour } from "./tour.js";

const axe = createRequire(join(process.env.MEDPROOF_TOOLS_NODE, "x.js")).resolve("axe-core/axe.min.js");
const LANGUAGES = { en: "en-GB", "zh-Hans": "zh-CN" };
let liar;
let browser;
let server;

before(async () => {
  mkdirSync(process.env.MEDPROOF_PICTURES, { recursive: true });
  [liar, browser] = await Promise.all([startLiar(), launch()]);
  server = await servePage(liar, ["honest"]);
}, { timeout: 60_000 });

after(async () => {
  await browser?.close();
  await server?.close();
  liar?.stop();
});

/** The size of the smallest text, how far the page is too wide, and the smallest thing to press. */
function measured() {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((item) => [item, ...(item.shadowRoot ? all(item.shadowRoot) : [])]);
  const items = all(document.body).filter((item) => item.tagName !== "NOSCRIPT" && item.checkVisibility());
  const texts = items.filter((item) => [...item.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const pressed = items.filter((item) => item.matches("button, summary, textarea, input[type='text']") && !item.matches(".skip"));
  return {
    smallest: Math.min(...texts.map((item) => parseFloat(getComputedStyle(item).fontSize))),
    overflow: document.documentElement.scrollWidth - innerWidth,
    lowest: Math.min(...pressed.map((item) => item.getBoundingClientRect().height)),
    language: document.documentElement.lang,
    title: document.title,
  };
}

for (const [language, locale] of Object.entries(LANGUAGES)) {
  for (const [look, more] of Object.entries({ light: {}, dark: { colorScheme: "dark" }, forced: { forcedColors: "active" } })) {
    test(`axe finds nothing on any state, ${language}, ${look}`, { timeout: 240_000 }, async () => {
      // axe is a script of the test, which the page's own policy would not let in.
      const page = await visit(browser, server.url, { locale, more: { ...more, bypassCSP: true } });
      await page.addScriptTag({ path: axe });
      let states = 0;
      await tour(page, liar, async (name) => {
        const { violations } = await page.evaluate(() => window.axe.run());
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], name);
        await picture(page, `${language}-${look}-${name}`);
        states += 1;
      });
      assert.ok(states >= 17, `${states} states`);
      await page.context().close();
    });
  }

  test(`at 320 px, with text of twice the size, nothing is cut off or under 16 px, ${language}`, { timeout: 240_000 }, async () => {
    for (const percent of [100, 200]) {
      const page = await visit(browser, server.url, { locale, size: "narrow" });
      await page.evaluate((size) => (document.documentElement.style.fontSize = `${size}%`), percent);
      await tour(page, liar, async (name) => {
        const { smallest, overflow, lowest, language: lang, title } = await page.evaluate(measured);
        assert.ok(smallest >= 16, `${name}: ${smallest} px`);
        assert.ok(overflow <= 0, `${name}: ${overflow} px too wide at ${percent} %`);
        assert.ok(lowest >= 36, `${name}: something to press is ${lowest} px high`);
        assert.equal(lang, language, name);
        assert.match(title, / – MedProof$/, name);
        await picture(page, `${language}-narrow-${percent}-${name}`);
      });
      await page.context().close();
    }
  });
}

test("no screen shows a placeholder, a missing text or the other language's letters", { timeout: 240_000 }, async () => {
  for (const [language, locale] of Object.entries(LANGUAGES)) {
    const page = await visit(browser, server.url, { locale });
    await tour(page, liar, async (name) => {
      const shown = await page.evaluate(() => document.querySelector("main").innerText + [...document.querySelectorAll(".card-host")].map((host) => host.shadowRoot.textContent).join(""));
      assert.doesNotMatch(shown, /\{\w+\}|undefined|null|NaN|\[object/, `${language} ${name}`);
      assert.doesNotMatch(shown, /\b(overall|state|trust|axis|freshness|identifier)\.[a-z-]+/, `${language} ${name}`);
      if (language === "en") assert.doesNotMatch(shown, /[\u4e00-\u9fff]/, name);
    });
    await page.context().close();
  }
});

/** Presses Tab until the focus is on what `selector` names. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) || document.activeElement?.shadowRoot?.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${selector} is not reached by the keyboard`);
}

test("from the code to the report by the keyboard alone", { timeout: 90_000 }, async () => {
  const page = await visit(browser, server.url);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
  await tabTo(page, "#way-type");
  await page.keyboard.press("Enter");
  await page.locator("#code").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1", "a new screen is told by its heading");
  await tabTo(page, "#code");
  await page.keyboard.insertText(liar.outcomes.recalled.scan);
  await page.keyboard.press("Enter");
  await page.locator("#purpose-holder").waitFor();
  await tabTo(page, "#purpose-holder");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.locator("#answer .card h2").waitFor({ timeout: 20_000 });
  assert.equal(await page.locator("#answer .card h2").innerText(), says("overall.do-not-use.holder"));
  await tabTo(page, "summary");
  await page.keyboard.press("Enter");
  assert.ok(await page.locator("#answer details[open]").count());
  await tabTo(page, "#keep");
  await page.keyboard.press("Enter");
  await page.getByText("Kept in My medicines").waitFor();
  await tabTo(page, "#way-report");
  await page.keyboard.press("Enter");
  await page.locator("#signs-other").waitFor();
  await tabTo(page, "#signs-other");
  await page.keyboard.press("Space");
  assert.ok(await page.locator("#signs-other").isChecked());
  await tabTo(page, "button.back");
  await page.keyboard.press("Enter");
  await page.locator("#answer .card h2").waitFor();
  await page.context().close();
});
