//! A Python with the package `cryptography`: the machine's own, else one in the kept tools folder.

use super::{Installed, Part};
use crate::{Result, command, place};
use std::path::PathBuf;
use std::process::Command;

pub(crate) const PYTHON: Part =
    Part { name: "python", about: "the second verifier", present: || python().is_ok(), install };

/// The interpreter that has what the second verifier needs.
pub(crate) fn python() -> Result<Command> {
    let candidates = [PathBuf::from("python3"), kept().join("bin/python")];
    let able = candidates
        .into_iter()
        .map(|path| path.display().to_string())
        .find(|path| command::succeeds(command::program(path).args(["-c", "import cryptography"])));
    able.map(|path| command::program(&path)).ok_or_else(|| "no Python with the package `cryptography`".into())
}

fn install() -> Result<Installed> {
    command::run(command::program("python3").args(["-m", "venv"]).arg(kept()))?;
    let pip = kept().join("bin/pip").display().to_string();
    command::run(command::program(&pip).args(["install", "--quiet", "cryptography"]))?;
    Ok(Installed::Done)
}

fn kept() -> PathBuf {
    place::tools().join("python")
}
