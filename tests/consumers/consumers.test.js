// The package and the widget in other people's projects: each is built, and run under a strict policy.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { POLICY, launch, serve } from "../npm/browser.js";
import { byVite, byWebpack } from "./build.js";

const here = import.meta.dirname;
const built = process.env.MEDPROOF_CONSUMERS;
const { cases } = JSON.parse(readFileSync(join(process.env.MEDPROOF_VECTORS, "verify.json"), "utf8"));
const sample = cases.find((test) => test.expect.overall === "ok" && test.policy.purpose === "dispenser");
const caseFile = join(built, "case.json");
let browser;

before(async () => {
  mkdirSync(built, { recursive: true });
  writeFileSync(caseFile, JSON.stringify(sample));
  browser = await launch();
});
after(() => browser?.close());

/** What a page of the package found, and what the browser complained of. */
async function found(name, folders) {
  const server = await serve({ "/case.json": caseFile, ...folders }, undefined, { fallback: "index.html" });
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && !message.text().includes("404") && complaints.push(message.text()));
  await page.goto(`${server.url}/${name}/`);
  const outcome = await (await page.waitForFunction(() => window.outcome, null, { timeout: 30_000 })).jsonValue();
  await page.close();
  await server.close();
  assert.deepEqual(complaints, []);
  return outcome;
}

function assertRight({ overall, reasons, title }) {
  assert.deepEqual({ overall, reasons }, { overall: sample.expect.overall, reasons: sample.expect.reasons });
  assert.match(title, /^\S+ \S+/);
}

test("Vite builds the package, and it runs", { timeout: 120_000 }, async () => {
  await byVite("vite", built);
  assertRight(await found("vite", { "/vite/": join(built, "vite") }));
});

test("webpack builds the package, and it runs", { timeout: 120_000 }, async () => {
  await byWebpack(built);
  assertRight(await found("webpack", { "/webpack/": join(built, "webpack") }));
});

test("a page without a bundler runs the package as it was installed", { timeout: 60_000 }, async () => {
  assertRight(await found("plain", { "/plain/": join(here, "plain"), "/check.js": join(here, "check.js"), "/node_modules/": join(here, "node_modules") }));
});

test("Node runs the package", { timeout: 60_000 }, () => {
  assertRight(JSON.parse(execFileSync(process.execPath, ["--no-warnings", join(here, "node/main.js"), caseFile], { encoding: "utf8" })));
});

for (const name of ["react", "vue"]) {
  test(`a ${name} page shows the widget, and a changed attribute is checked anew`, { timeout: 120_000 }, async () => {
    await byVite(name, built);
    const { liar, close } = await liars();
    try {
      await shelf(name, liar);
    } finally {
      close();
    }
  });
}

/** The shelf of one framework: the first pack is in order, the second is not. */
async function shelf(name, liar) {
  const folder = join(built, name);
  const site = process.env.MEDPROOF_SITE;
  cpSync(join(site, "widget"), join(folder, "widget"), { recursive: true });
  writeFileSync(join(folder, "anchor.mpanchor"), Buffer.from(liar.anchor, "base64"));
  const packs = ["ok_buyer", "dispensed"].map((outcome) => ({ name: outcome, code: liar.outcomes[outcome].scan }));
  writeFileSync(join(folder, "shop.json"), JSON.stringify({ packs, anchor: "/anchor.mpanchor", nodes: liar.nodes.honest }));
  const integrity = readFileSync(join(site, "widget/v1/integrity.txt"), "utf8").trim();
  const script = `<script type="module" src="/widget/v1/medproof-verify.js" integrity="${integrity}"></script>`;
  const withWidget = (bytes, path) => (path.endsWith("index.html") ? Buffer.from(String(bytes).replace("<title>", `${script}<title>`)) : bytes);
  const policy = `${POLICY.replace("connect-src 'self'", `connect-src 'self' ${new URL(liar.nodes.honest).origin}`)}; style-src 'self'`;
  const server = await serve({ "/": folder }, withWidget, { policy, fallback: "index.html" });
  const page = await browser.newPage();
  await page.goto(server.url);
  const title = page.locator("medproof-verify h2");
  await title.filter({ hasText: "This code is registered and not yet given out" }).waitFor({ timeout: 20_000 });
  await page.getByRole("button", { name: "dispensed" }).click();
  await title.filter({ hasText: "Do not buy this pack" }).waitFor({ timeout: 20_000 });
  await page.close();
  await server.close();
}

/** The scripted node: its addresses, and what to expect. */
async function liars() {
  const child = spawn(process.env.MEDPROOF_LIAR, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.endsWith("\n")) break;
  }
  return { liar: JSON.parse(text), close: () => child.stdin.end() };
}
