import { defineConfig } from "vite";
import { pinnedFiles } from "./pinned_files.ts";
import { savedPage } from "./saved_page.ts";

/** A service worker keeps its name: it is what the next build is compared with. */
const FIXED: Record<string, string> = { sw: "[name].js" };

export default defineConfig({
  base: "./",
  plugins: [pinnedFiles(), savedPage("sw.js", (file) => file !== "index.html")],
  worker: { format: "es", plugins: () => [pinnedFiles()] },
  build: {
    target: "es2022",
    // Nothing is inlined into a script: the policy of the pages allows no `data:` and no `blob:`.
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      input: { index: "index.html", sw: "src/saved/sw.ts" },
      output: {
        entryFileNames: (chunk) => FIXED[chunk.name] ?? "assets/[name]-[hash].js",
      },
    },
  },
});
