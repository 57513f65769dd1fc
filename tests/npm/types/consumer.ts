// A program that uses all of the package's types; it is compiled, not run.

import { type Overall, type Policy, VerifyError, load } from "@medproof/verify";
import { type Catalogue, explain } from "@medproof/verify/explain";
import { Checker, IndexedStorage } from "@medproof/verify/flow";
import { load as loadFull } from "@medproof/verify/full";
import { load as loadInline } from "@medproof/verify/inline";
import english from "@medproof/verify/messages/en.json" with { type: "json" };

export async function title(anchor: Uint8Array, scan: string, proof: Uint8Array): Promise<string> {
  const verifier = await load(new URL("https://node.example/verify.wasm"));
  const client = verifier.client(anchor);
  const policy: Policy = { purpose: "holder", mode: "online", clock_tolerance_ms: 30_000n };
  const verdict = client.verify(scan, proof, Date.now(), policy);
  const overall: Overall = verdict.overall;
  const age: bigint | null = verdict.axes.age_ms;
  const catalogue: Catalogue = english as Catalogue;
  const words = explain(catalogue, verdict, { purpose: "holder", language: "en" });
  return `${overall} ${age} ${words.overall.title}`;
}

export async function ask(anchor: Uint8Array, scan: string): Promise<string | undefined> {
  const verifier = await loadInline();
  const storage = new IndexedStorage("key");
  const checker = new Checker({ verifier, anchor, nodes: ["https://node.example"], storage, lookup: "bucket-only" });
  const answer = await checker.check(scan, "buyer");
  return answer.verdict?.axes.states.effective ?? undefined;
}

export async function happened(anchor: Uint8Array, scan: string): Promise<number[]> {
  const checker = new Checker({ verifier: await loadFull(), anchor, nodes: ["https://node.example"] });
  const { opened } = await checker.open(scan, "holder");
  return opened?.timeline?.map(({ day }) => day) ?? [];
}

export async function sells(anchor: Uint8Array, domain: string): Promise<string | null> {
  const checker = new Checker({ verifier: await loadFull(), anchor, nodes: ["https://node.example"] });
  const { seller } = await checker.seller(domain);
  return seller?.proved ? (seller.info?.name_en ?? null) : (seller?.reason ?? null);
}

export function code(thrown: unknown): string {
  return thrown instanceof VerifyError ? thrown.problem.code : "other";
}

// @ts-expect-error a purpose is one of four words
export const wrong: Policy = { purpose: "thief", mode: "online" };
