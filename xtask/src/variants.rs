//! The builds of the verifier for the web that were not chosen, so that the choice can be checked again.

use crate::{Result, place, size, table};
use std::fs;
use std::path::Path;

/// What differs from the profile `wasm` while compiling.
struct Variant {
    name: &'static str,
    settings: &'static [&'static str],
}

const VARIANTS: &[Variant] = &[
    Variant { name: "as-shipped", settings: &[] },
    Variant { name: "all-z", settings: &["profile.wasm.opt-level='z'", CURVE_Z, HASH_Z] },
    Variant { name: "all-s", settings: &["profile.wasm.opt-level='s'", CURVE_S, HASH_S] },
    Variant { name: "all-3", settings: &["profile.wasm.opt-level=3", CURVE_3, HASH_3] },
    Variant { name: "curve-3", settings: &["profile.wasm.opt-level='z'", CURVE_3, HASH_Z] },
    Variant { name: "curve-s", settings: &["profile.wasm.opt-level='z'", CURVE_S, HASH_Z] },
    Variant { name: "curve-hash-3", settings: &["profile.wasm.opt-level='z'", CURVE_3, HASH_3] },
];

const CURVE_Z: &str = "profile.wasm.package.curve25519-dalek.opt-level='z'";
const CURVE_S: &str = "profile.wasm.package.curve25519-dalek.opt-level='s'";
const CURVE_3: &str = "profile.wasm.package.curve25519-dalek.opt-level=3";
const HASH_Z: &str = "profile.wasm.package.sha2.opt-level='z'";
const HASH_S: &str = "profile.wasm.package.sha2.opt-level='s'";
const HASH_3: &str = "profile.wasm.package.sha2.opt-level=3";

/// What wasm-opt makes of each.
const LEVELS: &[&str] = &["-Oz", "-O3"];

/// Builds every variant and prints the sizes; each file stays, to be timed by `node tests/node/bench.mjs FILE`.
pub(crate) fn compare() -> Result {
    let mut rows = Vec::new();
    for variant in VARIANTS {
        let compiled = size::compile(variant.settings)?;
        rows.push(row(variant.name, "none", &keep(&compiled, variant.name)?)?);
        for level in LEVELS {
            let file = size::optimise(&compiled, level, &format!("{}{level}.wasm", variant.name))?;
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
