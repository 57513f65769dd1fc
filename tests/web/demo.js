// A real node with a small region's year, on ports that the system gives.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Starts `medproof demo`; the answer has the node's address, what `demo.json` says, and `stop`. */
export async function startDemo() {
  const place = mkdtempSync(join(tmpdir(), "medproof-demo-"));
  const data = join(place, "data");
  const settings = ["--data", data, "demo", "--lots", "8", "--products", "20", "--listen", "127.0.0.1:0", "--consensus", "127.0.0.1:0"];
  const child = spawn(process.env.MEDPROOF_NODE, [...settings, "--web-dir", process.env.MEDPROOF_SITE], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(place, { recursive: true, force: true });
  };
  try {
    return { ...(await ready(data, child)), stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** Waits for `run.json`, which the node writes when it serves. */
async function ready(data, child) {
  for (let waited = 0; waited < 240; waited += 1) {
    if (child.exitCode !== null) throw new Error(`the demonstration ended with ${child.exitCode}`);
    try {
      const { api } = JSON.parse(readFileSync(join(data, "run.json"), "utf8"));
      if (api && (await fetch(`${api}/health/ready`)).ok) return { url: api, demo: JSON.parse(readFileSync(join(data, "demo.json"), "utf8")) };
    } catch {
      // Not there yet.
    }
    await pause(500);
  }
  throw new Error("the demonstration was not ready within two minutes");
}
