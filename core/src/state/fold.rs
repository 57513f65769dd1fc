//! From ends and siblings up to the root.
//!
//! The siblings of a proof stand in the order in which a walk from the root meets their levels:
//! node before children, left before right. Read backwards, that is the order in which a walk
//! from the last end to the first needs them, so one pass with a stack of finished right-hand
//! subtrees computes the root.

use super::{error::StateError, node::NodeHash, path::Path};
use alloc::vec::Vec;

/// The bitmap and siblings of a proof, read from their ends.
///
/// When the bitmap is used up every further sibling is empty: a complete subtree has no bitmap.
#[derive(Default)]
pub(super) struct Siblings<'a> {
    bitmap: &'a [u8],
    levels: usize,
    hashes: &'a [[u8; 32]],
}

impl<'a> Siblings<'a> {
    /// The siblings of `levels` one-sided levels.
    pub(super) const fn new(bitmap: &'a [u8], levels: usize, hashes: &'a [[u8; 32]]) -> Self {
        Self { bitmap, levels, hashes }
    }

    fn previous(&mut self) -> NodeHash {
        let Some(level) = self.levels.checked_sub(1) else { return NodeHash::EMPTY };
        self.levels = level;
        let present = self.bitmap.get(level / 8).is_some_and(|byte| byte >> (7 - level % 8) & 1 == 1);
        match self.hashes.split_last() {
            Some((hash, before)) if present => {
                self.hashes = before;
                NodeHash::from_bytes(*hash)
            }
            _ => NodeHash::EMPTY,
        }
    }
}

/// A fold in progress, from the last end to the first.
#[derive(Default)]
pub(super) struct Fold<'a> {
    siblings: Siblings<'a>,
    /// Right-hand subtrees that wait for what lies left of them, with the depth of their roots.
    pending: Vec<(usize, NodeHash)>,
}

impl<'a> Fold<'a> {
    /// A fold with these siblings.
    pub(super) const fn new(siblings: Siblings<'a>) -> Self {
        Self { siblings, pending: Vec::new() }
    }

    /// Folds `node`, which lies at depth `from` under `path`, up to depth `to`.
    ///
    /// # Precondition
    /// What lies right of it, down to the next end, was climbed and kept before.
    pub(super) fn climb(
        &mut self,
        path: &Path,
        mut node: NodeHash,
        from: usize,
        to: usize,
    ) -> Result<NodeHash, StateError> {
        for depth in (to..from).rev() {
            let sibling = match self.pending.pop_if(|(root_depth, _)| *root_depth == depth + 1) {
                Some((_, right)) => right,
                None => self.siblings.previous(),
            };
            node =
                if path.bit(depth) { NodeHash::folded(&sibling, &node)? } else { NodeHash::folded(&node, &sibling)? };
        }
        Ok(node)
    }

    /// Keeps a right-hand subtree whose root lies at `depth`.
    pub(super) fn keep(&mut self, depth: usize, node: NodeHash) {
        self.pending.push((depth, node));
    }
}

/// The root at `depth` of a subtree with exactly these leaves.
///
/// # Precondition
/// The leaves ascend strictly and share their first `depth` bits.
pub(super) fn complete_root(leaves: &[(Path, NodeHash)], depth: usize) -> NodeHash {
    let mut fold = Fold::default();
    let mut shared_after = None;
    let mut rest = leaves;
    let mut root = NodeHash::EMPTY;
    while let Some(((path, leaf), before)) = rest.split_last() {
        let shared_before = before.last().map(|(previous, _)| previous.shared_bits(path));
        let from = shared_before.max(shared_after).map_or(depth, |shared| shared + 1);
        let to = shared_before.map_or(depth, |shared| shared + 1);
        // A leaf's depth is one below where it parts from its nearest neighbour: no level is lonely.
        root = fold.climb(path, *leaf, from, to).unwrap_or(NodeHash::EMPTY);
        fold.keep(to, root);
        shared_after = shared_before;
        rest = before;
    }
    root
}
