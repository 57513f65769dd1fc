//! The Python package: installed from the checkout as a user would, then its tests.

use super::{bindings, samples::Sample};
use crate::stage::{Outcome, Run};
use crate::{Result, command, npm, setup};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs the wheel, runs every Python test of it, and checks the types of a program that uses it.
pub(crate) fn stage(run: &mut Run) -> Result<Outcome> {
    install()?;
    let tests = tests();
    // The stubs say what the generated module has; then the tests are a program that uses them.
    for check in [STUBS_AGREE, PACKAGE_FITS, TYPES_FIT] {
        command::run(setup::package_python().args(check).current_dir(&tests))?;
    }
    let mut unittest = setup::package_python();
    // unittest writes to standard error; what it says is counted.
    let program = "import sys, unittest; sys.stderr = sys.stdout; unittest.main(module=None)";
    unittest.env("MEDPROOF_LIAR", npm::test::liar()?);
    run.check(unittest.args(["-B", "-c", program, "discover"]).current_dir(&tests))
}

/// What `medproof-check` starts.
pub(crate) const SAMPLE: Sample = Sample { language: "Python", build: install, program };

fn program() -> Command {
    let mut python = setup::package_python();
    python.args(["-m", "medproof"]);
    python
}

/// Builds the wheel and installs it.
pub(crate) fn install() -> Result {
    let mut pip = setup::package_python();
    pip.args(["-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", "--no-build-isolation"]);
    command::run(pip.arg(bindings().join("python")))
}

/// Times verdicts over `fixture`; not among the tests.
pub(crate) fn timing(fixture: &Path) -> Command {
    let mut python = setup::package_python();
    python.arg(tests().join("timing.py")).arg(fixture);
    python
}

fn tests() -> PathBuf {
    bindings().join("python/tests")
}

const STUBS_AGREE: &[&str] = &["-m", "mypy.stubtest", "--ignore-missing-stub", "medproof.medproof_mobile"];
const PACKAGE_FITS: &[&str] = &["-m", "mypy", "--strict", "--no-incremental", "-p", "medproof"];
const TYPES_FIT: &[&str] = &["-m", "mypy", "--strict", "--no-incremental", "."];
