//! `medproof scenario`: stories that run on a node of their own, over its interface, with a proof at each step.
//!
//! ```text
//! DIR/node/     the data folder of the node: a chain of the demonstration's members that begins now
//! DIR/proofs/   the anchor and one proof a line of the table, for `medproof verify`
//! ```

mod goods;
mod house;
mod stage;
mod step;
mod story;

use super::{
    Context,
    output::{Answer, Output, Result, Told},
    progress,
    run::block_on,
};
use clap::{Args, Subcommand};
use house::House;
use medproof_node::fault::Fault;
use serde_json::json;
use std::path::{Path, PathBuf};
use step::Step;
use story::Story;

/// Let a story run on a node of its own, with a proof at each step.
#[derive(Debug, Subcommand)]
pub(crate) enum Scenario {
    /// A hospital orders 500 packs, and gets 498 and one that was not for it.
    Hospital(Hospital),
}

/// A hospital orders 500 packs, and gets 498 and one that was not for it.
#[derive(Debug, Args)]
pub(crate) struct Hospital {
    /// The folder for the node and the proofs, which is made; otherwise one among the system's temporary files.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Scenario {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let Self::Hospital(hospital) = self;
        let folder = hospital.out.unwrap_or_else(|| std::env::temp_dir().join(temporary_name()));
        let language = context.output.language();
        block_on(async {
            let mut house = House::open(&folder, language).await?;
            let bar = progress::bar(story::STEPS.len() as u64);
            let story = Story::new(house.doors()?, &folder)?;
            let told = tokio::task::spawn_blocking(move || {
                let steps = story.pass(|| bar.inc(1));
                bar.finish_and_clear();
                steps
            });
            let steps = tokio::select! {
                told = told => told.map_err(|cause| Fault::new("node.stopped").with("cause", cause))?,
                fault = house.ended() => Err(fault.into()),
            };
            house.stop().await;
            Ok(answer(&context.output, &folder, &steps?))
        })
    }
}

fn answer(output: &Output, folder: &Path, steps: &[Step]) -> Answer {
    let proofs = folder.join(stage::PROOFS);
    let told = Told::new("cli.scenario.done").with("count", steps.iter().map(|step| step.proofs.len()).sum::<usize>());
    let view = json!({
        "folder": folder,
        "anchor": proofs.join(stage::ANCHOR),
        "steps": steps.iter().map(|step| step.view(output, &proofs)).collect::<Vec<_>>(),
    });
    Answer { lines: step::table(output, steps), ..Answer::told(told.with("path", proofs.display()), view) }
}

fn temporary_name() -> String {
    format!("medproof-scenario-{}-{}", jiff::Timestamp::now().as_millisecond(), std::process::id())
}
