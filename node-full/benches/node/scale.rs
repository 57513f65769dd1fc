//! How much is measured.

use clap::{Parser, ValueEnum};
use std::{path::PathBuf, time::Duration};

/// Figures of the node, against the aims of the project.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// Small counts: whether the code works, not how fast it is. No bounds.
    #[arg(long)]
    pub(crate) short: bool,
    /// Packs.
    #[arg(long)]
    packs: Option<u64>,
    /// Events of one pack each.
    #[arg(long)]
    events: Option<u64>,
    /// Seconds of each load.
    #[arg(long)]
    seconds: Option<f64>,
    /// Connections that ask at the same time.
    #[arg(long)]
    connections: Option<usize>,
    /// Packs in the EPCIS document.
    #[arg(long)]
    captured: Option<u64>,
    /// Keep the filled data folder here, and use it if it is there.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Only this part.
    #[arg(long)]
    part: Option<Part>,
    /// What cargo gives to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Rules, state tree and store alone.
    Execute,
    /// The node with its interface.
    Serve,
}

impl Arguments {
    pub(crate) fn does(&self, part: Part) -> bool {
        self.part.is_none_or(|only| only == part)
    }
}

/// How much is measured.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    /// Packs on the ledger.
    pub(crate) packs: u64,
    /// Products, of as many packs each.
    pub(crate) products: u64,
    /// Members, each of which makes and holds some of the products.
    pub(crate) members: u64,
    /// Events of one pack each, in the filled folder.
    pub(crate) events: u64,
    /// Events that each pack that has any takes part in.
    pub(crate) events_a_pack: u64,
    /// Packs that one event of the execution names.
    pub(crate) packs_an_event: u64,
    /// Blocks of updates that are timed, by events in each.
    pub(crate) blocks: Vec<(u64, u64)>,
    /// How long each load lasts.
    pub(crate) load: Duration,
    /// Connections that ask at the same time.
    pub(crate) connections: usize,
    /// Submissions that are timed.
    pub(crate) submissions: u64,
    /// Packs in the EPCIS document, by a thousand an event.
    pub(crate) captured: u64,
}

impl Scale {
    pub(crate) fn of(arguments: &Arguments) -> Self {
        let mut scale = if arguments.short { Self::short() } else { Self::full() };
        scale.packs = arguments.packs.unwrap_or(scale.packs);
        scale.events = arguments.events.unwrap_or(scale.events);
        scale.captured = arguments.captured.unwrap_or(scale.captured);
        scale.connections = arguments.connections.unwrap_or(scale.connections);
        scale.load = arguments.seconds.map_or(scale.load, Duration::from_secs_f64);
        scale
    }

    /// Packs of each product that have events, in the filled folder.
    pub(crate) const fn moved_a_product(&self) -> u64 {
        self.events / self.events_a_pack / self.products
    }

    fn full() -> Self {
        Self {
            packs: 1_000_000,
            products: 50,
            members: 25,
            events: 1_000_000,
            events_a_pack: 10,
            packs_an_event: 10_000,
            blocks: vec![(1, 20), (5, 8)],
            load: Duration::from_secs(10),
            connections: 16,
            submissions: 200,
            captured: 100_000,
        }
    }

    fn short() -> Self {
        Self {
            packs: 2_000,
            products: 4,
            members: 2,
            events: 400,
            events_a_pack: 4,
            packs_an_event: 100,
            blocks: vec![(1, 3), (3, 3)],
            load: Duration::from_millis(300),
            connections: 2,
            submissions: 5,
            captured: 200,
        }
    }
}
