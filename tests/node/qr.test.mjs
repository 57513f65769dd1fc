import assert from "node:assert/strict";
import { test } from "node:test";
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
