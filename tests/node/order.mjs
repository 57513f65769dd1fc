// Names the functions of a wasm file by their length, for `wasm-opt --reorder-functions-by-name`:
// functions of one length are often alike, and gzip finds what is alike where it lies close together.
//
//   node order.mjs FROM TO

import { readFileSync, writeFileSync } from "node:fs";

const HEADER_LEN = 8;
const CUSTOM = 0;
const IMPORTS = 2;
const CODE = 10;
const FUNCTION = 0;
const FUNCTION_NAMES = 1;

function main([from, to]) {
  const wasm = readFileSync(from);
  const sections = parts(wasm);
  const names = section(FUNCTION_NAMES, nameMap(importedFunctions(sections), lengths(sections)));
  writeFileSync(to, Buffer.concat([wasm, section(CUSTOM, Buffer.concat([text("name"), names]))]));
}

/** A reader at the first byte of each section, by number. */
function parts(wasm) {
  const sections = new Map();
  for (const reader = new Reader(wasm, HEADER_LEN); reader.at < wasm.length; ) {
    const id = reader.byte();
    const len = reader.number();
    sections.set(id, new Reader(wasm, reader.at));
    reader.at += len;
  }
  return sections;
}

/** How many functions are imported: they are numbered before those with bodies. */
function importedFunctions(sections) {
  const imports = sections.get(IMPORTS);
  const count = imports?.number() ?? 0;
  for (let index = 0; index < count; index++) {
    imports.skip();
    imports.skip();
    if (imports.byte() !== FUNCTION) throw new Error("imports other than functions are not looked for here");
    imports.number();
  }
  return count;
}

/** The length of each function's body. */
function lengths(sections) {
  const code = sections.get(CODE);
  return Array.from({ length: code.number() }, () => code.skip());
}

function nameMap(first, lengths) {
  const name = (len, index) => text([len, index].map((part) => String(part).padStart(8, "0")).join("."));
  return Buffer.concat([number(lengths.length), ...lengths.flatMap((len, index) => [number(first + index), name(len, index)])]);
}

class Reader {
  constructor(bytes, at) {
    Object.assign(this, { bytes, at });
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned number in LEB128. */
  number() {
    let value = 0;
    for (let unit = 1; ; unit *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
    }
  }

  /** Passes over bytes behind their length, and answers it. */
  skip() {
    const len = this.number();
    this.at += len;
    return len;
  }
}

function section(id, body) {
  return Buffer.concat([Buffer.of(id), number(body.length), body]);
}

function text(characters) {
  return Buffer.concat([number(characters.length), Buffer.from(characters)]);
}

function number(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value & 0x7f) | 0x80);
  return Buffer.of(...bytes, value);
}

main(process.argv.slice(2));
