//! The bindings for phones: one library, and the code of each language that calls it.
//!
//! Both are built into the target folder; nothing generated lies in the checkout.

mod demo_node;
pub(crate) mod kotlin;
mod kotlin_npm;
pub(crate) mod phones;
pub(crate) mod python;
pub(crate) mod samples;
pub(crate) mod swift;
pub(crate) mod timing;
mod weight;

pub(crate) use weight::stage as weight;

use crate::{Result, command, place};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};

/// The library of this machine, with the names and types of its interface in it.
pub(crate) fn library() -> Result<PathBuf> {
    let mut cargo = command::cargo();
    command::run(cargo.args(["build", "--package", "medproof-mobile", "--profile", "mobile"]))?;
    Ok(place::target().join("mobile").join(library_name()))
}

pub(crate) fn library_name() -> String {
    format!("{DLL_PREFIX}medproof_mobile{DLL_SUFFIX}")
}

/// What an application ships of a library: without names that only the generator and a debugger read.
pub(crate) fn stripped(library: &Path, folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let result = folder.join(library_name());
    let option = if cfg!(target_os = "macos") { "-x" } else { "--strip-all" };
    command::run(command::program("strip").arg(option).arg("-o").arg(&result).arg(library))?;
    Ok(result)
}

/// Writes the code of `language` that calls `library` into an empty `folder`.
pub(crate) fn generate(language: &str, library: &Path, folder: &Path) -> Result {
    renew(folder)?;
    let configuration = bindings().join("uniffi.toml");
    command::run(bindgen().arg(language).arg(library).arg(configuration).arg(folder))
}

/// The generator; a crate of its own.
fn bindgen() -> std::process::Command {
    let mut cargo = command::cargo();
    cargo.args(["run", "--quiet", "--package", "medproof-bindgen", "--"]);
    cargo
}

/// The folder of the bindings in the checkout.
pub(crate) fn bindings() -> PathBuf {
    place::root().join("mobile-bindings")
}

/// The languages of the message catalogue.
pub(crate) const CATALOGUES: [&str; 2] = ["en", "zh-Hans"];

pub(crate) fn catalogue(language: &str) -> PathBuf {
    place::root().join("core/messages").join(format!("{language}.json"))
}

/// An empty folder, so that nothing of an earlier run stays.
pub(crate) fn renew(folder: &Path) -> Result {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir_all(folder)?)
}
