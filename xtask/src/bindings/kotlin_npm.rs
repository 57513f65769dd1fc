//! Kotlin where Maven's registry does not answer: the same sources, by the compiler of the npm package
//! `kotlin-compiler` and Debian's libraries. What it builds lies where Maven would put it.

use super::{bindings, kotlin, renew};
use crate::setup::{self, KOTLIN, debian, kotlin_home};
use crate::stage::{Outcome, Run};
use crate::{Result, command, place};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Builds the two jars, and `libraries` beside the samples' one.
pub(super) fn package() -> Result {
    setup::provide(&[&KOTLIN])?;
    let (verify, samples) =
        (Module::new("verify", "medproof-kotlin"), Module::new("samples", "medproof-kotlin-samples"));
    let generated = kotlin::folder().join("generated");
    verify.compile("main", &[generated], &[debian("jna")])?;
    let mut jar = command::program("jar");
    command::run(jar.arg("uf").arg(&verify.jar).arg("-C").arg(kotlin::folder().join("resources")).arg("."))?;
    samples.compile("main", &[], &[verify.jar.clone(), debian("jna"), debian("gson"), language(COROUTINES)])?;
    let libraries = samples.jar.with_file_name("libraries");
    renew(&libraries)?;
    for library in [verify.jar, debian("jna"), debian("gson"), language(COROUTINES), language("kotlin-stdlib")] {
        fs::copy(&library, libraries.join(library.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

/// Compiles and runs every test.
pub(super) fn test(run: &mut Run, liar: &Path) -> Result<Outcome> {
    package()?;
    for module in [Module::new("verify", "medproof-kotlin"), Module::new("samples", "medproof-kotlin-samples")] {
        let mut libraries = vec![module.jar.clone()];
        libraries
            .extend(fs::read_dir(samples_libraries())?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?);
        libraries.extend(["kotlin-test", "kotlin-test-junit5"].map(language));
        libraries.extend(JUNIT.iter().map(|name| debian(name)));
        let tests = module.compile("test", &[], &libraries)?;
        libraries.push(tests.clone());
        let mut java = command::program("java");
        java.args(["-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch"]);
        java.arg(format!("-Dmedproof.checkout={}", place::root().display())).arg("-cp").arg(joined(&libraries)?);
        java.args(["org.junit.platform.console.ConsoleLauncher", "--disable-banner", "--details=summary"]);
        java.arg("--scan-classpath").arg(&tests).env("MEDPROOF_LIAR", liar).env_remove("LD_LIBRARY_PATH");
        run.check(&mut java)?;
    }
    Ok(Outcome::Passed)
}

/// A module of the Maven project.
struct Module {
    folder: PathBuf,
    jar: PathBuf,
}

impl Module {
    fn new(folder: &str, artifact: &str) -> Self {
        let jar = kotlin::folder().join(format!("build/{artifact}/{artifact}-0.1.0.jar"));
        Self { folder: bindings().join("kotlin").join(folder), jar }
    }

    /// Compiles the sources of `kind`, and `more`; the jar of `test` stands beside that of `main` and sees its inside.
    fn compile(&self, kind: &str, more: &[PathBuf], libraries: &[PathBuf]) -> Result<PathBuf> {
        let jar = if kind == "main" { self.jar.clone() } else { self.jar.with_file_name("tests.jar") };
        fs::create_dir_all(jar.parent().unwrap_or(&jar))?;
        let lib = kotlin_home().join("lib");
        let mut java = command::program("java");
        java.arg("-Xmx2g").arg("-cp").arg(lib.join("kotlin-preloader.jar"));
        java.arg("org.jetbrains.kotlin.preloading.Preloader").arg("-cp").arg(lib.join("kotlin-compiler.jar"));
        java.args(["org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-kotlin-home"]).arg(kotlin_home());
        java.args(["-jvm-target", "17", "-Werror", "-no-reflect"])
            .arg(format!("-Xfriend-paths={}", self.jar.display()));
        java.arg("-cp").arg(joined(libraries)?).arg("-d").arg(&jar);
        command::run(java.arg(self.folder.join("src").join(kind).join("kotlin")).args(more))?;
        Ok(jar)
    }
}

fn samples_libraries() -> PathBuf {
    Module::new("samples", "medproof-kotlin-samples").jar.with_file_name("libraries")
}

/// A library of the language.
fn language(name: &str) -> PathBuf {
    kotlin_home().join(format!("lib/{name}.jar"))
}

fn joined(libraries: &[PathBuf]) -> Result<OsString> {
    Ok(std::env::join_paths(libraries)?)
}

const COROUTINES: &str = "kotlinx-coroutines-core-jvm";
const JUNIT: &[&str] = &[
    "junit-platform-console",
    "junit-platform-launcher",
    "junit-platform-engine",
    "junit-platform-commons",
    "junit-platform-reporting",
    "junit-jupiter-api",
    "junit-jupiter-engine",
    "junit-jupiter-params",
    "opentest4j",
    "opentest4j-reporting-events",
    "opentest4j-reporting-schema",
    "apiguardian-api",
    "picocli",
    "univocity-parsers",
];
