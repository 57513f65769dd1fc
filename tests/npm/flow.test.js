// The network flow against the lying node: each outcome by the honest one, each lie refused, alone and beside it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "@medproof/verify";
import { load as loadFull } from "@medproof/verify/full";
import { Checker, IndexedStorage, VolatileStorage } from "@medproof/verify/flow";
import { HOSTILE } from "./hostile.js";

let liar;
let child;
let verifier;

before(async () => {
  child = spawn(process.env.MEDPROOF_LIAR, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.endsWith("\n")) break;
  }
  liar = JSON.parse(text);
  verifier = await load();
}, { timeout: 60_000 });
after(() => child?.stdin.end());

/** A checker that asks the nodes of these behaviours, in any order, and notes what it asked. */
function checker(behaviours, options = {}) {
  const asked = [];
  const noting = (input, init) => {
    asked.push(String(input));
    return fetch(input, init);
  };
  const nodes = behaviours.map((behaviour) => liar.nodes[behaviour]);
  const anchor = Buffer.from(liar.anchor, "base64");
  const made = new Checker({ verifier, anchor, nodes, timeoutMs: 3_000, fetch: noting, storage: new VolatileStorage(), ...options });
  return Object.assign(made, { asked });
}

const outcome = (name) => liar.outcomes[name];
const problems = (answer) => answer.attempts.map(({ outcome }) => outcome);

test("each outcome by the honest node, in a bucket where that is allowed", async () => {
  for (const [name, { scan, purpose, overall, reasons }] of Object.entries(liar.outcomes)) {
    const answer = await checker(["honest"]).check(scan, purpose);
    assert.equal(answer.verdict.overall, overall, name);
    assert.deepEqual(answer.verdict.reasons, reasons, name);
    assert.equal(answer.lookup, name === "not_random" || name === "unknown_product" ? "exact" : "bucket", name);
    assert.ok(answer.historyShown && answer.stored, name);
    assert.equal(answer.node, liar.nodes.honest);
  }
});

