import { load } from "/node_modules/@medproof/verify/dist/index.js";
import { load as loadFull } from "/node_modules/@medproof/verify/dist/full.js";
import { FILES, FULL_FILES, runFile } from "/tests/vectors.js";

const verifier = await load().catch((cause) => ({ failure: String(cause) }));
const results = [];
if (!verifier.failure) {
  const full = await loadFull();
  for (const name of FILES) {
    const text = await (await fetch(`/vectors/${name}`)).text();
    results.push(runFile(FULL_FILES.includes(name) ? full : verifier, name, text));
  }
}
window.outcome = { failure: verifier.failure ?? null, results };
