//! The hashes of the state tree.

use super::{error::StateError, path::Path};
use sha2::{Digest, Sha256};

/// The hash of a node: empty, a leaf (first bit 1) or an internal node (first bit 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeHash([u8; 32]);

impl NodeHash {
    /// A subtree without leaves: 32 zero bytes.
    pub const EMPTY: Self = Self([0; 32]);

    /// A hash that came from elsewhere, such as a header's state root.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A leaf: SHA-256(path ‖ value hash) with the first bit set to 1.
    pub fn leaf(path: &Path, value: &ValueHash) -> Self {
        let mut node = Self::of_pair(path.as_bytes(), &value.0);
        if let Some(first) = node.0.first_mut() {
            *first |= 0x80;
        }
        node
    }

    /// An internal node: SHA-256(left ‖ right) with the first bit set to 0.
    pub fn internal(left: &Self, right: &Self) -> Self {
        let mut node = Self::of_pair(&left.0, &right.0);
        if let Some(first) = node.0.first_mut() {
            *first &= 0x7f;
        }
        node
    }

    /// An internal node on the way from an end to the root.
    ///
    /// Refuses children of which one is empty and the other is empty or a leaf.
    pub fn folded(left: &Self, right: &Self) -> Result<Self, StateError> {
        let lonely = |one: &Self, other: &Self| one.is_empty() && (other.is_empty() || other.is_leaf());
        if lonely(left, right) || lonely(right, left) {
            return Err(StateError::Forged);
        }
        Ok(Self::internal(left, right))
    }

    /// Whether the hash stands for a subtree without leaves.
    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    /// Whether the hash is that of a leaf.
    pub fn is_leaf(&self) -> bool {
        self.0.first().is_some_and(|first| first & 0x80 != 0)
    }

    fn of_pair(first: &[u8; 32], second: &[u8; 32]) -> Self {
        Self(Sha256::new().chain_update(first).chain_update(second).finalize().into())
    }
}

/// SHA-256 of a leaf's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueHash([u8; 32]);

impl ValueHash {
    /// Hashes a value.
    pub fn of(value: &[u8]) -> Self {
        Self(Sha256::digest(value).into())
    }

    /// A hash that came from elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::String};

    fn hex(bytes: &[u8; 32]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A leaf whose path is 32 times 01 and whose value is `v`.
    fn leaf() -> NodeHash {
        NodeHash::leaf(&Path::new([1; 32]), &ValueHash::of(b"v"))
    }

    #[test]
    fn hashes_are_those_computed_by_hand() {
        assert_eq!(
            hex(ValueHash::of(b"v").as_bytes()),
            "4c94485e0c21ae6c41ce1dfe7b6bfaceea5ab68e40a2476f50208e526f506080"
        );
        assert_eq!(hex(leaf().as_bytes()), "f32e430b00df9cd141041ee4e606b36d9b1602d8696bfcc52204e622912e6dec");
        assert_eq!(
            hex(NodeHash::internal(&NodeHash::EMPTY, &leaf()).as_bytes()),
            "0b2dbc615beb2fe89be6e8043d1f1c8d108c361b16f50049f85e58547d1d76e7"
        );
    }

    #[test]
    fn the_first_bit_tells_a_leaf() {
        let internal = NodeHash::internal(&leaf(), &leaf());
        assert!(leaf().is_leaf() && !leaf().is_empty());
        assert!(!internal.is_leaf() && !internal.is_empty());
        assert!(NodeHash::EMPTY.is_empty() && !NodeHash::EMPTY.is_leaf());
    }

    #[test]
    fn a_lonely_child_is_not_folded() {
        let (empty, leaf) = (NodeHash::EMPTY, leaf());
        let internal = NodeHash::internal(&leaf, &leaf);
        for (left, right) in [(&empty, &empty), (&empty, &leaf), (&leaf, &empty)] {
            assert_eq!(NodeHash::folded(left, right), Err(StateError::Forged));
        }
        for (left, right) in [(&empty, &internal), (&internal, &empty), (&leaf, &leaf), (&leaf, &internal)] {
            assert_eq!(NodeHash::folded(left, right), Ok(NodeHash::internal(left, right)));
        }
    }
}
