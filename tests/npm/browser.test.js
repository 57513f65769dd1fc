// The shared vectors through the packed package in Chromium, under a strict content security policy.

import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { FILES } from "./vectors.js";
import { launch, serve } from "./browser.js";

const here = import.meta.dirname;
const folders = {
  "/page/": `${here}/page`,
  "/tests/": here,
  "/node_modules/": `${here}/node_modules`,
  "/vectors/": process.env.MEDPROOF_VECTORS,
};
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** What the page found, and every request and complaint of the browser. */
async function run(change) {
  const server = await serve(folders, change);
  const page = await browser.newPage();
  const [requests, complaints] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(`${server.url}/page/index.html`);
  const outcome = await (await page.waitForFunction(() => window.outcome, null, { timeout: 120_000 })).jsonValue();
  await page.close();
  await server.close();
  return { outcome, requests, complaints, url: server.url };
}

test("every shared vector in Chromium", { timeout: 180_000 }, async () => {
  const { outcome, requests, complaints, url } = await run();
  assert.equal(outcome.failure, null);
  assert.deepEqual(outcome.results.map(({ name }) => name), FILES);
  for (const { name, count, wrong, shown } of outcome.results) {
    assert.equal(wrong, 0, `${name}: ${JSON.stringify(shown)}`);
    note(`${name} in Chromium`, count);
  }
  assert.deepEqual(requests.filter((request) => !request.startsWith(`${url}/`)), []);
  assert.deepEqual(complaints.filter((complaint) => !complaint.includes("favicon") && !complaint.includes("404")), []);
});

test("a wasm that is not whole does not start", { timeout: 60_000 }, async () => {
  const { outcome } = await run((bytes, path) => (path.endsWith(".wasm") ? bytes.subarray(0, bytes.length - 100) : bytes));
  assert.match(outcome.failure, /CompileError/);
});

function note(name, count) {
  const report = process.env.MEDPROOF_SUITE_REPORT;
  if (report) appendFileSync(report, `suite\t${name}\t${count}\n`);
}
