import type { Problem } from "./records.js";

/** Why there is no answer: core's stable code, or one of those that begin with `argument.` or `verifier.`. */
export class VerifyError extends Error {
  override readonly name = "VerifyError";
  readonly code: string;
  readonly expected: bigint | null;
  readonly found: bigint | null;

  constructor(problem: Problem) {
    super(problem.code);
    this.code = problem.code;
    this.expected = problem.expected;
    this.found = problem.found;
  }

  /** The three fields without the stack. */
  get problem(): Problem {
    return { code: this.code, expected: this.expected, found: this.found };
  }
}

/** Runs a call into the wasm; whatever else it throws becomes a `VerifyError`. */
export function attempt<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw thrown instanceof VerifyError ? thrown : new VerifyError(problem("verifier.failed"));
  }
}

export function problem(code: string): Problem {
  return { code, expected: null, found: null };
}
