//! Nodes that were read lately, with the hashes inside them.
//!
//! A node is kept under its hash, so that one cache serves every view: the same hash is the same
//! subtree. What goes in was hashed first and compared with what the node above says.

use super::{
    key::NodeKey,
    node::{Node, Summary, combined},
};
use crate::error::{Fault, StoreError};
use medproof_core::state::NodeHash;
use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, PoisonError, RwLock},
};

/// A node with the hashes over its pairs, fours and eights of children.
#[derive(Debug)]
pub(crate) struct Hashed {
    pub(crate) node: Node,
    pairs: [NodeHash; 8],
    fours: [NodeHash; 4],
    eights: [NodeHash; 2],
}

impl Hashed {
    /// Hashes a node, and compares it with what is said of it.
    pub(crate) fn new(node: Node, key: &NodeKey, expected: &Summary) -> Result<Self, StoreError> {
        let mut hashed =
            Self { pairs: [NodeHash::EMPTY; 8], fours: [NodeHash::EMPTY; 4], eights: [NodeHash::EMPTY; 2], node };
        fill(&mut hashed.pairs, &hashed.node.0);
        let short = |hashes: &[NodeHash]| -> Vec<Summary> {
            hashes.iter().map(|hash| Summary { hash: *hash, leaves: 0 }).collect()
        };
        fill(&mut hashed.fours, &short(&hashed.pairs));
        fill(&mut hashed.eights, &short(&hashed.fours));
        let root = combined(&short(&hashed.eights));
        if root == expected.hash { Ok(hashed) } else { Err(StoreError::damaged(key.record(), Fault::Contradicts)) }
    }

    /// The hash over some neighbouring children: 1, 2, 4 or 8 of them.
    pub(crate) fn over(&self, range: &Range<u8>) -> NodeHash {
        let at = |hashes: &[NodeHash]| hashes.get(usize::from(range.start) / range.len().max(1)).copied();
        let hash = match range.len() {
            1 => self.node.0.get(usize::from(range.start)).map(|child| child.hash),
            2 => at(&self.pairs),
            4 => at(&self.fours),
            _ => at(&self.eights),
        };
        hash.unwrap_or(NodeHash::EMPTY)
    }
}

fn fill(hashes: &mut [NodeHash], below: &[Summary]) {
    hashes.iter_mut().zip(below.chunks(2)).for_each(|(hash, pair)| *hash = combined(pair));
}

/// The nodes that proofs walked through lately.
#[derive(Debug, Default)]
pub(crate) struct NodeCache(RwLock<HashMap<NodeHash, Arc<Hashed>>>);

impl NodeCache {
    /// The node of a hash, from the cache or as `read` gives it.
    pub(crate) fn get(
        &self,
        hash: &NodeHash,
        read: impl FnOnce() -> Result<Hashed, StoreError>,
    ) -> Result<Arc<Hashed>, StoreError> {
        if let Some(node) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(hash) {
            return Ok(Arc::clone(node));
        }
        let node = Arc::new(read()?);
        let mut nodes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Nodes that later blocks replaced stay until then.
        if nodes.len() >= MAX_NODES {
            nodes.clear();
        }
        nodes.insert(*hash, Arc::clone(&node));
        Ok(node)
    }
}

/// The most nodes that are kept: 20 MB, those of a million leaves.
const MAX_NODES: usize = 16_384;
