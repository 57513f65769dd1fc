//! Swift: the machine's own, else Debian 13's in a folder of its own among the kept tools.

use super::browser::apt_install;
use super::{Installed, Part};
use crate::{Result, command, place};
use std::path::PathBuf;
use std::process::Command;

pub(crate) const SWIFT: Part =
    Part { name: "swift", about: "Swift", present: || has_swift() || done().exists(), install };

/// The release whose `swiftlang` is used.
const RELEASE: &str = "trixie";
const PACKAGES: &[&str] = &["swiftlang", "libc6-dev", "libstdc++-14-dev", "gcc", "binutils"];

/// Shows `$folders` and `/proc` inside the folder of that system, for this command only, and runs the command there.
const INSIDE: &str = r#"
system=$1; count=$2; shift 2
mount -t proc proc "$system/proc"
while [ "$count" -gt 0 ]; do
    mkdir -p "$system$1"; mount --bind "$1" "$system$1"
    shift; count=$((count - 1))
done
exec chroot "$system" "$@"
"#;

/// `swift ARGUMENTS`, which sees `folders` under their own names.
pub(crate) fn swift(folders: &[PathBuf], arguments: &[&str]) -> Command {
    if has_swift() {
        let mut swift = command::program("swift");
        swift.args(arguments);
        return swift;
    }
    let mut swift = command::program("unshare");
    swift.args(["--mount", "sh", "-ec", INSIDE, "sh"]).arg(system()).arg(folders.len().to_string()).args(folders);
    swift.arg("swift").args(arguments).env("HOME", "/root").env("LANG", "C.UTF-8");
    swift
}

fn has_swift() -> bool {
    command::succeeds(command::program("swift").arg("--version"))
}

fn install() -> Result<Installed> {
    if !command::is_root() {
        return Ok(Installed::ByHand("sudo --preserve-env cargo xtask setup swift".into()));
    }
    apt_install(&["debootstrap"])?;
    let system = system();
    if !system.join("etc/debian_version").exists() {
        let mut base = command::program("debootstrap");
        base.args(["--variant=minbase", "--include=ca-certificates", RELEASE]).arg(&system);
        command::run(&mut base)?;
    }
    command::run(&mut inside(&["apt-get", "update", "--quiet"]))?;
    command::run(inside(&["apt-get", "install", "--yes", "--quiet", "--no-install-recommends"]).args(PACKAGES))?;
    std::fs::write(done(), RELEASE)?;
    Ok(Installed::Done)
}

fn inside(line: &[&str]) -> Command {
    let mut chroot = command::program("chroot");
    chroot.arg(system()).args(line).env("DEBIAN_FRONTEND", "noninteractive");
    chroot
}

fn system() -> PathBuf {
    place::tools().join("swift")
}

/// Written when everything is installed: a download may break off.
fn done() -> PathBuf {
    system().join("etc/medproof-swift")
}
