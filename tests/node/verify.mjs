// Runs the shared vectors through the verifier's wasm, and the Ed25519 suites through the same.
//
//   node verify.mjs VECTORS WASM [WASM-WITH-EVERY-MESSAGE]
//
// The first wasm is the one that is weighed. It does not read every message, so what asks for that is run through the
// second, and all else through both. What neither reads is run through the npm package: see `tests/npm`.

import { appendFileSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Refused, load } from "./probe.mjs";
import { ed25519Cases } from "./suites.mjs";

let passed = 0;
let failed = 0;

/** Runs every file of vectors, and the suites, through one verifier. */
async function runAll(probe) {
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".json") && !PACKAGE_ONLY.includes(name)).sort()) {
    const run = RUNNERS[name];
    if (!run) throw new Error(`nothing runs ${name}`);
    const { format, cases } = JSON.parse(readFileSync(join(folder, name)));
    if (format !== "medproof vectors 0") throw new Error(`${name} is of another format: ${format}`);
    if (run === decode && !probe.exports.decode) {
      console.log(`  ${name.padEnd(28)} ${String(cases.length).padStart(5)} cases are not for this build`);
      continue;
    }
    check(name, cases, (test) => run(probe, test));
  }
  const suites = ed25519Cases();
  if (suites.length === 0) console.log("  skipped: the Ed25519 suites are absent");
  for (const { name, cases } of suites) {
    check(name, cases, ({ key, message, signature }) => probe.verifySignature(key, message, signature));
  }
}

/** Compares what `run` says with what each case expects. */
function check(name, cases, run) {
  let right = 0;
  let wrong = 0;
  for (const test of cases) {
    const expected = "expect" in test ? test.expect : test.bytes;
    const found = attempt(() => run(test));
    if (isDeepStrictEqual(found, expected)) {
      right += 1;
    } else if (++wrong <= SHOWN) {
      console.log(`  ${name}: ${test.name}\n    expected ${show(expected)}\n    found    ${show(found)}`);
    }
  }
  passed += right;
  failed += wrong;
  if (wrong > SHOWN) console.log(`  ${name}: ${wrong - SHOWN} more`);
  console.log(`  ${name.padEnd(28)} ${String(right).padStart(5)} of ${cases.length}`);
  note(name, cases.length);
}

/** Tells `cargo xtask test` which cases ran. */
function note(name, count) {
  const report = process.env.MEDPROOF_SUITE_REPORT;
  if (report) appendFileSync(report, `suite\t${name} in wasm\t${count}\n`);
}

/** The answer, or the problem that stands in its place; anything else that is thrown counts as wrong. */
function attempt(run) {
  try {
    return run();
  } catch (error) {
    return error instanceof Refused ? error.problem : `thrown: ${error.stack}`;
  }
}

function show(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 600 ? `${text.slice(0, 600)} …` : text;
}

/** How many wrong cases of a file are shown. */
const SHOWN = 3;

const PACKAGE_ONLY = ["bundle.json", "disclosure.json", "seller.json"];

const RUNNERS = {
  "advance.json": withClient((client, test) =>
    test.updates.map((update) => attempt(() => client.advance(base64(update), test.now_ms)))),
  "bucket.json": withClient((client, test) =>
    client.verifyBucket(test.scan, base64(test.bucket), test.now_ms, test.policy)),
  "decode.json": decode,
  "fork.json": (probe, test) => ({ height: probe.fork(base64(test.fork)) }),
  "many.json": withClient((client, test) =>
    client.verifyMany(test.scans, base64(test.proof), test.now_ms, test.policy)),
  "scan.json": (probe, test) => probe.scan(test.text, test.mode === "strict"),
  "text.json": (probe, test) => {
    const message = probe.message(test.text);
    return message && Buffer.from(message).toString("base64");
  },
  "verify.json": withClient((client, test) =>
    client.verify(test.scan, base64(test.proof), test.now_ms, test.policy)),
};

/** A runner with the client that the case starts from; updates count as part of the case in `advance` only. */
function withClient(run) {
  return (probe, test) => {
    const client = probe.client(base64(test.anchor), test.have && base64(test.have));
    const isAdvance = !test.scan && !test.scans;
    if (!isAdvance) (test.updates ?? []).forEach((update) => client.advance(base64(update), test.now_ms));
    const answer = run(client, test);
    if (test.have === null) resumes(probe, test, client);
    client.free();
    return answer;
  };
}

/** What a client stored brings the same client back. */
function resumes(probe, test, client) {
  const memory = client.memory();
  const again = probe.client(base64(test.anchor), memory);
  if (!isDeepStrictEqual(again.memory(), memory)) throw new Error("a stored memory does not come back the same");
  again.free();
}

/** "ok" where the message decodes and is encoded to the same bytes, else the code. */
function decode(probe, test) {
  const message = base64(test.bytes);
  try {
    return Buffer.compare(probe.decode(test.type, message), message) === 0 ? "ok" : "encoded otherwise";
  } catch (error) {
    if (error instanceof Refused) return error.problem.code;
    throw error;
  }
}

function base64(value) {
  return Buffer.from(value, "base64");
}

const [folder, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node verify.mjs VECTORS WASM [WASM-WITH-EVERY-MESSAGE]");
  process.exit(2);
}
for (const file of files) {
  console.log(`\n${file}`);
  await runAll(await load(readFileSync(file)));
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
