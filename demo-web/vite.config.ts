import { defineConfig } from "vite";
import { pinnedFiles } from "./pinned_files.ts";

export default defineConfig({
  base: "./",
  plugins: [pinnedFiles()],
  build: {
    target: "es2022",
    // Nothing is inlined into a script: the policy of the pages allows no `data:` and no `blob:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: "index.html" },
    },
  },
});
