//! Kotlin on the JVM: the library and its code, put where Maven takes them from, then its tests.

use super::{
    CATALOGUES, bindgen, bindings, catalogue, generate, kotlin_npm, library, renew, samples::Sample, stripped,
};
use crate::stage::{Outcome, Run};
use crate::{Result, command, npm, place};
use std::env;
use std::env::consts::{ARCH, OS};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs every Kotlin test: the shared vectors, malformed input, threads, the samples.
pub(crate) fn stage(run: &mut Run) -> Result<Outcome> {
    prepare()?;
    let liar = npm::test::liar()?;
    if !maven_answers() {
        println!("Maven's registry does not answer; the compiler is npm's, the libraries are Debian's");
        kotlin_npm::test(run, &liar)?;
    } else {
        run.check(maven().arg("verify").env("MEDPROOF_LIAR", liar))?;
    }
    pack()
}

/// The command line program of the samples' jar.
pub(crate) const SAMPLE: Sample = Sample { language: "Kotlin", build: package, program };

fn package() -> Result {
    prepare()?;
    if !maven_answers() {
        return kotlin_npm::package();
    }
    // The other compiler's libraries may lie there.
    renew(&samples().join("libraries"))?;
    command::run(maven().args(["package", "--quiet", "-DskipTests"]))
}

fn samples() -> PathBuf {
    folder().join("build/medproof-kotlin-samples")
}

fn program() -> Command {
    let samples = samples();
    let mut java = command::program("java");
    java.arg("-cp").arg(format!("{0}/medproof-kotlin-samples-0.1.0.jar:{0}/libraries/*", samples.display()));
    java.arg("org.medproof.samples.CheckKt").env_remove("LD_LIBRARY_PATH");
    java
}

/// As much of the AAR as needs no NDK.
fn pack() -> Result<Outcome> {
    let script = bindings().join("android/build-aar.sh");
    let mut sh = command::program("sh");
    command::run(sh.arg(script).arg("--without-libraries").env("CARGO_TARGET_DIR", place::target()))?;
    Ok(Outcome::Passed)
}

/// Times verdicts over `fixture`; not among the tests.
pub(crate) fn timing(fixture: &Path) -> Result<Command> {
    prepare()?;
    let mut maven = maven();
    maven.args(["test", "--quiet", "--projects", "verify", "-Dtest=Timing"]);
    maven.arg(format!("-Dmedproof.fixture={}", fixture.display()));
    Ok(maven)
}

/// Generates the code and collects what the jar carries.
fn prepare() -> Result {
    let library = library()?;
    generate("kotlin", &library, &folder().join("generated"))?;
    let resources = folder().join("resources");
    renew(&resources)?;
    stripped(&library, &resources.join(jna_platform()))?;
    let messages = resources.join("org/medproof");
    renew(&messages)?;
    CATALOGUES.iter().try_for_each(|language| write_properties(language, &messages))
}

fn write_properties(language: &str, folder: &Path) -> Result {
    let file = folder.join(format!("messages-{language}.properties"));
    command::run(bindgen().arg("properties").arg(catalogue(language)).arg(file))
}

/// Whether Maven has its plugins or gets them; `MEDPROOF_KOTLIN=npm` does without.
fn maven_answers() -> bool {
    let is_unwanted = env::var_os("MEDPROOF_KOTLIN").is_some_and(|choice| choice == "npm");
    !is_unwanted && command::succeeds(maven().args(["--quiet", "dependency:resolve-plugins"]))
}

fn maven() -> Command {
    let mut maven = command::program("mvn");
    maven.args(["--batch-mode", "--no-transfer-progress", "--file"]).arg(bindings().join("kotlin"));
    maven.arg(format!("-Dmedproof.target={}", folder().display()));
    // Set by the cargo that runs this task; JNA would take another build of the library from there.
    maven.env_remove("LD_LIBRARY_PATH");
    maven
}

/// Where the jar's JNA looks for this machine's library.
fn jna_platform() -> String {
    let system = if OS == "macos" { "darwin" } else { OS };
    let processor = if ARCH == "x86_64" { "x86-64" } else { ARCH };
    format!("{system}-{processor}")
}

pub(super) fn folder() -> PathBuf {
    place::target().join("kotlin")
}
