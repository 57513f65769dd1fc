//! Kotlin without Maven: JetBrains' compiler from npm, and Debian's JNA, Gson and JUnit.

use super::browser::apt_install;
use super::{Installed, Part};
use crate::{Result, command, place};
use std::path::{Path, PathBuf};

pub(crate) const KOTLIN: Part = Part {
    name: "kotlin",
    about: "Kotlin where Maven's registry does not answer",
    present: || kotlin_home().join("lib/kotlin-compiler.jar").exists() && debian("jna").exists(),
    install,
};

/// The version that the npm registry has.
const VERSION: &str = "2.4.20";
const PACKAGES: &[&str] = &["default-jdk-headless", "libjna-java", "libgoogle-gson-java", "junit5"];

/// The compiler's folder, with the libraries of the language in `lib`.
pub(crate) fn kotlin_home() -> PathBuf {
    folder().join("node_modules/kotlin-compiler")
}

/// A library where Debian installs it; its JNA finds its own native part by that.
pub(crate) fn debian(name: &str) -> PathBuf {
    Path::new("/usr/share/java").join(format!("{name}.jar"))
}

fn install() -> Result<Installed> {
    std::fs::create_dir_all(folder())?;
    let mut npm = command::program("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]).arg(folder());
    command::run(npm.arg(format!("kotlin-compiler@{VERSION}")))?;
    apt_install(PACKAGES)
}

fn folder() -> PathBuf {
    place::tools().join("kotlin")
}
