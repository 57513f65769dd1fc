//! The event log: an append-only Merkle tree over all log entries since genesis (RFC 6962, section 2.1).
//!
//! ```text
//! leaf(entry)   = SHA-256(0x00 ‖ entry)
//! node(l, r)    = SHA-256(0x01 ‖ l ‖ r)
//! root of n > 1 = node(root of the first k, root of the other n − k), k the largest power of 2 below n
//! root of none  = SHA-256 of nothing
//! ```
//!
//! ```text
//!          ●                 5 entries: an inclusion proof of entry 2 is [d, x, e],
//!        /   \               a consistency proof from 3 to 5 is [c, d, x, e]
//!      ●      \
//!    /   \     \             x = node(a, b)
//!   x     ●     \
//!  / \   / \     \
//! a   b c   d     e
//! ```
//!
//! An inclusion proof shows that an entry stands at an index; a consistency proof shows that a
//! log has only grown. Both are a [`LogProof`]: at most 64 hashes, exactly as many as the sizes
//! demand.
//!
//! ```
//! use medproof_core::log::{LeafIndex, LogHash, LogProof, TreeSize, verify_inclusion};
//! let (a, b) = (LogHash::leaf(b"a"), LogHash::leaf(b"b"));
//! let proof = LogProof::new(vec![b]).unwrap();
//! let root = LogHash::node(&a, &b);
//! assert_eq!(verify_inclusion(&a, LeafIndex(0), TreeSize(2), &proof, &root), Ok(()));
//! ```

mod consistency;
mod hash;
mod inclusion;
mod proof;
#[cfg(feature = "prove")]
mod prover;
#[cfg(feature = "prove")]
mod tree;

pub use consistency::{roots_from_consistency, verify_consistency};
pub use hash::LogHash;
pub use inclusion::{root_from_inclusion, verify_inclusion};
pub use proof::{LogError, LogProof};
#[cfg(feature = "prove")]
pub use prover::{LogNodes, consistency_proof, inclusion_proof, root_at};
#[cfg(feature = "prove")]
pub use tree::MemoryLog;

/// The place of an entry in the log, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a unit around one number")]
pub struct LeafIndex(pub u64);

/// A number of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a unit around one number")]
pub struct TreeSize(pub u64);
