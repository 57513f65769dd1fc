import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** The package as it was installed: what the pages load besides scripts. */
const PACKAGE = new URL("node_modules/@medproof/verify/", import.meta.url);

/** Sentences that no page and no card shows: those of the rules, of the node, its store and its command line; names of groups. */
const NOT_SHOWN = /^((rules|epcis|cli|node|store|request|token|access|audit|proof|scan|demo|report|crypto-tail|axis\.pack)\.|axis\.(agreement|states|issuer|states\.effective)$)/;

/** Names and values of what was checked stand in one line each. */
const TITLE_ONLY = /^(axis|state-name|role|age|repair|event-kind)\./;

/** One text of a catalogue. */
type Message = Record<"title" | "detail" | "next" | "severity", string>;

/** The short name of a file, what it is called in the build, and its contents. */
type File = [string, string, () => Buffer | string];

/** What every page loads, and what only those load that show what happened to a pack. */
const MODULES: Record<string, File[]> = {
  "medproof:files": [
    ["wasm", "medproof_wasm_bg.wasm", () => wasm("medproof_wasm_bg.wasm")],
    ["en", "en.json", () => shown("en")],
    ["zh-Hans", "zh-Hans.json", () => shown("zh-Hans")],
  ],
  "medproof:full": [["wasm", "medproof_wasm_full_bg.wasm", () => wasm("medproof_wasm_full_bg.wasm")]],
};

/**
 * The modules `medproof:files` and `medproof:full`: where the wasm and the message catalogues lie, with the hash that each
 * must have. A browser refuses what does not match, so whoever pins the script pins these as well.
 */
export function pinnedFiles(): Plugin {
  return {
    name: "medproof-pinned-files",
    resolveId: (id) => (id in MODULES ? `\0${id}` : null),
    load(id) {
      const files = MODULES[id.slice(1)];
      if (!files || !id.startsWith("\0")) return null;
      const lines = files.map(([key, name, contents]) => {
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

function wasm(name: string): Buffer {
  return readFileSync(new URL(`dist/${name}`, PACKAGE));
}

/** A catalogue without what is never said here, as columns: visitors load half as much. `src/widget/pinned.ts` reads it. */
function shown(language: string): string {
  const all = JSON.parse(readFileSync(new URL(`messages/${language}.json`, PACKAGE), "utf8")) as Record<string, Message>;
  const said = Object.entries(all).filter(([key]) => !NOT_SHOWN.test(key));
  const column = (name: keyof Message) => said.map(([key, message]) => (TITLE_ONLY.test(key) && /detail|next/.test(name) ? "" : message[name]));
  return JSON.stringify([said.map(([key]) => key), column("title"), column("detail"), column("next"), column("severity")]);
}
