//! `cargo xtask demo`: the light client's story in the terminal.

use crate::{Result, command, refuse};

pub(crate) fn task(arguments: &[&str]) -> Result {
    refuse(arguments)?;
    command::run(command::cargo().args(["run", "--quiet", "--package", "medproof-tests", "--bin", "story"]))
}
