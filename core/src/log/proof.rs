//! The hashes beside a path through the log.

use super::hash::LogHash;
use crate::encoding::{DecodeError, Reader, Wire};
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
        out.extend(u8::try_from(self.0.len()));
        self.0.iter().for_each(|hash| hash.put(out));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = usize::from(reader.u8()?);
        if count > Self::MAX_HASHES {
            return Err(DecodeError::Bounds);
        }
        let (hashes, _) = reader.take(count * 32)?.as_chunks();
        Ok(Self(hashes.iter().map(|hash| LogHash::from_bytes(*hash)).collect()))
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
