//! `cargo xtask miri`: core's tests in an interpreter that finds undefined behaviour.

use crate::{Result, command, setup};

pub(crate) fn task(filters: &[&str]) -> Result {
    setup::provide(&[&setup::NIGHTLY, &setup::RUST_SRC, &setup::MIRI])?;
    command::run(command::nightly_cargo().args(["miri", "test", "--package", "medproof-core", "--"]).args(filters))
}
