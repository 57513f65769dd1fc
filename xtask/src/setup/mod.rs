//! `cargo xtask setup`: what the tasks need beyond cargo, in parts that are installed once and kept.
//!
//! A part that is there costs nothing, so set-up may run before every task.

mod browser;
mod cargo_tools;
mod debian_rust;
mod jvm;
mod kotlin;
mod musl;
mod node;
mod python;
mod rust_target;
mod rustup;
mod swift;

pub(crate) use browser::BROWSER;
pub(crate) use cargo_tools::{CARGO_DENY, CARGO_FUZZ, CARGO_LLVM_COV, WASM_BINDGEN, WASM_PACK};
pub(crate) use jvm::JVM;
pub(crate) use kotlin::{KOTLIN, debian, kotlin_home};
pub(crate) use musl::MUSL;
pub(crate) use node::{CONSUMER_PACKAGES, NODE_PACKAGES, WEB_PACKAGES};
pub(crate) use python::{PYTHON, PYTHON_PACKAGING, package_python, python};
pub(crate) use rust_target::{BARE, BARE_TARGET, WASM, WASM_TARGET, cargo_for, has_library};
pub(crate) use rustup::{LINTERS, LLVM_TOOLS, MIRI, NIGHTLY, RUST_SRC};
pub(crate) use swift::{SWIFT, swift};

use crate::{Result, table};
use std::time::Instant;

/// One thing that set-up provides.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// For what it is needed.
    pub(crate) about: &'static str,
    /// Whether it is there, in the right version; quick.
    pub(crate) present: fn() -> bool,
    /// Brings it here; its output is shown.
    pub(crate) install: fn() -> Result<Installed>,
}

/// How an installation that did not fail ended.
pub(crate) enum Installed {
    Done,
    /// This user may not install it: the command that does.
    ByHand(String),
}

const PARTS: &[&Part] = &[
    &LINTERS,
    &WASM_TARGET,
    &BARE_TARGET,
    &NODE_PACKAGES,
    &WEB_PACKAGES,
    &CONSUMER_PACKAGES,
    &PYTHON,
    &PYTHON_PACKAGING,
    &JVM,
    &CARGO_DENY,
    &BROWSER,
    &NIGHTLY,
    &RUST_SRC,
    &MIRI,
    &LLVM_TOOLS,
    &CARGO_FUZZ,
    &CARGO_LLVM_COV,
    &WASM_BINDGEN,
    &WASM_PACK,
    &SWIFT,
    &MUSL,
];

/// Provides all parts, or those named.
pub(crate) fn task(names: &[&str]) -> Result {
    if let Some(unknown) = names.iter().find(|name| !PARTS.iter().any(|part| part.name == **name)) {
        let rows: Vec<_> = PARTS.iter().map(|part| vec![part.name.to_owned(), part.about.to_owned()]).collect();
        table::print("Parts", &["part", "needed for"], &rows);
        return Err(format!("there is no part `{unknown}`").into());
    }
    let chosen: Vec<&Part> =
        PARTS.iter().copied().filter(|part| names.is_empty() || names.contains(&part.name)).collect();
    provide(&chosen)
}

/// Provides `parts`. What needs another user's rights is collected, so that one failure names all of it.
pub(crate) fn provide(parts: &[&Part]) -> Result {
    let mut by_hand = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        println!("set-up {}/{}: {} ({})", number + 1, parts.len(), part.name, state(part));
        if let Installed::ByHand(command) = install_if_absent(part)? {
            println!("  to be installed by hand: {command}");
            if !by_hand.contains(&command) {
                by_hand.push(command);
            }
        }
    }
    if by_hand.is_empty() {
        return Ok(());
    }
    Err(format!("run this, then the same task again: {}", by_hand.join(" && ")).into())
}

fn state(part: &Part) -> String {
    if (part.present)() { "is there".into() } else { format!("installing; needed for {}", part.about) }
}

fn install_if_absent(part: &Part) -> Result<Installed> {
    if (part.present)() {
        return Ok(Installed::Done);
    }
    let begin = Instant::now();
    let end = (part.install)().map_err(|cause| format!("set-up of {}: {cause}", part.name))?;
    if matches!(end, Installed::Done) {
        println!("  {} took {} s", part.name, begin.elapsed().as_secs());
    }
    Ok(end)
}
