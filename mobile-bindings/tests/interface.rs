//! That the bindings hold all of `core::plain`, and little more.

#![expect(clippy::unwrap_used, reason = "tests")]

use medproof_core::plain;
use medproof_mobile::{Client, ClientError, Mode, Policy, Purpose, check_fork, read_message};
use std::fs;
use std::path::{Path, PathBuf};

const SOURCES: [&str; 7] = [
    include_str!("../src/bundle.rs"),
    include_str!("../src/client.rs"),
    include_str!("../src/functions.rs"),
    include_str!("../src/policy.rs"),
    include_str!("../src/record.rs"),
    include_str!("../src/seller.rs"),
    include_str!("../src/verdict.rs"),
];

/// The names after `keyword` at the beginnings of lines.
fn names<'a>(source: &'a str, keyword: &'a str) -> impl Iterator<Item = &'a str> {
    let declared = source.lines().filter_map(move |line| line.trim_start().strip_prefix(keyword));
    declared.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
}

/// The sources of `core::plain`, but for `flat`: the same records as bytes, for a language without a generator.
fn plain() -> String {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src");
    let parts = fs::read_dir(core.join("plain")).unwrap().map(|entry| entry.unwrap().path());
    let parts = parts.filter(|path| path.is_file() && !path.ends_with("flat.rs"));
    parts.chain([core.join("plain.rs")]).map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// What core calls differently does not compile here; what core gains must be added.
#[test]
fn everything_public_in_core_plain_has_its_image() {
    let has = |start: &str, name: &str| SOURCES.iter().any(|source| source.contains(&format!("{start}{name}")));
    let plain = plain();
    let functions: Vec<&str> = names(&plain, "pub fn ").filter(|name| !has("pub fn ", &format!("{name}("))).collect();
    let records = names(&plain, "pub struct ");
    let records: Vec<&str> = records
        .filter(|name| !has("pub struct ", &format!("{name} {{")) && !has("    ", &format!("{name} {{")))
        .filter(|name| !has("pub struct ", &format!("{name}(")))
        .collect();
    assert!(functions.is_empty() && records.is_empty(), "functions {functions:?} and records {records:?} are missing");
    assert!(names(&plain, "pub fn ").count() > 10 && names(&plain, "pub struct ").count() > 10);
}

#[test]
fn core_knows_each_purpose_and_mode() {
    let anchor = first_anchor();
    let client = Client::new(anchor).unwrap();
    for purpose in [Purpose::Holder, Purpose::Buyer, Purpose::Dispenser, Purpose::Receiver] {
        for mode in [Mode::Online, Mode::Carried] {
            let policy =
                Policy { purpose, mode, max_age_online_ms: None, max_age_carried_ms: None, clock_tolerance_ms: None };
            let verdict = client.verify("(01)09504000000011".into(), Vec::new(), 0, policy).unwrap();
            assert_eq!(verdict.overall, "cannot-tell");
        }
    }
}

#[test]
fn a_refusal_says_whether_the_bytes_or_what_they_say_was_refused() {
    let code = |code: &str| code.to_owned();
    let cut = check_fork(vec![b'M']).unwrap_err();
    assert_eq!(cut, ClientError::Malformed { code: code("trust.message.truncated") });
    assert_eq!(cut.to_string(), "trust.message.truncated");
    assert_eq!(
        read_message("leaflet".into(), Vec::new()),
        Err(ClientError::Malformed { code: code("trust.message.type") })
    );
    let problem = plain::Problem { code: "trust.certificate.power-short", expected: Some(7), found: Some(3) };
    let refused = ClientError::from(problem);
    assert_eq!(refused.to_string(), "trust.certificate.power-short (expected 7, found 3)");
}

/// A binding passes on; what it would add belongs to core.
#[test]
fn the_crate_stays_within_15_percent_of_cores_lines() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [own, core] = ["src", "../core/src"].map(|folder| lines_below(&here.join(folder)));
    println!("mobile-bindings has {own} lines, core {core}");
    assert!(own * 100 <= core * 15 && own > 0, "{own} of {core}");
}

fn lines_below(folder: &Path) -> usize {
    let count = |path: PathBuf| {
        if path.is_dir() { lines_below(&path) } else { fs::read_to_string(&path).unwrap().lines().count() }
    };
    fs::read_dir(folder).unwrap().map(|entry| count(entry.unwrap().path())).sum()
}

/// The anchor of the first shared vector.
fn first_anchor() -> Vec<u8> {
    let vectors = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/verify.json")).unwrap();
    let vectors: serde_json::Value = serde_json::from_slice(&vectors).unwrap();
    base64(vectors.pointer("/cases/0/anchor").and_then(serde_json::Value::as_str).unwrap())
}

fn base64(text: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.decode(text).unwrap()
}
