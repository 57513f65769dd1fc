//! What this node has verified at the current height: prevotes, which prove locks, and proposals, which a
//! block is streamed again with.
//!
//! A block that comes again "with proof of lock" is believed to be locked only if a quorum of prevotes for it
//! passed this node's verifier: a proposer cannot escape the time bound by claiming one.

use crate::engine::context::{Address, BlockHeight, HeaderHash, Proposal, Validators, VoteSignature};
use arc_malachitebft_app::types::core::Round;
use medproof_core::keys::PublicKey;
use std::collections::{BTreeMap, BTreeSet};

/// Verified votes and proposals of one height.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    height: BlockHeight,
    prevotes: BTreeMap<(Round, HeaderHash), BTreeSet<PublicKey>>,
    counts: BTreeMap<PublicKey, usize>,
    proposals: BTreeMap<Proposed, VoteSignature>,
}

/// A proposal, by what is signed.
type Proposed = (Round, Round, HeaderHash, Address);

impl Witness {
    /// Forgets all and turns to `height`.
    pub(crate) fn begin(&mut self, height: BlockHeight) {
        *self = Self { height, ..Self::default() };
    }

    /// Takes note of a verified prevote.
    pub(crate) fn saw_prevote(&mut self, height: BlockHeight, round: Round, hash: HeaderHash, key: PublicKey) {
        let count = self.counts.entry(key).or_default();
        if height != self.height || *count == MAX_PER_VALIDATOR {
            return;
        }
        if self.prevotes.entry((round, hash)).or_default().insert(key) {
            *count += 1;
        }
    }

    /// Takes note of a verified proposal.
    pub(crate) fn saw_proposal(&mut self, proposal: &Proposal, signature: VoteSignature) {
        if proposal.height == self.height && self.proposals.len() < MAX_PROPOSALS {
            let key = (proposal.round, proposal.lock_round, proposal.value, proposal.address);
            self.proposals.insert(key, signature);
        }
    }

    /// Whether a quorum of `validators` prevoted for `hash` in `round`.
    pub(crate) fn is_locked(&self, round: Round, hash: HeaderHash, validators: &Validators) -> bool {
        let voters = self.prevotes.get(&(round, hash));
        let power = voters.map_or(0, |voters| voters.iter().map(|key| validators.power(key)).sum());
        validators.set().is_quorum(power)
    }

    /// The signature of a verified proposal.
    pub(crate) fn signature(&self, proposal: &Proposal) -> Option<VoteSignature> {
        self.proposals.get(&(proposal.round, proposal.lock_round, proposal.value, proposal.address)).copied()
    }
}

/// Rounds and headers that one validator's prevotes are remembered for, so that none fills the memory.
const MAX_PER_VALIDATOR: usize = 256;
const MAX_PROPOSALS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use medproof_core::{
        hash::Digest,
        validators::{Validator, ValidatorSet},
    };

    fn validators(powers: &[u32]) -> Validators {
        let validators = (1..).zip(powers).map(|(key, power)| Validator { key: PublicKey([key; 32]), power: *power });
        ValidatorSet::new(validators.collect()).expect("ascending").into()
    }

    #[test]
    fn a_lock_is_a_quorum_in_one_round_for_one_header() {
        let (validators, hash) = (validators(&[1; 4]), HeaderHash(Digest([9; 32])));
        let (height, round) = (BlockHeight(5), Round::new(2));
        let mut witness = Witness::default();
        witness.begin(height);
        for (key, locked) in [(1, false), (2, false), (2, false), (3, true)] {
            witness.saw_prevote(height, round, hash, PublicKey([key; 32]));
            assert_eq!(witness.is_locked(round, hash, &validators), locked, "{key}");
        }
        assert!(!witness.is_locked(Round::new(1), hash, &validators));
        assert!(!witness.is_locked(round, HeaderHash(Digest([8; 32])), &validators));
        witness.saw_prevote(BlockHeight(6), Round::new(0), hash, PublicKey([1; 32]));
        witness.begin(BlockHeight(6));
        assert!(!witness.is_locked(round, hash, &validators));
    }

    #[test]
    fn a_stranger_and_a_flooder_prove_nothing() {
        let (validators, height) = (validators(&[3, 1, 1]), BlockHeight(1));
        let mut witness = Witness::default();
        witness.begin(height);
        let hash = |number: u16| HeaderHash(medproof_core::hash::sha256(&number.to_be_bytes()));
        witness.saw_prevote(height, Round::new(0), hash(0), PublicKey([9; 32]));
        assert!(!witness.is_locked(Round::new(0), hash(0), &validators));
        for number in 0..1_000 {
            witness.saw_prevote(height, Round::new(0), hash(number), PublicKey([1; 32]));
            witness.saw_prevote(height, Round::new(0), hash(0), PublicKey([2; 32]));
        }
        assert_eq!(witness.prevotes.len(), MAX_PER_VALIDATOR);
        assert!(witness.is_locked(Round::new(0), hash(0), &validators));
    }
}
