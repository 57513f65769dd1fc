//! What consensus asks of the chain: blocks to propose, a judgement on those of others, and a place
//! to keep both.

use async_trait::async_trait;
use bytes::Bytes;
use medproof_core::{
    certificate::Certificate,
    hash::Digest,
    header::{Header, Height},
    keys::PublicKey,
    validators::ValidatorSet,
};

/// A failure of the chain's own: its store, its disk. It ends consensus, since a node that cannot
/// keep what it has seen must not vote.
pub type ChainError = Box<dyn std::error::Error + Send + Sync>;

/// A round of voting within a height, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Round(pub u32);

/// A block: its header and what the header commits to. Consensus reads the header only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The header; its hash is what validators vote on.
    pub header: Header,
    /// The body, opaque to consensus.
    pub body: Bytes,
}

/// The height to decide next, and who decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// One above the newest block.
    pub height: Height,
    /// The set in force at that height.
    pub set: ValidatorSet,
}

/// A block that was kept before its height was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The round in which it was proposed.
    pub round: Round,
    /// The block.
    pub block: Block,
}

/// A block of the chain, with what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The block.
    pub block: Block,
    /// The certificate over its header.
    pub certificate: Certificate,
    /// The set that signed it.
    pub set: ValidatorSet,
}

/// How a block came, and so whether its time is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Proposed for the first time: its time must lie within the bound of this node's clock.
    First,
    /// Proposed again with proof that a quorum prevoted for it: its time is not asked about, or a
    /// lock older than the bound would halt the chain.
    Locked,
    /// Certified by a quorum, or kept by this node before it restarted: its time is not asked about.
    Synced,
}

/// What the chain says of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It follows from the parent state.
    Valid,
    /// It does not, and never will.
    Invalid,
    /// Not to be said yet: what it builds on is not known here.
    NotYet,
}

/// The chain as consensus needs it.
///
/// Consensus asks one question after another, except that [`Self::ready`] runs beside them. A question that has been
/// asked is waited for, unless [`Handle`](crate::Handle) is dropped.
#[async_trait]
pub trait Chain: Send + Sync + 'static {
    /// The chain's id, part of everything that a validator signs.
    fn chain_id(&self) -> Digest;

    /// The height to decide next. Asked once, at the start.
    async fn next(&self) -> Result<Next, ChainError>;

    /// The lowest height whose block this node can give to others.
    async fn first_height(&self) -> Result<Height, ChainError>;

    /// Returns when `height` should begin: there is something to propose, or the heartbeat is due.
    /// It may be dropped at any time, when a validator elsewhere has begun or this one is stopped. The first height
    /// after a start begins without it.
    async fn ready(&self, height: Height);

    /// A block for this height, built on the newest one. It is kept, so that the same block comes back
    /// for this height and round after a restart.
    async fn propose(&self, height: Height, round: Round) -> Result<Block, ChainError>;

    /// Judges a block of the height to decide next. Chain id, height, and the set that signs were compared
    /// with the header already.
    async fn check(&self, block: &Block, origin: Origin) -> Result<Judgement, ChainError>;

    /// Keeps an undecided block durably, beside others of the same height and round. The node's vote for it
    /// leaves only after this returns.
    async fn keep(&self, height: Height, round: Round, block: &Block) -> Result<(), ChainError>;

    /// The undecided blocks kept at `height`.
    async fn kept(&self, height: Height) -> Result<Vec<Kept>, ChainError>;

    /// Makes a block part of the chain with its certificate, which has been verified, in one durable step.
    /// What was kept at this height can go.
    async fn decided(&self, block: Block, certificate: Certificate) -> Result<Next, ChainError>;

    /// Blocks of the chain from `from` up to and including `to`, ascending without a gap; fewer if there are
    /// fewer.
    async fn decided_range(&self, from: Height, to: Height) -> Result<Vec<Decided>, ChainError>;

    /// Takes what another node spread with [`Spread`](crate::Spread). Unsigned and bounded in size; whatever it is
    /// worth, it carries itself.
    /// It is awaited before the next question, so it should only put the message somewhere.
    async fn gossiped(&self, message: Bytes);

    /// Takes note of a validator that was seen to sign two different votes of one kind for one height and round:
    /// its node is broken, or its key is in use twice.
    async fn equivocated(&self, validator: PublicKey);
}
