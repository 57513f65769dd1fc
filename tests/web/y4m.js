// A film for the browser's fake camera: one still picture, in the form that Chromium takes.

import { writeFileSync } from "node:fs";

/** Writes a film of 640 × 480 that shows dark and light squares in the middle; `size` pixels for each. */
export function film(path, { data, width, height }, size = 6) {
  const [left, top] = [Math.floor((WIDTH - width * size) / 2), Math.floor((HEIGHT - height * size) / 2)];
  const luma = Buffer.alloc(WIDTH * HEIGHT, 235);
  for (let y = 0; y < height * size; y += 1) {
    for (let x = 0; x < width * size; x += 1) {
      const isDark = data[Math.floor(y / size) * width + Math.floor(x / size)] < 128;
      if (isDark) luma[(top + y) * WIDTH + left + x] = 16;
    }
  }
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, chroma]);
  writeFileSync(path, Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`), ...Array(5).fill(frame)]));
}

const [WIDTH, HEIGHT] = [640, 480];
