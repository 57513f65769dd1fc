// A grey PNG from rows of modules, true for dark: just enough to show a QR code to a reader.

import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const EIGHT_BIT_GREY = [8, 0, 0, 0, 0];

/** Draws each module as a square of `scale` pixels. */
export function png(rows, scale) {
  const lines = rows.flatMap((row) => Array(scale).fill(scanLine(row, scale)));
  const size = Buffer.alloc(8);
  size.writeUInt32BE(rows[0].length * scale, 0);
  size.writeUInt32BE(lines.length, 4);
  const header = Buffer.concat([size, Buffer.from(EIGHT_BIT_GREY)]);
  const pixels = deflateSync(Buffer.concat(lines));
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

/** One line of pixels behind the number of its filter, none. */
function scanLine(row, scale) {
  return Buffer.from([0, ...row.flatMap((dark) => Array(scale).fill(dark ? 0 : 255))]);
}

function chunk(type, body) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const typed = Buffer.concat([Buffer.from(type), body]);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(typed) >>> 0);
  return Buffer.concat([length, typed, check]);
}
