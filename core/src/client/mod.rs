//! The light client: from an anchor and untrusted bytes to verdicts.
//!
//! ```text
//! anchor ──► Client ──advance(update)──► newer header, never an older one
//!               └────verify(scan, proof)──► Verdict
//! ```
//!
//! A certificate once checked is remembered by header hash, so the next pack under the same header
//! costs hashing only. A fork, once seen, is kept as evidence and answers everything from then on.

mod advance;
mod error;
mod memory;
mod ranges;
mod remembered;
mod trust;
mod verify;

pub use advance::{Advanced, Consistency, Update};
pub use error::TrustError;
pub use memory::Memory;
pub use verify::{Contents, Many, RecordAnswer};

use crate::{anchor::Anchor, fork::Fork, hash::Digest, header::Header};
use ranges::Ranges;
use remembered::{Certified, Seen};

/// A light client. It holds what it trusts; bytes from nodes are checked against that.
#[derive(Clone, Debug)]
pub struct Client {
    anchor: Anchor,
    newest: Header,
    ranges: Ranges,
    /// Size and root of the log that is known to contain everything seen before.
    history: (u64, Digest),
    certified: Certified,
    seen: Seen,
    fork: Option<Fork>,
}

impl Client {
    /// A client that trusts `anchor` and nothing else.
    pub fn new(anchor: Anchor) -> Self {
        let newest = anchor.header().clone();
        let history = newest.log().map_or((0, Digest::ZERO), |(size, root)| (size, *root));
        let ranges = Ranges::new(anchor.set().clone(), &newest);
        Self { anchor, newest, ranges, history, certified: Certified::default(), seen: Seen::default(), fork: None }
    }

    /// The anchor.
    pub const fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// The newest header that a quorum was seen to sign, or the anchor's.
    pub const fn newest(&self) -> &Header {
        &self.newest
    }

    /// Evidence of a fork, if one was seen. Only a new anchor clears it.
    pub const fn fork(&self) -> Option<&Fork> {
        self.fork.as_ref()
    }
}
