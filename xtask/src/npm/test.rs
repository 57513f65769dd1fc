//! The packed package as others get it: the shared vectors in Node and in a browser, and its types.

use crate::stage::{Outcome, Run};
use crate::{Result, bindings, command, place};
use std::fs;
use std::path::{Path, PathBuf};

/// Installs the packed package into a consumer's folder and runs every test of it there.
pub(crate) fn stage(run: &mut Run) -> Result<Outcome> {
    let consumer = install()?;
    let messages = place::target().join("npm/glue-messages");
    super::glue_into(&messages, super::SMALL, &["--features", "messages"])?;
    let liar = liar()?;
    let types = consumer.join("types");
    command::run(command::program("node").arg(super::tool("typescript/bin/tsc")).arg("-p").arg(&types))?;
    let mut node = command::program("node");
    node.args(["--test", "--test-reporter=tap"]).current_dir(&consumer);
    node.env("MEDPROOF_VECTORS", place::vectors()).env("MEDPROOF_MESSAGES", &messages);
    node.env("MEDPROOF_LIAR", liar);
    node.env("MEDPROOF_TOOLS_NODE", place::node_tests().join("node_modules"));
    run.check(&mut node)
}

/// The scripted lying node, as a program.
pub(crate) fn liar() -> Result<PathBuf> {
    let mut cargo = command::cargo();
    command::run(cargo.args(["build", "--package", "medproof-tests", "--bin", "liar"]))?;
    Ok(place::target().join("debug/liar"))
}

/// A folder outside the checkout in which nothing but the package can be found.
fn install() -> Result<PathBuf> {
    let tarball = super::pack(&super::build()?)?;
    let consumer = place::target().join("npm/consumer");
    bindings::renew(&consumer)?;
    crate::place::copy(&tests(), &consumer)?;
    fs::write(consumer.join("package.json"), "{\"private\": true, \"type\": \"module\"}\n")?;
    add(&consumer, &tarball)?;
    Ok(consumer)
}

fn add(consumer: &Path, tarball: &Path) -> Result {
    let mut npm = command::program("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock", "--offline"]).arg(tarball);
    command::run(npm.current_dir(consumer))
}

fn tests() -> PathBuf {
    place::root().join("tests/npm")
}
