// Whatever is handed to the package: a typed error, and the verifier goes on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { VerifyError, load } from "@medproof/verify";
import { load as loadFull } from "@medproof/verify/full";

const casesOf = (name) => JSON.parse(readFileSync(join(process.env.MEDPROOF_VECTORS, name), "utf8")).cases;
const [first] = casesOf("verify.json");
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

test("what reads bundles, sellers and records refuses the same, and goes on after 1,000 damaged inputs", async () => {
  const verifier = await loadFull(readFileSync(new URL(import.meta.resolve("@medproof/verify/full.wasm"))));
  const [opened] = casesOf("bundle.json");
  const bundle = Buffer.from(opened.bundle, "base64");
  const client = verifier.client(Buffer.from(opened.anchor, "base64"));
  const now = BigInt(opened.now_ms);
  for (const value of [undefined, null, 7, {}, []]) {
    assert.equal(code(() => client.verifyBundle(value, bundle, now, policy)), "argument.text");
    assert.equal(code(() => client.verifySeller(value, bundle, now, policy)), "argument.text");
    assert.equal(code(() => client.verifyBundle("x", value, now, policy)), "argument.bytes");
    assert.equal(code(() => client.verifyRecord(value, bundle, now)), "argument.bytes");
  }
  for (const value of [undefined, null, {}, { purpose: "holder" }]) {
    assert.equal(code(() => client.verifySeller("shop.example", bundle, now, value)), "argument.text");
  }
  for (const value of [-1, 1.5, "7", 1n << 64n]) {
    assert.equal(code(() => client.verifyBundle("x", bundle, value, policy)), "argument.milliseconds");
    assert.equal(code(() => client.verifyBundle("x", bundle, now, { ...policy, max_age_online_ms: value })), "argument.milliseconds");
  }
  assert.equal(code(() => client.verifyBundle("x", bundle, now, { purpose: "thief", mode: "online" })), "policy.purpose");
  assert.equal(code(() => client.verifySeller("x", bundle, now, { purpose: "holder", mode: "dream" })), "policy.mode");
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 1000; round += 1) {
    const damaged = new Uint8Array(bundle.subarray(0, random(4) === 0 ? random(bundle.length) : bundle.length));
    if (damaged.length > 0) damaged[random(damaged.length)] ^= 1 << random(8);
    assert.ok(client.verifyBundle(opened.scan, damaged, now, policy).verdict.overall);
    assert.equal(client.verifySeller("shop.example", damaged, now, policy).proved, false);
    assert.notEqual(code(() => client.verifyRecord(damaged, damaged, now)), "verifier.failed");
  }
  assert.ok(client.verifyBundle(opened.scan, bundle, now, policy).verdict.axes);
  client.free();
});

test("a client that was given back is refused, and others go on", async () => {
  const verifier = await load();
  const client = verifier.client(anchor);
  client.free();
  assert.equal(code(() => client.height()), "verifier.failed");
  assert.equal(verifier.client(anchor).height(), verifier.client(anchor).height());
});
