import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** The package as it was installed: what the pages load besides scripts. */
const PACKAGE = new URL("node_modules/@medproof/verify/", import.meta.url);

/** Sentences that no page and no card shows: those of the rules, of the node and of its command line. */
const NOT_SHOWN = /^(rules|epcis|cli|node|request|token|access|audit|proof|scan|demo)\./;

/** The short name of each file, what it is called in the build, and its contents. */
const FILES: [string, string, () => Buffer | string][] = [
  ["wasm", "medproof_wasm_bg.wasm", () => readFileSync(new URL("dist/medproof_wasm_bg.wasm", PACKAGE))],
  ["en", "en.json", () => shown("en")],
  ["zh-Hans", "zh-Hans.json", () => shown("zh-Hans")],
];

/**
 * The module `medproof:files`: where the wasm and the message catalogues lie, with the hash that each must have. A browser
 * refuses what does not match, so whoever pins the script pins these as well.
 */
export function pinnedFiles(): Plugin {
  return {
    name: "medproof-pinned-files",
    resolveId: (id) => (id === MODULE ? RESOLVED : null),
    load(id) {
      if (id !== RESOLVED) return null;
      const lines = FILES.map(([key, name, contents]) => {
        const source = contents();
        const reference = this.emitFile({ type: "asset", name, source });
        return `${JSON.stringify(key)}: { url: import.meta.ROLLUP_FILE_URL_${reference}, integrity: "${integrityOf(source)}" }`;
      });
      return `export default { ${lines.join(", ")} };`;
    },
  };
}

/** As `integrity` attributes have it. */
export function integrityOf(source: Buffer | string | Uint8Array): string {
  return `sha384-${createHash("sha384").update(source).digest("base64")}`;
}

/** A catalogue without what is never said here: visitors load a fifth less. */
function shown(language: string): string {
  const all = JSON.parse(readFileSync(new URL(`messages/${language}.json`, PACKAGE), "utf8")) as Record<string, unknown>;
  return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([key]) => !NOT_SHOWN.test(key))));
}

const MODULE = "medproof:files";
const RESOLVED = `\0${MODULE}`;
