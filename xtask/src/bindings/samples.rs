//! The samples of each language against a real node: every outcome of its `demo.json`, then the same offline.

use super::demo_node::DemoNode;
use super::{kotlin, python, renew, swift};
use crate::setup::SWIFT;
use crate::stage::{Outcome, Run};
use crate::{Result, place};
use std::process::Command;

/// A sample program of one language.
pub(crate) struct Sample {
    pub(crate) language: &'static str,
    pub(crate) build: fn() -> Result,
    pub(crate) program: fn() -> Command,
}

/// Runs the samples of every language that is here.
pub(crate) fn stage(run: &mut Run) -> Result<Outcome> {
    if (SWIFT.present)() {
        return check(run, &[python::SAMPLE, kotlin::SAMPLE, swift::SAMPLE]);
    }
    println!("without Swift, which is not here: `cargo xtask swift` installs it");
    check(run, &[python::SAMPLE, kotlin::SAMPLE])
}

/// Asks a node of this machine about everything; then, when it is gone, what was saved.
pub(crate) fn check(run: &mut Run, samples: &[Sample]) -> Result<Outcome> {
    samples.iter().try_for_each(|sample| (sample.build)())?;
    let node = DemoNode::start()?;
    let address = node.address.clone();
    let saved = |sample: &Sample| place::target().join("samples").join(sample.language);
    for sample in samples {
        renew(&saved(sample))?;
        let mut online = (sample.program)();
        online.args(["--demo", &format!("{address}/demo.json"), "--node", &address, "--save"]).arg(saved(sample));
        count(run, &mut online, &format!("demo.json in {}", sample.language))?;
    }
    drop(node);
    for sample in samples {
        let folder = saved(sample);
        let mut offline = (sample.program)();
        offline.arg("--demo").arg(folder.join("demo.json")).args(["--node", &address, "--proof"]).arg(&folder);
        count(run, &mut offline, &format!("demo.json offline in {}", sample.language))?;
    }
    Ok(Outcome::Passed)
}

/// Each outcome that a sample finds as stated is a case of the suite.
fn count(run: &mut Run, sample: &mut Command, suite: &str) -> Result {
    match run.count(sample, suite, |line| line.starts_with("as stated"))? {
        0..FEWEST_OUTCOMES => Err(format!("{suite}: fewer than {FEWEST_OUTCOMES} outcomes were checked").into()),
        _ => Ok(()),
    }
}

/// What the demonstration has.
const FEWEST_OUTCOMES: usize = 10;
