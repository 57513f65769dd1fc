import { VerifyError, problem } from "./error.js";

// What reaches the wasm is of the right type: JavaScript callers have no compiler to tell them.

export function bytes(value: unknown): Uint8Array {
  if (value instanceof ArrayBuffer) return bytes(new Uint8Array(value));
  if (!(value instanceof Uint8Array)) throw new VerifyError(problem("argument.bytes"));
  if (isGivenAway(value)) throw new VerifyError(problem("argument.bytes"));
  return value;
}

/** Bytes, and some of them. */
export function filled(value: unknown): Uint8Array {
  const given = bytes(value);
  if (given.length === 0) throw new VerifyError(problem("argument.bytes"));
  return given;
}

/** Whether the buffer went to a worker: no view of it can be made any more. */
function isGivenAway(value: Uint8Array): boolean {
  try {
    return new Uint8Array(value.buffer).byteLength < value.byteLength;
  } catch {
    return true;
  }
}

export function text(value: unknown): string {
  if (typeof value !== "string") throw new VerifyError(problem("argument.text"));
  return value;
}

export function texts(value: unknown): string[] {
  if (!Array.isArray(value)) throw new VerifyError(problem("argument.text"));
  return value.map(text);
}

/** A count of ms, or a time in ms. */
export function milliseconds(value: unknown): bigint {
  const isWhole = typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  if (!isWhole || value < 0 || value > MAX_U64) throw new VerifyError(problem("argument.milliseconds"));
  return BigInt(value);
}

export function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value);
}

const MAX_U64 = (1n << 64n) - 1n;
