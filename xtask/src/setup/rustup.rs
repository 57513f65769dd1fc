//! What rustup has: the nightly compiler, and components of it and of the compiler in use.

use super::{Installed, Part};
use crate::{Result, command};

pub(crate) const LINTERS: Part = Part {
    name: "linters",
    about: "the checks of format and lints",
    present: || ["fmt", "clippy"].iter().all(|name| command::succeeds(command::cargo().args([name, "--version"]))),
    install: || run(&["component", "add", "rustfmt", "clippy"]),
};

pub(crate) const NIGHTLY: Part = Part {
    name: "nightly",
    about: "fuzzing and Miri",
    present: || command::succeeds(command::program("rustup").args(["run", "nightly", "rustc", "--version"])),
    install: || run(&["toolchain", "install", "nightly", "--profile", "minimal"]),
};

pub(crate) const RUST_SRC: Part = Part {
    name: "rust-src",
    about: "Miri",
    present: || has_component("rust-src", NIGHTLY_ONLY),
    install: || run(&["component", "add", "rust-src", "--toolchain", "nightly"]),
};

pub(crate) const MIRI: Part = Part {
    name: "miri",
    about: "Miri",
    present: || has_component("miri", NIGHTLY_ONLY),
    install: || run(&["component", "add", "miri", "--toolchain", "nightly"]),
};

pub(crate) const LLVM_TOOLS: Part = Part {
    name: "llvm-tools",
    about: "line coverage",
    present: || has_component("llvm-tools", &[]),
    install: || run(&["component", "add", "llvm-tools"]),
};

const NIGHTLY_ONLY: &[&str] = &["--toolchain", "nightly"];

fn has_component(name: &str, toolchain: &[&str]) -> bool {
    let mut list = command::program("rustup");
    list.args(["component", "list", "--installed"]).args(toolchain);
    command::answer(&mut list).is_ok_and(|list| list.lines().any(|line| line.starts_with(name)))
}

fn run(arguments: &[&str]) -> Result<Installed> {
    command::run(command::program("rustup").args(arguments))?;
    Ok(Installed::Done)
}
