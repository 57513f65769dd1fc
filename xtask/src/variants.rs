//! The builds of the verifier for the web that were not chosen, so that the choice can be checked again.

use crate::{Result, place, size, table};
use std::fs;
use std::path::Path;

/// A build: optimisation by package, and flags for the compiler in place of the usual ones.
struct Variant {
    name: &'static str,
    curve: &'static str,
    hash: &'static str,
    rest: &'static str,
    flags: Option<&'static str>,
}

impl Variant {
    const fn new(name: &'static str, curve: &'static str, hash: &'static str, rest: &'static str) -> Self {
        Self { name, curve, hash, rest, flags: None }
    }

    /// The hash functions written out, as `sha2` has them unless told otherwise.
    const fn unrolled(self) -> Self {
        Self { flags: Some(""), ..self }
    }

    fn settings(&self) -> [String; 3] {
        [
            format!("profile.wasm.package.curve25519-dalek.opt-level={}", self.curve),
            format!("profile.wasm.package.sha2.opt-level={}", self.hash),
            format!("profile.wasm.opt-level={}", self.rest),
        ]
    }
}

const VARIANTS: &[Variant] = &[
    Variant::new("as-shipped", "'z'", "'s'", "'z'"),
    Variant::new("all-z", "'z'", "'z'", "'z'"),
    Variant::new("all-z-unrolled", "'z'", "'z'", "'z'").unrolled(),
    Variant::new("all-s", "'s'", "'s'", "'s'"),
    Variant::new("all-3-unrolled", "3", "3", "3").unrolled(),
    Variant::new("hash-2", "'z'", "2", "'z'"),
    Variant::new("hash-2-unrolled", "'z'", "2", "'z'").unrolled(),
    Variant::new("curve-1-hash-2", "1", "2", "'z'"),
    Variant::new("curve-2-hash-2", "2", "2", "'z'"),
    Variant::new("curve-3-hash-3", "3", "3", "'z'"),
];

/// What wasm-opt makes of each.
const LEVELS: &[(&str, &[&str])] = &[("as-shipped", size::PASSES), ("-Oz", &["-Oz"]), ("-O3", &["-O3"])];

/// Builds every variant and prints the sizes; each file stays, to be timed by `node tests/node/bench.mjs FILE FIXTURE`.
pub(crate) fn compare() -> Result {
    let mut rows = Vec::new();
    for variant in VARIANTS {
        let settings = variant.settings();
        let arguments: Vec<&str> = settings.iter().flat_map(|setting| ["--config", setting]).collect();
        let compiled = size::compile(&arguments, variant.flags)?;
        rows.push(row(variant.name, "none", &keep(&compiled, variant.name)?)?);
        for (level, passes) in LEVELS {
            let file =
                size::optimise(&compiled, passes, &format!("{}-{}.wasm", variant.name, level.trim_start_matches('-')))?;
            rows.push(row(variant.name, level, &file)?);
        }
    }
    table::print("Builds of the verifier for the web", &["build", "wasm-opt", "raw", "gzip -9", "brotli"], &rows);
    println!("  the files lie in {}", place::target().join("web").display());
    Ok(())
}

/// The next variant compiles to the same place.
fn keep(compiled: &Path, name: &str) -> Result<std::path::PathBuf> {
    let file = place::target().join("web").join(format!("{name}.wasm"));
    fs::create_dir_all(place::target().join("web"))?;
    fs::copy(compiled, &file)?;
    Ok(file)
}

fn row(name: &str, level: &str, file: &Path) -> Result<Vec<String>> {
    let sizes = size::measure(file)?.map(|bytes| bytes.to_string());
    Ok([name.to_owned(), level.to_owned()].into_iter().chain(sizes).collect())
}
