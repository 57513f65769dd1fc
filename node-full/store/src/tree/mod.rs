//! The state tree on disk: root rule of core, a row for every sixteenth of it that is large.
//!
//! A node's row covers four levels: the hash and the number of leaves of each of its 16 children.
//! There is one for every prefix of whole nibbles with more than 32 leaves below it; a smaller
//! subtree is a *bucket*, recomputed from one scan of its leaves. A million leaves have 4,400 rows.
//!
//! ```text
//! row = bitmap u16 (child 0 is the most significant bit) ‖ per child: hash 32 ‖ leaves u64
//! ```

mod cache;
mod key;
mod node;
mod read;
mod stage;
mod subtree;

use crate::error::StoreError;
pub(crate) use cache::{Hashed, NodeCache};
pub(crate) use key::NodeKey;
use medproof_core::state::complete_root;
use node::leaf_hash;
pub(crate) use node::{Node, Summary};
pub(crate) use read::{LeafRow, TreeRead};
pub use stage::Staged;
pub(crate) use stage::{stage, stage_on};
pub(crate) use subtree::Part;

/// A subtree in short, from its row or, where it is a bucket, its leaves.
pub(crate) fn recomputed(tree: &dyn TreeRead, key: &NodeKey, leaves: u64) -> Result<Summary, StoreError> {
    if leaves > BUCKET_LEAVES {
        return Ok(tree.node(key)?.summary());
    }
    let leaves = tree.leaves(key)?;
    let hashed: Vec<_> = leaves.iter().map(|(path, value)| (*path, leaf_hash(path, value))).collect();
    Ok(Summary { hash: complete_root(&hashed, key.depth()), leaves: hashed.len() as u64 })
}

/// The most leaves of a bucket.
pub(crate) const BUCKET_LEAVES: u64 = 32;
