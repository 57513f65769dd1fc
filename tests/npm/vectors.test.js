// The shared vectors through the packed package in Node: by its entry for Node, and by the inlined one.

import assert from "node:assert/strict";
import { appendFileSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { load } from "@medproof/verify";
import { load as loadInline } from "@medproof/verify/inline";
import { load as loadFull } from "@medproof/verify/full";
import { FILES, FULL_FILES, runFile } from "./vectors.js";

const folder = process.env.MEDPROOF_VECTORS;

const fullWasm = () => readFileSync(new URL(import.meta.resolve("@medproof/verify/full.wasm")));
const small = FILES.filter((name) => !FULL_FILES.includes(name));

for (const [entry, start, names] of [["npm", load, small], ["npm inline", loadInline, small], ["npm full", () => loadFull(fullWasm()), FILES]]) {
  for (const name of names) {
    test(`${name} by ${entry}`, async () => {
      const { count, wrong, shown } = runFile(await start(), name, readFileSync(join(folder, name), "utf8"));
      assert.equal(wrong, 0, JSON.stringify(shown));
      assert.ok(count > 0);
      note(`${name} by ${entry}`, count);
    });
  }
}

test("decode.json by the build that reads every message", async () => {
  const glue = await import(pathToFileURL(join(process.env.MEDPROOF_MESSAGES, "medproof_wasm.js")));
  glue.initSync({ module: readFileSync(join(process.env.MEDPROOF_MESSAGES, "medproof_wasm_bg.wasm")) });
  const { cases } = JSON.parse(readFileSync(join(folder, "decode.json"), "utf8"));
  for (const { name, type, bytes: coded, expect } of cases) {
    const message = Buffer.from(coded, "base64");
    assert.equal(outcome(glue.readMessage(Buffer.concat([field(Buffer.from(type)), field(message)])), message), expect, name);
  }
  note("decode.json by npm", cases.length);
});

test("every file of vectors is run", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  assert.deepEqual(files.sort(), [...FILES, "decode.json"].sort());
});

/** Bytes as a field of a request: their length before them. */
function field(bytes) {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** An answer is 1 and the message encoded again, or 0 and a problem that begins with its code. */
function outcome(answer, message) {
  const [isGiven, length] = [answer[0], Buffer.from(answer).readUInt32LE(1)];
  const value = Buffer.from(answer).subarray(5, 5 + length);
  if (!isGiven) return String(value);
  return value.equals(message) ? "ok" : "encoded otherwise";
}

/** Tells `cargo xtask test` which cases ran. */
function note(name, count) {
  const report = process.env.MEDPROOF_SUITE_REPORT;
  if (report) appendFileSync(report, `suite\t${name}\t${count}\n`);
}
