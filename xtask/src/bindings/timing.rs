//! First and next verdict through the bindings, beside the same natively.

use super::{kotlin, python, swift};
use crate::setup::SWIFT;
use crate::{Result, command};
use std::path::Path;

/// Prints a line for each language; `fixture` is what `bench_fixture` wrote.
pub(crate) fn compare(fixture: &Path) -> Result {
    let mut native = command::cargo();
    native.args(["run", "--quiet", "--profile", "mobile", "--package", "medproof-mobile", "--example", "timing", "--"]);
    command::run(native.arg(fixture))?;
    python::install()?;
    command::run(&mut python::timing(fixture))?;
    command::run(&mut kotlin::timing(fixture)?)?;
    if !(SWIFT.present)() {
        println!("Swift: not here; `cargo xtask swift` installs it");
        return Ok(());
    }
    command::run(&mut swift::timing(fixture)?)
}
