//! The packages of the Node tests, `wasm-opt` among them, and those of the pages.

use super::{Installed, Part};
use crate::{Result, command, place};
use std::fs;
use std::path::Path;

pub(crate) const NODE_PACKAGES: Part = Part {
    name: "node-packages",
    about: "wasm-opt and tests in Node",
    present: || is_current(&place::node_tests()),
    install: || npm_ci(&place::node_tests()),
};

pub(crate) const WEB_PACKAGES: Part = Part {
    name: "web-packages",
    about: "building the pages",
    present: || is_current(&place::demo_web()),
    install: || npm_ci(&place::demo_web()),
};

pub(crate) const CONSUMER_PACKAGES: Part = Part {
    name: "consumer-packages",
    about: "bundlers and frameworks that use the npm package, and its reference",
    present: || is_current(&place::consumers()),
    install: || npm_ci(&place::consumers()),
};

/// Whether the packages are those of the committed lock file.
fn is_current(folder: &Path) -> bool {
    let lock = fs::read(folder.join(LOCK));
    lock.is_ok_and(|lock| fs::read(folder.join(INSTALLED)).is_ok_and(|installed| installed == lock))
}

fn npm_ci(folder: &Path) -> Result<Installed> {
    let mut npm = command::program("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(folder);
    command::run(&mut npm)?;
    fs::copy(folder.join(LOCK), folder.join(INSTALLED))?;
    Ok(Installed::Done)
}

const LOCK: &str = "package-lock.json";

/// A copy of the lock file that the packages were installed from.
const INSTALLED: &str = "node_modules/.installed-lock.json";
