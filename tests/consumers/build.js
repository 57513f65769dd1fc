// Builds what the consumers' bundlers build, as their users would.

import { cpSync } from "node:fs";
import { join } from "node:path";
import vue from "@vitejs/plugin-vue";
import { build } from "vite";
import webpack from "webpack";

const here = import.meta.dirname;

/** Vite, with the plugin that a Vue page has; the widget is an element that Vue does not know. */
export async function byVite(name, folder) {
  const isCustomElement = (tag) => tag === "medproof-verify";
  const plugins = name === "vue" ? [vue({ template: { compilerOptions: { isCustomElement } } })] : [];
  const output = { outDir: join(folder, name), emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022" };
  await build({ root: join(here, name), configFile: false, logLevel: "warn", base: "./", plugins, build: output });
}

/** webpack 5 without loaders. */
export async function byWebpack(folder) {
  const stats = await new Promise((resolve, reject) => webpack({
    mode: "production",
    context: join(here, "webpack"),
    entry: "./main.js",
    experiments: { outputModule: true },
    output: { path: join(folder, "webpack"), filename: "main.js", module: true, chunkFormat: "module", publicPath: "auto" },
    performance: { hints: false },
  }, (failure, stats) => (failure ? reject(failure) : resolve(stats))));
  if (stats.hasErrors()) throw new Error(stats.toString("errors-only"));
  cpSync(join(here, "webpack/index.html"), join(folder, "webpack/index.html"));
}
