// The labels of the page and of the card: the same in both languages, down to each placeholder.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** The labels of a TypeScript file of lines `name: "text",`. */
function labels(path, from = "") {
  const text = readFileSync(`../../demo-web/src/${path}`, "utf8");
  const part = text.slice(Math.max(0, from ? text.indexOf(from) : 0));
  const end = part.indexOf("\n};");
  return Object.fromEntries([...part.slice(0, end).matchAll(/^ {2}(\w+):\s*"((?:[^"\\]|\\.)*)",$/gm)].map(([, name, label]) => [name, label]));
}

const placeholders = (text) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test("both languages have the same labels with the same placeholders", () => {
  const pairs = [
    [labels("patient/words/en.ts"), labels("patient/words/zh-hans.ts")],
    [labels("card_words/en.ts"), labels("card_words/zh-hans.ts")],
    [labels("widget/words.ts", "const english"), labels("widget/words.ts", "const chinese")],
  ];
  for (const [english, chinese] of pairs) {
    assert.ok(Object.keys(english).length > 10);
    assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort());
    for (const [name, text] of Object.entries(english)) {
      assert.deepEqual(placeholders(chinese[name]), placeholders(text), name);
      if (name !== "language") {
        assert.doesNotMatch(text, /[\u4e00-\u9fff]/, name);
        assert.match(chinese[name], /[\u4e00-\u9fff]/, name);
      }
      for (const word of ["authentic", "genuine", "counterfeit", "正品", "真品", "真药"]) assert.ok(!`${text} ${chinese[name]}`.toLowerCase().includes(word), `${name} promises too much`);
    }
  }
});
