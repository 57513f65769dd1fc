//! Tools that cargo builds, each of one exact version, into the kept tools folder.

use super::{Installed, Part};
use crate::{Result, command, place};
use std::fs;

pub(crate) const CARGO_DENY: Part = Part {
    name: "cargo-deny",
    about: "the check of licences and sources",
    present: || is_kept("cargo-deny", "0.20.2"),
    install: || build("cargo-deny", "0.20.2"),
};

pub(crate) const CARGO_FUZZ: Part = Part {
    name: "cargo-fuzz",
    about: "fuzzing",
    present: || is_kept("cargo-fuzz", "0.13.2"),
    install: || build("cargo-fuzz", "0.13.2"),
};

pub(crate) const CARGO_LLVM_COV: Part = Part {
    name: "cargo-llvm-cov",
    about: "line coverage",
    present: || is_kept("cargo-llvm-cov", "0.9.1"),
    install: || build("cargo-llvm-cov", "0.9.1"),
};

pub(crate) const WASM_PACK: Part = Part {
    name: "wasm-pack",
    about: "the npm package",
    present: || is_kept("wasm-pack", "0.15.1"),
    install: || build("wasm-pack", "0.15.1"),
};

pub(crate) const WASM_BINDGEN: Part = Part {
    name: "wasm-bindgen",
    about: "the npm package and tests in a browser",
    present: || is_kept("wasm-bindgen-cli", &wasm_bindgen_version()),
    install: || build("wasm-bindgen-cli", &wasm_bindgen_version()),
};

/// Used until a crate of the workspace depends on wasm-bindgen.
const WASM_BINDGEN_VERSION: &str = "0.2.130";

/// The command-line tool must have exactly the locked version of the library.
fn wasm_bindgen_version() -> String {
    let lock = fs::read_to_string(place::root().join("Cargo.lock")).unwrap_or_default();
    locked_version(&lock, "wasm-bindgen").unwrap_or(WASM_BINDGEN_VERSION).to_owned()
}

fn locked_version<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = lock.split_once(&format!("\nname = \"{name}\"\nversion = \""))?;
    after.split_once('"').map(|(version, _)| version)
}

/// Whether cargo notes this version among what it installed.
fn is_kept(name: &str, version: &str) -> bool {
    let notes = fs::read_to_string(place::tools().join(".crates.toml")).unwrap_or_default();
    notes.contains(&format!("\"{name} {version} ("))
}

fn build(name: &str, version: &str) -> Result<Installed> {
    // Kept until the tool is complete, so that an interrupted build goes on where it was.
    let objects = place::tools().join("build").join(name);
    let install = |lock: &[&str]| {
        let mut cargo = command::cargo();
        cargo.args(["install", name, "--version", version]).args(lock).arg("--root").arg(place::tools());
        command::run(cargo.env("CARGO_TARGET_DIR", &objects))
    };
    if let Err(cause) = install(&["--locked"]) {
        println!("  not with its own lock file ({cause}); trying the newest fitting dependencies");
        install(&[])?;
    }
    fs::remove_dir_all(&objects)?;
    Ok(Installed::Done)
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn finds_exactly_the_named_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-test\"\nversion = \"0.3.80\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
