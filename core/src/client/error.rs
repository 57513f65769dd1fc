//! Why a header or what hangs on it is not trusted.

use crate::{
    certificate::CertificateError,
    encoding::DecodeError,
    facts::ProofGap,
    header::{Height, UnixMillis},
    state::StateError,
};
use alloc::boxed::Box;

/// Why trust was not reached. Each variant says what was expected and what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustError {
    /// Bytes do not decode.
    Decode(DecodeError),
    /// The newest trusted header is older than the trusting period.
    NeedsNewAnchor {
        /// The last moment at which the newest trusted header could be relied on.
        until: UnixMillis,
    },
    /// The header lies below the anchor, and its set is not known.
    BeforeAnchor {
        /// The anchor's height.
        anchor: Height,
        /// The header's height.
        found: Height,
    },
    /// A quorum signed a header of a version that this client does not know.
    NewerHeader,
    /// Two headers of one height were certified.
    Fork {
        /// Their height.
        height: Height,
    },
    /// The header is of another chain.
    OtherChain,
    /// The header names a set that was in force before, not at its height.
    SetRetired,
    /// The header names a set that came into force after its height.
    SetEarly,
    /// The header names a set that this client does not know: a hand-over is missing.
    SetUnknown,
    /// Times do not rise with heights.
    TimeOrder {
        /// The bound set by a trusted header.
        bound: UnixMillis,
        /// The header's time.
        found: UnixMillis,
    },
    /// Hand-overs do not ascend, or one is not the known one of its height.
    HandOverOrder,
    /// A hand-over's new set is not the one that its header names.
    HandOverSet,
    /// A hand-over changes nothing.
    HandOverIdle,
    /// The last header names a next set that is not carried.
    HandOverMissing,
    /// An update does not go forward.
    OlderHeader {
        /// The newest trusted height.
        newest: Height,
        /// The update's height.
        found: Height,
    },
    /// The consistency proof starts at another log size than the client's.
    ConsistencyStart {
        /// The client's log size.
        expected: u64,
        /// The proof's first size.
        found: u64,
    },
    /// The new log does not contain the old one.
    Consistency,
    /// The certificate does not certify the header.
    Certificate(CertificateError),
    /// The state proof does not fold to the header's state root, or does not answer what was asked.
    State(StateError),
    /// The leaves are not the required ones.
    Leaves(ProofGap),
    /// The proof was asked for other keys than the scan has.
    OtherScan,
    /// The bucket's product is not canonical, or its serials can be guessed.
    BucketRefused,
}

impl TrustError {
    /// The stable reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::NeedsNewAnchor { .. } => "trust.needs-new-anchor",
            Self::BeforeAnchor { .. } => "trust.before-anchor",
            Self::NewerHeader => "trust.newer-client.header",
            Self::Fork { .. } => "trust.fork",
            Self::OtherChain => "trust.header.other-chain",
            Self::SetRetired => "trust.header.set-retired",
            Self::SetEarly => "trust.header.set-early",
            Self::SetUnknown => "trust.header.set-unknown",
            Self::TimeOrder { .. } => "trust.header.time-order",
            Self::HandOverOrder => "trust.hand-over.order",
            Self::HandOverSet => "trust.hand-over.set",
            Self::HandOverIdle => "trust.hand-over.idle",
            Self::HandOverMissing => "trust.hand-over.missing",
            Self::OlderHeader { .. } => "trust.older-header",
            Self::ConsistencyStart { .. } => "trust.log.other-start",
            Self::Consistency => "trust.log.consistency",
            Self::Certificate(error) => error.code(),
            Self::State(error) => error.code(),
            Self::Leaves(gap) => gap.code(),
            Self::OtherScan => "trust.proof.other-scan",
            Self::BucketRefused => "trust.bucket.refused",
        }
    }

    /// Whether two headers of one height were certified.
    pub(super) const fn is_fork(&self) -> bool {
        matches!(self, Self::Fork { .. })
    }

    /// Expected and found, where both are numbers that help.
    pub const fn numbers(&self) -> Option<(u64, u64)> {
        match self {
            Self::BeforeAnchor { anchor: expected, found } | Self::OlderHeader { newest: expected, found } => {
                Some((expected.0, found.0))
            }
            Self::TimeOrder { bound, found } => Some((bound.0, found.0)),
            Self::ConsistencyStart { expected, found } => Some((*expected, *found)),
            Self::Certificate(CertificateError::Height { expected, found }) => Some((expected.0, found.0)),
            Self::Certificate(CertificateError::SetLength { expected, found }) => {
                Some((*expected as u64, *found as u64))
            }
            // More than two thirds of the total: the least power that would do.
            Self::Certificate(CertificateError::PowerShort { total, found }) => Some((*total * 2 / 3 + 1, *found)),
            _ => None,
        }
    }
}

