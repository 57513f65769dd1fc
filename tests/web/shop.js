// A shop: a page made from docs/embed.*.md by copy and paste, on an origin of its own, and two nodes on others.

import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, serve } from "../npm/browser.js";

const site = process.env.MEDPROOF_SITE;

/** Everything that a test of shops uses; `close` ends it. */
export async function town(behaviours = ["honest", "tampered"]) {
  const child = spawn(process.env.MEDPROOF_LIAR, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.endsWith("\n")) break;
  }
  const liar = JSON.parse(text);
  const nodes = await Promise.all(behaviours.map((behaviour) => front(liar.nodes[behaviour])));
  const browser = await launch();
  const closing = [() => browser.close(), ...nodes.map((node) => node.close), () => child.stdin.end()];
  return { liar, browser, nodes, closing, close: () => Promise.all(closing.map((close) => close())) };
}

/** A node's address on an origin of its own. */
async function front(node) {
  const server = createServer((asked, answer) => {
    const target = request(new URL(asked.url.slice(1), node), { method: asked.method, headers: { ...asked.headers, host: "node" } }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    target.on("error", () => answer.destroy());
    asked.pipe(target);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) };
}

/** The guide's example in a shop's page, with the shop's own code and nodes; its policy is the guide's too. */
export async function shop({ liar, browser, nodes, closing }, language, { change = (html) => html, spoil = (bytes) => bytes, outcome = "ok_buyer", host = "127.0.0.1", context = {} } = {}) {
  const guide = readFileSync(join(import.meta.dirname, `../../docs/embed.${language}.md`), "utf8");
  const [html, policy] = [...guide.matchAll(/```(?:html)?\n([\s\S]*?)```/g)].map(([, text]) => text.trim());
  const integrity = readFileSync(join(site, "widget/v1/integrity.txt"), "utf8").trim();
  const filled = (text) => text.replaceAll("https://node-a.example", nodes[0].url).replaceAll("https://node-b.example", nodes[1].url).replace("INTEGRITY", integrity);
  const code = liar.outcomes[outcome].scan.replaceAll("\u001d", "&#29;");
  const folder = mkdtempSync(join(tmpdir(), "medproof-shop-"));
  cpSync(join(site, "widget"), join(folder, "widget"), { recursive: true });
  writeFileSync(join(folder, "anchor.mpanchor"), Buffer.from(liar.anchor, "base64"));
  const body = change(filled(html).replace(/code="[^"]*"/, `code="${code}"`));
  writeFileSync(join(folder, "index.html"), `<!doctype html><html lang="${language === "zh" ? "zh-Hans" : "en"}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shop</title><main><h1>Shop</h1>${body}</main></html>`);
  const server = await serve({ "/": folder }, spoil, { policy: filled(policy), fallback: "index.html" });
  closing.push(server.close);
  const page = await (await browser.newContext({ viewport: { width: 375, height: 812 }, ...context })).newPage();
  const origin = server.url.replace("127.0.0.1", host);
  Object.assign(page, { origin, requests: [], refused: [] });
  page.on("request", (request) => page.requests.push(request.url()));
  page.on("console", (message) => /Content Security Policy/.test(message.text()) && page.refused.push(message.text()));
  await page.goto(origin);
  return page;
}

/** What was asked of anybody but the shop and its two nodes. */
export function foreign(page, { nodes }) {
  const known = [page.origin, ...nodes.map(({ url }) => url)];
  return page.requests.filter((url) => !known.some((origin) => url.startsWith(`${origin}/`)));
}

/** The title of the answer, once it is there, and nothing moves any more: the line about a seller comes later. */
export async function title(page) {
  await page.locator("medproof-verify .card").waitFor({ timeout: 20_000 });
  if (await page.locator("medproof-verify [part=seller]").count()) await sellerLine(page);
  return page.locator("medproof-verify h2").innerText();
}

/** The line about the seller, once nodes have answered. */
export async function sellerLine(page) {
  await page.locator("medproof-verify [part=seller] svg").waitFor({ timeout: 20_000 });
  return page.locator("medproof-verify [part=seller]").textContent();
}
