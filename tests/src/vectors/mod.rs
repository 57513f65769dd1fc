//! The shared vectors: what every implementation has to answer, case by case.
//!
//! Each case states what it must give; the generator refuses to write a case that core answers
//! otherwise. The full axes are then recorded from core.

mod advance;
mod bad;
mod bundle;
mod case;
mod decode;
mod good;
mod known;
mod many;
mod scan;
mod seller;
mod state;
mod table;
mod two_lots;
mod unread;

use serde_json::{Value, json};
use std::path::Path;

/// Writes every file into `folder` and returns the number of cases of each.
pub fn write_all(folder: &Path) -> std::io::Result<Vec<(&'static str, usize)>> {
    std::fs::create_dir_all(folder)?;
    let mut verify = table::cases();
    verify.extend(good::cases());
    verify.extend(unread::cases());
    verify.extend(two_lots::cases());
    verify.extend(bad::cases());
    verify.extend(state::cases());
    verify.extend(known::cases());
    verify.extend(seller::scan_cases());
    let files = [
        ("decode.json", decode::cases()),
        ("text.json", decode::text_cases()),
        ("scan.json", scan::cases()),
        ("verify.json", verify),
        ("many.json", many::cases()),
        ("bucket.json", many::bucket_cases()),
        ("bundle.json", bundle::cases()),
        ("seller.json", seller::cases()),
        ("advance.json", advance::cases()),
        ("disclosure.json", many::disclosure_cases()),
        ("fork.json", advance::fork_cases()),
    ];
    let mut counts = Vec::new();
    for (name, cases) in files {
        counts.push((name, cases.len()));
        write(&folder.join(name), &cases)?;
    }
    Ok(counts)
}

/// One case a line, so that a change shows as the cases that changed.
fn write(path: &Path, cases: &[Value]) -> std::io::Result<()> {
    let mut names: Vec<&Value> = cases.iter().map(|case| &case["name"]).collect();
    names.sort_by_key(|name| name.to_string());
    assert!(names.is_sorted_by(|a, b| a.to_string() < b.to_string()), "{}: two cases have one name", path.display());
    let lines: Vec<String> = cases.iter().map(Value::to_string).collect();
    let text = format!("{{\"format\": {}, \"cases\": [\n{}\n]}}\n", json!("medproof vectors 0"), lines.join(",\n"));
    std::fs::write(path, text)
}
