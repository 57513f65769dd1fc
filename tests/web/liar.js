// The lying node, and the patient page on an origin of its own that was set up to ask it.

import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../npm/browser.js";

/** Starts the lying node; the answer is what it says of itself, with `stop`. */
export async function startLiar() {
  const child = spawn(process.env.MEDPROOF_LIAR, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.endsWith("\n")) break;
  }
  return { ...JSON.parse(text), stop: () => child.stdin.end() };
}

/** Serves the page, under the policy that a node sends, for visitors who ask nodes of these behaviours. */
export async function servePage(liar, behaviours, change = (bytes) => bytes) {
  const nodes = behaviours.map((behaviour) => liar.nodes[behaviour]);
  const place = mkdtempSync(join(tmpdir(), "medproof-anchor-"));
  writeFileSync(join(place, "anchor.mpanchor"), Buffer.from(liar.anchor, "base64"));
  const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; ` +
    `connect-src 'self' ${liar.address}; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'`;
  const named = (bytes) => String(bytes).replace("</title>", `</title><meta name="medproof-nodes" content="${nodes.join(" ")}">`);
  const site = process.env.MEDPROOF_SITE;
  return serve({ "/anchor.mpanchor": join(place, "anchor.mpanchor"), "/01/": site, "/": site }, (bytes, path) =>
    path.endsWith("index.html") ? named(bytes) : change(bytes, path), { policy, fallback: "index.html" });
}
