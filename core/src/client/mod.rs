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
mod bucket;
mod bundle;
mod error;
mod memory;
mod ranges;
mod remembered;
mod seller;
mod trust;
mod verify;

pub use advance::{Advanced, Consistency, Update};
pub use bundle::{BundlePart, Opened};
pub use error::TrustError;
pub use seller::{Seller, SellerDoubt};
pub use verify::{Contents, Many, RecordAnswer};

use crate::{
    anchor::Anchor,
    fork::Fork,
    header::{Header, Height},
    log::{LogHash, TreeSize},
};
use ranges::Ranges;
use remembered::{Certified, Seen};

/// A light client. It holds what it trusts; bytes from nodes are checked against that.
#[derive(Clone, Debug)]
pub struct Client {
    anchor: Anchor,
    newest: Header,
    ranges: Ranges,
    /// Size and root of the log that is known to contain everything seen before.
    history: (TreeSize, LogHash),
    certified: Certified,
    seen: Seen,
    /// The height at which a fork was seen.
    forked_at: Option<Height>,
    fork: Option<Fork>,
}

impl Client {
    /// A client that trusts `anchor` and nothing else.
    pub fn new(anchor: Anchor) -> Self {
        let newest = anchor.header().clone();
        let history = newest.log().unwrap_or((TreeSize(0), LogHash::empty_root()));
        let ranges = Ranges::new(anchor.set().clone(), &newest);
        Self {
            anchor,
            newest,
            ranges,
            history,
            certified: Certified::default(),
            seen: Seen::default(),
            forked_at: None,
            fork: None,
        }
    }

    /// The anchor.
    pub const fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// The newest header that a quorum was seen to sign, or the anchor's.
    pub const fn newest(&self) -> &Header {
        &self.newest
    }

    /// The height at which a fork was seen. Only a new anchor clears it.
    pub const fn forked_at(&self) -> Option<Height> {
        self.forked_at
    }

    /// Evidence of the fork, if both certificates are still at hand.
    pub const fn fork(&self) -> Option<&Fork> {
        self.fork.as_ref()
    }
}

/// What a proof must be asked for to answer a scan.
#[cfg(feature = "prove")]
pub fn scan_keys(reading: &crate::scan::Reading) -> alloc::vec::Vec<crate::proof::Key> {
    verify::keys(reading)
}
