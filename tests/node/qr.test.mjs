import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { qrPng, readQr } from "./qr.mjs";

const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/** A text that uses every letter of base45 and repeats nowhere soon. */
function textOf(length) {
  const letters = Array.from({ length: length - 4 }, (_, i) => BASE45[(i * 7919 + (i >> 3)) % BASE45.length]);
  return `MP1:${letters.join("")}`;
}

// 4,296 letters are the most that version 40-L holds.
for (const [length, version] of [[44, 2], [1004, 18], [4296, 40]]) {
  test(`a text of ${length} letters comes back from a QR code of version ${version}`, async () => {
    const text = textOf(length);
    assert.deepEqual(await readQr(qrPng(text)), { text, version, level: "L" });
  });
}

test("a text of one letter more than version 40-L holds is refused", () => {
  assert.throws(() => qrPng(textOf(4297)));
});

/** RFC 9285, written apart from core's. */
function fromBase45(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const digits = [...text.slice(at, at + 3)].map((letter) => BASE45.indexOf(letter));
    const value = digits.reduceRight((sum, digit) => sum * 45 + digit, 0);
    bytes.push(...(digits.length === 3 ? [value >> 8, value & 255] : [value]));
  }
  return Buffer.from(bytes);
}

// The shared vectors hold the text form of messages, a proof among them.
const vectors = JSON.parse(readFileSync(new URL("../vectors/text.json", import.meta.url), "utf8"));
for (const { name, text, bytes } of vectors.cases.filter((one) => one.bytes && one.text.startsWith("MP1:") && one.text.length > 4)) {
  test(`${name}, ${text.length} letters, gives the same bytes from a PNG`, async () => {
    const read = await readQr(qrPng(text));
    assert.equal(read.text, text);
    assert.equal(fromBase45(read.text.slice(4)).toString("base64"), bytes);
  });
}
