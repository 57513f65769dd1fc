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
