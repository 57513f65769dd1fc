// Times the verifier's wasm beside @noble and WebCrypto, interleaved in one run.
//
//   node bench.mjs WASM FIXTURE      FIXTURE is the bench.json of `bench_fixture`
//
// The others get the very checks that a verdict stands on and nothing else: seven signatures over
// one message, and every hash. They parse no scan, decode no proof and derive no path.

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { load } from "./probe.mjs";

const ROUNDS = 100;
const WARM_UP_ROUNDS = 20;
const BATCH_US = 5_000;

/** What a verdict must be, so that nothing wrong is timed. */
const POLICY = { purpose: "dispenser", mode: "online" };

const RATIO_AT_LEAST = 9;
const NEXT_AT_MOST_US = 100;

async function main([wasmFile, fixtureFile]) {
  if (!fixtureFile) {
    console.error("usage: node bench.mjs WASM FIXTURE");
    return 2;
  }
  const fixture = JSON.parse(readFileSync(fixtureFile));
  const probe = await load(readFileSync(wasmFile));
  const tasks = prepare(probe, fixture);
  const times = await interleave(tasks);
  return report(times) ? 0 : 1;
}

/** Functions to be timed; each answers true. `before` is not timed. */
function prepare(probe, fixture) {
  const anchor = base64(fixture.anchor);
  const [first, second] = fixture.packs.map((pack) => ({
    ...pack,
    proof: base64(pack.proof),
    qr: base64(pack.qr),
    hashed: pack.hashed.map(base64),
  }));
  const message = base64(fixture.message);
  const signatures = fixture.signatures.map(({ key, signature }) => ({ key: base64(key), signature: base64(signature) }));
  const fresh = () => probe.client(anchor);
  const verdict = (client, pack, proof) => {
    const { overall } = client.verify(pack.scan, proof, fixture.now_ms, POLICY);
    return overall === "ok";
  };
  const hashes = (pack) => pack.hashed.every((input) => sha256(input).length === 32);
  const strict = { zip215: false };
  const subtle = async ({ key, signature }) => {
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return crypto.subtle.verify("Ed25519", imported, signature, message);
  };
  const known = fresh();
  verdict(known, first, first.proof);
  let next = first;
  return {
    "first, ours": { before: fresh, run: (client) => verdict(client, first, first.proof), after: (client) => client.free() },
    "first, ours, QR form": { before: fresh, run: (client) => verdict(client, first, first.qr), after: (client) => client.free() },
    "first, noble": {
      run: () => signatures.every(({ key, signature }) => ed25519.verify(signature, message, key, strict)) && hashes(first),
    },
    "first, WebCrypto one by one": {
      run: async () => {
        for (const signed of signatures) if (!(await subtle(signed))) return false;
        return hashes(first);
      },
    },
    "first, WebCrypto in parallel": {
      run: async () => (await Promise.all(signatures.map(subtle))).every(Boolean) && hashes(first),
    },
    "next, ours": {
      before: () => (next = next === first ? second : first),
      run: (pack) => verdict(known, pack, pack.proof),
    },
    "next, noble": { run: () => hashes(second) },
    "scan, ours": { run: () => probe.scan(first.scan, false).result === "read" },
    "signature, ours": {
      run: () => probe.verifySignature(signatures[0].key, message, signatures[0].signature),
    },
    "signature, noble": { run: () => ed25519.verify(signatures[0].signature, message, signatures[0].key, strict) },
  };
}

/**
 * Runs all tasks in turn each round, so that a busy moment strikes all of them. Times are in µs.
 *
 * A task runs several times in a row, about BATCH_US long: one call alone would be timed with the
 * caches that the task before it left.
 */
async function interleave(tasks) {
  const times = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]));
  const calls = Object.fromEntries(Object.keys(tasks).map((name) => [name, 1]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const [name, task] of Object.entries(tasks)) {
      const time = await timed(name, task, calls[name]);
      if (round >= 0) times[name].push(time);
      else calls[name] = Math.max(1, Math.round(BATCH_US / time));
    }
  }
  return times;
}

/** The time of one call, in µs, over so many calls in a row. */
async function timed(name, { before, run, after }, calls) {
  const prepared = Array.from({ length: calls }, () => before?.());
  let right = 0;
  const begin = process.hrtime.bigint();
  for (const item of prepared) {
    let answer = run(item);
    if (answer instanceof Promise) answer = await answer;
    if (answer === true) right += 1;
  }
  const time = Number(process.hrtime.bigint() - begin) / 1000 / calls;
  if (after) prepared.forEach(after);
  if (right !== calls) throw new Error(`${name} gives a wrong answer`);
  return time;
}

/** Prints the tables; whether the bounds hold. */
function report(times) {
  const summary = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, summarise(all)]));
  console.log(`\nmedian and 95th percentile of ${ROUNDS} rounds after ${WARM_UP_ROUNDS} to warm up, in µs`);
  console.log(row(["what", "median", "p95"]));
  for (const [name, { median, p95 }] of Object.entries(summary)) console.log(row([name, us(median), us(p95)]));
  const median = (name) => summary[name].median;
  const compare = (what, ours, theirs) => [what, us(median(ours)), ...theirs.map((name) => (name ? us(median(name)) : "")),
    `${(median(theirs[0]) / median(ours)).toFixed(1)}`];
  console.log("\nmedians side by side, in µs; the ratio is noble to ours");
  console.log(row(["what", "ours", "noble", "WebCrypto", "in parallel", "ratio"]));
  console.log(row(compare("first verdict, 7 signatures", "first, ours",
    ["first, noble", "first, WebCrypto one by one", "first, WebCrypto in parallel"])));
  console.log(row(compare("next verdict, same header", "next, ours", ["next, noble", "", ""])));
  console.log(row(compare("one signature", "signature, ours", ["signature, noble", "", ""])));
  const ratio = median("first, noble") / median("first, ours");
  const next = median("next, ours");
  const holds = [
    [`first verdict: noble takes ${ratio.toFixed(1)} times as long; at least ${RATIO_AT_LEAST} wanted`, ratio >= RATIO_AT_LEAST],
    [`next verdict: ${us(next)} µs; at most ${NEXT_AT_MOST_US} wanted`, next <= NEXT_AT_MOST_US],
  ];
  console.log("");
  for (const [line, kept] of holds) console.log(`${kept ? "kept  " : "MISSED"} ${line}`);
  return holds.every(([, kept]) => kept);
}

function summarise(all) {
  const sorted = all.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], p95: sorted[Math.floor(sorted.length * 0.95)] };
}

function row([first, ...rest]) {
  return `  ${first.padEnd(30)}${rest.map((cell) => cell.padStart(12)).join("")}`;
}

const us = (value) => value.toFixed(value < 100 ? 1 : 0);
const base64 = (value) => Buffer.from(value, "base64");

process.exit(await main(process.argv.slice(2)));
