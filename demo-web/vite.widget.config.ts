import type { Plugin } from "vite";
import { defineConfig } from "vite";
import { integrityOf, pinnedFiles } from "./pinned_files.ts";

/** Writes down what the script's `integrity` attribute must say. */
function integrityFile(script: string): Plugin {
  return {
    name: "medproof-integrity-file",
    enforce: "post",
    generateBundle(_, bundle) {
      const chunk = bundle[script];
      if (chunk?.type !== "chunk") throw new Error(`the build has no ${script}`);
      this.emitFile({ type: "asset", fileName: "integrity.txt", source: `${integrityOf(chunk.code)}\n` });
    },
  };
}

// One script, so that one hash pins it; it carries the hashes of the files that it loads.
export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [pinnedFiles(), integrityFile("medproof-verify.js")],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { "medproof-verify": "src/widget/element.ts" },
      preserveEntrySignatures: "exports-only",
      output: { entryFileNames: "[name].js", assetFileNames: "[name][extname]", codeSplitting: false },
    },
  },
});
