//! The engine's types, filled with core's.

use arc_malachitebft_app::types::core::{self as engine, LinearTimeouts, NilOrVal, Round, VoteType};
use bytes::Bytes;
use ed25519_dalek::SigningKey;
use medproof_core::{
    certificate::VoteKind,
    encoding::DecodeError,
    hash::Digest,
    header::Height,
    keys::{PublicKey, Signature},
    validators::ValidatorSet,
};
use std::{fmt, sync::Arc};

/// The engine's view of a chain of ours.
#[derive(Clone, Debug)]
pub(crate) struct Ledger;

/// A height, in the engine's trait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BlockHeight(pub(crate) u64);

/// A validator's address: its public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address(pub(crate) PublicKey);

/// What is voted on: a header's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct HeaderHash(pub(crate) Digest);

/// A signature with the order that the engine asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VoteSignature(pub(crate) [u8; 64]);

/// A prevote or precommit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vote {
    pub(crate) kind: VoteType,
    pub(crate) height: BlockHeight,
    pub(crate) round: Round,
    pub(crate) value: NilOrVal<HeaderHash>,
    pub(crate) address: Address,
}

/// A proposal of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposal {
    pub(crate) height: BlockHeight,
    pub(crate) round: Round,
    pub(crate) value: HeaderHash,
    pub(crate) lock_round: Round,
    pub(crate) address: Address,
}

/// One of the messages in which a block travels, or something that a node spreads beside blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// What comes first: whose block this is.
    Lead(Lead),
    /// A piece of the body.
    Body(Bytes),
    /// Not of a block.
    Gossip(Bytes),
}

/// The head of a streamed block: the header, and the proposer's signature over the proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lead {
    pub(crate) height: BlockHeight,
    pub(crate) round: Round,
    pub(crate) lock_round: Round,
    pub(crate) header: Bytes,
    pub(crate) signature: VoteSignature,
}

/// A validator of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validator {
    address: Address,
    power: u32,
}

/// A validator set, cheap to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Validators {
    entries: Arc<[Validator]>,
    set: Arc<ValidatorSet>,
}

impl From<Height> for BlockHeight {
    fn from(height: Height) -> Self {
        Self(height.0)
    }
}

impl From<BlockHeight> for Height {
    fn from(height: BlockHeight) -> Self {
        Self(height.0)
    }
}

impl From<ValidatorSet> for Validators {
    fn from(set: ValidatorSet) -> Self {
        let entry = |validator: &medproof_core::validators::Validator| Validator {
            address: Address(validator.key),
            power: validator.power,
        };
        Self { entries: set.validators().iter().map(entry).collect(), set: Arc::new(set) }
    }
}

impl Validators {
    /// The set itself.
    pub(crate) fn set(&self) -> &ValidatorSet {
        &self.set
    }

    /// Whether `key` has a vote.
    pub(crate) fn contains(&self, key: &PublicKey) -> bool {
        self.place(key).is_some()
    }

    /// The place of `key` in the set.
    pub(crate) fn place(&self, key: &PublicKey) -> Option<usize> {
        self.entries.binary_search_by(|entry| entry.address.0.cmp(key)).ok()
    }

    /// The power of `key`, 0 if it has no vote.
    pub(crate) fn power(&self, key: &PublicKey) -> u64 {
        let entry = self.place(key).and_then(|place| self.entries.get(place));
        entry.map_or(0, |entry| u64::from(entry.power))
    }

    /// Whose turn it is to propose: each validator in turn, whatever its power.
    #[expect(clippy::indexing_slicing, reason = "a set has at least one validator, and the place is below its length")]
    pub(crate) fn proposer(&self, height: BlockHeight, round: Round) -> &Validator {
        let turn = height.0.wrapping_add(u64::from(round.as_u32().unwrap_or(0)));
        &self.entries[(turn % self.entries.len() as u64) as usize]
    }
}

impl Validator {
    /// The key that signs its votes.
    pub(crate) const fn key(&self) -> &PublicKey {
        &self.address.0
    }
}

/// The round as core's messages have it: −1 for none.
pub(crate) fn signed_round(round: Round) -> i32 {
    round.as_u32().and_then(|round| i32::try_from(round).ok()).unwrap_or(-1)
}

impl Vote {
    /// What a signature over this vote is for.
    pub(crate) fn vote_kind(&self) -> VoteKind {
        match self.kind {
            VoteType::Prevote => VoteKind::Prevote,
            VoteType::Precommit => VoteKind::Precommit,
        }
    }

    /// The header hash voted for; zeros for none.
    pub(crate) fn header_hash(&self) -> Digest {
        match &self.value {
            NilOrVal::Nil => Digest::ZERO,
            NilOrVal::Val(hash) => hash.0,
        }
    }
}

impl fmt::Display for BlockHeight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0.0, f)
    }
}

