//! Adds up what the test programs say of themselves.

/// Tests passed and failed so far.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Counts the closing lines of cargo (`test result: ok. 12 passed; 0 failed; …`), of Node (`# pass 12`), of
    /// Python (`Ran 12 tests in 0.4s`), of Swift (`Test Case 'A.b' passed (0.051 seconds)`), of JUnit (`[ 12 tests successful ]`) and of Maven (`[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 0`).
    /// Any other line counts nothing. What the last four call failed fails its stage.
    pub(crate) fn read(&mut self, line: &str) {
        let cargo = line.strip_prefix("test result: ").map(|counts| counts.split([';', '.']));
        for part in cargo.into_iter().flatten().chain([line]) {
            match part.split_whitespace().collect::<Vec<_>>().as_slice() {
                [number, "passed"] | ["#", "pass", number] => self.passed += number.parse().unwrap_or(0),
                [number, "failed"] | ["#", "fail", number] => self.failed += number.parse().unwrap_or(0),
                ["Ran", number, "test" | "tests", "in", _] => self.passed += number.parse().unwrap_or(0),
                ["[", number, "tests", "successful", "]"] => self.passed += number.parse().unwrap_or(0),
                ["Test", "Case", _, "passed", ..] => self.passed += 1,
                ["[INFO]", "Tests", "run:", number, "Failures:", "0,", "Errors:", "0,", "Skipped:", _] => {
                    self.passed += number.trim_end_matches(',').parse().unwrap_or(0);
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn adds_result_lines_only() {
        let mut tally = Tally::default();
        for line in [
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "# pass 4",
            "# fail 1",
            "Ran 1 test in 0.439s",
            "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0",
            "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 2.018 s -- in org.medproof.VectorsTest",
            "[        12 tests found           ]",
            "[         5 tests successful      ]",
            "Test Case 'VectorsTests.testEveryFileIsRun' passed (0.001 seconds)",
            "Test Suite 'VectorsTests' passed at 2026-11-25 15:23:22.713",
            "\t Executed 3 tests, with 0 failures (0 unexpected) in 0.493 (0.493) seconds",
            "test tally::tests::five_passed ... ok",
        ] {
            tally.read(line);
        }
        assert_eq!(tally, Tally { passed: 27, failed: 3 });
    }
}
