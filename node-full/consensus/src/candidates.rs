//! The blocks of the height to decide next: those found valid, and those that have to wait.

use crate::{
    chain::{Block, Kept, Round},
    engine::context::{BlockHeight, HeaderHash},
    streams::Streamed,
};
use std::collections::BTreeMap;

/// Undecided blocks in memory. The valid ones are kept by the chain too, durably.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    valid: BTreeMap<HeaderHash, Kept>,
    parked: Vec<Streamed>,
    ahead: Vec<Streamed>,
    judged: BTreeMap<Round, usize>,
}

impl Candidates {
    /// Those of a new height: what the chain kept of it, and the streams that came early, to be judged now.
    pub(crate) fn begin(&mut self, kept: Vec<Kept>) {
        let valid = kept.into_iter().map(|kept| (HeaderHash(kept.block.header.hash()), kept)).collect();
        let parked = std::mem::take(&mut self.ahead);
        *self = Self { valid, parked, ..Self::default() };
    }

    /// A valid block.
    pub(crate) fn get(&self, hash: HeaderHash) -> Option<&Block> {
        self.valid.get(&hash).map(|kept| &kept.block)
    }

    /// All valid blocks.
    pub(crate) fn valid(&self) -> impl Iterator<Item = &Kept> {
        self.valid.values()
    }

    /// The valid block proposed in `round`; if it was this node's turn, its own.
    pub(crate) fn of_round(&self, round: Round) -> Option<&Block> {
        self.valid.values().find(|kept| kept.round == round).map(|kept| &kept.block)
    }

    /// Adds a valid block, which the chain has kept.
    pub(crate) fn add(&mut self, round: Round, block: Block) {
        self.valid.entry(HeaderHash(block.header.hash())).or_insert(Kept { round, block });
    }

    /// Takes back a valid block: it is decided.
    pub(crate) fn take(&mut self, hash: HeaderHash) -> Option<Block> {
        self.valid.remove(&hash).map(|kept| kept.block)
    }

    /// Whether one more block of `round` may be judged: executing a block costs, and one proposer may sign many.
    pub(crate) fn may_judge(&mut self, round: Round) -> bool {
        let judged = self.judged.entry(round).or_default();
        *judged += 1;
        *judged <= MAX_JUDGED
    }

    /// Parks a block that was not valid when it came, to be judged again in a later round.
    pub(crate) fn park(&mut self, streamed: Streamed) {
        if self.parked.len() < MAX_PARKED && !self.parked.contains(&streamed) {
            self.parked.push(streamed);
        }
    }

    /// Takes the parked blocks.
    pub(crate) fn take_parked(&mut self) -> Vec<Streamed> {
        std::mem::take(&mut self.parked)
    }

    /// Holds a block of the height after `height`, which cannot be judged before that one is decided.
    pub(crate) fn hold_ahead(&mut self, height: BlockHeight, streamed: Streamed) {
        if streamed.lead.height.0 == height.0 + 1 && self.ahead.len() < MAX_PARKED {
            self.ahead.push(streamed);
        }
    }
}

const MAX_PARKED: usize = 8;

/// Per round: the proposer's own, a few from relays that altered the body, and what was parked.
const MAX_JUDGED: usize = 8;
