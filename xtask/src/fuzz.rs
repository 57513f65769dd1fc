//! `cargo xtask fuzz`: every fuzz target for a while, within bounds on memory and time.

use crate::stage::{Outcome, Run};
use crate::{Result, command, place, setup, table};
use std::fs;
use std::process::Command;

/// Of memory in MB, seconds for one input, and bytes of one input.
const BOUNDS: &[&str] = &["-rss_limit_mb=256", "-timeout=1", "-max_len=1048576"];

const SECONDS: u32 = 60;
const SECONDS_IN_TEST: u32 = 10;

pub(crate) fn task(arguments: &[&str]) -> Result {
    let (seconds, targets) = match arguments {
        ["--seconds", number, targets @ ..] => {
            (number.parse().map_err(|_| format!("`{number}` is no number of seconds"))?, targets)
        }
        targets => (SECONDS, targets),
    };
    setup::provide(&[&setup::NIGHTLY, &setup::CARGO_FUZZ])?;
    let all = targets_there()?;
    if let Some(unknown) = targets.iter().find(|target| !all.iter().any(|known| known == *target)) {
        return Err(format!("there is no fuzz target `{unknown}`; there are {}", all.join(", ")).into());
    }
    let chosen = all.iter().map(String::as_str).filter(|target| targets.is_empty() || targets.contains(target));
    fuzz(&chosen.collect::<Vec<_>>(), seconds)
}

/// A short run in which a broken target shows; skipped where there is no nightly compiler.
pub(crate) fn stage(_: &mut Run) -> Result<Outcome> {
    if !(setup::NIGHTLY.present)() {
        return Ok(Outcome::Skipped("no nightly compiler; `cargo xtask setup nightly` installs it".into()));
    }
    setup::provide(&[&setup::CARGO_FUZZ])?;
    let targets = targets_there()?;
    fuzz(&targets.iter().map(String::as_str).collect::<Vec<_>>(), SECONDS_IN_TEST)?;
    Ok(Outcome::Passed)
}

/// Runs `targets` one after the other; one that crashes does not stop the rest.
fn fuzz(targets: &[&str], seconds: u32) -> Result {
    let results: Vec<(&str, Report)> =
        targets.iter().map(|target| Ok((*target, fuzz_one(target, seconds)?))).collect::<Result<_>>()?;
    let rows: Vec<_> = results.iter().map(|(target, report)| report.row(target)).collect();
    table::print("Fuzzing", &["target", "runs", "seconds", "slowest s", "peak MB", "crashes"], &rows);
    let crashes = results.iter().filter(|(_, report)| report.crashed).count();
    if crashes > 0 {
        return Err(format!("{crashes} fuzz targets crashed; the inputs lie in {}", artifacts().display()).into());
    }
    Ok(())
}

/// What libFuzzer says at the end of a run.
#[derive(Default)]
struct Report {
    runs: String,
    slowest_s: String,
    peak_mb: String,
    seconds: u64,
    crashed: bool,
}

impl Report {
    fn read(&mut self, line: &str) {
        for (prefix, field) in [
            ("stat::number_of_executed_units:", &mut self.runs),
            ("stat::slowest_unit_time_sec:", &mut self.slowest_s),
            ("stat::peak_rss_mb:", &mut self.peak_mb),
        ] {
            if let Some(value) = line.strip_prefix(prefix) {
                value.trim().clone_into(field);
            }
        }
    }

    fn row(&self, target: &str) -> Vec<String> {
        let crashes = u8::from(self.crashed);
        vec![
            target.to_owned(),
            self.runs.clone(),
            self.seconds.to_string(),
            self.slowest_s.clone(),
            self.peak_mb.clone(),
            crashes.to_string(),
        ]
    }
}

fn fuzz_one(target: &str, seconds: u32) -> Result<Report> {
    println!("fuzzing {target} for {seconds} s");
    command::run(cargo_fuzz("build").arg(target))?;
    let [corpus, artifacts] = [place::corpus(target), artifacts().join(target)];
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&artifacts)?;
    let mut fuzzer = cargo_fuzz("run");
    fuzzer.arg(target).arg(corpus);
    let seeds = place::root().join("core/fuzz/seeds").join(target);
    if seeds.exists() {
        fuzzer.arg(seeds);
    }
    fuzzer.arg("--").args(BOUNDS).args(["-print_final_stats=1", &format!("-max_total_time={seconds}")]);
    fuzzer.arg(format!("-artifact_prefix={}/", artifacts.display()));
    let begin = std::time::Instant::now();
    let mut report = Report::default();
    report.crashed = command::run_reading_errors(&mut fuzzer, |line| report.read(line)).is_err();
    report.seconds = begin.elapsed().as_secs();
    Ok(report)
}

fn targets_there() -> Result<Vec<String>> {
    let mut list = command::nightly_cargo();
    list.args(["fuzz", "list", "--fuzz-dir", "core/fuzz"]);
    Ok(command::answer(&mut list)?.lines().map(str::to_owned).collect())
}

/// Without a sanitizer: core has no unsafe code, Miri looks for the rest, and memory is measured as it is.
fn cargo_fuzz(verb: &str) -> Command {
    let mut cargo = command::nightly_cargo();
    cargo.args(["fuzz", verb, "--fuzz-dir", "core/fuzz", "--sanitizer", "none", "--target-dir"]);
    cargo.arg(place::target().join("fuzz"));
    cargo
}

fn artifacts() -> std::path::PathBuf {
    place::target().join("fuzz-artifacts")
}
