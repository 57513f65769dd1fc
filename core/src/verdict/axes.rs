//! The axes of a verdict.

use crate::{
    client::TrustError,
    event::MemberRole,
    facts::ProofGap,
    header::{Height, UnixMillis},
    identity::{Day, MemberId},
    leaf::{MemberState, State, StateCode},
    scan::ScanError,
};

/// Whether a quorum vouches for the leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// A quorum signed the header, and all required leaves are proved against it.
    Quorum,
    /// As `Quorum`, but a leaf or state is newer than this client.
    NeedsNewerClient,
    /// It was not reached; the error says why.
    Failed(TrustError),
    /// The scan names nothing that could be checked.
    NotChecked,
}

impl Trust {
    /// The axis value's stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Quorum => "quorum",
            Self::NeedsNewerClient => "needs-newer-client",
            Self::NotChecked => "not-checked",
            Self::Failed(error) => match error {
                TrustError::NeedsNewAnchor { .. } => "needs-new-anchor",
                TrustError::BeforeAnchor { .. } => "before-anchor",
                TrustError::NewerHeader | TrustError::Leaves(ProofGap::Newer) => "needs-newer-client",
                TrustError::Decode(error) if error.is_newer() => "needs-newer-client",
                TrustError::Fork { .. } => "fork",
                _ => "invalid",
            },
        }
    }

    /// The check that failed.
    pub(crate) const fn error(self) -> Option<TrustError> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// How old the answer is. Ages are in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Freshness {
    /// From a node, within the limit.
    Fresh {
        /// Now minus header time.
        age_ms: u64,
    },
    /// Carried or cached, within the limit.
    Carried {
        /// Now minus header time.
        age_ms: u64,
    },
    /// Too old, or older than what was seen of this pack before.
    Stale {
        /// Now minus header time.
        age_ms: u64,
    },
    /// The header's time lies ahead of this device's clock by more than the tolerance.
    Future {
        /// Header time minus now.
        ahead_ms: u64,
    },
}

impl Freshness {
    /// The axis value's stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Fresh { .. } => "fresh",
            Self::Carried { .. } => "carried",
            Self::Stale { .. } => "stale",
            Self::Future { .. } => "future",
        }
    }

    /// The age of the header, or how far ahead it is, in ms.
    pub(crate) const fn ms(self) -> u64 {
        match self {
            Self::Fresh { age_ms: ms }
            | Self::Carried { age_ms: ms }
            | Self::Stale { age_ms: ms }
            | Self::Future { ahead_ms: ms } => ms,
        }
    }

    /// Whether what would be `ok` or `warn` may still be said.
    pub const fn is_current(&self) -> bool {
        matches!(self, Self::Fresh { .. } | Self::Carried { .. })
    }
}

/// What a scan names: one pack, a lot, a product, or a logistic unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// One serialised pack.
    Pack,
    /// A lot, no serial.
    Lot,
    /// A product, neither lot nor serial.
    Product,
    /// A logistic unit (SSCC).
    Unit,
}

impl Level {
    /// The level's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Lot => "lot",
            Self::Product => "product",
            Self::Unit => "unit",
        }
    }
}

/// Whether the scanned identifier is on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identifier {
    /// It is.
    Registered(Level),
    /// It is proved not to be, though its product is.
    Absent(Level),
    /// Its product is proved not to be in this registry.
    UnknownProduct,
    /// The scan cannot be read.
    Unreadable(ScanError),
    /// The scan can be read in more than one way.
    Ambiguous,
    /// Nothing was proved.
    NotProved,
}

impl Identifier {
    /// The axis value's stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Registered(_) => "registered",
            Self::Absent(_) => "absent",
            Self::UnknownProduct => "unknown-product",
            Self::Unreadable(_) => "unreadable",
            Self::Ambiguous => "ambiguous",
            Self::NotProved => "not-proved",
        }
    }

    /// What is or is not on the ledger.
    pub(crate) const fn level(self) -> Option<Level> {
        match self {
            Self::Registered(level) | Self::Absent(level) => Some(level),
            _ => None,
        }
    }
}

/// Whether something printed on the pack is what the ledger says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Match {
    /// It is.
    Match,
    /// It is not.
    Mismatch,
    /// It is not printed, or there is nothing to compare with.
    #[default]
    NotOnPack,
}

impl Match {
    /// The axis value's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Mismatch => "mismatch",
            Self::NotOnPack => "not-on-pack",
        }
    }
}