test("a bucket names neither the serial nor more than 56 bits", async () => {
  const asking = checker(["honest"], { lookup: "bucket-only" });
  const answer = await asking.check(outcome("recalled").scan, "holder");
  assert.equal(answer.verdict.overall, "do-not-use");
  for (const url of asking.asked) {
    assert.ok(!url.includes("CALLED-BACK") && !url.includes("proofs"), url);
    assert.ok(Number(/buckets\/(\d+)\//.exec(url)?.[1] ?? 32) <= 56, url);
  }
  const nosy = await checker(["nosy"], { lookup: "bucket-only" }).check(outcome("recalled").scan, "holder");
  assert.equal(nosy.verdict, null);
});

test("each lie alone is refused, in words of its own", async () => {
  for (const [name, { scan, purpose, problem, overall }] of Object.entries(liar.lies)) {
    const answer = await checker([name], { lookup: "exact" }).check(scan, purpose);
    assert.equal(answer.verdict.overall, overall, name);
    assert.equal(answer.verdict.overall, "cannot-tell", name);
    if (problem) assert.ok(problems(answer).includes(problem), `${name}: ${problems(answer)}`);
  }
});

test("each lie in a bucket is refused as well", async () => {
  for (const name of ["tampered", "incomplete", "weak-quorum", "other-chain", "garbage", "old"]) {
    const answer = await checker([name], { lookup: "bucket-only" }).check(outcome("recalled").scan, "holder");
    assert.equal(answer.verdict?.overall, "cannot-tell", `${name}: ${problems(answer)}`);
  }
});

test("beside an honest node every liar is outvoted, whoever is asked first", async () => {
  const liars = ["tampered", "incomplete", "old", "other-chain", "weak-quorum", "garbage", "error", "cut-off", "too-large", "redirect", "no-history", "slow"];
  for (const name of liars) {
    for (let round = 0; round < (name === "slow" ? 1 : 3); round += 1) {
      const answer = await checker([name, "honest"]).check(outcome("recalled").scan, "holder");
      assert.equal(answer.verdict.overall, "do-not-use", `${name}: ${problems(answer)}`);
      assert.ok(answer.verdict.reasons.includes("state.recalled-lot"), name);
      assert.ok(answer.historyShown, name);
    }
  }
});

test("two headers of one height are a fork, kept as evidence and remembered", async () => {
  const storage = new VolatileStorage();
  const { scan } = outcome("ok");
  const answer = await checker(["honest", "fork"], { storage }).check(scan, "holder");
  assert.equal(answer.verdict.overall, "cannot-tell", String(problems(answer)));
  assert.deepEqual(answer.verdict.reasons, ["trust.fork"]);
  assert.ok(verifier.checkFork(answer.fork) > 0n);
  // From then on no node learns which pack is meant, and one that says nothing hides nothing.
  for (const behaviour of ["honest", "error"]) {
    const asking = checker([behaviour], { storage });
    const later = await asking.check(scan, "holder");
    assert.deepEqual(later.verdict.reasons, ["trust.fork"]);
    const many = await asking.checkMany([scan], "holder");
    assert.deepEqual(many.verdicts[0].reasons, ["trust.fork"]);
    assert.ok(asking.asked.every((url) => url.includes("/v1/updates?")), String(asking.asked));
  }
});

test("a fresh answer counts before an old one, for several packs and for a timeline too", async () => {
  const full = await loadFull(readFileSync(fileURLToPath(import.meta.resolve("@medproof/verify/full.wasm"))));
  const { scan } = outcome("recalled");
  // In either order.
  for (let turn = 0; turn < 6; turn += 1) {
    const many = await checker(["old", "honest"]).checkMany([scan, outcome("ok_buyer").scan], "buyer");
    assert.deepEqual(many.verdicts.map(({ overall }) => overall), ["do-not-use", "ok"]);
    const { opened } = await checker(["old", "honest"], { verifier: full }).open(scan, "holder");
    assert.deepEqual([opened.verdict.overall, opened.verdict.axes.freshness], ["do-not-use", "fresh"]);
  }
});

test("what cannot be read takes no part in a question about several packs", async () => {
  const bodies = [];
  const noting = (input, init) => {
    if (init.body) bodies.push(JSON.parse(init.body));
    return fetch(input, init);
  };
  const { scan } = outcome("ok_buyer");
  const mixed = await checker(["honest"], { fetch: noting }).checkMany(["hello", scan], "buyer");
  assert.deepEqual(mixed.verdicts.map(({ overall }) => overall), ["cannot-tell", "ok"]);
  assert.deepEqual(bodies.map(({ codes }) => codes), [[scan]]);
  const asking = checker(["honest"]);
  const nothing = await asking.checkMany(["hello"], "buyer");
  assert.deepEqual([nothing.network, nothing.verdicts[0].axes.trust, asking.asked], ["not-asked", "not-checked", []]);
});

test("where a browser stores nothing for a page the check works, and says that nothing was stored", async () => {
  const known = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const locks = { request: () => Promise.reject(new DOMException("storage is off", "SecurityError")) };
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  try {
    const answer = await checker(["honest"], { storage: new IndexedStorage("x") }).check(outcome("ok").scan, "holder");
    assert.deepEqual([answer.verdict.overall, answer.stored, answer.resumed], ["ok", false, false]);
  } finally {
    if (known) Object.defineProperty(globalThis, "navigator", known);
    else delete globalThis.navigator;
  }
});

test("a client that saw the present does not take yesterday for it", async () => {
  const storage = new VolatileStorage();
  await checker(["honest"], { storage }).check(outcome("recalled").scan, "holder");
  const answer = await checker(["old"], { storage, lookup: "exact" }).check(outcome("recalled").scan, "holder");
  assert.equal(answer.verdict.overall, "cannot-tell");
  assert.ok(problems(answer).includes("trust.header.older") || answer.verdict.reasons.includes("trust.older-header"), String(problems(answer)));
});

test("where no node answers, a kept proof counts as carried, with its age", async () => {
  const { scan } = outcome("recalled");
  for (const lookup of ["exact", "bucket"]) {
    const storage = new VolatileStorage();
    const { proof } = await checker(["honest"], { storage, lookup }).check(scan, "holder");
    for (const dead of ["error", "slow"]) {
      const answer = await checker([dead], { storage, timeoutMs: 300 }).check(scan, "holder", proof);
      assert.equal(answer.verdict.overall, "do-not-use", `${dead} ${lookup}`);
      assert.equal(answer.lookup, "carried");
      assert.equal(answer.network, "no-answer");
      assert.equal(answer.verdict.axes.freshness, "carried");
    }
  }
  const nothing = await checker(["error"]).check(scan, "holder");
  assert.deepEqual([nothing.verdict, nothing.network], [null, "no-answer"]);
});

test("where no node answers, a kept bundle counts too, by the verifier that reads it, which is loaded only then", async () => {
  const { scan } = outcome("recalled");
  const storage = new VolatileStorage();
  const full = await loadFull(readFileSync(fileURLToPath(import.meta.resolve("@medproof/verify/full.wasm"))));
  const { proof: bundle, opened } = await checker(["honest"], { storage, verifier: full }).open(scan, "holder");
  assert.equal(opened.product.name_en, "Amoxicillin");
  let loads = 0;
  const options = { storage, full: async () => (loads += 1, full) };
  const { proof } = await checker(["honest"], options).check(scan, "holder", bundle);
  await checker(["error"], options).check(scan, "holder", proof);
  assert.equal(loads, 0, "a proof or a bucket needs none, nor does an answer");
  const newest = await storage.load();
  for (const ask of [(asking) => asking.check(scan, "holder", bundle), (asking) => asking.checkCarried(scan, "holder", bundle)]) {
    const answer = await ask(checker(["error"], options));
    assert.deepEqual([answer.verdict.overall, answer.lookup, answer.verdict.axes.trust], ["do-not-use", "carried", "quorum"]);
    assert.deepEqual(answer.proof, bundle);
  }
  assert.equal(loads, 2);
  assert.ok((await storage.load()).length >= newest.length, "what was trusted stays trusted");
  const other = await checker(["error"], options).check(outcome("ok").scan, "holder", bundle);
  assert.equal(other.verdict.axes.problem.code, "trust.proof.other-scan");
  const without = await checker(["error"], { storage }).check(scan, "holder", bundle);
  assert.equal(without.verdict.axes.problem.code, "trust.message.type");
});

test("names are shown from a kept bundle where no node answers, and from no lie", async () => {
  const { scan } = outcome("recalled");
  const verifier = await loadFull(readFileSync(fileURLToPath(import.meta.resolve("@medproof/verify/full.wasm"))));
  const storage = new VolatileStorage();
  const { proof: bundle } = await checker(["honest"], { storage, verifier }).open(scan, "holder");
  for (const dead of ["error", "slow"]) {
    const answer = await checker([dead], { storage, verifier, timeoutMs: 300 }).open(scan, "holder", bundle);
    assert.deepEqual([answer.lookup, answer.network, answer.node], ["carried", "no-answer", null], dead);
    assert.deepEqual([answer.opened.product.name_en, answer.opened.verdict.axes.freshness], ["Amoxicillin", "carried"], dead);
  }
  for (const lie of ["tampered", "incomplete", "other-chain", "weak-quorum", "garbage"]) {
    const answer = await checker([lie], { verifier }).open(scan, "holder", bundle);
    assert.deepEqual([answer.opened.product, answer.opened.timeline, answer.lookup], [null, null, "exact"], lie);
  }
  const { proof } = await checker(["honest"], { storage, verifier }).check(scan, "holder");
  assert.equal((await checker(["error"], { storage, verifier }).open(scan, "holder", proof)).opened, null, "a bucket has no names");
});

test("a seller is proved by an honest node, whoever is asked first, and by no lie", async () => {
  const verifier = await loadFull(readFileSync(fileURLToPath(import.meta.resolve("@medproof/verify/full.wasm"))));
  for (let round = 0; round < 4; round += 1) {
    for (const lie of ["impostor", "renamed", "tampered", "old", "weak-quorum", "garbage", "error"]) {
      const { seller, node } = await checker([lie, "honest"], { verifier }).seller("shop.example");
      assert.deepEqual([seller.proved, seller.info?.name_en], [true, "Example Pharmacy"], lie);
      if (["tampered", "old", "garbage", "error"].includes(lie)) assert.equal(node, liar.nodes.honest, lie);
      const closed = await checker([lie, "honest"], { verifier }).seller("closed.example");
      assert.deepEqual([closed.seller.proved, closed.seller.reason], [false, "seller.suspended"], lie);
    }
  }
  for (const [lie, reason] of [["impostor", "seller.other-domain"], ["renamed", "seller.other-information"]]) {
    const { seller } = await checker([lie], { verifier }).seller("rogue.example");
    assert.deepEqual([seller.proved, seller.reason, seller.info], [false, reason, null], lie);
  }
  const nobody = await checker(["honest"], { verifier }).seller("nobody.example");
  assert.deepEqual([nobody.seller, problems(nobody).at(-1)], [null, "status 404"]);
  const asking = checker(["impostor"], { verifier });
  const malformed = await asking.seller("Shop.example");
  assert.deepEqual([malformed.seller.reason, malformed.network, asking.asked], ["seller.malformed-domain", "not-asked", []]);
  await assert.rejects(checker(["honest"]).seller("shop.example"), TypeError);
});

test("what is trusted is stored before the answer is given, and a failure to store is told", async () => {
  const order = [];
  class Noting extends VolatileStorage {
    async save(memory) {
      await super.save(memory);
      order.push("saved");
    }
  }
  await checker(["honest"], { storage: new Noting() }).check(outcome("ok").scan, "holder").then(() => order.push("answered"));
  assert.deepEqual(order.slice(-2), ["saved", "answered"]);
  class Full extends VolatileStorage {
    save() {
      return Promise.reject(new Error("full"));
    }
  }
  const answer = await checker(["honest"], { storage: new Full() }).check(outcome("ok").scan, "holder");
  assert.equal(answer.stored, false);
});

test("memory that cannot be read begins at the anchor again, and says so", async () => {
  const storage = new VolatileStorage();
  await storage.save(Uint8Array.of(1, 2, 3));
  const answer = await checker(["honest"], { storage }).check(outcome("ok").scan, "holder");
  assert.deepEqual([answer.resumed, answer.verdict.overall], [false, "ok"]);
});

test("memory that could not be read this once is not written over", async () => {
  class Away extends VolatileStorage {
    isAway = false;
    async load() {
      if (this.isAway) throw new Error("connection lost");
      return super.load();
    }
  }
  const storage = new Away();
  const scan = outcome("ok").scan;
  await checker(["fork", "honest"], { storage }).check(scan, "holder");
  const before = await storage.load();
  storage.isAway = true;
  const away = await checker(["honest"], { storage }).check(scan, "holder");
  assert.deepEqual([away.resumed, away.stored], [false, false]);
  storage.isAway = false;
  assert.deepEqual(await storage.load(), before, "what was known stays known");
});

test("a pallet of 1,000 packs in one go", async () => {
  const { scans, purpose, overall } = liar.pallet_1000;
  const answer = await checker(["tampered", "honest"]).checkMany(scans, purpose);
  assert.equal(answer.verdicts.length, 1001);
  assert.deepEqual(new Set(answer.verdicts.map((verdict) => verdict.overall)), new Set([overall]));
  assert.deepEqual(answer.contents.map(({ children, seen, complete }) => [children, seen, complete]), [[1000, 1000, true]]);
});

test("200 hostile codes: nothing is asked of any host but the nodes", async () => {
  assert.equal(HOSTILE.length, 200);
  const asking = checker(["honest"]);
  for (const code of HOSTILE) {
    const answer = await asking.check(code, "buyer");
    assert.notEqual(answer.verdict?.overall, "ok", code);
  }
  for (const url of asking.asked) {
    assert.ok(url.startsWith(`${liar.nodes.honest}v1/`), url);
    assert.match(new URL(url).pathname, /^\/honest\/v1\/(updates|proofs|buckets\/\d+\/[0-9a-f]+)$/);
  }
});
