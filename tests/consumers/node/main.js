import { readFileSync } from "node:fs";
import { load } from "@medproof/verify";
import { explain } from "@medproof/verify/explain";
import catalogue from "@medproof/verify/messages/en.json" with { type: "json" };
import { answer } from "../check.js";

const test = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(await answer({ load, explain, catalogue }, test)));
