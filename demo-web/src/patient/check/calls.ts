// What goes between the page and the worker that checks.

import type { Calls } from "./check_worker.js";

/** The first message: what is trusted and who is asked. Both come with the page. */
export interface Start {
  anchor: Uint8Array;
  nodes: string[];
}

export interface Asked {
  id: number;
  call: keyof Calls;
  values: unknown[];
}

/** `isStarted` tells a call that failed from a verifier that never ran. */
export type Given = { value: unknown } | { fault: string; isStarted: boolean };

export type Told = { id: number } & Given;
