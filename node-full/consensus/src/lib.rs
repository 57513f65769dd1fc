//! The consensus engine behind one interface.
//!
//! ```text
//! start(config, chain) ──► Handle (role, spread, ended, stop)
//!
//!            ready, propose, check, keep, decided, decided_range
//!   chain ◄───────────────────────────────────────────────────── consensus ◄──► peers
//! ```
//!
//! The engine is Malachite; none of its types leaves this crate. A chain of one validator, of many, and a node
//! that only follows run the same path. What validators sign is core's `vote_message`, checked by core's strict
//! rule; what the chain is given is a core `Certificate` that `Certificate::verify` has accepted.
//!
//! Three things keep a validator from contradicting itself: the engine's write-ahead log, the
//! [signing state](SigningState) which is on disk before a signature leaves, and the blocks that the
//! chain [keeps](Chain::keep). The first two lie in one folder that belongs into no backup.
//!
//! Not here: what a block means (the chain says), who is a validator at which height (the chain says), and any
//! storage besides that folder.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")
)]

// What the tests of the whole crate and those of its parts share names the crate from outside.
#[cfg(test)]
extern crate self as medproof_consensus;

mod app;
mod candidates;
mod chain;
mod config;
mod engine;
mod error;
mod gossip;
mod pace;
mod place;
mod role;
mod signing;
mod start;
mod streams;
mod witness;

pub use chain::{Block, Chain, ChainError, Decided, Judgement, Kept, Next, Origin, Round};
pub use config::{Config, NodeName, Patience, Peer, ValidatorKey};
pub use error::Error;
pub use gossip::{MAX_MESSAGE_BYTES, Spread};
pub use role::{Role, enrol, outlook};
pub use signing::{Ballot, SignedVote, SigningError, SigningState};
pub use start::{Handle, start};

/// What to put into a `tracing` filter: the engine's running commentary is not for operators, and its bridge to
/// us only ever complains that we have stopped. A line of that kind from elsewhere may be left over at a stop.
pub const QUIET: &str = "arc_malachitebft=warn,arc_malachitebft_app_channel=off,libp2p=warn";

/// The same for a node without peers, which would report with each block, as an error, that nobody listens.
pub const QUIET_ALONE: &str =
    "arc_malachitebft=warn,arc_malachitebft_app_channel=off,arc_malachitebft_network=off,libp2p=warn";

/// The engine's own metrics of this process in the text format of Prometheus; 1 in `node_safety_failure` asks for
/// an operator.
pub fn metrics() -> String {
    let mut text = String::new();
    arc_malachitebft_app::metrics::export(&mut text);
    text
}

/// A folder that only this user enters.
fn private_folder(path: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
