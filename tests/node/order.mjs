// Names the functions of a wasm file for `wasm-opt --reorder-functions-by-name`, each behind those most like it:
// gzip finds what is alike only where it lies at most 32 KiB back.
//
//   node order.mjs FROM TO

import { readFileSync, writeFileSync } from "node:fs";

const HEADER_LEN = 8;
const CUSTOM = 0;
const IMPORTS = 2;
const CODE = 10;
const FUNCTION = 0;
const FUNCTION_NAMES = 1;

/** How far back a function is compared, a little less than gzip looks. */
const WINDOW_LEN = 30_000;

/** What two functions share is counted in runs of so many bytes. */
const RUN_LEN = 6;

function main([from, to]) {
  const wasm = readFileSync(from);
  const sections = parts(wasm);
  const names = section(FUNCTION_NAMES, nameMap(importedFunctions(sections), order(bodies(sections))));
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

/** Each function's body. */
function bodies(sections) {
  const code = sections.get(CODE);
  return Array.from({ length: code.number() }, () => {
    const len = code.skip();
    return code.bytes.subarray(code.at - len, code.at);
  });
}

/** The numbers of the functions: the shortest first, then always the one that has most in common with what lies close. */
function order(bodies) {
  const runs = bodies.map(runsOf);
  const left = new Set(bodies.keys());
  const near = new Near(bodies, runs);
  const shortest = (one, other) => (bodies[other].length < bodies[one].length ? other : one);
  for (let next = [...left].reduce(shortest); next !== undefined; next = near.mostAlike(left)) {
    left.delete(next);
    near.add(next);
  }
  return near.order;
}

function runsOf(body) {
  const runs = new Set();
  for (let at = 0; at + RUN_LEN <= body.length; at++) runs.add(body.readUIntLE(at, RUN_LEN));
  return runs;
}

/** The functions that are in their places, and the runs in the last of them. */
class Near {
  order = [];
  #first = 0;
  #len = 0;
  #counts = new Map();

  constructor(bodies, runs) {
    Object.assign(this, { bodies, runs });
  }

  add(index) {
    this.order.push(index);
    this.#count(index, 1);
    while (this.#len > WINDOW_LEN) this.#count(this.order[this.#first++], -1);
  }

  /** The function with the largest part of its runs here; a short one needs more than a long one. */
  mostAlike(left) {
    let [best, most] = [undefined, -1];
    for (const index of left) {
      let shared = 0;
      for (const run of this.runs[index]) if (this.#counts.get(run)) shared += 1;
      const part = shared / (this.runs[index].size + 20);
      if (part > most) [best, most] = [index, part];
    }
    return best;
  }

  #count(index, by) {
    this.#len += by * this.bodies[index].length;
    for (const run of this.runs[index]) this.#counts.set(run, (this.#counts.get(run) ?? 0) + by);
  }
}

/** Names that sort as `order` says; functions are numbered after the `first` that are imported. */
function nameMap(first, order) {
  const names = order.map((index, place) => [first + index, text(String(place).padStart(8, "0"))]);
  names.sort(([one], [other]) => one - other);
  return Buffer.concat([number(names.length), ...names.flatMap(([index, name]) => [number(index), name])]);
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
