/** How a request to a node ended. */
export type Reply =
  | { result: "bytes"; bytes: Uint8Array }
  /** The node said no, by a status and perhaps a problem document. */
  | { result: "refused"; status: number; code: string | null; bits: number | null }
  | { result: "no-answer"; cause: "network" | "timeout" | "too-large" };

/** A node that is asked and not believed. */
export class Node {
  readonly url: URL;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;

  constructor(url: string | URL, request: typeof fetch, timeoutMs: number) {
    this.url = new URL(url);
    if (!/^https?:$/.test(this.url.protocol)) throw new TypeError(`a node's address begins with https, not ${this.url.protocol}`);
    if (!this.url.pathname.endsWith("/")) this.url.pathname += "/";
    this.#fetch = request;
    this.#timeoutMs = timeoutMs;
  }

  updates(from: bigint, size: bigint): Promise<Reply> {
    return this.#ask(`v1/updates?from=${from}&size=${size}`);
  }

  proof(scan: string, have: bigint): Promise<Reply> {
    return this.#ask(`v1/proofs?code=${encodeURIComponent(scan)}&have=${have}`);
  }

  proofs(scans: readonly string[], have: bigint): Promise<Reply> {
    const body = JSON.stringify({ codes: scans, have: Number(have) });
    return this.#ask("v1/proofs", { method: "POST", body, headers: { "content-type": "application/json" } });
  }

  bundle(scan: string, have: bigint): Promise<Reply> {
    return this.#ask(`v1/bundles?code=${encodeURIComponent(scan)}&have=${have}`);
  }

  seller(domain: string, have: bigint): Promise<Reply> {
    return this.#ask(`v1/bundles?seller=${encodeURIComponent(domain)}&have=${have}`);
  }

  /** `product` is scheme, colon, code. */
  bucket(bits: number, prefix: Uint8Array, product: string, have: bigint): Promise<Reply> {
    const digits = hex(prefix).slice(0, Math.ceil(bits / 4));
    return this.#ask(`v1/buckets/${bits}/${digits}?product=${encodeURIComponent(product)}&have=${have}`);
  }

  async #ask(path: string, init: RequestInit = {}): Promise<Reply> {
    const timer = AbortSignal.timeout(this.#timeoutMs);
    try {
      const response = await this.#fetch(new URL(path, this.url), { ...init, ...PRIVATE, signal: timer });
      if (!response.ok) return await refusal(response);
      const bytes = await body(response, MOST_BYTES);
      return bytes ? { result: "bytes", bytes } : { result: "no-answer", cause: "too-large" };
    } catch {
      return { result: "no-answer", cause: timer.aborted ? "timeout" : "network" };
    }
  }
}

/** Nothing that tells one visitor from another, nothing from a cache, and no other host than the one named. */
const PRIVATE: RequestInit = {
  credentials: "omit",
  referrerPolicy: "no-referrer",
  cache: "no-store",
  redirect: "error",
  mode: "cors",
};

/** More than any honest answer has: 10,000 packs in one proof. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The whole body, or null if it is longer than `most`. */
async function body(response: Response, most: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

async function refusal(response: Response): Promise<Reply> {
  let problem: Record<string, unknown> = {};
  try {
    const bytes = await body(response, 64 * 1024);
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array()));
    if (typeof parsed === "object" && parsed !== null) problem = parsed as Record<string, unknown>;
  } catch {
    // A refusal without a document is a refusal.
  }
  const code = typeof problem["type"] === "string" ? problem["type"] : null;
  const bits = typeof problem["bits"] === "number" ? problem["bits"] : null;
  return { result: "refused", status: response.status, code, bits };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