/// An error on its way out: one word where a [`TrustError`] is six, in every step that passes it on.
pub(super) type Refusal = Box<TrustError>;

impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        TrustError::from(error).into()
    }
}

impl From<ProofGap> for Refusal {
    fn from(gap: ProofGap) -> Self {
        TrustError::from(gap).into()
    }
}

impl From<DecodeError> for TrustError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<CertificateError> for TrustError {
    fn from(error: CertificateError) -> Self {
        Self::Certificate(error)
    }
}

impl From<ProofGap> for TrustError {
    fn from(gap: ProofGap) -> Self {
        match gap {
            ProofGap::Malformed(error) => Self::Decode(error),
            ProofGap::State(error) => Self::State(error),
            gap => Self::Leaves(gap),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, vec, vec::Vec};

    const LOW: Height = Height(3);
    const HIGH: Height = Height(9);

    fn all() -> Vec<TrustError> {
        vec![
            TrustError::Decode(DecodeError::Truncated),
            TrustError::NeedsNewAnchor { until: UnixMillis(1) },
            TrustError::BeforeAnchor { anchor: HIGH, found: LOW },
            TrustError::NewerHeader,
            TrustError::Fork { height: LOW },
            TrustError::OtherChain,
            TrustError::SetRetired,
            TrustError::SetEarly,
            TrustError::SetUnknown,
            TrustError::TimeOrder { bound: UnixMillis(9), found: UnixMillis(3) },
            TrustError::HandOverOrder,
            TrustError::HandOverSet,
            TrustError::HandOverIdle,
            TrustError::HandOverMissing,
            TrustError::OlderHeader { newest: HIGH, found: LOW },
            TrustError::ConsistencyStart { expected: 9, found: 3 },
            TrustError::Consistency,
            TrustError::Certificate(CertificateError::HeaderHash),
            TrustError::State(StateError::Root),
            TrustError::Leaves(ProofGap::Incomplete),
            TrustError::OtherScan,
            TrustError::BucketRefused,
        ]
    }

    #[test]
    fn codes_are_distinct_and_about_trust() {
        let codes: BTreeSet<_> = all().iter().map(TrustError::code).collect();
        assert_eq!(codes.len(), all().len());
        assert!(codes.iter().all(|code| code.starts_with("trust.")));
    }

    #[test]
    fn numbers_are_expected_and_found() {
        let with_numbers = all().iter().filter_map(TrustError::numbers).collect::<Vec<_>>();
        assert_eq!(with_numbers, [(9, 3); 4]);
        let certificate = |error: CertificateError| TrustError::from(error).numbers();
        assert_eq!(certificate(CertificateError::Height { expected: HIGH, found: LOW }), Some((9, 3)));
        assert_eq!(certificate(CertificateError::SetLength { expected: 9, found: 3 }), Some((9, 3)));
        // The least power that is more than two thirds.
        for (total, least) in [(3, 3), (4, 3), (6, 5), (10, 7)] {
            assert_eq!(certificate(CertificateError::PowerShort { total, found: 0 }), Some((least, 0)));
        }
    }

    #[test]
    fn gaps_are_named_by_their_kind() {
        assert_eq!(TrustError::from(ProofGap::Malformed(DecodeError::Value)), TrustError::Decode(DecodeError::Value));
        assert_eq!(TrustError::from(ProofGap::State(StateError::Forged)), TrustError::State(StateError::Forged));
        let gaps = [
            (ProofGap::Incomplete, "trust.proof.incomplete"),
            (ProofGap::Superfluous, "trust.proof.superfluous"),
            (ProofGap::Dangling, "trust.proof.dangling"),
            (ProofGap::LeafType, "trust.proof.leaf-type"),
            (ProofGap::Leaf(DecodeError::Value), "trust.proof.leaf"),
            (ProofGap::TooDeep, "trust.proof.too-deep"),
            (ProofGap::Malformed(DecodeError::Value), "trust.message.value"),
            (ProofGap::State(StateError::Root), "trust.state.root"),
        ];
        for (gap, code) in gaps {
            assert_eq!((gap.code(), TrustError::from(gap).code()), (code, code));
        }
    }
}
