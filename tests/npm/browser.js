// Chromium and a static server, for tests in a browser.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { createRequire } from "node:module";

/** The strictest policy under which the package works. */
export const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".wasm": "application/wasm" };

/** Serves folders by the beginning of the path; the answer has its address and `close`. */
export async function serve(folders, change = (bytes) => bytes, { policy = POLICY, fallback = "" } = {}) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    const [start, folder] = Object.entries(folders).find(([start]) => path.startsWith(start)) ?? [];
    const rest = path.slice(start?.length);
    // A page answers for folders, and for the links of packs.
    const file = fallback && (rest === "" || start === "/01/") && start.endsWith("/") ? fallback : rest;
    try {
      const bytes = change(readFileSync(join(folder, file)), file || path);
      response.writeHead(200, { "content-type": TYPES[extname(join(folder, file))] ?? "application/octet-stream", "content-security-policy": policy });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** A headless Chromium that says nothing to anyone but the page's servers; `more` are further arguments. */
export async function launch(more = []) {
  const { chromium } = createRequire(join(process.env.MEDPROOF_TOOLS_NODE, "x.js"))("playwright-core");
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", ...more];
  return chromium.launch({ executablePath: process.env.MEDPROOF_CHROMIUM ?? "/usr/bin/chromium", args });
}
