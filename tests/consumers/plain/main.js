import { load } from "/node_modules/@medproof/verify/dist/index.js";
import { explain } from "/node_modules/@medproof/verify/dist/explain.js";
import { answer } from "/check.js";

const catalogue = await (await fetch("/node_modules/@medproof/verify/messages/en.json")).json();
const test = await (await fetch("/case.json")).json();
window.outcome = await answer({ load, explain, catalogue }, test).catch(String);
