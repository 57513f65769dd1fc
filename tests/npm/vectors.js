// The shared vectors through the package: the same script in Node and in a browser.

/** Runs the cases of one file; answers how many are right, and the first that are not. */
export function runFile(verifier, name, text) {
  const { format, cases } = JSON.parse(text);
  if (format !== "medproof vectors 0") throw new Error(`${name} is of another format: ${format}`);
  const run = RUNNERS[name];
  if (!run) throw new Error(`nothing runs ${name}`);
  const wrong = [];
  for (const test of cases) {
    const expected = "expect" in test ? test.expect : test.bytes;
    const found = plain(attempt(() => run(verifier, test)));
    if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(expected))) wrong.push({ name: test.name, expected, found });
  }
  return { name, count: cases.length, wrong: wrong.length, shown: wrong.slice(0, 3) };
}

const RUNNERS = {
  "advance.json": withClient((client, test) =>
    test.updates.map((update) => plain(attempt(() => client.advance(base64(update), BigInt(test.now_ms)))))),
  "bucket.json": withClient((client, test) =>
    client.verifyBucket(test.scan, base64(test.bucket), BigInt(test.now_ms), policy(test))),
  "bundle.json": withClient((client, test) =>
    client.verifyBundle(test.scan, base64(test.bundle), BigInt(test.now_ms), policy(test))),
  "disclosure.json": withClient((client, test) => ({
    committed: client.verifyRecord(base64(test.disclosure), base64(test.proof), BigInt(test.now_ms)),
  })),
  "fork.json": (verifier, test) => ({ height: verifier.checkFork(base64(test.fork)) }),
  "many.json": withClient((client, test) =>
    client.verifyMany(test.scans, base64(test.proof), BigInt(test.now_ms), policy(test))),
  "scan.json": (verifier, test) => verifier.parseScan(test.text, test.mode === "strict"),
  "seller.json": withClient((client, test) =>
    client.verifySeller(test.domain, base64(test.bundle), BigInt(test.now_ms), policy(test))),
  "text.json": (verifier, test) => {
    const message = verifier.messageFromText(test.text);
    return message && toBase64(message);
  },
  "verify.json": withClient((client, test) =>
    client.verify(test.scan, base64(test.proof), BigInt(test.now_ms), policy(test))),
};

export const FILES = Object.keys(RUNNERS);

/** Those that only the full build reads. */
export const FULL_FILES = ["bundle.json", "disclosure.json", "seller.json"];

/** A runner with the client that the case starts from; updates count as part of the case in `advance` only. */
function withClient(run) {
  return (verifier, test) => {
    const client = verifier.client(base64(test.anchor), test.have && base64(test.have));
    const isAdvance = !test.scan && !test.scans && !test.disclosure && test.domain === undefined;
    if (!isAdvance) (test.updates ?? []).forEach((update) => client.advance(base64(update), BigInt(test.now_ms)));
    const answer = run(client, test);
    client.free();
    return answer;
  };
}

const isVerifyError = (thrown) => thrown?.name === "VerifyError";

/** The answer, or the problem in its place; anything else that is thrown counts as wrong. */
function attempt(run) {
  try {
    return run();
  } catch (thrown) {
    return isVerifyError(thrown) ? thrown.problem : `thrown: ${thrown.stack}`;
  }
}

function policy({ policy }) {
  const read = { purpose: policy.purpose, mode: policy.mode };
  for (const name of ["max_age_online_ms", "max_age_carried_ms", "clock_tolerance_ms"]) {
    if (name in policy) read[name] = BigInt(policy[name]);
  }
  return read;
}

/** As the vectors write it: u64 as decimal strings. */
function plain(value) {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

/** Fields in one order, for comparing. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}

function base64(value) {
  return Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
}

function toBase64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
