//! The pages: built over the npm package into the target folder, and tested in a browser.

use crate::setup::{self, Part};
use crate::stage::{Outcome, Run};
use crate::{Result, bindings, command, npm, place, size, table};
use std::path::{Path, PathBuf};

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
        place::copy(&package.join(folder), &installed.join(folder))?;
    }
    std::fs::copy(package.join("package.json"), installed.join("package.json"))?;
    let site = place::target().join("web/site");
    let node = |script: &str| {
        let mut node = command::program("node");
        node.arg(modules.join(script)).current_dir(place::demo_web());
        node
    };
    for project in [".", "src/saved"] {
        command::run(node("typescript/bin/tsc").args(["-p", project]))?;
    }
    for (config, folder) in [("vite.config.ts", site.clone()), ("vite.widget.config.ts", site.join("widget/v1"))] {
        let mut vite = node("vite/bin/vite.js");
        command::run(vite.args(["build", "--config", config, "--emptyOutDir", "--outDir"]).arg(folder))?;
    }
    Ok(site)
}

/// Every test of the pages, with pictures of each state: against the lying node, and against a real one.
pub(crate) fn stage(run: &mut Run) -> Result<Outcome> {
    let (site, liar, medproof) = (build()?, npm::liar()?, node()?);
    weigh(&site)?;
    npm::widget(&site)?;
    let pictures = place::target().join("web/pictures");
    bindings::renew(&pictures)?;
    let mut node = command::program("node");
    node.args(["--test", "--test-reporter=tap"]).current_dir(place::root().join("tests/web"));
    node.env("MEDPROOF_SITE", site).env("MEDPROOF_PICTURES", &pictures).env("MEDPROOF_LIAR", liar);
    node.env("MEDPROOF_NODE", medproof);
    node.env("MEDPROOF_TOOLS_NODE", place::node_tests().join("node_modules"));
    println!("  pictures of each page and state go to {}", pictures.display());
    run.check(&mut node)
}

/// The node, as a program.
fn node() -> Result<PathBuf> {
    command::run(command::cargo().args(["build", "--package", "medproof-node", "--bin", "medproof"]))?;
    Ok(place::target().join("debug/medproof"))
}

/// Prints what a first visitor of the patient page loads, without the scanner, and holds it against its bound.
fn weigh(site: &Path) -> Result {
    let mut rows = Vec::new();
    let mut together = 0;
    for path in std::fs::read_dir(site.join("assets"))?.map(|entry| entry.map(|entry| entry.path())) {
        let path = path?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // One of two languages is loaded; the larger one counts.
        if NOT_LOADED.iter().any(|start| name.starts_with(start)) {
            continue;
        }
        let [raw, gzip, _] = size::measure(&path)?;
        together += gzip;
        rows.push(vec![name, raw.to_string(), gzip.to_string()]);
    }
    rows.sort();
    let [raw, gzip, _] = size::measure(&site.join("index.html"))?;
    together += gzip;
    rows.push(vec!["index.html".into(), raw.to_string(), gzip.to_string()]);
    rows.push(vec!["together".into(), String::new(), together.to_string()]);
    table::print("The patient page, without its scanner", &["file", "raw", "gzip -9"], &rows);
    if together > BOUND_GZIP {
        return Err(format!("the patient page has {together} bytes by gzip, more than {BOUND_GZIP}").into());
    }
    println!("  by gzip {together} of at most {BOUND_GZIP} bytes");
    Ok(())
}

/// What is loaded when somebody scans, asks what happened or opens what was kept of that, and the smaller of two languages.
const NOT_LOADED: &[&str] =
    &["zxing_reader", "scan_worker", "history", "full", "_medproof_full", "medproof_wasm_full", "en-"];

/// The most that the patient page may weigh without its scanner.
const BOUND_GZIP: u64 = 100 * 1024;
