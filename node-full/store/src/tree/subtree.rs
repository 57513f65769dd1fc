//! The stored tree as core's prover walks it.

use super::{
    BUCKET_LEAVES,
    cache::Hashed,
    key::NodeKey,
    node::{Summary, leaf_hash},
    read::{LeafRow, TreeRead},
};
use crate::error::StoreError;
use medproof_core::state::{Fork, NodeHash, Subtree, complete_root};
use std::{ops::Range, sync::Arc};

/// Part of a stored tree, with at least one leaf.
pub(crate) enum Part<'a> {
    /// Everything below a prefix of whole nibbles; nothing of it is read yet.
    Below { tree: &'a dyn TreeRead, key: NodeKey, summary: Summary },
    /// Two, four or eight neighbouring children of a row.
    Children { tree: &'a dyn TreeRead, key: NodeKey, node: Arc<Hashed>, range: Range<u8> },
    /// Leaves of a bucket.
    Leaves(Arc<[LeafRow]>, Range<usize>),
}

impl<'a> Part<'a> {
    /// The whole tree; `None` if it has no leaf.
    pub(crate) fn whole(tree: &'a dyn TreeRead) -> Option<Self> {
        let summary = tree.root();
        (summary.leaves > 0).then_some(Self::Below { tree, key: NodeKey::ROOT, summary })
    }

    fn children(tree: &'a dyn TreeRead, key: NodeKey, node: &Arc<Hashed>, range: Range<u8>) -> Option<Self> {
        let mut filled = range.clone().zip(part(node, &range)).filter(|(_, child)| child.leaves > 0);
        let (nibble, summary) = filled.next()?;
        if range.len() == 1 || summary.leaves == 1 && filled.next().is_none() {
            return Some(Self::Below { tree, key: key.child(nibble), summary: *summary });
        }
        Some(Self::Children { tree, key, node: Arc::clone(node), range })
    }

    /// The first leaves of parts that follow each other.
    fn first_leaves(parts: impl IntoIterator<Item = Self>, limit: usize) -> Result<Vec<LeafRow>, StoreError> {
        let mut leaves = Vec::new();
        for part in parts {
            if leaves.len() >= limit {
                break;
            }
            leaves.extend(part.leaves(limit - leaves.len())?);
        }
        Ok(leaves)
    }

    fn halves(tree: &'a dyn TreeRead, key: NodeKey, node: &Arc<Hashed>, range: &Range<u8>) -> Fork<Self> {
        let middle = range.start + (range.end - range.start) / 2;
        let half = |range| Self::children(tree, key, node, range);
        (half(range.start..middle), half(middle..range.end))
    }
}

impl Subtree for Part<'_> {
    type Error = StoreError;

    fn fork(&self, depth: usize) -> Result<Option<Fork<Self>>, StoreError> {
        match self {
            Self::Below { summary, .. } if summary.leaves == 1 => Ok(None),
            Self::Below { tree, key, summary } if summary.leaves <= BUCKET_LEAVES => {
                let leaves: Arc<[LeafRow]> = tree.leaves(key)?.into();
                Ok(split(&leaves, 0..leaves.len(), depth))
            }
            Self::Below { tree, key, summary } => {
                Ok(Some(Self::halves(*tree, *key, &tree.hashed(key, summary)?, &(0..16))))
            }
            Self::Children { tree, key, node, range } => Ok(Some(Self::halves(*tree, *key, node, range))),
            Self::Leaves(leaves, range) => Ok(split(leaves, range.clone(), depth)),
        }
    }

    fn hash_at(&self, depth: usize) -> Result<NodeHash, StoreError> {
        Ok(match self {
            Self::Below { summary, .. } => summary.hash,
            Self::Children { node, range, .. } => node.over(range),
            Self::Leaves(leaves, range) => {
                let leaves = leaves.get(range.clone()).unwrap_or_default();
                let hashed: Vec<_> = leaves.iter().map(|(path, value)| (*path, leaf_hash(path, value))).collect();
                complete_root(&hashed, depth)
            }
        })
    }

    fn leaves(&self, limit: usize) -> Result<Vec<LeafRow>, StoreError> {
        let mut leaves = match self {
            Self::Below { tree, key, summary } if summary.leaves <= BUCKET_LEAVES.max(limit as u64) => {
                tree.leaves(key)?
            }
            Self::Below { tree, key, summary } => {
                Self::first_leaves(Self::children(*tree, *key, &tree.hashed(key, summary)?, 0..16), limit)?
            }
            Self::Children { tree, key, node, range } => {
                let children = range.clone().filter_map(|nibble| Self::children(*tree, *key, node, nibble..nibble + 1));
                Self::first_leaves(children, limit)?
            }
            Self::Leaves(leaves, range) => leaves.get(range.clone()).unwrap_or_default().to_vec(),
        };
        leaves.truncate(limit);
        Ok(leaves)
    }
}

/// The halves of some leaves of a bucket; `None` for a single one.
fn split<'a>(leaves: &Arc<[LeafRow]>, range: Range<usize>, depth: usize) -> Option<Fork<Part<'a>>> {
    if range.len() < 2 {
        return None;
    }
    let left = leaves.get(range.clone()).unwrap_or_default().partition_point(|(path, _)| !path.bit(depth));
    let half = |range: Range<usize>| (!range.is_empty()).then(|| Part::Leaves(Arc::clone(leaves), range));
    let middle = range.start + left;
    Some((half(range.start..middle), half(middle..range.end)))
}

fn part<'a>(node: &'a Hashed, range: &Range<u8>) -> &'a [Summary] {
    node.node.0.get(usize::from(range.start)..usize::from(range.end)).unwrap_or_default()
}
