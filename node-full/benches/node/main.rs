//! What a node does in a second and what it takes for that, against the aims of the project.
//!
//! ```text
//! execute   rules, state tree and store alone, over a million packs
//! fill      a data folder with as many packs and events, through consensus
//! running   the program `medproof` on that folder, called over HTTP: proofs, timelines, impact, submission, capture
//! ```
//!
//! `cargo xtask bench node` runs it; `--help` lists the flags. It fails where a figure misses half of its aim, unless
//! `--short` only tries the code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

mod call;
mod capture;
mod execute;
mod figure;
mod fill;
mod lookups;
mod meter;
mod running;
mod scale;
mod submit;
mod world;

use clap::Parser;
use figure::Figures;
use scale::{Arguments, Part, Scale};
use std::{process::ExitCode, sync::Arc};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let scale = Scale::of(&arguments);
    let mut figures = Figures::new(!arguments.short);
    if arguments.does(Part::Execute) {
        execute::measure(&scale, &mut figures);
    }
    if arguments.does(Part::Serve) {
        serve(&arguments, &scale, &mut figures);
    }
    figures.print();
    if figures.hold() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn serve(arguments: &Arguments, scale: &Scale, figures: &mut Figures) {
    let place = tempfile::tempdir().unwrap();
    let folder = arguments.data.clone().unwrap_or_else(|| place.path().join("data"));
    let world = Arc::new(world::World::new(scale, scale.members));
    if fill::is_filled(&folder, scale) {
        println!("{} is filled already", folder.display());
    } else {
        fill::fill(&folder, &world, scale, figures);
    }
    let node = running::Running::start(&folder, &world, figures);
    lookups::proofs(&node, &world, scale, figures);
    lookups::timelines(&node, &world, scale, figures);
    lookups::impact(&node, &world, figures);
    submit::measure(&node, &world, scale, figures);
    node.memory(figures);
    capture::measure(&node, &world, scale, figures);
    node.stop();
}
