//! A stage of `cargo xtask test`: what it needs, what it runs, how long it took.

use crate::setup::Part;
use crate::tally::Tally;
use crate::{Result, command, suites, table};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// One line of the table of stages.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) needs: &'static [&'static Part],
    pub(crate) run: fn(&mut Run) -> Result<Outcome>,
}

impl Stage {
    pub(crate) const fn new(
        name: &'static str,
        needs: &'static [&'static Part],
        run: fn(&mut Run) -> Result<Outcome>,
    ) -> Self {
        Self { name, needs, run }
    }
}

/// How a stage that did not fail ended.
pub(crate) enum Outcome {
    Passed,
    /// Not run, and why.
    Skipped(String),
}

/// What the stages of one run share.
pub(crate) struct Run {
    suite_report: PathBuf,
    tally: Tally,
    rows: Vec<Vec<String>>,
    started: Instant,
}

impl Run {
    pub(crate) fn begin() -> Result<Self> {
        Ok(Self { suite_report: suites::begin()?, tally: Tally::default(), rows: Vec::new(), started: Instant::now() })
    }

    /// Runs `work` as the stage `name` and notes its minutes, whatever its end.
    pub(crate) fn stage(&mut self, name: &str, work: impl FnOnce(&mut Self) -> Result<Outcome>) -> Result {
        println!("\n== {name}");
        let begin = Instant::now();
        let end = work(self);
        let remark = match &end {
            Ok(Outcome::Passed) => "passed".to_owned(),
            Ok(Outcome::Skipped(why)) => format!("skipped: {why}"),
            Err(_) => "failed".to_owned(),
        };
        if let Ok(Outcome::Skipped(why)) = &end {
            println!("skipped: {why}");
        }
        self.rows.push(vec![name.to_owned(), minutes(begin.elapsed()), remark]);
        end.map(|_| ()).map_err(|cause| format!("{name}: {cause}").into())
    }

    /// Runs a command that may report suites and test results.
    pub(crate) fn check(&mut self, command: &mut Command) -> Result<Outcome> {
        command.env(suites::VARIABLE, &self.suite_report);
        let tally = &mut self.tally;
        command::run_reading(command, |line| tally.read(line))?;
        Ok(Outcome::Passed)
    }

    /// Runs a command, and reports as `suite` the number of its lines that are cases.
    pub(crate) fn count(&mut self, command: &mut Command, suite: &str, is_case: fn(&str) -> bool) -> Result<usize> {
        let mut cases = 0;
        command::run_reading(command, |line| cases += usize::from(is_case(line)))?;
        suites::report(&self.suite_report, suite, cases)?;
        Ok(cases)
    }

    /// [`Self::check`] of a cargo command.
    pub(crate) fn cargo(&mut self, arguments: &[&str]) -> Result<Outcome> {
        self.check(command::cargo().args(arguments))
    }

    /// Prints the suites, the stages with their minutes, and last the number of tests.
    pub(crate) fn close(mut self) -> Result {
        suites::print(&self.suite_report)?;
        self.rows.push(vec!["together".into(), minutes(self.started.elapsed()), String::new()]);
        table::print("Stages", &["stage", "minutes", ""], &self.rows);
        println!("\n{} passed, {} failed", self.tally.passed, self.tally.failed);
        Ok(())
    }
}

fn minutes(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() / 60.0)
}
