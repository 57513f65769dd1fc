// In the browser: times the package beside @noble and WebCrypto, interleaved. `bench_browser.mjs` serves and reads it.
//
// The others get the very checks that a verdict stands on and nothing else: seven signatures over one message, and
// every hash.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";

const ROUNDS = 30;
const WARM_UP_ROUNDS = 5;

/** Browsers blur their clock to 0.1 ms: what is timed runs so often that this does not count. */
const BATCH_MS = 20;
const POLICY = { purpose: "dispenser", mode: "online" };

/** Functions to be timed; each answers true. What comes before and after is not timed. */
function prepare(verifier, fixture) {
  const anchor = base64(fixture.anchor);
  const [first, second] = fixture.packs.map((pack) => ({ ...pack, proof: base64(pack.proof), hashed: pack.hashed.map(base64) }));
  const message = base64(fixture.message);
  const signatures = fixture.signatures.map(({ key, signature }) => ({ key: base64(key), signature: base64(signature) }));
  const isOk = (client, pack) => client.verify(pack.scan, pack.proof, BigInt(fixture.now_ms), POLICY).overall === "ok";
  const hashes = (pack) => pack.hashed.every((input) => sha256(input).length === 32);
  const subtle = async ({ key, signature }) => {
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return crypto.subtle.verify("Ed25519", imported, signature, message);
  };
  let known = null;
  let next = first;
  /** A client that has seen the header; not made before something else is timed. */
  const knowing = () => {
    if (!known) isOk((known = verifier.client(anchor)), first);
    return known;
  };
  return {
    "first, ours": { before: () => verifier.client(anchor), run: (client) => isOk(client, first), after: (client) => client.free() },
    "first, noble": { run: () => signatures.every(({ key, signature }) => ed25519.verify(signature, message, key, { zip215: false })) && hashes(first) },
    "first, WebCrypto one by one": {
      run: async () => {
        for (const signed of signatures) if (!(await subtle(signed))) return false;
        return hashes(first);
      },
    },
    "first, WebCrypto in parallel": { run: async () => (await Promise.all(signatures.map(subtle))).every(Boolean) && hashes(first) },
    "next, ours": { before: knowing, run: (client) => isOk(client, (next = next === first ? second : first)) },
    "next, noble": { run: () => hashes(second) },
  };
}

/** The median time of each, in µs, all in turn each round so that a busy moment strikes all of them. */
async function interleave(tasks) {
  const times = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]));
  const calls = Object.fromEntries(Object.keys(tasks).map((name) => [name, 1]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const [name, task] of Object.entries(tasks)) {
      const time = await timed(name, task, calls[name]);
      if (round >= 0) times[name].push(time);
      else calls[name] = Math.max(1, Math.round((BATCH_MS * 1000) / Math.max(time, 1)));
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, all.sort((a, b) => a - b)[all.length >> 1]]));
}

async function timed(name, { before, run, after }, calls) {
  const prepared = Array.from({ length: calls }, () => before?.());
  let right = 0;
  const begin = performance.now();
  for (const item of prepared) {
    let answer = run(item);
    if (answer instanceof Promise) answer = await answer;
    if (answer === true) right += 1;
  }
  const time = ((performance.now() - begin) * 1000) / calls;
  if (after) prepared.forEach(after);
  if (right !== calls) throw new Error(`${name} gives a wrong answer`);
  return time;
}

const base64 = (value) => Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));

/** The package is loaded as a page without a bundler loads it. */
const PACKAGE = "/package/index.js";

async function main() {
  const { load } = await import(PACKAGE);
  const fixture = await (await fetch("/bench.json")).json();
  const tasks = prepare(await load(), fixture);
  const first = new URLSearchParams(location.search).get("first");
  return first ? timed(first, tasks[first], 1) : interleave(tasks);
}

window.outcome = await main().catch(String);
