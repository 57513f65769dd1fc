// Times the npm package in Chromium beside @noble and WebCrypto, in one run, as ratios.
//
//   node bench_browser.mjs PACKAGE FIXTURE      PACKAGE is the built package, FIXTURE the bench.json of `bench_fixture`

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

process.env.MEDPROOF_TOOLS_NODE ??= join(import.meta.dirname, "node_modules");
const { launch, serve } = await import("../npm/browser.js");

const PAGES = 7;

async function main([packageFolder, fixture]) {
  if (!fixture) {
    console.error("usage: node bench_browser.mjs PACKAGE FIXTURE");
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "medproof-bench-"));
  await build({ entryPoints: [join(import.meta.dirname, "bench_page.js")], bundle: true, format: "esm", minify: true, outfile: join(folder, "bench.js"), logLevel: "warning" });
  writeFileSync(join(folder, "index.html"), '<!doctype html><meta charset="utf-8"><title>Bench</title><script type="module" src="bench.js"></script>');
  const server = await serve({ "/page/": folder, "/package/": join(packageFolder, "dist"), "/bench.json": fixture }, undefined, { fallback: "index.html" });
  try {
    await cold(server.url);
    await warm(server.url);
    return 0;
  } finally {
    await server.close();
  }
}

/** The very first call of each in a page of its own: what a visitor who checks one pack waits for. */
async function cold(url) {
  const browser = await launch();
  const times = {};
  for (const name of ["first, ours", "first, noble", "first, WebCrypto one by one", "first, WebCrypto in parallel"]) {
    const all = [];
    for (let page = 0; page < PAGES; page += 1) all.push(await outcome(browser, `${url}/page/?first=${encodeURIComponent(name)}`));
    times[name] = all.sort((a, b) => a - b)[PAGES >> 1];
  }
  table(`in Chromium ${browser.version()}, the first call in a new page: medians of ${PAGES} pages`, times);
  await browser.close();
}

/** Call after call in one page, with wasm compiled by the optimising compiler, as it comes to be in a page that stays. */
async function warm(url) {
  const browser = await launch(["--js-flags=--no-liftoff --no-wasm-lazy-compilation"]);
  const times = await outcome(browser, `${url}/page/`);
  await browser.close();
  table("call after call, optimised: medians of 30 rounds", times);
}

async function outcome(browser, address) {
  const page = await browser.newPage();
  await page.goto(address);
  const found = await (await page.waitForFunction(() => window.outcome, null, { timeout: 300_000 })).jsonValue();
  await page.close();
  if (typeof found === "string") throw new Error(found);
  return found;
}

function table(title, times) {
  console.log(`\n${title}, in µs, and how many times as long as ours`);
  for (const [name, time] of Object.entries(times)) {
    const ours = times[`${name.split(",")[0]}, ours`];
    console.log(`  ${name.padEnd(30)}${time.toFixed(time < 100 ? 1 : 0).padStart(10)}${(time / ours).toFixed(2).padStart(10)}`);
  }
}

process.exit(await main(process.argv.slice(2)));
