import type { Purpose } from "@medproof/verify";
import type { Asked, Start, Told } from "./calls.js";
import type { Calls } from "./check_worker.js";

/** The verifier did not start, or ended: part of the page is missing or was changed. */
export class NotStarted extends Error {}

/** Asks the worker that checks. Its first use starts it. */
export class Check {
  readonly #start: () => Promise<Start>;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (cause: Error) => void }>();
  #worker: Promise<Worker> | undefined;
  #last = 0;

  /** `start` gets the trust file and the nodes' addresses. */
  constructor(start: () => Promise<Start>) {
    this.#start = start;
  }

  readonly about = () => this.#ask("about") as ReturnType<Calls["about"]>;
  readonly read = (scan: string) => this.#ask("read", scan) as ReturnType<Calls["read"]>;
  readonly message = (text: string) => this.#ask("message", text) as ReturnType<Calls["message"]>;
  readonly check = (scan: string, purpose: Purpose, carried: Uint8Array | null) =>
    this.#ask("check", scan, purpose, carried) as ReturnType<Calls["check"]>;
  readonly several = (scans: string[], purpose: Purpose) =>
    this.#ask("several", scans, purpose) as ReturnType<Calls["several"]>;

  async #ask(call: keyof Calls, ...values: unknown[]): Promise<unknown> {
    try {
      return await this.#askOnce(call, values);
    } catch (cause) {
      if (!(cause instanceof NotStarted)) throw cause;
      // A part did not arrive. On a first visit without a connection it may be saved by now, for a worker that starts anew.
      return this.#askOnce(call, values);
    }
  }

  async #askOnce(call: keyof Calls, values: unknown[]): Promise<unknown> {
    this.#worker ??= this.#begin();
    const worker = await this.#worker.catch((cause) => {
      // The next attempt may succeed: the network was away.
      this.#worker = undefined;
      throw new NotStarted(String(cause));
    });
    const asked: Asked = { id: ++this.#last, call, values };
    return new Promise((resolve, reject) => {
      this.#waiting.set(asked.id, { resolve, reject });
      worker.postMessage(asked);
    });
  }

  async #begin(): Promise<Worker> {
    const start = await this.#start();
    const worker = new Worker(new URL("./check_worker.ts", import.meta.url), { type: "module" });
    const end = (why: string) => {
      worker.terminate();
      this.#worker = undefined;
      for (const { reject } of this.#waiting.values()) reject(new NotStarted(why));
      this.#waiting.clear();
    };
    worker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
      if ("fault" in data && !data.isStarted) return end(data.fault);
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("fault" in data) waiting?.reject(new Error(data.fault));
      else waiting?.resolve(data.value);
    });
    worker.addEventListener("error", () => end("the worker did not start"));
    worker.postMessage(start);
    return worker;
  }
}
