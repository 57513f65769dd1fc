//! The blocks of the height to decide next: those found valid, and those that have to wait.

use crate::{
    chain::{Block, Kept, Round},
    engine::context::{BlockHeight, HeaderHash},
    streams::Streamed,
};
use std::collections::{BTreeMap, BTreeSet};

/// Undecided blocks in memory. The valid ones are kept by the chain too, durably.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    valid: BTreeMap<HeaderHash, Block>,
    /// Which was proposed when: one block may be proposed in several rounds.
    proposed: BTreeSet<(Round, HeaderHash)>,
    parked: Vec<Streamed>,
    ahead: Vec<Streamed>,
    judged: BTreeMap<Round, usize>,
}

impl Candidates {
    /// Those of a new height: what the chain kept of it, and the streams that came early, to be judged now.
    pub(crate) fn begin(&mut self, kept: Vec<Kept>) {
        let parked = std::mem::take(&mut self.ahead);
        *self = Self { parked, ..Self::default() };
        for Kept { round, block } in kept {
            self.add(round, block);
        }
    }

    /// A valid block.
    pub(crate) fn get(&self, hash: HeaderHash) -> Option<&Block> {
        self.valid.get(&hash)
    }

    /// All rounds with the valid blocks that were proposed in them.
    pub(crate) fn proposed(&self) -> impl Iterator<Item = (Round, HeaderHash)> {
        self.proposed.iter().copied()
    }

    /// The valid block proposed in `round`; if it was this node's turn, its own.
    pub(crate) fn of_round(&self, round: Round) -> Option<&Block> {
        let (_, hash) = self.proposed.iter().find(|(of, _)| *of == round)?;
        self.get(*hash)
    }

    /// Adds a valid block that was proposed in `round`, and which the chain has kept for it.
    pub(crate) fn add(&mut self, round: Round, block: Block) {
        let hash = HeaderHash(block.header.hash());
        self.proposed.insert((round, hash));
        self.valid.entry(hash).or_insert(block);
    }

    /// Takes back a valid block: it is decided.
    pub(crate) fn take(&mut self, hash: HeaderHash) -> Option<Block> {
        self.valid.remove(&hash)
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
