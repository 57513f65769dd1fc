//! `cargo xtask bench`: times natively, then in Node beside other libraries.

use crate::{Result, command, machine, place, refuse, setup, size};

pub(crate) fn task(arguments: &[&str]) -> Result {
    refuse(arguments)?;
    setup::provide(&[&setup::WASM_TARGET, &setup::NODE_PACKAGES])?;
    machine::print();
    command::run(command::cargo().args(["bench", "--package", "medproof-tests"]))?;
    let wasm = size::build()?;
    command::run(command::program("node").arg(place::node_tests().join("bench.mjs")).arg(wasm))
}
