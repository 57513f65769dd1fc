//! A Java development kit and Maven, which brings the Kotlin compiler.

use super::Part;
use super::browser::apt_install;
use crate::command;

pub(crate) const JVM: Part = Part { name: "jvm", about: "Kotlin", present, install: || apt_install(PACKAGES) };

const PACKAGES: &[&str] = &["default-jdk-headless", "maven"];

fn present() -> bool {
    ["mvn", "javac"].iter().all(|name| command::succeeds(command::program(name).arg("--version")))
}
