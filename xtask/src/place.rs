//! Where things lie: the checkout, what cargo builds, and the kept tools.

use crate::Result;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    // Asked at run time first: checkouts that share a target folder may share this binary.
    let xtask = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let xtask = PathBuf::from(xtask);
    xtask.parent().map(Path::to_path_buf).unwrap_or(xtask)
}

/// The folder for everything cargo builds: `CARGO_TARGET_DIR`, else `target` in the checkout.
pub(crate) fn target() -> PathBuf {
    named_by("CARGO_TARGET_DIR").unwrap_or_else(|| root().join("target"))
}

/// The kept tools: `MEDPROOF_TOOLS`, else `medproof/tools` in the user's cache.
pub(crate) fn tools() -> PathBuf {
    named_by("MEDPROOF_TOOLS").unwrap_or_else(|| cache().join("tools"))
}

/// Where a fuzz target's corpus grows from run to run.
pub(crate) fn corpus(fuzz_target: &str) -> PathBuf {
    cache().join("corpus").join(fuzz_target)
}

/// The folder of the Node tests, with their packages.
pub(crate) fn node_tests() -> PathBuf {
    root().join("tests/node")
}

/// The folder of the pages, with their packages.
pub(crate) fn demo_web() -> PathBuf {
    root().join("demo-web")
}

/// The folder of the projects that use the npm package, with their packages.
pub(crate) fn consumers() -> PathBuf {
    root().join("tests/consumers")
}

/// The committed test vectors.
pub(crate) fn vectors() -> PathBuf {
    root().join("tests/vectors")
}

/// Copies what lies in a folder.
pub(crate) fn copy(from: &Path, to: &Path) -> Result {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn cache() -> PathBuf {
    let base = named_by("XDG_CACHE_HOME").or_else(|| named_by("HOME").map(|home| home.join(".cache")));
    base.unwrap_or_else(env::temp_dir).join("medproof")
}

fn named_by(variable: &str) -> Option<PathBuf> {
    let value = env::var_os(variable).filter(|value| !value.is_empty())?;
    std::path::absolute(value).ok()
}
