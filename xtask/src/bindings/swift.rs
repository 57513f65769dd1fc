//! Swift: the package with what is built and generated beside its sources, then its tests.

use super::samples::{self, Sample};
use super::{CATALOGUES, bindings, catalogue, generate, library, renew};
use crate::setup::{self, SWIFT};
use crate::stage::{Outcome, Run};
use crate::{Result, command, npm, place, refuse};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `cargo xtask swift`: installs Swift if it is not there, and runs every Swift test.
pub(crate) fn task(arguments: &[&str]) -> Result {
    refuse(arguments)?;
    let mut run = Run::begin()?;
    let end = run
        .stage("set-up", |_| setup::provide(&[&SWIFT]).map(|()| Outcome::Passed))
        .and_then(|()| run.stage("swift", stage))
        .and_then(|()| run.stage("samples", |run| samples::check(run, &[SAMPLE])));
    run.close()?;
    end
}

/// As [`task`], but skipped where there is no Swift: it is a large download.
pub(crate) fn stage(run: &mut Run) -> Result<Outcome> {
    if !(SWIFT.present)() {
        return Ok(Outcome::Skipped("no Swift compiler; `cargo xtask swift` installs one (444 MB)".into()));
    }
    // It runs on a Mac only; that it is a script is seen here.
    command::run(command::program("sh").arg("-n").arg(bindings().join("swift/build-xcframework.sh")))?;
    let package = assemble()?;
    let mut swift = setup::swift(&folders(), &["test", "--disable-sandbox", "--package-path"]);
    swift.arg(&package).env("MEDPROOF_CHECKOUT", place::root()).env("MEDPROOF_LIAR", npm::test::liar()?);
    run.check(&mut swift)
}

/// The package's command line program.
pub(crate) const SAMPLE: Sample = Sample { language: "Swift", build, program };

fn build() -> Result {
    let package = assemble()?;
    let mut swift = setup::swift(&folders(), &["build", "--disable-sandbox", "--product", "medproof-check"]);
    command::run(swift.arg("--package-path").arg(package))
}

fn program() -> Command {
    let mut swift = setup::swift(&folders(), &["run", "--disable-sandbox", "--skip-build", "--package-path"]);
    swift.arg(package()).arg("medproof-check");
    swift
}

/// Times verdicts over `fixture`; not among the tests.
pub(crate) fn timing(fixture: &Path) -> Result<Command> {
    let package = assemble()?;
    let arguments = ["test", "--configuration", "release", "--disable-sandbox", "--filter", "TimingTests"];
    let mut swift = setup::swift(&folders(), &arguments);
    swift.arg("--package-path").arg(package).env("MEDPROOF_FIXTURE", fixture);
    // Every test is listed first, and some read the vectors for that.
    swift.env("MEDPROOF_CHECKOUT", place::root());
    Ok(swift)
}

/// What the compiler's system must see.
fn folders() -> [PathBuf; 2] {
    [place::target(), place::root()]
}

fn package() -> PathBuf {
    place::target().join("swift")
}

/// Copies the package's sources and puts beside them what an application gets with them.
fn assemble() -> Result<PathBuf> {
    let package = package();
    let sources = package.join("Sources");
    for part in ["Sources", "Tests"] {
        renew(&package.join(part))?;
        place::copy(&bindings().join("swift").join(part), &package.join(part))?;
    }
    fs::copy(bindings().join("swift/Package.swift"), package.join("Package.swift"))?;
    let built = library()?;
    let generated = package.join("generated");
    generate("swift", &built, &generated)?;
    put(&generated.join("MedProofCore.swift"), &sources.join("MedProofCore"), "MedProofCore.swift")?;
    let header = sources.join("MedProofCoreFFI/include");
    put(&generated.join("MedProofCoreFFI.h"), &header, "MedProofCoreFFI.h")?;
    put(&generated.join("MedProofCoreFFI.modulemap"), &header, "module.modulemap")?;
    fs::write(sources.join("MedProofCoreFFI/library.c"), "// A target needs a source; the code is in the library.\n")?;
    for language in CATALOGUES {
        put(&catalogue(language), &sources.join("MedProof/Messages"), &format!("{language}.json"))?;
    }
    put(&built.with_file_name("libmedproof_mobile.a"), &package.join("lib"), "libmedproof_mobile.a")?;
    Ok(package)
}

fn put(file: &Path, folder: &Path, name: &str) -> Result {
    fs::create_dir_all(folder)?;
    fs::copy(file, folder.join(name))?;
    Ok(())
}
