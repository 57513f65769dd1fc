//! `cargo xtask cover`: which lines of core its own tests and those of `tests/` run, and the bound.

use crate::{Result, command, place, refuse, setup, table};
use std::fs;
use std::path::Path;

/// The least share of core's lines that tests must run.
const BOUND_PERCENT: f64 = 95.0;

/// The rest of the workspace runs lines of core as well, after ten times the building.
const PACKAGES: &[&str] = &["--package", "medproof-core", "--package", "medproof-tests"];

/// Times say nothing about code that counts its lines.
const NO_TIMES: &[&str] = &["--", "--skip", "take_no_time"];

pub(crate) fn task(arguments: &[&str]) -> Result {
    refuse(arguments)?;
    setup::provide(&[&setup::LLVM_TOOLS, &setup::CARGO_LLVM_COV])?;
    let report = place::target().join("coverage.lcov");
    let mut cargo = command::cargo();
    cargo.args(["llvm-cov", "--all-features", "--lcov", "--output-path"]);
    command::run(cargo.arg(&report).args(PACKAGES).args(NO_TIMES))?;
    let files = core_files(&fs::read_to_string(report)?)?;
    check(&files)
}

/// The lines of one file that could run, and those that did.
struct File {
    name: String,
    lines: usize,
    run: usize,
}

/// Reads lcov: `SF:` begins a file, `DA:line,times` is one line of it. Unit tests at a file's end are left out.
fn core_files(lcov: &str) -> Result<Vec<File>> {
    let source = place::root().join("core/src");
    let mut files = Vec::new();
    for record in lcov.split("end_of_record") {
        let Some(path) = record.lines().find_map(|line| line.strip_prefix("SF:")) else {
            continue;
        };
        let Ok(name) = Path::new(path).strip_prefix(&source) else {
            continue;
        };
        let code = lines_before_tests(&fs::read_to_string(path)?);
        let data = record.lines().filter_map(|line| line.strip_prefix("DA:")?.split_once(','));
        let counted: Vec<bool> = data
            .filter(|(number, _)| number.parse().is_ok_and(|number: usize| number <= code))
            .map(|(_, times)| !times.starts_with('0'))
            .collect();
        let run = counted.iter().filter(|&&run| run).count();
        files.push(File { name: name.display().to_string(), lines: counted.len(), run });
    }
    Ok(files)
}

fn lines_before_tests(source: &str) -> usize {
    source.lines().take_while(|line| line.trim() != "#[cfg(test)]").count()
}

fn check(files: &[File]) -> Result {
    let together = File {
        name: "together".into(),
        lines: files.iter().map(|file| file.lines).sum(),
        run: files.iter().map(|file| file.run).sum(),
    };
    let rows: Vec<_> = files.iter().chain([&together]).map(row).collect();
    table::print("Lines of core that tests run", &["file", "lines", "not run", "percent"], &rows);
    let percent = percent(&together);
    if percent < BOUND_PERCENT {
        return Err(format!("{percent:.1} % of core's lines are less than the bound of {BOUND_PERCENT} %").into());
    }
    Ok(())
}

fn row(file: &File) -> Vec<String> {
    let missed = file.lines - file.run;
    vec![file.name.clone(), file.lines.to_string(), missed.to_string(), format!("{:.1}", percent(file))]
}

#[expect(clippy::cast_precision_loss, reason = "line numbers are far below 2^52")]
fn percent(file: &File) -> f64 {
    if file.lines == 0 { 100.0 } else { 100.0 * file.run as f64 / file.lines as f64 }
}
