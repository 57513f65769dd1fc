//! Which suites ran, with how many cases: read by `cargo xtask test`.

use std::io::Write;

/// Notes that `count` cases of `suite` ran.
pub fn ran(suite: &str, count: usize) {
    note(suite, &count.to_string());
}

/// Notes that `suite` was not found and did not run.
pub fn absent(suite: &str) {
    println!("skipped: {suite} is absent");
    note(suite, "absent");
}

fn note(suite: &str, what: &str) {
    let Ok(file) = std::env::var("MEDPROOF_SUITE_REPORT") else { return };
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).expect("the report file opens");
    writeln!(file, "suite\t{suite}\t{what}").expect("the report file can be written");
}
