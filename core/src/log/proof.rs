//! The hashes beside a path through the log.

use super::hash::LogHash;
use crate::encoding::{DecodeError, Field, Reader, Wire, put_number};
use alloc::vec::Vec;

/// At most 64 hashes, from the leaves towards the root.
///
/// Its encoding is `count u8 (0..=64) ‖ hashes`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogProof(Vec<LogHash>);

impl LogProof {
    /// The greatest number of hashes.
    pub const MAX_HASHES: usize = 64;

    /// A proof of these hashes, unless they are too many.
    pub fn new(hashes: Vec<LogHash>) -> Option<Self> {
        (hashes.len() <= Self::MAX_HASHES).then_some(Self(hashes))
    }

    /// The hashes.
    pub fn hashes(&self) -> &[LogHash] {
        &self.0
    }
}

impl Wire for LogProof {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.0.len() as u64, 1);
        self.0.iter().for_each(|hash| hash.put(out));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for LogProof {
    fn read(reader: &mut Reader<'_>) -> Self {
        let count = reader.count(1, 0, Self::MAX_HASHES, 32);
        Self(reader.fields(count))
    }
}

/// Why a proof about the log is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LogError {
    /// The index is not below the size.
    Index,
    /// The older size is 0 or greater than the newer one.
    Size,
    /// The sizes demand another number of hashes.
    Length,
    /// The proof's root is not the expected one.
    Root,
}

impl LogError {
    /// The stable reason code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Index => "trust.log.index",
            Self::Size => "trust.log.size",
            Self::Length => "trust.log.length",
            Self::Root => "trust.log.root",
        }
    }
}

impl core::fmt::Display for LogError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.code())
    }
}

impl core::error::Error for LogError {}

/// Folds `hash` with proof hashes, where bit i of `path` says whether the i-th stands left.
pub(super) fn climb(hash: LogHash, siblings: &[LogHash], path: u64) -> LogHash {
    siblings.iter().enumerate().fold(hash, |hash, (level, sibling)| {
        if path.checked_shr(level as u32).unwrap_or(0) & 1 == 1 {
            LogHash::node(sibling, &hash)
        } else {
            LogHash::node(&hash, sibling)
        }
    })
}

/// Folds `hash` with proof hashes that all stand left of it.
pub(super) fn climb_border(hash: LogHash, siblings: &[LogHash]) -> LogHash {
    siblings.iter().fold(hash, |hash, sibling| LogHash::node(sibling, &hash))
}

/// How many levels of the path to `index` lie inside the log's right border, and how many on it.
///
/// # Precondition
/// `index < size`.
pub(super) const fn levels(index: u64, size: u64) -> (usize, usize) {
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = match index.checked_shr(inner) {
        Some(rest) => rest.count_ones(),
        None => 0,
    };
    (inner as usize, border as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{string::ToString, vec};

    #[test]
    fn a_proof_has_at_most_64_hashes() {
        let hashes = |count| vec![LogHash::leaf(b""); count];
        let full = LogProof::new(hashes(64));
        let bytes = full.as_ref().map(LogProof::to_wire);
        assert_eq!(bytes.as_deref().map(LogProof::from_wire), full.map(Ok));
        assert_eq!(LogProof::new(hashes(65)), None);
        assert_eq!(LogProof::from_wire(&[65]), Err(DecodeError::Bounds));
        assert_eq!(LogProof::from_wire(&[1]), Err(DecodeError::Truncated));
    }

    #[test]
    fn levels_are_those_of_the_tree() {
        // Seven entries: 0 to 3 under one node, 4 and 5 under another, 6 alone at the border.
        assert_eq!([0, 3, 4, 5, 6].map(|index| levels(index, 7)), [(3, 0), (3, 0), (2, 1), (2, 1), (0, 2)]);
        assert_eq!(levels(0, 1), (0, 0));
        assert_eq!(levels(u64::MAX - 1, u64::MAX), (0, 63));
        assert_eq!(levels(0, u64::MAX), (64, 0));
    }

    #[test]
    fn codes_are_distinct() {
        let errors = [LogError::Index, LogError::Size, LogError::Length, LogError::Root];
        let codes = errors.map(|error| error.to_string());
        assert_eq!(codes, ["trust.log.index", "trust.log.size", "trust.log.length", "trust.log.root"]);
    }
}
