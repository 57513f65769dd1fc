//! The way without rustup's downloads: Debian's `rustc-web` builds the standard library from source.

use super::Installed;
use super::browser::apt_install;
use crate::{Result, command};
use std::path::Path;
use std::process::Command;

const PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];

/// Whether Debian's compiler and its library's source are installed.
pub(super) fn is_installed() -> bool {
    command::succeeds(command::program("dpkg").arg("--status").args(PACKAGES))
}

pub(super) fn install() -> Result<Installed> {
    apt_install(PACKAGES)
}

/// Debian's cargo with Debian's compiler, and a linker for wasm.
pub(super) fn cargo() -> Result<Command> {
    let mut cargo = command::program("/usr/bin/cargo");
    cargo
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker()?)
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
    Ok(cargo)
}

/// What cargo builds itself for `target`.
pub(super) fn build_std(target: &str) -> &'static [&'static str] {
    if target == super::BARE { &["-Z", "build-std=core,alloc"] } else { &["-Z", "build-std=std,panic_abort"] }
}

/// The `rust-lld` that comes with every rustup toolchain.
fn linker() -> Result<String> {
    let sysroot = command::answer(command::program("rustc").args(["--print", "sysroot"]))?;
    let about = command::answer(command::program("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let linker = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin/rust-lld");
    Ok(linker.display().to_string())
}
