//! A Python with the package `cryptography`: the machine's own, else one in the kept tools folder; and one to
//! install the project's own package into.

use super::{Installed, Part};
use crate::{Result, command, place};
use std::path::PathBuf;
use std::process::Command;

pub(crate) const PYTHON: Part =
    Part { name: "python", about: "the second verifier", present: || python().is_ok(), install };

pub(crate) const PYTHON_PACKAGING: Part = Part {
    name: "python-packaging",
    about: "the Python package",
    present: || {
        command::succeeds(package_python().args(["-c", "import mypy; from setuptools.command import bdist_wheel"]))
    },
    install: install_packaging,
};

/// The interpreter of the folder into which the Python package is installed.
pub(crate) fn package_python() -> Command {
    command::program(&packaging().join("bin/python").display().to_string())
}

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

fn install_packaging() -> Result<Installed> {
    command::run(command::program("python3").args(["-m", "venv"]).arg(packaging()))?;
    command::run(package_python().args(["-m", "pip", "install", "--quiet", "setuptools>=77", "mypy"]))?;
    Ok(Installed::Done)
}

fn packaging() -> PathBuf {
    place::tools().join("python-packaging")
}

fn kept() -> PathBuf {
    place::tools().join("python")
}
