//! The pages: built over the npm package into the target folder, and tested in a browser.

use crate::setup::{self, Part};
use crate::stage::{Outcome, Run};
use crate::{Result, bindings, command, npm, place};
use std::path::PathBuf;

/// What building the pages needs.
pub(crate) const NEEDS: &[&Part] =
    &[&setup::WASM_TARGET, &setup::NODE_PACKAGES, &setup::WEB_PACKAGES, &setup::WASM_BINDGEN, &setup::WASM_PACK];

/// What testing them needs.
pub(crate) const TEST_NEEDS: &[&Part] = &[
    &setup::WASM_TARGET,
    &setup::NODE_PACKAGES,
    &setup::WEB_PACKAGES,
    &setup::WASM_BINDGEN,
    &setup::WASM_PACK,
    &setup::BROWSER,
];

/// `cargo xtask web`: builds the pages.
pub(crate) fn task(arguments: &[&str]) -> Result {
    crate::refuse(arguments)?;
    setup::provide(NEEDS)?;
    println!("  the pages lie in {}", build()?.display());
    Ok(())
}

/// Builds the widget and the pages; answers their folder.
pub(crate) fn build() -> Result<PathBuf> {
    let modules = place::demo_web().join("node_modules");
    let package = npm::build()?;
    let installed = modules.join("@medproof/verify");
    bindings::renew(&installed)?;
    // As npm would install it: without its sources.
    for folder in ["dist", "messages"] {
        npm::copy(&package.join(folder), &installed.join(folder))?;
    }
    std::fs::copy(package.join("package.json"), installed.join("package.json"))?;
    let site = place::target().join("web/site");
    let node = |script: &str| {
        let mut node = command::program("node");
        node.arg(modules.join(script)).current_dir(place::demo_web());
        node
    };
    command::run(node("typescript/bin/tsc").args(["-p", "."]))?;
    for (config, folder) in [("vite.config.ts", site.clone()), ("vite.widget.config.ts", site.join("widget/v1"))] {
        let mut vite = node("vite/bin/vite.js");
        command::run(vite.args(["build", "--config", config, "--emptyOutDir", "--outDir"]).arg(folder))?;
    }
    Ok(site)
}

/// Every test of the pages, with pictures of each state.
pub(crate) fn stage(run: &mut Run) -> Result<Outcome> {
    let (site, liar) = (build()?, npm::liar()?);
    npm::widget(&site)?;
    let pictures = place::target().join("web/pictures");
    bindings::renew(&pictures)?;
    let mut node = command::program("node");
    node.args(["--test", "--test-reporter=tap"]).current_dir(place::root().join("tests/web"));
    node.env("MEDPROOF_SITE", site).env("MEDPROOF_PICTURES", &pictures).env("MEDPROOF_LIAR", liar);
    node.env("MEDPROOF_TOOLS_NODE", place::node_tests().join("node_modules"));
    println!("  pictures of each page and state go to {}", pictures.display());
    run.check(&mut node)
}
