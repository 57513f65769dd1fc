//! `cargo xtask faults`: harm done to a whole node, many times over, and what came of it.
//!
//! The tests of the node do the same a few times with each run of `cargo xtask test`.

use crate::{Result, command, machine, table};
use std::time::Instant;

/// How often each harm is done.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    kills: u64,
    flips: u64,
}

/// A kind of harm: the test that does it, and the variable that says how often.
const HARMS: [(&str, &str); 2] = [("killed", "MEDPROOF_NODE_KILLS"), ("flipped", "MEDPROOF_NODE_FLIPS")];

pub(crate) fn task(arguments: &[&str]) -> Result {
    let counts = Counts::read(arguments)?;
    machine::print();
    let mut rows = Vec::new();
    for ((test, variable), count) in HARMS.into_iter().zip([counts.kills, counts.flips]) {
        if count == 0 {
            continue;
        }
        let (started, mut cargo) = (Instant::now(), command::cargo());
        cargo.args(["test", "--package", "medproof-node", "--test", test, "--", "--nocapture"]);
        command::run_reading(cargo.env(variable, count.to_string()), |line| rows.extend(row(line)))?;
        rows.push(vec![test.into(), "minutes".into(), format!("{:.1}", started.elapsed().as_secs_f64() / 60.0)]);
    }
    table::print("Faults", &["harm", "what", "count"], &rows);
    Ok(())
}

impl Counts {
    fn read(arguments: &[&str]) -> Result<Self> {
        let mut counts = Self { kills: 200, flips: 200 };
        let mut rest = arguments;
        while let [name, value, more @ ..] = rest {
            let count = value.parse().map_err(|_| format!("`{value}` is not a number"))?;
            match *name {
                "--kills" => counts.kills = count,
                "--flips" => counts.flips = count,
                _ => return Err(USAGE.into()),
            }
            rest = more;
        }
        if rest.is_empty() { Ok(counts) } else { Err(USAGE.into()) }
    }
}

/// A figure that a test told: `fault`, the harm, what was counted, how many.
fn row(line: &str) -> Option<Vec<String>> {
    // The first line of a test stands behind its name.
    let (_, figure) = line.split_once("fault\t")?;
    Some(figure.split('\t').map(String::from).collect())
}

const USAGE: &str = "usage: cargo xtask faults [--kills N] [--flips N]";

#[cfg(test)]
mod tests {
    use super::{Counts, row};

    #[test]
    fn counts_and_figures_are_read() {
        let read = |arguments: &[&str]| Counts::read(arguments).ok();
        assert_eq!(read(&[]), Some(Counts { kills: 200, flips: 200 }));
        assert_eq!(read(&["--flips", "3", "--kills", "0"]), Some(Counts { kills: 0, flips: 3 }));
        assert_eq!((read(&["--flips"]), read(&["--flips", "x"]), read(&["--bits", "1"])), (None, None, None));
        assert_eq!(row("fault\tflips\twrong proofs\t0"), Some(vec!["flips".into(), "wrong proofs".into(), "0".into()]));
        assert_eq!(row("test flipped ... ok"), None);
    }
}
