//! The suites that tests ran, each with its number of cases.
//!
//! A test that runs a suite appends the line `suite<TAB>name<TAB>count` to the file that
//! `MEDPROOF_SUITE_REPORT` names; of a suite that is not there it says `absent` for the count.

use crate::{Result, place, table};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The variable that names the report to tests.
pub(crate) const VARIABLE: &str = "MEDPROOF_SUITE_REPORT";

/// Starts an empty report.
pub(crate) fn begin() -> Result<PathBuf> {
    let report = place::target().join("suites.tsv");
    fs::create_dir_all(place::target())?;
    fs::write(&report, "")?;
    Ok(report)
}

/// Reports a suite that a task itself counted.
pub(crate) fn report(report: &Path, suite: &str, cases: usize) -> Result {
    let mut file = fs::OpenOptions::new().append(true).open(report)?;
    Ok(writeln!(file, "suite\t{suite}\t{cases}")?)
}

/// Prints what tests reported.
pub(crate) fn print(report: &Path) -> Result {
    let rows = rows(&fs::read_to_string(report)?);
    if !rows.is_empty() {
        table::print("Suites", &["suite", "cases"], &rows);
    }
    Ok(())
}

fn rows(report: &str) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = report
        .lines()
        .filter_map(|line| line.strip_prefix("suite\t")?.split_once('\t'))
        .map(|(name, count)| vec![name.to_owned(), count.to_owned()])
        .collect();
    rows.sort();
    rows.dedup();
    rows
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn reads_each_suite_once_in_order() {
        let rows = rows("suite\tmerkle\t196\nother\nsuite\ted25519\t2101\nsuite\tmerkle\t196\n");
        assert_eq!(rows, [["ed25519", "2101"], ["merkle", "196"]]);
    }
}
