//! The npm package `@medproof/verify`: built into the target folder, from the crate `wasm` and the sources in
//! `wasm/npm`.

pub(crate) mod consumers;
mod reference;
pub(crate) mod test;
mod weight;

pub(crate) use test::{liar, stage};
pub(crate) use weight::{stage as weight, widget};

use crate::setup::{self, Part};
use crate::{Result, bindings, command, place, size};
use std::fs;
use std::path::{Path, PathBuf};

/// What the build needs.
pub(crate) const NEEDS: &[&Part] =
    &[&setup::WASM_TARGET, &setup::NODE_PACKAGES, &setup::WASM_BINDGEN, &setup::WASM_PACK];

/// What timing it in a browser needs.
pub(crate) const BENCH_NEEDS: &[&Part] =
    &[&setup::WASM_TARGET, &setup::NODE_PACKAGES, &setup::WASM_BINDGEN, &setup::WASM_PACK, &setup::BROWSER];

/// `cargo xtask npm`: builds the package and packs it as npm would publish it.
pub(crate) fn task(arguments: &[&str]) -> Result {
    crate::refuse(arguments)?;
    setup::provide(&[NEEDS, &[&setup::CONSUMER_PACKAGES]].concat())?;
    let package = build()?;
    weight::print(&package)?;
    println!("  its reference lies in {}", reference::write(&package)?.display());
    println!("  packed as {}", pack(&package)?.display());
    Ok(())
}

/// Builds the package; answers the folder that holds it, ready to be packed.
pub(crate) fn build() -> Result<PathBuf> {
    let package = place::target().join("npm/verify");
    bindings::renew(&package)?;
    place::copy(&sources(), &package)?;
    let glue = package.join("src/glue");
    glue_into(&glue, SMALL, &[])?;
    glue_into(&glue, FULL, &["--features", "full"])?;
    fs::write(package.join("src/inline-wasm.ts"), inlined(&glue)?)?;
    command::run(command::program("node").arg(tool("typescript/bin/tsc")).arg("-p").arg(&package))?;
    bundle(&package)?;
    for name in [SMALL, FULL] {
        let wasm = format!("{name}_bg.wasm");
        fs::copy(glue.join(&wasm), package.join("dist").join(&wasm))?;
    }
    fs::create_dir_all(package.join("messages"))?;
    for language in bindings::CATALOGUES {
        fs::copy(bindings::catalogue(language), package.join("messages").join(format!("{language}.json")))?;
    }
    Ok(package)
}

/// One short script for each entry, and what several of them share in scripts of its own: an error is of one class,
/// wherever it was imported from.
fn bundle(package: &Path) -> Result {
    let mut esbuild = command::program(&tool(".bin/esbuild").display().to_string());
    esbuild.args(ENTRIES).args(["--bundle", "--splitting", "--minify", "--format=esm", "--target=es2022"]);
    esbuild.args(["--external:node:*", "--chunk-names=shared-[hash]", "--outdir=dist", "--log-level=warning"]);
    command::run(esbuild.current_dir(package))
}

/// Builds the crate as wasm called `name` with its glue, and makes it small.
pub(crate) fn glue_into(folder: &Path, name: &str, features: &[&str]) -> Result {
    let mut wasm_pack = command::program("wasm-pack");
    wasm_pack.args(["build", "--target", "web", "--mode", "no-install", "--no-opt", "--no-pack", "--no-gitignore"]);
    wasm_pack.args(["--profile", "wasm", "--out-name", name, "--out-dir"]).arg(folder).arg(place::root().join("wasm"));
    wasm_pack.args(["--", "--locked"]).args(features);
    // What the developer's shell sets would hide what `.cargo/config.toml` sets.
    wasm_pack.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    command::run(wasm_pack.env("CARGO_TARGET_DIR", place::target()))?;
    let file = format!("{name}_bg.wasm");
    let wasm = folder.join(&file);
    let small = size::optimise(&wasm, size::PASSES, &file)?;
    fs::rename(small, wasm)?;
    Ok(())
}

/// Packs the package as npm would publish it; answers the file.
pub(crate) fn pack(package: &Path) -> Result<PathBuf> {
    let folder = place::target().join("npm");
    let mut npm = command::program("npm");
    npm.args(["pack", "--silent", "--pack-destination"]).arg(&folder).current_dir(package);
    let name = command::answer(&mut npm)?;
    Ok(folder.join(name.trim()))
}

/// The bytes of the wasm as a script.
fn inlined(glue: &Path) -> Result<String> {
    let program = "process.stdout.write(require('node:fs').readFileSync(process.argv[1]).toString('base64'))";
    let base64 = command::answer(command::program("node").args(["-e", program]).arg(glue.join(WASM)))?;
    Ok(format!("export const WASM: string =\n  \"{base64}\";\n"))
}

/// A script of the packages of the Node tests.
pub(crate) fn tool(path: &str) -> PathBuf {
    place::node_tests().join("node_modules").join(path)
}

fn sources() -> PathBuf {
    place::root().join("wasm/npm")
}

/// What others import.
const ENTRIES: &[&str] =
    &["src/index.ts", "src/full.ts", "src/node.js", "src/inline.ts", "src/flow/index.ts", "src/explain.ts"];

/// What everybody loads.
pub(crate) const SMALL: &str = "medproof_wasm";

/// As wasm-bindgen names its file.
const WASM: &str = "medproof_wasm_bg.wasm";

/// The build that also reads bundles and disclosed records.
const FULL: &str = "medproof_wasm_full";
