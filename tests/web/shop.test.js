// A shop's page, made from docs/embed.*.md by copy and paste, on an origin of its own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, serve } from "../npm/browser.js";

const site = process.env.MEDPROOF_SITE;
let liar;
let child;
let browser;
const servers = [];

before(async () => {
  child = spawn(process.env.MEDPROOF_LIAR, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.endsWith("\n")) break;
  }
  liar = JSON.parse(text);
  browser = await launch();
}, { timeout: 60_000 });

after(async () => {
  await browser?.close();
  await Promise.all(servers.map((server) => server.close()));
  child?.stdin.end();
});

/** The guide's example in a shop's page, with the shop's own code and nodes; its policy is the guide's too. */
async function shop(language, change = (html) => html, spoil = (bytes) => bytes) {
  const guide = readFileSync(`../../docs/embed.${language}.md`, "utf8");
  const [html, policy] = [...guide.matchAll(/```(?:html)?\n([\s\S]*?)```/g)].map(([, text]) => text.trim());
  const nodes = ["honest", "tampered"].map((name) => liar.nodes[name]);
  const filled = (text) => text.replaceAll("https://node-a.example", nodes[0]).replaceAll("https://node-b.example", nodes[1]);
  const code = liar.outcomes.ok_buyer.scan.replaceAll("\u001d", "&#29;");
  const folder = mkdtempSync(join(tmpdir(), "medproof-shop-"));
  for (const part of ["widget", "assets"]) cpSync(join(site, part), join(folder, part), { recursive: true });
  writeFileSync(join(folder, "anchor.mpanchor"), Buffer.from(liar.anchor, "base64"));
  const body = change(filled(html).replace(/code="[^"]*"/, `code="${code}"`));
  writeFileSync(join(folder, "index.html"), `<!doctype html><html lang="${language === "zh" ? "zh-Hans" : "en"}"><meta charset="utf-8"><title>Shop</title><main>${body}</main></html>`);
  const server = await serve({ "/": folder }, spoil, { policy: filled(policy), fallback: "index.html" });
  servers.push(server);
  const page = await (await browser.newContext({ viewport: { width: 375, height: 812 } })).newPage();
  page.requests = [];
  page.refused = [];
  page.on("request", (request) => page.requests.push(request.url()));
  page.on("console", (message) => /Content Security Policy/.test(message.text()) && page.refused.push(message.text()));
  await page.goto(server.url);
  page.origin = server.url;
  return page;
}

const title = async (page) => {
  await page.locator("medproof-verify .card").waitFor({ timeout: 20_000 });
  return page.locator("medproof-verify h2").innerText();
};

test("the guide's example works on a shop's origin under the guide's policy, and asks nobody else", { timeout: 60_000 }, async () => {
  for (const [language, expected] of [["en", "This code is registered and not yet given out"], ["zh", null]]) {
    const page = await shop(language);
    const found = await title(page);
    if (expected) assert.equal(found, expected);
    else assert.match(found, /[\u4e00-\u9fff]/);
    assert.deepEqual(page.refused, []);
    const foreign = page.requests.filter((url) => !url.startsWith(`${page.origin}/`) && !url.startsWith(`${liar.address}/`));
    assert.deepEqual(foreign, []);
    await page.screenshot({ path: join(process.env.MEDPROOF_PICTURES, `shop-${language}.png`), fullPage: true });
  }
});

test("a product code alone is answered about the product", { timeout: 60_000 }, async () => {
  const gtin = /01(\d{14})/.exec(liar.outcomes.ok.scan)[1];
  const page = await shop("en", (html) => html.replace(/code="[^"]*"/, `code="(01)${gtin}"`));
  console.log(`# a product: ${await title(page)}`);
  assert.match(await page.locator("medproof-verify dl").first().textContent(), /A product/);
});

test("without a trust file there is no answer, and nobody is asked for one", { timeout: 60_000 }, async () => {
  const page = await shop("en", (html) => html.replace(/anchor="[^"]*"/, ""));
  assert.equal(await title(page), "Could not be checked: no trust file");
  assert.deepEqual(page.requests.filter((url) => url.includes("/v1/anchor")), []);
});

test("a script that does not load leaves the text inside the element", { timeout: 60_000 }, async () => {
  const page = await shop("en", undefined, (bytes, path) => {
    if (path.endsWith("medproof-verify.js")) throw new Error("absent");
    return bytes;
  });
  assert.match(await page.locator("medproof-verify").innerText(), /The check has not started/);
});
