import { VerifyError } from "./error.js";
import type {
  Advanced, AnchorInfo, Axes, Contents, Issuer, Many, Problem, Reading, ScanInfo, States, Verdict,
} from "./records.js";

// Requests and answers as `core::plain::flat` describes them: fields one after another, all little-endian.

/** The fields of a request, in their order. */
export class Request {
  readonly #parts: Uint8Array[] = [];

  number(value: bigint): this {
    return this.#add(new Uint8Array(new BigUint64Array([value]).buffer));
  }

  byte(value: number): this {
    return this.#add(Uint8Array.of(value));
  }

  bytes(value: Uint8Array): this {
    return this.#length(value.length).#add(value);
  }

  text(value: string): this {
    return this.bytes(encoder.encode(value));
  }

  texts(values: readonly string[]): this {
    this.#length(values.length);
    for (const value of values) this.text(value);
    return this;
  }

  optional(value: bigint | undefined): this {
    return value === undefined ? this.byte(0) : this.byte(1).number(value);
  }

  /** All fields as the wasm takes them. */
  whole(): Uint8Array {
    const whole = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #length(length: number): this {
    return this.#add(new Uint8Array(new Uint32Array([length]).buffer));
  }

  #add(part: Uint8Array): this {
    this.#parts.push(part);
    return this;
  }
}

/** What an answer holds. The problem, if it could not be given, is thrown. */
export function read<T>(answer: Uint8Array, value: Read<T>): T {
  const fields = new Fields(answer);
  if (!truth(fields)) throw new VerifyError(problem(fields));
  return value(fields);
}

class Fields {
  readonly #answer: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(answer: Uint8Array) {
    this.#answer = answer;
    this.#view = new DataView(answer.buffer, answer.byteOffset, answer.length);
  }

  byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  length(): number {
    return this.#view.getUint32((this.#at += 4) - 4, true);
  }

  number(): bigint {
    return this.#view.getBigUint64((this.#at += 8) - 8, true);
  }

  bytes(): Uint8Array {
    const length = this.length();
    return this.#answer.slice(this.#at, (this.#at += length));
  }
}

type Read<T> = (fields: Fields) => T;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const number: Read<bigint> = (fields) => fields.number();
export const bytes: Read<Uint8Array> = (fields) => fields.bytes();
const truth: Read<boolean> = (fields) => fields.byte() !== 0;
export const maybe = <T>(value: Read<T>): Read<T | null> => (fields) => (truth(fields) ? value(fields) : null);

const small: Read<number> = (fields) => fields.byte();
const count: Read<number> = (fields) => Number(fields.number());
const text: Read<string> = (fields) => decoder.decode(fields.bytes());
/** One of core's words: the records name which. */
const word = text as Read<never>;
const list = <T>(value: Read<T>): Read<T[]> => (fields) => Array.from({ length: fields.length() }, () => value(fields));

/** A record of the named fields, in the order in which core declares them. */
const record = <T>(shape: { [Name in keyof T]: Read<T[Name]> }): Read<T> => (fields) => {
  const value = {} as T;
  for (const name in shape) value[name] = shape[name](fields);
  return value;
};

const problem = record<Problem>({ code: text, expected: maybe(number), found: maybe(number) });

const states = record<States>({ pack: maybe(small), unit: maybe(small), lot: maybe(small), product: maybe(small), effective: maybe(text) });

const issuer = record<Issuer>({ member: count, role: small, key_then: word, key_now: word, member_now: maybe(word) });

const axes = record<Axes>({
  trust: word,
  problem: maybe(problem),
  freshness: maybe(word),
  age_ms: maybe(number),
  height: maybe(number),
  time_ms: maybe(number),
  identifier: word,
  level: maybe(word),
  lot: word,
  lot_ledger: maybe(text),
  expiry: word,
  states,
  expiry_day: maybe(count),
  expired: maybe(truth),
  issuer: maybe(issuer),
  since_day: maybe(count),
  quantity_left: maybe(count),
  events: maybe(count),
});

export const verdict = record<Verdict>({ overall: word, reasons: list(text), axes });

const contents = record<Contents>({ sscc: text, generation: count, children: count, seen: count, complete: truth });

export const many = record<Many>({ verdicts: list(verdict), contents: list(contents) });

export const advanced = record<Advanced>({ height: number, history_shown: truth, newer: truth });

const reading = record<Reading>({
  level: word,
  products: list(text),
  serial: maybe(text),
  sscc: maybe(text),
  lot: maybe(text),
  expiry_day: maybe(count),
  repairs: list(text),
  crypto_tail: word,
  host: maybe(text),
});

export const scanInfo = record<ScanInfo>({ result: word, code: maybe(text), readings: list(reading) });

const anchorInfo = record<AnchorInfo>({ name: text, demo: truth, fingerprint: text, height: number, time_ms: number });

/** What a client trusts and how far it has come. */
export interface Info {
  anchor: AnchorInfo;
  height: bigint;
  history_size: bigint;
  fork: Uint8Array | null;
}

export const info = record<Info>({ anchor: anchorInfo, height: number, history_size: number, fork: maybe(bytes) });
