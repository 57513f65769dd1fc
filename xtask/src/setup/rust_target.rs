//! The Rust targets for the web and for nothing at all, by rustup or else by Debian's compiler.

use super::{Installed, Part, debian_rust};
use crate::{Result, command};
use std::process::Command;

/// The web.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// A machine without a standard library.
pub(crate) const BARE: &str = "wasm32v1-none";

pub(crate) const WASM_TARGET: Part =
    Part { name: "wasm-target", about: "the verifier for the web", present: || present(WASM), install: || add(WASM) };

pub(crate) const BARE_TARGET: Part = Part {
    name: "bare-target",
    about: "the check that core needs no standard library",
    present: || present(BARE),
    install: || add(BARE),
};

/// `cargo VERB` for `target`, with whichever compiler has it.
pub(crate) fn cargo_for(target: &str, verb: &str) -> Result<Command> {
    let mut cargo = if has_library(target) { command::cargo() } else { debian_rust::cargo()? };
    let build_std = if has_library(target) { &[][..] } else { debian_rust::build_std(target) };
    cargo.arg(verb).args(build_std).args(["--target", target]);
    Ok(cargo)
}

fn present(target: &str) -> bool {
    has_library(target) || debian_rust::is_installed()
}

/// Whether the compiler that cargo runs has a built library for `target`.
pub(crate) fn has_library(target: &str) -> bool {
    let mut rustc = command::program("rustc");
    let folder = command::answer(rustc.args(["--print", "target-libdir", "--target", target]));
    folder.is_ok_and(|folder| std::path::Path::new(folder.trim()).is_dir())
}

fn add(target: &str) -> Result<Installed> {
    let added = command::run(command::program("rustup").args(["target", "add", target]));
    match added {
        Ok(()) => Ok(Installed::Done),
        Err(cause) => {
            println!("  rustup cannot add the target ({cause}); using Debian's compiler for it");
            debian_rust::install()
        }
    }
}
