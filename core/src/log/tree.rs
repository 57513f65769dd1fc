//! The event log in memory: for vectors, tests, and as the node's oracle.

use super::{LeafIndex, TreeSize, hash::LogHash, proof::LogProof};
use alloc::vec::Vec;

/// A log with the hashes of all its complete subtrees.
#[derive(Clone, Debug, Default)]
pub struct MemoryLog {
    /// `levels[h][i]` is the root of the 2ʰ entries from i · 2ʰ on.
    levels: Vec<Vec<LogHash>>,
}

impl MemoryLog {
    /// A log without entries.
    pub const fn new() -> Self {
        Self { levels: Vec::new() }
    }

    /// Appends an entry by its leaf hash and says where it stands.
    pub fn append(&mut self, leaf: LogHash) -> LeafIndex {
        let index = self.size().0;
        let mut hash = leaf;
        let mut level = 0;
        loop {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(row) = self.levels.get_mut(level) else { break };
            row.push(hash);
            let (pairs, []) = row.as_chunks::<2>() else { break };
            let Some([left, right]) = pairs.last() else { break };
            hash = LogHash::node(left, right);
            level += 1;
        }
        LeafIndex(index)
    }

    /// Number of entries.
    pub fn size(&self) -> TreeSize {
        TreeSize(self.levels.first().map_or(0, Vec::len) as u64)
    }

    /// The leaf hash of an entry.
    pub fn leaf(&self, index: LeafIndex) -> Option<LogHash> {
        self.levels.first()?.get(usize::try_from(index.0).ok()?).copied()
    }

    /// The root over all entries.
    pub fn root(&self) -> LogHash {
        self.range(0, self.size().0).unwrap_or_else(LogHash::empty_root)
    }

    /// The root over the first `size` entries, if there are as many.
    pub fn root_at(&self, size: TreeSize) -> Option<LogHash> {
        if size.0 == 0 {
            return Some(LogHash::empty_root());
        }
        self.range(0, size.0)
    }

    /// Shows that an entry stands at `index` among the first `size`; `None` if it does not.
    pub fn inclusion_proof(&self, index: LeafIndex, size: TreeSize) -> Option<LogProof> {
        if index.0 >= size.0 || size > self.size() {
            return None;
        }
        let mut hashes = Vec::new();
        let (mut from, mut to) = (0, size.0);
        while to - from > 1 {
            let middle = from + split(to - from);
            if index.0 < middle {
                hashes.push(self.range(middle, to)?);
                to = middle;
            } else {
                hashes.push(self.range(from, middle)?);
                from = middle;
            }
        }
        hashes.reverse();
        LogProof::new(hashes)
    }

    /// Shows that the first `size2` entries begin with the first `size1`.
    ///
    /// `None` unless `1 <= size1 <= size2` and there are `size2` entries.
    pub fn consistency_proof(&self, size1: TreeSize, size2: TreeSize) -> Option<LogProof> {
        if size1.0 == 0 || size1 > size2 || size2 > self.size() {
            return None;
        }
        let mut hashes = Vec::new();
        let (mut from, mut to) = (0, size2.0);
        while to != size1.0 {
            let middle = from + split(to - from);
            if size1.0 <= middle {
                hashes.push(self.range(middle, to)?);
                to = middle;
            } else {
                hashes.push(self.range(from, middle)?);
                from = middle;
            }
        }
        if from > 0 {
            hashes.push(self.range(from, to)?);
        }
        hashes.reverse();
        LogProof::new(hashes)
    }

    /// The root of the entries `from..to`.
    ///
    /// # Precondition
    /// The range is a node of some log: `from` is a multiple of the first power of two not below
    /// its length.
    fn range(&self, from: u64, to: u64) -> Option<LogHash> {
        let mut roots = Vec::new();
        let mut at = from;
        while at < to {
            let level = (to - at).ilog2();
            let row = self.levels.get(level as usize)?;
            roots.push(*row.get(usize::try_from(at >> level).ok()?)?);
            at += 1 << level;
        }
        roots.into_iter().rev().reduce(|right, left| LogHash::node(&left, &right))
    }
}

/// The largest power of two below `len`, which is at least 2.
const fn split(len: u64) -> u64 {
    1 << (len - 1).ilog2()
}
