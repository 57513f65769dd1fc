//! The reference of the npm package, made from its types.

use crate::{Result, command, place};
use std::path::{Path, PathBuf};

/// What others may import, as modules of the reference.
const MODULES: &[&str] = &["src/index.ts", "src/full.ts", "src/flow/index.ts", "src/explain.ts"];

/// Writes the reference of the built package; answers its folder. What a type names and does not document is an error.
pub(crate) fn write(package: &Path) -> Result<PathBuf> {
    let folder = place::target().join("npm/api");
    let mut typedoc = command::program("node");
    typedoc.arg(place::consumers().join("node_modules/typedoc/bin/typedoc")).current_dir(package);
    for module in MODULES {
        typedoc.args(["--entryPoints", module]);
    }
    typedoc.args(["--excludeInternal", "--excludePrivate", "--disableSources", "--hideGenerator"]);
    typedoc.args(["--treatWarningsAsErrors", "--name", "@medproof/verify", "--out"]).arg(&folder);
    command::run(&mut typedoc)?;
    Ok(folder)
}
