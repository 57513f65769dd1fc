import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** Tells the service worker which files the page consists of, and gives them a version. */
export function savedPage(worker: string, isOurs: (file: string) => boolean): Plugin {
  return {
    name: "medproof-saved-page",
    enforce: "post",
    generateBundle(_, bundle) {
      const script = bundle[worker];
      if (script?.type !== "chunk") throw new Error(`the build has no ${worker}`);
      const files = Object.keys(bundle).filter((file) => file !== worker && isOurs(file)).sort();
      const contents = files.map((file) => {
        const output = bundle[file];
        return output?.type === "chunk" ? output.code : (output?.source ?? "");
      });
      const version = contents.reduce((hash, content) => hash.update(content), createHash("sha256").update(script.code)).digest("hex").slice(0, 16);
      script.code = script.code.replaceAll("MEDPROOF_FILES", JSON.stringify(files)).replaceAll("MEDPROOF_VERSION", JSON.stringify(version));
    },
  };
}
