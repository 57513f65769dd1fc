//! Reading a stored tree, and one with staged changes on top.

use super::{
    cache::Hashed,
    key::NodeKey,
    node::{Node, Summary},
    stage::Staged,
};
use crate::error::StoreError;
use medproof_core::state::Path;
use std::sync::Arc;

/// A leaf with its value.
pub(crate) type LeafRow = (Path, Vec<u8>);

/// Where nodes and leaves of one state of the tree are read.
pub(crate) trait TreeRead: Sync {
    /// The whole tree in short.
    fn root(&self) -> Summary;

    /// The row of a subtree with more than 32 leaves.
    fn node(&self, key: &NodeKey) -> Result<Node, StoreError>;

    /// As [`node`](Self::node), hashed and compared with what is said of it.
    fn hashed(&self, key: &NodeKey, expected: &Summary) -> Result<Arc<Hashed>, StoreError> {
        Hashed::new(self.node(key)?, key, expected).map(Arc::new)
    }

    /// The leaves below a prefix, ascending.
    fn leaves(&self, key: &NodeKey) -> Result<Vec<LeafRow>, StoreError>;
}

/// A tree with staged changes on top.
pub(crate) struct Layered<'a> {
    pub(crate) below: &'a dyn TreeRead,
    pub(crate) top: &'a Staged,
}

impl TreeRead for Layered<'_> {
    fn root(&self) -> Summary {
        self.top.root
    }

    fn node(&self, key: &NodeKey) -> Result<Node, StoreError> {
        match self.top.nodes.get(key) {
            Some(Some(node)) => Ok(node.clone()),
            _ => self.below.node(key),
        }
    }

    fn leaves(&self, key: &NodeKey) -> Result<Vec<LeafRow>, StoreError> {
        let mut changes = self.top.leaves.range(*key.first()..=key.last()).peekable();
        if changes.peek().is_none() {
            return self.below.leaves(key);
        }
        let mut merged: std::collections::BTreeMap<Path, Vec<u8>> = self.below.leaves(key)?.into_iter().collect();
        for (path, value) in changes {
            match value {
                Some(value) => merged.insert(*path, value.clone()),
                None => merged.remove(path),
            };
        }
        Ok(merged.into_iter().collect())
    }
}