/// Lot and expiry on the pack against the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agreement {
    /// The lot number.
    pub lot: Match,
    /// The expiry date.
    pub expiry: Match,
}

/// States, each the worst of its kind, and the worst of all that this client knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct States {
    /// The pack's own.
    pub pack: Option<StateCode>,
    /// The units' above it.
    pub unit: Option<StateCode>,
    /// The lot's.
    pub lot: Option<StateCode>,
    /// The product's.
    pub product: Option<StateCode>,
    /// The worst known state.
    pub effective: Option<State>,
}

/// Whether the lot is in date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expiry {
    /// The last day of use on the ledger, to 24:00 UTC.
    pub day: Day,
    /// Whether it is over.
    pub is_expired: bool,
}

/// What is known of a key at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyState {
    /// In use.
    Valid,
    /// Revoked before.
    Revoked,
    /// Others may have signed with it.
    Compromised,
}

impl KeyState {
    /// The axis value's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Revoked => "revoked",
            Self::Compromised => "compromised",
        }
    }
}

/// Who released the lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Issuer {
    /// The member.
    pub member: MemberId,
    /// Its role at release.
    pub role: MemberRole,
    /// The release key at release (and at registration of the pack).
    pub key_then: KeyState,
    /// The release key at the header's time.
    pub key_now: KeyState,
    /// The member's state now; `None` is newer than this client.
    pub member_now: Option<MemberState>,
}

/// What else a registered pack's leaf says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackDetails {
    /// The day since which the pack's own state holds.
    pub since: Day,
    /// Units left in the pack.
    pub quantity_left: u16,
    /// Number of events in the custody chain.
    pub events: u32,
}

/// The header that an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AsOf {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: UnixMillis,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{encoding::DecodeError, facts::ProofGap};

    #[test]
    fn failures_are_named_by_what_can_be_done_about_them() {
        let height = Height(0);
        for (error, name) in [
            (TrustError::NeedsNewAnchor { until: UnixMillis(0) }, "needs-new-anchor"),
            (TrustError::BeforeAnchor { anchor: height, found: height }, "before-anchor"),
            (TrustError::NewerHeader, "needs-newer-client"),
            (TrustError::Decode(DecodeError::NewerVersion), "needs-newer-client"),
            (TrustError::Decode(DecodeError::NewerSuite), "needs-newer-client"),
            (TrustError::Decode(DecodeError::Truncated), "invalid"),
            (TrustError::Fork { height }, "fork"),
            (TrustError::OtherChain, "invalid"),
            (TrustError::Leaves(ProofGap::Incomplete), "invalid"),
        ] {
            assert_eq!(Trust::Failed(error).name(), name, "{error:?}");
        }
        assert_eq!(Trust::Quorum.name(), "quorum");
        assert_eq!(Trust::NeedsNewerClient.name(), "needs-newer-client");
        assert_eq!(Trust::NotChecked.name(), "not-checked");
    }

    #[test]
    fn only_fresh_and_carried_are_current() {
        let all = [
            Freshness::Fresh { age_ms: 1 },
            Freshness::Carried { age_ms: 1 },
            Freshness::Stale { age_ms: 1 },
            Freshness::Future { ahead_ms: 1 },
        ];
        assert_eq!(all.map(|freshness| freshness.name()), ["fresh", "carried", "stale", "future"]);
        assert_eq!(all.map(|freshness| freshness.is_current()), [true, true, false, false]);
    }

    #[test]
    fn names_are_those_of_the_format() {
        let levels = [Level::Pack, Level::Lot, Level::Product, Level::Unit];
        assert_eq!(levels.map(Level::name), ["pack", "lot", "product", "unit"]);
        let identifiers = [
            Identifier::Registered(Level::Pack),
            Identifier::Absent(Level::Pack),
            Identifier::UnknownProduct,
            Identifier::Unreadable(ScanError::Empty),
            Identifier::Ambiguous,
            Identifier::NotProved,
        ];
        let names = ["registered", "absent", "unknown-product", "unreadable", "ambiguous", "not-proved"];
        assert_eq!(identifiers.map(|identifier| identifier.name()), names);
        assert_eq!(
            [Match::Match, Match::Mismatch, Match::NotOnPack].map(Match::name),
            ["match", "mismatch", "not-on-pack"]
        );
        assert_eq!(Match::default(), Match::NotOnPack);
        let keys = [KeyState::Valid, KeyState::Revoked, KeyState::Compromised];
        assert_eq!(keys.map(KeyState::name), ["valid", "revoked", "compromised"]);
    }
}
