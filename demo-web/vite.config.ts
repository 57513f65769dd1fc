import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    // Nothing is inlined into a script: the policy of the pages allows no `data:` and no `blob:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: "index.html", "medproof-verify": "src/widget/element.ts" },
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: (chunk) => (chunk.name === "medproof-verify" ? "widget/v1/[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
