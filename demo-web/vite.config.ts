import { defineConfig } from "vite";
import { savedPage } from "./saved_page.ts";
import { shorterCatalogue } from "./shorter_catalogue.ts";

/** Names that stay the same from build to build: others link to them. */
const FIXED: Record<string, string> = { "medproof-verify": "widget/v1/[name].js", sw: "[name].js" };

export default defineConfig({
  base: "./",
  plugins: [shorterCatalogue(), savedPage("sw.js", (file) => !file.startsWith("widget/") && file !== "index.html")],
  worker: { format: "es" },
  build: {
    target: "es2022",
    // Nothing is inlined into a script: the policy of the pages allows no `data:` and no `blob:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: "index.html", "medproof-verify": "src/widget/element.ts", sw: "src/saved/sw.ts" },
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: (chunk) => FIXED[chunk.name] ?? "assets/[name]-[hash].js",
      },
    },
  },
});
