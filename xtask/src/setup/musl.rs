//! The C compiler for programs that need no library of the machine they run on.

use super::Part;
use super::browser::apt_install;
use crate::command;

pub(crate) const MUSL: Part = Part {
    name: "musl",
    about: "the static program of the node",
    present: || command::succeeds(command::program("musl-gcc").arg("--version")),
    install: || apt_install(&["musl-tools"]),
};
