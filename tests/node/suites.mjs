// The Ed25519 suites that other people wrote, with the verdict of the strict rule.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const hex = (text) => Buffer.from(text, "hex");

/** `[{name, cases: [{name, key, message, signature, expect}]}]`; empty where the suites are absent. */
export function ed25519Cases() {
  const root = join(import.meta.dirname, "../..");
  const suites = process.env.MEDPROOF_SUITES || join(root, "../shared/suites");
  const folder = join(suites, "ed25519");
  if (!existsSync(folder)) return [];
  return [wycheproof(folder), knownAnswers(folder), ...ruled(folder)];
}

function wycheproof(folder) {
  const { testGroups } = JSON.parse(readFileSync(join(folder, "wycheproof/ed25519_test.json")));
  const cases = testGroups.flatMap(({ publicKey, tests }) =>
    tests.map(({ tcId, msg, sig, result }) => ({
      name: `case ${tcId}`,
      key: hex(publicKey.pk),
      message: hex(msg),
      signature: hex(sig),
      expect: result === "valid",
    })));
  return { name: "ed25519/wycheproof", cases };
}

/** Lines `secret ‖ key : key : message : signature ‖ message :`. */
function knownAnswers(folder) {
  const lines = readFileSync(join(folder, "ed25519-djb-1024/sign.input"), "utf8").split("\n").filter(Boolean);
  const cases = lines.map((line, index) => {
    const [, key, message, signed] = line.split(":");
    return { name: `line ${index + 1}`, key: hex(key), message: hex(message), signature: hex(signed.slice(0, 128)), expect: true };
  });
  return { name: "ed25519/djb-1024", cases };
}

/** The two suites for which each rule's verdict was measured case by case. */
function ruled(folder) {
  const rules = readFileSync(join(folder, "ed25519_rules.jsonl"), "utf8").split("\n").filter(Boolean).map(JSON.parse);
  const strict = new Map(rules.map(({ suite, id, strict }) => [`${suite} ${id}`, strict]));
  const speccheck = JSON.parse(readFileSync(join(folder, "ed25519-speccheck/cases.json")));
  const cctv = JSON.parse(readFileSync(join(folder, "cctv-ed25519/ed25519/ed25519vectors.json")));
  return [
    {
      name: "ed25519/speccheck",
      cases: speccheck.map(({ message, pub_key, signature }, id) => ({
        name: `case ${id}`,
        key: hex(pub_key),
        message: hex(message),
        signature: hex(signature),
        expect: strict.get(`speccheck ${id}`),
      })),
    },
    {
      name: "ed25519/cctv",
      cases: cctv.map(({ number, key, msg, sig }) => ({
        name: `case ${number}`,
        key: hex(key),
        message: Buffer.from(msg, "utf8"),
        signature: hex(sig),
        expect: strict.get(`cctv ${number}`),
      })),
    },
  ];
}
