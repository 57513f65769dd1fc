// The verifier of `tests/wasm-probe` as objects like those of the shared vectors.
// `core/src/plain/flat.rs` describes the fields of requests and answers.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A verifier from the bytes of its wasm. */
export async function load(wasm) {
  const { instance } = await WebAssembly.instantiate(wasm, {});
  return new Probe(instance.exports);
}

/** What core answers instead of what was asked for: `problem` as in the vectors. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.code);
    this.problem = problem;
  }
}

class Probe {
  constructor(exports) {
    this.exports = exports;
  }

  /** A client that trusts the anchor, or goes on from `memory`. */
  client(anchor, memory) {
    const address = memory
      ? this.fallible("client_resume", [memory], count, this.place([anchor]))
      : this.fallible("client_new", [anchor], count);
    return new Client(this, address);
  }

  scan(value, strict) {
    return this.fallible("parse_scan", [text(value), flag(strict)], scanInfo);
  }

  /** The height of a fork, as a decimal string. */
  fork(value) {
    return this.fallible("check_fork", [bytes(value)], number);
  }

  /** The message in the text of a QR code or a fragment, or null. */
  message(value) {
    return this.fallible("message_from_text", [text(value)], (fields) => fields.optional(blob));
  }

  /** A message of the named type, encoded again. */
  decode(type, message) {
    return this.fallible("decode", [text(type), bytes(message)], blob);
  }

  verifySignature(key, message, signature) {
    return this.exports.verify_signature(...this.place([key, signature, message])) === 1n;
  }

  /** Calls an export whose answer begins with whether it could be given. */
  fallible(name, request, read, before = []) {
    const fields = new Fields(this.call(name, request, before));
    if (fields.byte() === 0) throw new Refused(problem(fields));
    return read(fields);
  }

  /** The bytes of an answer. */
  call(name, request, before) {
    const given = this.exports[name](...before, ...(request ? this.place(request) : []));
    const [address, length] = [Number(given & 0xffff_ffffn), Number(given >> 32n)];
    const answer = new Uint8Array(this.exports.memory.buffer).slice(address, address + length);
    this.exports.free(address, length);
    return answer;
  }

  /** Writes a request into the verifier's memory: its address and length. */
  place(fields) {
    const request = fields.flat();
    const length = request.reduce((sum, part) => sum + part.length, 0);
    const address = this.exports.alloc(length) >>> 0;
    const memory = new Uint8Array(this.exports.memory.buffer);
    let at = address;
    for (const part of request) {
      memory.set(part, at);
      at += part.length;
    }
    return [address, length];
  }
}

class Client {
  constructor(probe, address) {
    this.probe = probe;
    this.address = address;
  }

  advance(update, now) {
    return this.fallible("client_advance", [bytes(update), u64(now)], advanced);
  }

  verify(scan, proof, now, policy) {
    return this.fallible("client_verify", [text(scan), bytes(proof), u64(now), ...policyFields(policy)], verdict);
  }

  verifyBucket(scan, bucket, now, policy) {
    const request = [text(scan), bytes(bucket), u64(now), ...policyFields(policy)];
    return this.fallible("client_verify_bucket", request, verdict);
  }

  verifyMany(scans, proof, now, policy) {
    const request = [u32(scans.length), ...scans.map(text), bytes(proof), u64(now), ...policyFields(policy)];
    return this.fallible("client_verify_many", request, (fields) => ({
      verdicts: fields.list(verdict),
      contents: fields.list(contents),
    }));
  }

  memory() {
    return this.probe.call("client_memory", null, [this.address]);
  }

  info() {
    return this.fallible("client_info", null, info);
  }

  free() {
    this.probe.exports.client_free(this.address);
  }

  fallible(name, request, read) {
    return this.probe.fallible(name, request, read, [this.address]);
  }
}

// Fields of a request.

const u32 = (value) => new Uint8Array(new Uint32Array([value]).buffer);
const u64 = (value) => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
const flag = (value) => Uint8Array.of(value ? 1 : 0);
const bytes = (value) => [u32(value.length), value];
const text = (value) => bytes(encoder.encode(value));
const optional = (value, write) => (value === undefined ? [flag(false)] : [flag(true), write(value)]);

function policyFields(policy) {
  const limits = [policy.max_age_online_ms, policy.max_age_carried_ms, policy.clock_tolerance_ms];
  return [text(policy.purpose), text(policy.mode), ...limits.flatMap((limit) => optional(limit, u64))];
}

// Fields of an answer.

class Fields {
  constructor(answer) {
    this.view = new DataView(answer.buffer);
    this.at = 0;
  }

  byte() {
    return this.view.getUint8(this.at++);
  }

  u32() {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  u64() {
    this.at += 8;
    return this.view.getBigUint64(this.at - 8, true);
  }

  bytes() {
    const length = this.u32();
    this.at += length;
    return new Uint8Array(this.view.buffer, this.at - length, length);
  }

  optional(read) {
    return this.byte() === 0 ? null : read(this);
  }

  list(read) {
    return Array.from({ length: this.u32() }, () => read(this));
  }
}

const truth = (fields) => fields.byte() !== 0;
const small = (fields) => fields.byte();
const count = (fields) => Number(fields.u64());
const number = (fields) => String(fields.u64());
const word = (fields) => decoder.decode(fields.bytes());
const blob = (fields) => fields.bytes();
const maybe = (read) => (fields) => fields.optional(read);
const many = (read) => (fields) => fields.list(read);

/** A reader of the named fields in their order. */
const record = (shape) => (fields) => {
  const value = {};
  for (const [name, read] of Object.entries(shape)) value[name] = read(fields);
  return value;
};

const problem = record({ code: word, expected: maybe(number), found: maybe(number) });
const advanced = record({ height: number, history_shown: truth, newer: truth });
const states = record({
  pack: maybe(small),
  unit: maybe(small),
  lot: maybe(small),
  product: maybe(small),
  effective: maybe(word),
});
const issuer = record({ member: count, role: small, key_then: word, key_now: word, member_now: maybe(word) });
const axes = record({
  trust: word,
  problem: maybe(problem),
  freshness: maybe(word),
  age_ms: maybe(number),
  height: maybe(number),
  time_ms: maybe(number),
  identifier: word,
  level: maybe(word),
  lot: word,
  lot_ledger: maybe(word),
  expiry: word,
  states,
  expiry_day: maybe(count),
  expired: maybe(truth),
  issuer: maybe(issuer),
  since_day: maybe(count),
  quantity_left: maybe(count),
  events: maybe(count),
});
const verdict = record({ overall: word, reasons: many(word), axes });
const contents = record({ sscc: word, generation: count, children: count, seen: count, complete: truth });
const reading = record({
  level: word,
  products: many(word),
  serial: maybe(word),
  sscc: maybe(word),
  lot: maybe(word),
  expiry_day: maybe(count),
  repairs: many(word),
  crypto_tail: word,
  host: maybe(word),
});
const scanInfo = record({ result: word, code: maybe(word), readings: many(reading) });
const info = record({
  name: word,
  demo: truth,
  fingerprint: word,
  anchor_height: number,
  anchor_time_ms: number,
  height: number,
  history_size: number,
  fork: maybe(blob),
});
