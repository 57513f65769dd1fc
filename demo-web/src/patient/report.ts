/** A suspicion: no names, no free text. */
export class Report {
  constructor(
    readonly code: string,
    readonly signs: string[],
    readonly overall: string | null,
    readonly reasons: string[],
    readonly proof: Uint8Array | null,
  ) {}

  /** As a node takes it and as a file holds it; a proof that is too long for a node is left out for it. */
  toJSON(): object {
    return { code: this.code, signs: this.signs, overall: this.overall, reasons: this.reasons, proof: this.proof && fragment(this.proof) };
  }
}

/** Hands the report to the first node that takes it; its number, or null. */
export async function send(report: Report, nodes: readonly string[]): Promise<string | null> {
  const isLong = (report.proof?.length ?? 0) > LONGEST_PROOF_BYTES;
  const body = JSON.stringify(isLong ? new Report(report.code, report.signs, report.overall, report.reasons, null) : report);
  for (const node of nodes) {
    const id = await hand(new URL("v1/reports", node.endsWith("/") ? node : `${node}/`), body).catch(() => null);
    if (id) return id;
  }
  return null;
}

async function hand(address: URL, body: string): Promise<string | null> {
  const response = await fetch(address, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
    credentials: "omit",
    referrerPolicy: "no-referrer",
    redirect: "error",
    signal: AbortSignal.timeout(8_000),
  });
  if (!response.ok) return null;
  const { id } = (await response.json()) as { id?: unknown };
  return id === undefined ? null : String(id).slice(0, 64);
}

/** `mp1=` and base64url, as at the end of a link. */
function fragment(message: Uint8Array): string {
  const letters = Array.from(message, (byte) => String.fromCharCode(byte)).join("");
  return `mp1=${btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** A report may have 64 KB in all. */
const LONGEST_PROOF_BYTES = 40_000;
