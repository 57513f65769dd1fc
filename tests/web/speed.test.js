// From the text of a scan to the verdict, with a demonstration node; and that nothing stalls the page.

import assert from "node:assert/strict";
import { cpus, loadavg } from "node:os";
import { after, before, test } from "node:test";
import { launch } from "../npm/browser.js";
import { startDemo } from "./demo.js";
import { check, visit } from "./person.js";

const RUNS = 20;
const MOST_MS = 1_000;
let node;
let browser;

before(async () => {
  [node, browser] = await Promise.all([startDemo(), launch()]);
}, { timeout: 180_000 });

after(async () => {
  await browser?.close();
  await node?.stop();
});

/** From the press of the button below a typed code and purpose to the verdict on the page, in ms; and long tasks since it was loaded. */
async function once(scan, purpose) {
  const page = await visit(browser, node.url);
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => {
    window.longTasks = [];
    const loaded = performance.now();
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().filter(({ startTime }) => startTime > loaded).map(({ duration }) => duration))).observe({ type: "longtask" });
    document.addEventListener("submit", () => (window.pressedAt = performance.now()), { capture: true });
    document.addEventListener("answered", () => (window.answeredAt = performance.now()), { capture: true });
  });
  await check(page, scan, purpose);
  const measured = await page.evaluate(() => ({ ms: window.answeredAt - window.pressedAt, longTasks: window.longTasks }));
  await page.context().close();
  return measured;
}

test(`p95 of ${RUNS} runs from scan to verdict is at most ${MOST_MS} ms, without a long task`, { timeout: 180_000 }, async () => {
  const { scan, purpose } = node.demo.outcomes.ok;
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await once(scan, purpose));
  const times = runs.map(({ ms }) => ms).sort((left, right) => left - right);
  const p95 = times[Math.ceil(RUNS * 0.95) - 1];
  const long = runs.filter(({ longTasks }) => longTasks.length > 0);
  console.log(`# from scan to verdict: median ${times[RUNS / 2].toFixed(0)} ms, p95 ${p95.toFixed(0)} ms; runs with a long task ${long.length} of ${RUNS}; ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`);
  assert.ok(p95 <= MOST_MS, `${p95} ms`);
  // Whoever else works on the machine lengthens tasks too: on a quiet one there is none.
  assert.ok(long.length <= (loadavg()[0] > cpus().length ? RUNS / 4 : 0), JSON.stringify(long));
});
