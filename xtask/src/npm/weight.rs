//! What a page loads to use the package, and its bound.

use crate::stage::{Outcome, Run};
use crate::{Result, place, size, table};
use std::fs;
use std::path::Path;

/// The most that wasm and scripts may weigh together, compressed as servers do it. Not reached yet: see README.
const BOUND_GZIP: u64 = 48 * 1024;

/// What they may weigh until the bound is reached: no change makes them heavier, unless a check was missing.
const CEILING_GZIP: u64 = 62_250;

/// The most that the widget's script may weigh more than the package in it.
const WIDGET_GZIP: u64 = 15 * 1024;

pub(crate) fn stage(_: &mut Run) -> Result<Outcome> {
    let gzip = print(&super::build()?)?;
    if gzip > CEILING_GZIP {
        return Err(format!("{gzip} bytes by gzip are more than {CEILING_GZIP}").into());
    }
    println!("  by gzip {gzip} of at most {CEILING_GZIP} bytes; the bound to reach is {BOUND_GZIP}");
    Ok(Outcome::Passed)
}

/// The widget's script beside the package that it contains, and its bound.
pub(crate) fn widget(site: &Path) -> Result {
    let folder = site.join("widget/v1");
    let sizes = |file: &str| size::measure(&folder.join(file));
    let script = sizes("medproof-verify.js")?;
    let files = ["medproof_wasm_bg.wasm", "en.json", "zh-Hans.json"];
    let mut rows = vec![row("medproof-verify.js", script)];
    for file in files {
        rows.push(row(file, sizes(file)?));
    }
    table::print("The widget", &["file", "raw", "gzip -9", "brotli"], &rows);
    let [_, wasm, _] = sizes(super::WASM)?;
    let [_, gzip, _] = script;
    let more = (gzip + wasm).saturating_sub(print(&place::target().join("npm/verify"))?);
    println!("  the script adds {more} of at most {WIDGET_GZIP} bytes by gzip to the package");
    if more > WIDGET_GZIP {
        return Err(format!("the widget adds {more} bytes by gzip, more than {WIDGET_GZIP}").into());
    }
    Ok(())
}

/// Prints the bytes of each file; answers all of them by gzip.
pub(super) fn print(package: &Path) -> Result<u64> {
    let mut together = [0; 3];
    let mut rows = Vec::new();
    for file in loaded(&package.join("dist"))? {
        let sizes = size::measure(&package.join("dist").join(&file))?;
        rows.push(row(&file, sizes));
        together.iter_mut().zip(sizes).for_each(|(sum, size)| *sum += size);
    }
    rows.push(row("together", together));
    table::print("The npm package, as a page loads it", &["file", "raw", "gzip -9", "brotli"], &rows);
    let [_, gzip, _] = together;
    Ok(gzip)
}

/// What a page loads for the verifier alone, without the network flow: the wasm, the script, and what it imports.
fn loaded(dist: &Path) -> Result<Vec<String>> {
    let mut files = vec![super::WASM.to_owned(), "index.js".to_owned()];
    let script = fs::read_to_string(dist.join("index.js"))?;
    files.extend(
        script
            .split(['"', '\''])
            .filter_map(|text| text.strip_prefix("./shared-"))
            .map(|name| format!("shared-{name}")),
    );
    Ok(files)
}

fn row(name: &str, sizes: [u64; 3]) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(sizes.map(|size| size.to_string())).collect()
}
