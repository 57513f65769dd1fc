//! `cargo xtask test`: every check that a change must pass.

use crate::setup::{self, Part};
use crate::stage::{Outcome, Run, Stage};
use crate::{Result, bench, bindings, command, fuzz, npm, place, size, vectors, web};

/// The stages in their order: quick ones first. A new check is one more entry here.
const STAGES: &[Stage] = &[
    Stage::new("format", &[&setup::LINTERS], |run| run.cargo(&["fmt", "--all", "--check"])),
    Stage::new("clippy", &[&setup::LINTERS], clippy),
    Stage::new("tests", &[], tests),
    Stage::new("bench-node", &[], bench::node_stage),
    Stage::new("core-plain", &[], core_without_features),
    Stage::new("no-std", &[&setup::BARE_TARGET], no_std),
    Stage::new("docs", &[], docs),
    Stage::new("deny", &[&setup::CARGO_DENY], deny),
    Stage::new("size", WASM, size::stage),
    Stage::new("vectors", &[], vectors::stage),
    Stage::new("node", &[&setup::NODE_PACKAGES], node),
    Stage::new("vectors-node", WASM, vectors_node),
    Stage::new("npm-size", npm::NEEDS, npm::weight),
    Stage::new("npm", NPM, npm::stage),
    Stage::new("consumers", npm::consumers::NEEDS, npm::consumers::stage),
    Stage::new("web", web::TEST_NEEDS, web::stage),
    Stage::new("vectors-python", &[&setup::PYTHON], vectors_python),
    Stage::new("mobile-size", &[], bindings::weight),
    Stage::new("python-package", &[&setup::PYTHON_PACKAGING], bindings::python::stage),
    Stage::new("kotlin", &[&setup::JVM], bindings::kotlin::stage),
    Stage::new("swift", &[], bindings::swift::stage),
    Stage::new("samples", &[&setup::PYTHON_PACKAGING, &setup::JVM], bindings::samples::stage),
    Stage::new("fuzz", &[], fuzz::stage),
];

const WASM: &[&Part] = &[&setup::WASM_TARGET, &setup::NODE_PACKAGES];

const NPM: &[&Part] =
    &[&setup::WASM_TARGET, &setup::NODE_PACKAGES, &setup::WASM_BINDGEN, &setup::WASM_PACK, &setup::BROWSER];

/// Runs all stages, or those named, until one fails.
pub(crate) fn task(arguments: &[&str]) -> Result {
    let stages = chosen(arguments)?;
    let mut run = Run::begin()?;
    let end = run_stages(&mut run, &stages);
    run.close()?;
    end
}

fn chosen(names: &[&str]) -> Result<Vec<&'static Stage>> {
    if let Some(unknown) = names.iter().find(|name| !STAGES.iter().any(|stage| stage.name == **name)) {
        let known: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        return Err(format!("there is no stage `{unknown}`; there are {}", known.join(", ")).into());
    }
    Ok(STAGES.iter().filter(|stage| names.is_empty() || names.contains(&stage.name)).collect())
}

fn run_stages(run: &mut Run, stages: &[&Stage]) -> Result {
    let mut needs: Vec<&Part> = Vec::new();
    for part in stages.iter().flat_map(|stage| stage.needs) {
        if !needs.iter().any(|known| known.name == part.name) {
            needs.push(part);
        }
    }
    run.stage("set-up", |_| setup::provide(&needs).map(|()| Outcome::Passed))?;
    for stage in stages {
        run.stage(stage.name, stage.run)?;
    }
    Ok(())
}

fn clippy(run: &mut Run) -> Result<Outcome> {
    run.cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])
}

fn tests(run: &mut Run) -> Result<Outcome> {
    run.cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"])
}

fn core_without_features(run: &mut Run) -> Result<Outcome> {
    run.cargo(&["test", "--package", "medproof-core", "--no-default-features", "--no-fail-fast"])
}

/// A target without any standard library: a dependency that needs one does not compile.
fn no_std(run: &mut Run) -> Result<Outcome> {
    let mut build = setup::cargo_for(setup::BARE, "check")?;
    run.check(build.args(["--package", "medproof-core", "--no-default-features", "--features", "prove,serde"]))
}

fn docs(run: &mut Run) -> Result<Outcome> {
    let mut rustdoc = command::cargo();
    rustdoc.args(["doc", "--workspace", "--all-features", "--no-deps"]);
    run.check(rustdoc.env("RUSTDOCFLAGS", "-D warnings"))
}

const ADVISORIES: &str = "advisories are skipped: their database is in no package registry; \
    where the network allows, `cargo deny check advisories` reads it";

fn deny(run: &mut Run) -> Result<Outcome> {
    println!("{ADVISORIES}");
    run.cargo(&["deny", "--all-features", "check", "licenses", "bans", "sources"])
}

/// Every `*.test.mjs` of the Node tests.
fn node(run: &mut Run) -> Result<Outcome> {
    let mut node = command::program("node");
    node.args(["--test", "--test-reporter=tap"]).current_dir(place::node_tests());
    run.check(&mut node)
}

fn vectors_node(run: &mut Run) -> Result<Outcome> {
    let script = place::node_tests().join("verify.mjs");
    let (weighed, with_messages) = (size::build()?, size::build_with_messages()?);
    run.check(command::program("node").arg(script).arg(place::vectors()).arg(weighed).arg(with_messages))
}

fn vectors_python(run: &mut Run) -> Result<Outcome> {
    let script = place::root().join("tests/python/verify.py");
    run.check(setup::python()?.arg(script).arg(place::vectors()))
}
