//! A row of the stored tree.

use medproof_core::state::{NodeHash, Path, ValueHash};

/// A subtree in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) hash: NodeHash,
    pub(crate) leaves: u64,
}

impl Summary {
    pub(crate) const EMPTY: Self = Self { hash: NodeHash::EMPTY, leaves: 0 };

    /// Its 40 bytes.
    pub(crate) fn to_bytes(self) -> [u8; SUMMARY_BYTES] {
        let mut bytes = [0; SUMMARY_BYTES];
        let parts = self.hash.as_bytes().iter().copied().chain(self.leaves.to_be_bytes());
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        bytes
    }

    /// Reads 40 bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (hash, leaves) = bytes.split_first_chunk()?;
        let hash = NodeHash::from_bytes(*hash);
        let leaves = u64::from_be_bytes(leaves.try_into().ok()?);
        (leaves > 0 && !hash.is_empty()).then_some(Self { hash, leaves })
    }
}

/// The 16 subtrees below a prefix, one nibble further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node(pub(crate) [Summary; 16]);

impl Node {
    pub(crate) const EMPTY: Self = Self([Summary::EMPTY; 16]);

    /// The node in short, with its root at the node's own depth.
    pub(crate) fn summary(&self) -> Summary {
        Summary { hash: combined(&self.0), leaves: self.0.iter().map(|child| child.leaves).sum() }
    }

    /// The row.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let present = |child: &&Summary| child.leaves > 0;
        let bitmap = self.0.iter().fold(0_u16, |bitmap, child| bitmap << 1 | u16::from(child.leaves > 0));
        let mut bytes = bitmap.to_be_bytes().to_vec();
        self.0.iter().filter(present).for_each(|child| bytes.extend_from_slice(&child.to_bytes()));
        bytes
    }

    /// Reads a row.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (bitmap, children) = bytes.split_first_chunk()?;
        let bitmap = u16::from_be_bytes(*bitmap);
        let mut children = children.chunks(SUMMARY_BYTES);
        let mut node = Self::EMPTY;
        for (index, child) in node.0.iter_mut().enumerate() {
            if bitmap & 0x8000 >> index != 0 {
                *child = Summary::from_bytes(children.next()?)?;
            }
        }
        children.next().is_none().then_some(node)
    }
}

/// The hash over neighbouring subtrees, a power of two of them: the root rule of core, upwards.
pub(crate) fn combined(children: &[Summary]) -> NodeHash {
    match children {
        [] => NodeHash::EMPTY,
        [child] => child.hash,
        _ => {
            let (left, right) = children.split_at(children.len() / 2);
            combine(combined(left), combined(right))
        }
    }
}

fn combine(left: NodeHash, right: NodeHash) -> NodeHash {
    if left.is_empty() && (right.is_empty() || right.is_leaf()) {
        right
    } else if right.is_empty() && left.is_leaf() {
        left
    } else {
        NodeHash::internal(&left, &right)
    }
}

/// The hash of a leaf.
pub(crate) fn leaf_hash(path: &Path, value: &[u8]) -> NodeHash {
    NodeHash::leaf(path, &ValueHash::of(value))
}

const SUMMARY_BYTES: usize = 40;
