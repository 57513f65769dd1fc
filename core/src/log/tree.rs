//! The event log in memory: for vectors, tests, and as the node's oracle.

use super::{
    LeafIndex, TreeSize,
    hash::LogHash,
    proof::{LogError, LogProof},
    prover::{self, LogNodes},
};
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
        self.root_at(self.size()).unwrap_or_else(LogHash::empty_root)
    }

    /// The root over the first `size` entries, if there are as many.
    pub fn root_at(&self, size: TreeSize) -> Option<LogHash> {
        prover::root_at(self, size).ok()?
    }

    /// Shows that an entry stands at `index` among the first `size`; `None` if it does not.
    pub fn inclusion_proof(&self, index: LeafIndex, size: TreeSize) -> Option<LogProof> {
        prover::inclusion_proof(self, index, size).ok()?
    }

    /// Shows that the first `size2` entries begin with the first `size1`.
    ///
    /// `None` unless `1 <= size1 <= size2` and there are `size2` entries.
    pub fn consistency_proof(&self, size1: TreeSize, size2: TreeSize) -> Option<LogProof> {
        prover::consistency_proof(self, size1, size2).ok()?
    }
}

impl LogNodes for MemoryLog {
    type Error = LogError;

    fn size(&self) -> TreeSize {
        Self::size(self)
    }

    fn node(&self, level: u32, index: u64) -> Result<LogHash, LogError> {
        let row = self.levels.get(level as usize).ok_or(LogError::Size)?;
        let hash = usize::try_from(index).ok().and_then(|index| row.get(index));
        hash.copied().ok_or(LogError::Index)
    }
}
