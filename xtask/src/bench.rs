//! `cargo xtask bench`: times and sizes natively, then times in Node beside other libraries, then through the
//! bindings. `cargo xtask bench bindings` measures those alone, `cargo xtask bench browser` the npm package in Chromium,
//! `cargo xtask bench node` the node.

use crate::stage::{Outcome, Run};
use crate::{Result, bindings, command, machine, npm, place, setup, size};
use std::path::PathBuf;

pub(crate) fn task(arguments: &[&str]) -> Result {
    match arguments {
        [] => {
            programs()?;
            browser()?;
            languages()
        }
        ["browser"] => browser(),
        ["bindings"] => languages(),
        ["node", flags @ ..] => node(flags),
        ["engines", flags @ ..] => engines(flags),
        _ => Err("usage: cargo xtask bench [bindings | browser | node [FLAG]... | engines [FLAG]...]".into()),
    }
}

fn programs() -> Result {
    setup::provide(&[&setup::WASM_TARGET, &setup::NODE_PACKAGES])?;
    machine::print();
    command::run(command::cargo().args(["bench", "--package", "medproof-tests"]))?;
    let fixture = fixture()?;
    let wasm = size::build()?;
    machine::print();
    let script = place::node_tests().join("bench.mjs");
    command::run(command::program("node").arg(script).arg(wasm).arg(fixture))
}

/// The npm package in Chromium beside other libraries.
fn browser() -> Result {
    setup::provide(npm::BENCH_NEEDS)?;
    let (package, fixture) = (npm::build()?, fixture()?);
    machine::print();
    let script = place::node_tests().join("bench_browser.mjs");
    command::run(command::program("node").arg(script).arg(package).arg(fixture))
}

/// The node against its aims; `--help` lists the flags.
fn node(flags: &[&str]) -> Result {
    machine::print();
    let bench = ["bench", "--profile", "measure", "--package", "medproof-node", "--bench", "node", "--"];
    command::run(command::cargo().args(bench).args(flags))
}

/// The same benchmark with small counts and no bounds: that it still works.
pub(crate) fn node_stage(_: &mut Run) -> Result<Outcome> {
    let bench = ["bench", "--profile", "dev", "--package", "medproof-node", "--bench", "node", "--", "--short"];
    command::run(command::cargo().args(bench))?;
    Ok(Outcome::Passed)
}

/// Our store beside other people's state trees, in a workspace of its own: they are no dependencies of the project.
fn engines(flags: &[&str]) -> Result {
    machine::print();
    let mut cargo = command::cargo();
    cargo.args(["run", "--release", "--manifest-path", "node-full/benches-compare/Cargo.toml", "--"]);
    command::run(cargo.args(flags).env("CARGO_TARGET_DIR", place::target().join("engines")))
}

fn languages() -> Result {
    setup::provide(&[&setup::PYTHON_PACKAGING, &setup::JVM])?;
    let fixture = fixture()?;
    machine::print();
    bindings::timing::compare(&fixture)
}

/// Two packs of a large product, seven signatures.
fn fixture() -> Result<PathBuf> {
    let folder = place::target().join("bench");
    let mut fixture = command::cargo();
    fixture.args(["run", "--release", "--package", "medproof-tests", "--bin", "bench_fixture", "--"]);
    command::run(fixture.arg(&folder))?;
    Ok(folder.join("bench.json"))
}
