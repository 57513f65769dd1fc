import { load } from "/node_modules/@medproof/verify/dist/index.js";
import { FILES, runFile } from "/tests/vectors.js";

const verifier = await load().catch((cause) => ({ failure: String(cause) }));
const results = [];
if (!verifier.failure) {
  for (const name of FILES) {
    const text = await (await fetch(`/vectors/${name}`)).text();
    results.push(runFile(verifier, name, text));
  }
}
window.outcome = { failure: verifier.failure ?? null, results };
