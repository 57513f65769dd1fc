//! `cargo xtask bench`: times and sizes natively, then times in Node beside other libraries.

use crate::{Result, command, machine, place, refuse, setup, size};

pub(crate) fn task(arguments: &[&str]) -> Result {
    refuse(arguments)?;
    setup::provide(&[&setup::WASM_TARGET, &setup::NODE_PACKAGES])?;
    machine::print();
    command::run(command::cargo().args(["bench", "--package", "medproof-tests"]))?;
    let folder = place::target().join("bench");
    let mut fixture = command::cargo();
    fixture.args(["run", "--release", "--package", "medproof-tests", "--bin", "bench_fixture", "--"]);
    command::run(fixture.arg(&folder))?;
    let wasm = size::build()?;
    machine::print();
    let script = place::node_tests().join("bench.mjs");
    command::run(command::program("node").arg(script).arg(wasm).arg(folder.join("bench.json")))
}
