// The verifier and the network flow, away from the page's own thread: nothing that is computed can make the page stall.

import { load } from "@medproof/verify";
import type { FullVerifier } from "@medproof/verify/full";
import { Checker, IndexedStorage } from "@medproof/verify/flow";
import files from "medproof:files";
import type { Asked, Given, Start, Told } from "./calls.js";

const started = (async () => {
  const start = await new Promise<Start>((resolve) => addEventListener("message", ({ data }) => resolve(data as Start), { once: true }));
  const { url, integrity } = files.wasm;
  const verifier = await load(fetch(url, { integrity, credentials: "omit" }));
  const client = verifier.client(start.anchor);
  const { fingerprint } = client.anchor();
  client.free();
  return { verifier, checker: new Checker({ verifier, full, ...start }), storage: new IndexedStorage(fingerprint), ...start };
})();

/** A part did not arrive. A worker that starts anew may get it from what is saved by now. */
class MissingPart extends Error {}

/** The verifier that also reads bundles, for one that was kept. */
async function full(): Promise<FullVerifier> {
  try {
    const [{ load }, { default: files }] = await Promise.all([import("@medproof/verify/full"), import("medproof:full")]);
    const { url, integrity } = files.wasm;
    return await load(fetch(url, { integrity, credentials: "omit" }));
  } catch (cause) {
    throw new MissingPart(String(cause));
  }
}

/** What the page may ask for. */
const calls = {
  /** What is trusted, and the newest state that is known. */
  async about() {
    const { verifier, storage, anchor } = await started;
    const memory = await storage.load().catch(() => null);
    const client = verifier.client(anchor);
    const info = client.anchor();
    client.free();
    if (!memory) return { ...info, newest: info.height };
    const resumed = verifier.client(anchor, memory);
    const newest = resumed.height();
    resumed.free();
    return { ...info, newest };
  },
  async read(scan: string) {
    return (await started).verifier.parseScan(scan);
  },
  /** The message in the text of a QR code or of a link's end; null if it is neither. */
  async message(text: string) {
    return (await started).verifier.messageFromText(text);
  },
  async check(...[scan, purpose, carried]: Parameters<Checker["check"]>) {
    return (await started).checker.check(scan, purpose, carried);
  },
  async several(...[scans, purpose]: Parameters<Checker["checkMany"]>) {
    return (await started).checker.checkMany(scans, purpose);
  },
};

export type Calls = typeof calls;

/** The first message starts the verifier; each later one is a call. */
addEventListener("message", async ({ data }: MessageEvent<Start | Asked>) => {
  if (!("call" in data)) return;
  const told: Told = { id: data.id, ...(await given(data)) };
  postMessage(told);
});

async function given({ call, values }: Asked): Promise<Given> {
  let isStarted = false;
  try {
    await started;
    isStarted = true;
    const work = calls[call] as (...values: unknown[]) => Promise<unknown>;
    return { value: await work(...values) };
  } catch (cause) {
    return { fault: cause instanceof Error ? cause.message : String(cause), isStarted: isStarted && !(cause instanceof MissingPart) };
  }
}
