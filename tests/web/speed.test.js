// From the text of a scan to the verdict, with a demonstration node; and that nothing stalls the page.

import assert from "node:assert/strict";
import { cpus, loadavg } from "node:os";
import { after, before, test } from "node:test";
import { launch } from "../npm/browser.js";
import { startDemo } from "./demo.js";
import { check, visit } from "./person.js";

const RUNS = 20;
const MOST_MS = 1_000;

/** How often a run with a long task is repeated. */
const ATTEMPTS = 4;
let node;
let browser;

before(async () => {
  [node, browser] = await Promise.all([startDemo(), launch()]);
}, { timeout: 180_000 });

after(async () => {
  await browser?.close();
  await node?.stop();
});

/** Begins to note long tasks since the page was loaded, also those before this call, and when a code was sent and answered. */
function watch() {
  window.longTasks = [];
  window.observer = new PerformanceObserver((list) => window.longTasks.push(...list.getEntries()));
  window.observer.observe({ type: "longtask", buffered: true });
  document.addEventListener("submit", () => (window.pressedAt = performance.now()), { capture: true });
  document.addEventListener("answered", () => (window.answeredAt = performance.now()), { capture: true });
}

/** What was noted, when the page has drawn its answer and come to rest. */
async function noted() {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 200))));
  const { loadEventEnd } = performance.getEntriesByType("navigation")[0];
  const longTasks = [...window.longTasks, ...window.observer.takeRecords()].filter(({ startTime }) => startTime >= loadEventEnd);
  return { ms: window.answeredAt - window.pressedAt, longTasks: longTasks.map(({ duration }) => duration) };
}

/** From the press of the button below a typed code and purpose to the verdict on the page, in ms; and long tasks since it was loaded. */
async function once(scan, purpose, meanwhile) {
  const page = await visit(browser, node.url);
  await page.waitForLoadState("networkidle");
  await page.evaluate(watch);
  await check(page, scan, purpose);
  if (meanwhile) await page.evaluate(meanwhile);
  const measured = await page.evaluate(noted);
  await page.context().close();
  return measured;
}

/** A stall of the machine does not come again; one of the page does. */
async function again(scan, purpose) {
  for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) {
    const { longTasks } = await once(scan, purpose);
    if (longTasks.length === 0) return [];
  }
  return (await once(scan, purpose)).longTasks;
}

test(`p95 of ${RUNS} runs from scan to verdict is at most ${MOST_MS} ms, without a long task`, { timeout: 300_000 }, async () => {
  const { scan, purpose } = node.demo.outcomes.ok;
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await once(scan, purpose));
  const times = runs.map(({ ms }) => ms).sort((left, right) => left - right);
  const p95 = times[Math.ceil(RUNS * 0.95) - 1];
  const long = runs.filter(({ longTasks }) => longTasks.length > 0);
  const longest = Math.max(0, ...long.flatMap(({ longTasks }) => longTasks));
  console.log(`# from scan to verdict: median ${times[RUNS / 2].toFixed(0)} ms, p95 ${p95.toFixed(0)} ms; runs with a long task ${long.length} of ${RUNS}, the longest ${longest.toFixed(0)} ms; ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`);
  assert.ok(p95 <= MOST_MS, `${p95} ms`);
  for (const run of long) assert.deepEqual(await again(scan, purpose), [], `${run.longTasks} ms, and again`);
});

test("a page that stalls is noticed", { timeout: 60_000 }, async () => {
  const { scan, purpose } = node.demo.outcomes.ok;
  const { longTasks } = await once(scan, purpose, () => setTimeout(() => {
    const end = performance.now() + 80;
    while (performance.now() < end);
  }));
  assert.ok(longTasks.some((ms) => ms >= 80), `${longTasks}`);
});
