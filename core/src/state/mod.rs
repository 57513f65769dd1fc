//! The state tree: a binary sparse Merkle tree over 256-bit paths, and proofs about it.
//!
//! The root depends on the set of (path, value) pairs alone:
//!
//! ```text
//! empty          = 32 zero bytes
//! leaf(k, v)     = SHA-256(k ‖ SHA-256(v)), first bit set to 1
//! internal(l, r) = SHA-256(l ‖ r),          first bit set to 0
//! combine(l, r)  = r if l is empty and r is empty or a leaf
//!                  l if r is empty and l is a leaf
//!                  internal(l, r) otherwise
//! root(S, d)     = empty | the one leaf | combine(root(S, bit d = 0), root(S, bit d = 1))
//! ```
//!
//! So a leaf sits at the shallowest depth at which it is alone:
//!
//! ```text
//!            ●             depth 0
//!          /   \
//!        ●      B          B = leaf 1…
//!      /   \
//!    empty  ●              one-sided: its other child is empty, but it holds two leaves
//!          / \
//!         C   D            C = leaf 010…, D = leaf 011…
//! ```
//!
//! A [`StateProof`] names *ends*, each with the prefix under which it answers: a leaf, nothing,
//! or another leaf that shares the prefix of what was asked. The verifier folds ends and sibling
//! hashes with `internal` only, never with `combine`, and refuses a node of which one child is
//! empty and the other is empty or a leaf: no honest tree has one, and with it absence could be
//! forged for any present path.
//!
//! ```
//! use medproof_core::encoding::Wire;
//! use medproof_core::state::{Lookup, NodeHash, Path, StateProof};
//! // One end at depth 0, kind nothing: the empty tree.
//! let proof = StateProof::from_wire(&[0, 1, 0, 0])?;
//! assert_eq!(proof.root(), Ok(NodeHash::EMPTY));
//! assert_eq!(proof.lookup(&Path::new([7; 32])), Lookup::Absent);
//! # Ok::<(), medproof_core::encoding::DecodeError>(())
//! ```
//!
//! Limits: depths up to 255, values of 1 to 1,024 bytes, up to 32,768 ends in a proof and 1,024
//! leaves in a complete subtree.

mod compact;
mod end;
mod error;
mod exact;
mod fold;
mod node;
mod path;
mod proof;
#[cfg(feature = "prove")]
mod prover;
#[cfg(feature = "prove")]
mod simulate;
#[cfg(feature = "prove")]
mod tree;

pub use compact::{compress, expand};
pub use end::{End, Leaves, Terminal};
pub use error::StateError;
pub use node::{NodeHash, ValueHash};
pub use path::{Path, Prefix};
pub use proof::{BucketProof, Lookup, StateProof};
#[cfg(feature = "prove")]
pub use prover::{Fork, Subtree, complete_root, prove, prove_bucket};
#[cfg(feature = "prove")]
pub use simulate::simulate;
#[cfg(feature = "prove")]
pub use tree::MemoryTree;

/// The longest value of a leaf, in bytes; the shortest is 1.
pub const MAX_VALUE_BYTES: usize = 1024;

/// The greatest number of ends in a proof; the least is 1.
pub const MAX_ENDS: usize = 32_768;

/// The greatest number of one-sided levels in a bucket proof. A client folds so many in half a second; the largest honest
/// bucket, each of its packs in four units of its own, has fewer.
pub const MAX_BUCKET_LEVELS: usize = 1 << 18;

/// The greatest number of leaves in a complete subtree; the least is 2.
pub const MAX_SUBTREE_LEAVES: usize = 1024;
