//! Chromium with its driver and a font for Chinese, and Debian packages in general.

use super::{Installed, Part};
use crate::{Result, command};

pub(crate) const BROWSER: Part = Part {
    name: "browser",
    about: "tests in a browser",
    present: || has("chromium") && has("chromedriver") && has_chinese_font(),
    install: || apt_install(&["chromium", "chromium-driver", "fontconfig", "fonts-wqy-microhei"]),
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

/// Without one every Chinese letter is the same small box: no picture shows a fault, and no line is as long as for a reader.
fn has_chinese_font() -> bool {
    let fonts = command::answer(command::program("fc-list").arg(":lang=zh"));
    fonts.is_ok_and(|fonts| !fonts.trim().is_empty())
}

fn has(name: &str) -> bool {
    command::succeeds(command::program(name).arg("--version"))
}
