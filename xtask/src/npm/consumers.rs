//! Other people's projects: bundlers, a page without one, Node, React and Vue, each built and run with the package.

use crate::setup::{self, Part};
use crate::stage::{Outcome, Run};
use crate::{Result, bindings, command, place, web};
use std::path::Path;

/// What building and running them needs.
pub(crate) const NEEDS: &[&Part] = &[
    &setup::WASM_TARGET,
    &setup::NODE_PACKAGES,
    &setup::WEB_PACKAGES,
    &setup::CONSUMER_PACKAGES,
    &setup::WASM_BINDGEN,
    &setup::WASM_PACK,
    &setup::BROWSER,
];

pub(crate) fn stage(run: &mut Run) -> Result<Outcome> {
    let site = web::build()?;
    // Building the pages built the package.
    let package = place::target().join("npm/verify");
    super::reference::write(&package)?;
    unpack(&super::pack(&package)?)?;
    let mut node = command::program("node");
    node.args(["--test", "--test-reporter=tap"]).current_dir(place::consumers());
    node.env("MEDPROOF_CONSUMERS", place::target().join("npm/consumers")).env("MEDPROOF_VECTORS", place::vectors());
    node.env("MEDPROOF_SITE", site).env("MEDPROOF_LIAR", super::liar()?);
    node.env("MEDPROOF_TOOLS_NODE", place::node_tests().join("node_modules"));
    run.check(&mut node)
}

/// Puts the packed package where npm would: beside the packages of the lock file, which cannot name it.
fn unpack(tarball: &Path) -> Result {
    let installed = place::consumers().join("node_modules/@medproof/verify");
    bindings::renew(&installed)?;
    let mut tar = command::program("tar");
    command::run(tar.arg("-xzf").arg(tarball).args(["--strip-components=1", "-C"]).arg(&installed))
}
