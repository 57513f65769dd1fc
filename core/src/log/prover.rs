//! Proofs from a log, wherever its hashes are kept.

use super::{LeafIndex, TreeSize, hash::LogHash, proof::LogProof};
use alloc::vec::Vec;

/// A log whose complete subtrees can be asked for: in memory, in a store.
pub trait LogNodes {
    /// Why a hash cannot be read.
    type Error;

    /// Number of entries.
    fn size(&self) -> TreeSize;

    /// The root of the 2^`level` entries from `index` · 2^`level` on.
    ///
    /// # Precondition
    /// The log has all these entries.
    fn node(&self, level: u32, index: u64) -> Result<LogHash, Self::Error>;
}

/// The root over the first `size` entries; `None` if there are not as many.
pub fn root_at<L: LogNodes>(log: &L, size: TreeSize) -> Result<Option<LogHash>, L::Error> {
    match size {
        TreeSize(0) => Ok(Some(LogHash::empty_root())),
        TreeSize(to) if size <= log.size() => range(log, 0, to).map(Some),
        _ => Ok(None),
    }
}

/// Shows that an entry stands at `index` among the first `size`; `None` if it does not.
pub fn inclusion_proof<L: LogNodes>(log: &L, index: LeafIndex, size: TreeSize) -> Result<Option<LogProof>, L::Error> {
    if index.0 >= size.0 || size > log.size() {
        return Ok(None);
    }
    let mut hashes = Vec::new();
    let (mut from, mut to) = (0, size.0);
    while to - from > 1 {
        let middle = from + split(to - from);
        if index.0 < middle {
            hashes.push(range(log, middle, to)?);
            to = middle;
        } else {
            hashes.push(range(log, from, middle)?);
            from = middle;
        }
    }
    hashes.reverse();
    Ok(LogProof::new(hashes))
}

/// Shows that the first `size2` entries begin with the first `size1`.
///
/// `None` unless `1 <= size1 <= size2` and there are `size2` entries.
pub fn consistency_proof<L: LogNodes>(log: &L, size1: TreeSize, size2: TreeSize) -> Result<Option<LogProof>, L::Error> {
    if size1.0 == 0 || size1 > size2 || size2 > log.size() {
        return Ok(None);
    }
    let mut hashes = Vec::new();
    let (mut from, mut to) = (0, size2.0);
    while to != size1.0 {
        let middle = from + split(to - from);
        if size1.0 <= middle {
            hashes.push(range(log, middle, to)?);
            to = middle;
        } else {
            hashes.push(range(log, from, middle)?);
            from = middle;
        }
    }
    if from > 0 {
        hashes.push(range(log, from, to)?);
    }
    hashes.reverse();
    Ok(LogProof::new(hashes))
}

/// The root of the entries `from..to`.
///
/// # Precondition
/// The range is not empty and a node of some log: `from` is a multiple of the first power of two
/// not below its length.
fn range<L: LogNodes>(log: &L, from: u64, to: u64) -> Result<LogHash, L::Error> {
    let mut roots = Vec::new();
    let mut at = from;
    while at < to {
        let level = (to - at).ilog2();
        roots.push(log.node(level, at >> level)?);
        at += 1 << level;
    }
    let root = roots.into_iter().rev().reduce(|right, left| LogHash::node(&left, &right));
    Ok(root.unwrap_or_else(LogHash::empty_root))
}

/// The largest power of two below `len`, which is at least 2.
const fn split(len: u64) -> u64 {
    1 << (len - 1).ilog2()
}
