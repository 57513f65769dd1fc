//! A block, as it enters the store.

use crate::{
    error::{BlockFault, StoreError},
    log::TileRow,
    rows::Row,
    tree::Staged,
    view::View,
};
use medproof_core::{
    certificate::Certificate,
    hash::Digest,
    header::{Header, HeaderFields, Height},
    validators::ValidatorSet,
};

/// A decided block with everything that it changes.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the caller puts a block together")]
pub struct NewBlock {
    /// The header.
    pub header: Header,
    /// The quorum's certificate; none for the block of height 0.
    pub certificate: Option<Certificate>,
    /// The set that the header names as the next, unless the store has it already.
    pub next_set: Option<ValidatorSet>,
    /// The block's events, in order.
    pub events: Vec<LoggedEvent>,
    /// The changes of the state.
    pub staged: Staged,
    /// Rows of the caller's own tables.
    pub rows: Vec<Row>,
}

/// An event with the entry that the log holds for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an event has an entry")]
pub struct LoggedEvent {
    /// The event's bytes.
    pub event: Vec<u8>,
    /// The log entry's bytes.
    pub entry: Vec<u8>,
}

/// A proposal that is not decided yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the caller keeps a proposal")]
pub struct Undecided {
    /// The round in which it was proposed.
    pub round: u32,
    /// The hash of its header.
    pub header_hash: Digest,
    /// What the caller needs of it.
    pub bytes: Vec<u8>,
}

/// A block that follows from what the store holds.
pub(crate) struct Checked {
    pub(crate) fields: HeaderFields,
    pub(crate) tiles: Vec<TileRow>,
}

impl NewBlock {
    /// Checks everything that the header says about the block, and its certificate.
    pub(crate) fn check(&self, view: &View) -> Result<Checked, StoreError> {
        let fields = self.header.fields().ok_or(StoreError::Block(BlockFault::Version))?;
        self.check_parent(view, &fields)?;
        self.check_certificate(view)?;
        let known = self.next_set.as_ref().is_some_and(|set| *set.hash() == fields.next_set_hash);
        if !known && view.set(&fields.next_set_hash)?.is_none() {
            return Err(StoreError::Block(BlockFault::Set));
        }
        if self.staged.base != view.root_summary() {
            return Err(StoreError::Block(BlockFault::Staged));
        }
        if self.staged.state_root() != fields.state_root {
            return Err(StoreError::Block(BlockFault::StateRoot));
        }
        let (tail, tiles) = view.log_tail()?.append_rows(self.events.iter().map(|event| &event.entry[..]))?;
        if (tail.size(), tail.root()) != (fields.log_size, fields.log_root) {
            return Err(StoreError::Block(BlockFault::Log { expected: tail.size(), found: fields.log_size }));
        }
        Ok(Checked { fields, tiles })
    }

    fn check_parent(&self, view: &View, fields: &HeaderFields) -> Result<(), StoreError> {
        let expected = view.tip().map_or(Height(0), |tip| Height(tip.height().0 + 1));
        if fields.height != expected {
            return Err(StoreError::Block(BlockFault::Height { expected, found: fields.height }));
        }
        let follows = view.tip().is_none_or(|tip| {
            *tip.chain_id() == fields.chain_id
                && tip.hash() == fields.parent_hash
                && *tip.next_set_hash() == fields.set_hash
                && tip.time() < fields.time
        });
        if follows { Ok(()) } else { Err(StoreError::Block(BlockFault::Parent)) }
    }

    fn check_certificate(&self, view: &View) -> Result<(), StoreError> {
        match (&self.certificate, view.tip()) {
            (None, None) => Ok(()),
            (Some(certificate), Some(_)) => {
                let set = view.set(self.header.set_hash())?.ok_or(StoreError::Block(BlockFault::Set))?;
                certificate.verify(&self.header, &set).map_err(|error| StoreError::Block(BlockFault::Certified(error)))
            }
            _ => Err(StoreError::Block(BlockFault::Certificate)),
        }
    }
}