impl fmt::Display for HeaderHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0.0, f)
    }
}

fn hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

impl engine::Height for BlockHeight {
    const ZERO: Self = Self(0);
    const INITIAL: Self = Self(1);

    fn increment_by(&self, n: u64) -> Self {
        Self(self.0.saturating_add(n))
    }

    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.checked_sub(n).map(Self)
    }

    fn as_u64(&self) -> u64 {
        self.0
    }
}

impl engine::Address for Address {}

impl engine::Value for HeaderHash {
    type Id = Self;

    fn id(&self) -> Self {
        *self
    }
}

impl engine::ProposalPart<Ledger> for Part {
    fn is_first(&self) -> bool {
        matches!(self, Self::Lead(_))
    }

    fn is_last(&self) -> bool {
        false
    }
}

impl engine::Validator<Ledger> for Validator {
    fn address(&self) -> &Address {
        &self.address
    }

    fn public_key(&self) -> &PublicKey {
        &self.address.0
    }

    fn voting_power(&self) -> u64 {
        u64::from(self.power)
    }
}

impl engine::ValidatorSet<Ledger> for Validators {
    fn count(&self) -> usize {
        self.entries.len()
    }

    fn total_voting_power(&self) -> u64 {
        self.set.total_power()
    }

    fn get_by_address(&self, address: &Address) -> Option<&Validator> {
        self.entries.get(self.place(&address.0)?)
    }

    fn get_by_index(&self, index: usize) -> Option<&Validator> {
        self.entries.get(index)
    }
}

impl engine::Vote<Ledger> for Vote {
    fn height(&self) -> BlockHeight {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &NilOrVal<HeaderHash> {
        &self.value
    }

    fn take_value(self) -> NilOrVal<HeaderHash> {
        self.value
    }

    fn vote_type(&self) -> VoteType {
        self.kind
    }

    fn validator_address(&self) -> &Address {
        &self.address
    }

    fn extension(&self) -> Option<&engine::SignedExtension<Ledger>> {
        None
    }

    fn take_extension(&mut self) -> Option<engine::SignedExtension<Ledger>> {
        None
    }

    fn extend(self, _extension: engine::SignedExtension<Ledger>) -> Self {
        self
    }
}

impl engine::Proposal<Ledger> for Proposal {
    fn height(&self) -> BlockHeight {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &HeaderHash {
        &self.value
    }

    fn take_value(self) -> HeaderHash {
        self.value
    }

    fn pol_round(&self) -> Round {
        self.lock_round
    }

    fn validator_address(&self) -> &Address {
        &self.address
    }
}

/// Ed25519 under core's strict rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Strict;

impl engine::SigningScheme for Strict {
    type DecodingError = DecodeError;
    type Signature = VoteSignature;
    type PublicKey = PublicKey;
    type PrivateKey = SigningKey;

    fn decode_signature(bytes: &[u8]) -> Result<VoteSignature, DecodeError> {
        bytes.try_into().map(VoteSignature).map_err(|_| DecodeError::Bounds)
    }

    fn encode_signature(signature: &VoteSignature) -> Vec<u8> {
        signature.0.to_vec()
    }

    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, DecodeError> {
        bytes.try_into().map(PublicKey).map_err(|_| DecodeError::Bounds)
    }

    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.0.to_vec()
    }
}

impl From<VoteSignature> for Signature {
    fn from(signature: VoteSignature) -> Self {
        Self(signature.0)
    }
}

impl From<Signature> for VoteSignature {
    fn from(signature: Signature) -> Self {
        Self(signature.0)
    }
}

impl engine::Context for Ledger {
    type Address = Address;
    type Height = BlockHeight;
    type ProposalPart = Part;
    type Proposal = Proposal;
    type Validator = Validator;
    type ValidatorSet = Validators;
    type Timeouts = LinearTimeouts;
    type Value = HeaderHash;
    type Vote = Vote;
    type Extension = ();
    type SigningScheme = Strict;

    fn select_proposer<'a>(&self, set: &'a Validators, height: BlockHeight, round: Round) -> &'a Validator {
        set.proposer(height, round)
    }

    fn new_proposal(
        &self,
        height: BlockHeight,
        round: Round,
        value: HeaderHash,
        lock_round: Round,
        address: Address,
    ) -> Proposal {
        Proposal { height, round, value, lock_round, address }
    }

    fn new_prevote(&self, height: BlockHeight, round: Round, value: NilOrVal<HeaderHash>, address: Address) -> Vote {
        Vote { kind: VoteType::Prevote, height, round, value, address }
    }

    fn new_precommit(&self, height: BlockHeight, round: Round, value: NilOrVal<HeaderHash>, address: Address) -> Vote {
        Vote { kind: VoteType::Precommit, height, round, value, address }
    }
}
