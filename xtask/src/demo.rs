//! `cargo xtask demo`: a node with a region's year, and the pages; `cargo xtask story`: the light client alone.

use crate::{Result, command, place, refuse, setup, web};

/// Builds node and pages, then runs a demonstration node until it is interrupted.
pub(crate) fn task(arguments: &[&str]) -> Result {
    setup::provide(web::NEEDS)?;
    let pages = web::build()?;
    command::run(command::cargo().args(["build", "--package", "medproof-node", "--bin", "medproof"]))?;
    let mut node = command::program(&place::target().join("debug/medproof").display().to_string());
    node.arg("--data").arg(place::target().join("demo")).arg("demo").arg("--web-dir").arg(pages).args(arguments);
    command::run(&mut node)
}

/// Tells the light client's story in the terminal.
pub(crate) fn story(arguments: &[&str]) -> Result {
    refuse(arguments)?;
    command::run(command::cargo().args(["run", "--quiet", "--package", "medproof-tests", "--bin", "story"]))
}
