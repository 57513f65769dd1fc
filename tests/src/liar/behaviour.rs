//! How a node behaves.

use std::time::Duration;

/// What a node does to its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers as a node should.
    Honest,
    /// Says that nothing was recalled or dispensed, under a header that says otherwise.
    Tampered,
    /// Leaves out the leaf of the lot.
    Incomplete,
    /// Shows the chain as it was a day ago.
    Old,
    /// Answers from another chain.
    OtherChain,
    /// Shows another header of the newest height, signed by the same quorum.
    Fork,
    /// Shows a certificate with one signature too few.
    WeakQuorum,
    /// Proves nothing about history.
    NoHistory,
    /// Answers after a client has given up.
    Slow,
    /// Breaks off in the middle of the answer.
    CutOff,
    /// Fails.
    Error,
    /// Sends a page in place of an answer, as a hotel's network does.
    Garbage,
    /// Sends more than any answer has.
    TooLarge,
    /// Sends the client to another host.
    Redirect,
    /// Refuses every bucket, to learn which pack is asked about.
    Nosy,
    /// Answers about one seller, whichever is asked about.
    Impostor,
    /// Writes the domain that is asked about into the information of another seller.
    Renamed,
}

impl Behaviour {
    /// All behaviours.
    pub const ALL: [Self; 17] = [
        Self::Honest,
        Self::Tampered,
        Self::Incomplete,
        Self::Old,
        Self::OtherChain,
        Self::Fork,
        Self::WeakQuorum,
        Self::NoHistory,
        Self::Slow,
        Self::CutOff,
        Self::Error,
        Self::Garbage,
        Self::TooLarge,
        Self::Redirect,
        Self::Nosy,
        Self::Impostor,
        Self::Renamed,
    ];

    /// The first part of its node's path.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Tampered => "tampered",
            Self::Incomplete => "incomplete",
            Self::Old => "old",
            Self::OtherChain => "other-chain",
            Self::Fork => "fork",
            Self::WeakQuorum => "weak-quorum",
            Self::NoHistory => "no-history",
            Self::Slow => "slow",
            Self::CutOff => "cut-off",
            Self::Error => "error",
            Self::Garbage => "garbage",
            Self::TooLarge => "too-large",
            Self::Redirect => "redirect",
            Self::Nosy => "nosy",
            Self::Impostor => "impostor",
            Self::Renamed => "renamed",
        }
    }

    /// The behaviour that begins a path, and the rest of the path.
    pub fn of(path: &str) -> Option<(Self, &str)> {
        let (name, rest) = path.strip_prefix('/')?.split_once('/')?;
        Some((Self::ALL.into_iter().find(|behaviour| behaviour.name() == name)?, rest))
    }

    /// How long it waits before it answers.
    pub const fn delay(self) -> Duration {
        match self {
            Self::Slow => Duration::from_secs(30),
            _ => Duration::ZERO,
        }
    }
}
