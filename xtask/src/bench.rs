//! `cargo xtask bench`: times and sizes natively, then times in Node beside other libraries, then through the
//! bindings. `cargo xtask bench bindings` measures those alone.

use crate::{Result, bindings, command, machine, place, setup, size};
use std::path::PathBuf;

pub(crate) fn task(arguments: &[&str]) -> Result {
    match arguments {
        [] => {
            programs()?;
            languages()
        }
        ["bindings"] => languages(),
        _ => Err("usage: cargo xtask bench [bindings]".into()),
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
