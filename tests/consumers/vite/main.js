import { load } from "@medproof/verify";
import { explain } from "@medproof/verify/explain";
import catalogue from "@medproof/verify/messages/en.json";
import { answer } from "../check.js";

const test = await (await fetch("/case.json")).json();
window.outcome = await answer({ load, explain, catalogue }, test).catch(String);
