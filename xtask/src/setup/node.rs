//! The packages of the Node tests, `wasm-opt` among them.

use super::{Installed, Part};
use crate::{Result, command, place};
use std::fs;
use std::path::PathBuf;

pub(crate) const NODE_PACKAGES: Part =
    Part { name: "node-packages", about: "wasm-opt and tests in Node", present: is_current, install: npm_ci };

/// Whether the packages are those of the committed lock file.
fn is_current() -> bool {
    let lock = fs::read(lock());
    lock.is_ok_and(|lock| fs::read(installed_lock()).is_ok_and(|installed| installed == lock))
}

fn npm_ci() -> Result<Installed> {
    let mut npm = command::program("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(place::node_tests());
    command::run(&mut npm)?;
    fs::copy(lock(), installed_lock())?;
    Ok(Installed::Done)
}

fn lock() -> PathBuf {
    place::node_tests().join("package-lock.json")
}

/// A copy of the lock file that the packages were installed from.
fn installed_lock() -> PathBuf {
    place::node_tests().join("node_modules/.installed-lock.json")
}
