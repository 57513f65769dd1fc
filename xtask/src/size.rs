//! `cargo xtask size`: the verifier as the web gets it, and its bound.

use crate::setup::{self, cargo_for};
use crate::stage::{Outcome, Run};
use crate::{Result, command, place, table, variants};
use std::fs;
use std::path::{Path, PathBuf};

/// The most that the verifier may weigh, compressed as servers do it. Not reached yet: see README.
const BOUND_GZIP: u64 = 40 * 1024;

/// What it may weigh until the bound is reached: no change makes it heavier, unless a check was missing.
const CEILING_GZIP: u64 = 56_850;

const PACKAGE: &str = "medproof-wasm-probe";
const FILE: &str = "medproof_wasm_probe.wasm";

/// What rustc emits for this target; wasm-opt refuses it unless told.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The passes of wasm-opt. Values computed twice compress better than values kept. The stack grows down from 1 MiB,
/// so that no value lies below 1,024.
pub(crate) const PASSES: &[&str] = &[
    "--merge-similar-functions",
    "--flatten",
    "--rereloop",
    "-Oz",
    "--skip-pass=local-cse",
    "--low-memory-unused",
    "-Oz",
];

/// What only tools read.
const STRIP: &[&str] = &["--strip-debug", "--strip-producers", "--strip-target-features"];

/// Prints the bytes raw, by gzip and by brotli, one a line.
const COMPRESS: &str = r"
const { readFileSync } = require('node:fs');
const { gzipSync, brotliCompressSync } = require('node:zlib');
const bytes = readFileSync(process.argv[1]);
for (const form of [bytes, gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)]) console.log(form.length);
";

pub(crate) fn task(arguments: &[&str]) -> Result {
    setup::provide(&[&setup::WASM_TARGET, &setup::NODE_PACKAGES])?;
    match arguments {
        [] => check(BOUND_GZIP),
        ["--variants"] => variants::compare(),
        _ => Err("usage: cargo xtask size [--variants]".into()),
    }
}

pub(crate) fn stage(_: &mut Run) -> Result<Outcome> {
    check(CEILING_GZIP).map(|()| Outcome::Passed)
}

/// Builds the verifier for the web as it is weighed; answers where it lies.
pub(crate) fn build() -> Result<PathBuf> {
    optimise(&compile(&[], None)?, PASSES, FILE)
}

/// Builds the verifier with exports for every message; answers where it lies.
pub(crate) fn build_with_messages() -> Result<PathBuf> {
    optimise(&compile(&["--features", "messages"], None)?, PASSES, "medproof_wasm_probe_messages.wasm")
}

/// Compiles the verifier for the web, with `arguments` for cargo and flags for the compiler in place of the usual ones.
pub(crate) fn compile(arguments: &[&str], flags: Option<&str>) -> Result<PathBuf> {
    let mut cargo = cargo_for(setup::WASM, "build")?;
    // What the developer's shell sets would hide what `.cargo/config.toml` sets.
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    if let Some(flags) = flags {
        cargo.env("RUSTFLAGS", flags);
    }
    cargo.args(["--package", PACKAGE, "--profile", "wasm", "--target-dir"]).arg(place::target()).args(arguments);
    command::run(&mut cargo)?;
    Ok(place::target().join(setup::WASM).join("wasm").join(FILE))
}

/// Passes a wasm file through wasm-opt; answers where the result, called `name`, lies.
///
/// The second time each function is put behind those like it, a fiftieth less by gzip.
pub(crate) fn optimise(wasm: &Path, passes: &[&str], name: &str) -> Result<PathBuf> {
    let folder = place::target().join("web");
    fs::create_dir_all(&folder)?;
    let result = folder.join(name);
    wasm_opt(passes, wasm, &result)?;
    let named = result.with_extension("named");
    command::run(command::program("node").arg(place::node_tests().join("order.mjs")).args([&result, &named]))?;
    wasm_opt(&[passes, &["--reorder-functions-by-name"]].concat(), &named, &result)?;
    fs::remove_file(named)?;
    Ok(result)
}

fn wasm_opt(passes: &[&str], from: &Path, to: &Path) -> Result {
    let program = place::node_tests().join("node_modules/.bin/wasm-opt").display().to_string();
    command::run(command::program(&program).args(passes).args(FEATURES).args(STRIP).arg(from).arg("-o").arg(to))
}

fn check(most_gzip: u64) -> Result {
    let [raw, gzip, brotli] = measure(&build()?)?;
    let rows = [("raw", raw), ("gzip -9", gzip), ("brotli", brotli)];
    let rows = rows.map(|(form, bytes)| vec![form.to_owned(), bytes.to_string()]);
    table::print("The verifier for the web", &["form", "bytes"], &rows);
    if gzip > most_gzip {
        return Err(format!("{gzip} bytes by gzip are more than {most_gzip}").into());
    }
    println!("  by gzip {gzip} of at most {most_gzip} bytes; the bound to reach is {BOUND_GZIP}");
    Ok(())
}

/// Bytes raw, by gzip and by brotli.
pub(crate) fn measure(wasm: &Path) -> Result<[u64; 3]> {
    let sizes = command::answer(command::program("node").args(["-e", COMPRESS]).arg(wasm))?;
    let sizes: Vec<u64> = sizes.lines().filter_map(|line| line.parse().ok()).collect();
    sizes.try_into().map_err(|_| "Node did not print three sizes".into())
}
