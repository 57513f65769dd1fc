//! Adds up what the test programs say of themselves.

/// Tests passed and failed so far.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Counts the closing lines of cargo (`test result: ok. 12 passed; 0 failed; …`) and of Node (`# pass 12`);
    /// any other line counts nothing.
    pub(crate) fn read(&mut self, line: &str) {
        let cargo = line.strip_prefix("test result: ").map(|counts| counts.split([';', '.']));
        for part in cargo.into_iter().flatten().chain([line]) {
            match part.split_whitespace().collect::<Vec<_>>().as_slice() {
                [number, "passed"] | ["#", "pass", number] => self.passed += number.parse().unwrap_or(0),
                [number, "failed"] | ["#", "fail", number] => self.failed += number.parse().unwrap_or(0),
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
            "test tally::tests::five_passed ... ok",
        ] {
            tally.read(line);
        }
        assert_eq!(tally, Tally { passed: 17, failed: 3 });
    }
}
