//! Chromium and its driver, and Debian packages in general.

use super::{Installed, Part};
use crate::{Result, command};

pub(crate) const BROWSER: Part = Part {
    name: "browser",
    about: "tests in a browser",
    present: || has("chromium") && has("chromedriver"),
    install: || apt_install(&["chromium", "chromium-driver"]),
};

/// Installs Debian packages where this user may; else answers the command that does.
pub(super) fn apt_install(packages: &[&str]) -> Result<Installed> {
    if !command::is_root() || !has("apt-get") {
        let command = format!("sudo apt-get install --no-install-recommends {}", packages.join(" "));
        return Ok(Installed::ByHand(command));
    }
    let mut install = command::program("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages);
    if command::run(&mut install).is_err() {
        // A new machine has no list of packages, or an old one.
        command::run(command::program("apt-get").args(["update", "--quiet"]))?;
        command::run(&mut install)?;
    }
    Ok(Installed::Done)
}

fn has(name: &str) -> bool {
    command::succeeds(command::program(name).arg("--version"))
}
