// Whatever is handed to the package: a typed error, and the verifier goes on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { VerifyError, load } from "@medproof/verify";

const { cases } = JSON.parse(readFileSync(join(process.env.MEDPROOF_VECTORS, "verify.json"), "utf8"));
const [first] = cases;
const anchor = Buffer.from(first.anchor, "base64");
const policy = { purpose: "holder", mode: "online" };

/** The code of the `VerifyError` that a call throws. */
function code(call) {
  try {
    call();
  } catch (thrown) {
    assert.ok(thrown instanceof VerifyError, String(thrown?.stack));
    return thrown.code;
  }
  return "nothing was thrown";
}

test("values of the wrong type are refused before the wasm sees them", async () => {
  const verifier = await load();
  const client = verifier.client(anchor);
  for (const value of [undefined, null, 7, "bytes", {}, [1, 2], new DataView(new ArrayBuffer(4))]) {
    assert.equal(code(() => verifier.client(value)), "argument.bytes");
    assert.equal(code(() => verifier.checkFork(value)), "argument.bytes");
    assert.equal(code(() => client.verify("x", value, 0, policy)), "argument.bytes");
    assert.equal(code(() => client.advance(value, 0)), "argument.bytes");
  }
  for (const value of [undefined, null, 7, {}, [], Buffer.from("x")]) {
    assert.equal(code(() => verifier.parseScan(value)), "argument.text");
    assert.equal(code(() => client.verify(value, anchor, 0, policy)), "argument.text");
  }
  for (const value of [undefined, null, "7", -1, 1.5, NaN, Infinity, 2 ** 60, -1n, 1n << 64n, {}]) {
    assert.equal(code(() => client.verify("x", anchor, value, policy)), "argument.milliseconds");
  }
  for (const value of [undefined, null, {}, { purpose: 7, mode: "online" }]) {
    assert.equal(code(() => client.verify("x", anchor, 0, value)), "argument.text");
  }
  assert.equal(code(() => client.verify("x", anchor, 0, { purpose: "thief", mode: "online" })), "policy.purpose");
  assert.equal(code(() => client.verify("x", anchor, 0, { purpose: "holder", mode: "dream" })), "policy.mode");
});

test("a buffer that was given away is refused", async () => {
  const verifier = await load();
  const gone = new Uint8Array(anchor);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  assert.equal(code(() => verifier.client(gone)), "argument.bytes");
});

test("1,000 damaged inputs give typed errors or verdicts, and the client goes on", async () => {
  const verifier = await load();
  const client = verifier.client(anchor, first.have && Buffer.from(first.have, "base64"));
  const now = BigInt(first.now_ms);
  const proof = Buffer.from(first.proof, "base64");
  let seed = 1;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 1000; round += 1) {
    const damaged = new Uint8Array(proof.subarray(0, random(4) === 0 ? random(proof.length) : proof.length));
    if (damaged.length > 0) damaged[random(damaged.length)] ^= 1 << random(8);
    assert.ok(client.verify(first.scan, damaged, now, policy).overall);
    assert.notEqual(code(() => verifier.client(damaged)), "verifier.failed");
    assert.notEqual(code(() => client.advance(damaged, now)), "verifier.failed");
    assert.notEqual(code(() => verifier.checkFork(damaged)), "verifier.failed");
  }
  const huge = "9".repeat(1_000_000);
  assert.equal(verifier.parseScan(huge).result, "unreadable");
  assert.equal(verifier.parseScan("\ud800\0\u{1d}").result, "unreadable");
  assert.ok(client.verify(first.scan, proof, now, policy).axes);
  client.free();
});

test("a client that was given back is refused, and others go on", async () => {
  const verifier = await load();
  const client = verifier.client(anchor);
  client.free();
  assert.equal(code(() => client.height()), "verifier.failed");
  assert.equal(verifier.client(anchor).height(), verifier.client(anchor).height());
});
