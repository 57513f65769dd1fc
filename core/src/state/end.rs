//! The ends of a state proof: what lies under each prefix.
//!
//! ```text
//! end  = kind u8 ‖ depth u8 ‖ fields
//! leaf = path 32 ‖ value (u16 length, 1..=1,024)
//!
//!   kind 0 nothing : prefix, ceil(depth/8) bytes, padding bits zero
//!   kind 1 leaf    : leaf
//!   kind 2 other   : path 32 ‖ value hash 32
//!   kind 3 subtree : prefix ‖ count u16 (2..=1,024) ‖ leaf…, strictly ascending, all under the prefix
//! ```

use super::{
    MAX_SUBTREE_LEAVES, MAX_VALUE_BYTES, fold,
    node::{NodeHash, ValueHash},
    path::{Path, Prefix},
};
use crate::encoding::{DecodeError, Field, Reader, Wire, bytes32, put, put_bytes16, put_count16, put_number};
use alloc::vec::Vec;

/// What lies under a prefix.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Terminal<'a> {
    /// No leaf.
    Nothing,
    /// One leaf, with its value.
    Leaf(&'a [u8]),
    /// One leaf that was not asked for, with the hash of its value.
    Other(ValueHash),
    /// All leaves, two or more.
    Subtree(Leaves<'a>),
}

/// One end of a proof.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct End<'a> {
    /// The leaf's path, or the prefix with zeros behind it where the end is nothing or a subtree.
    pub path: Path,
    /// Length of the prefix for which the end answers, in bits.
    pub depth_bits: u8,
    /// What lies there.
    pub terminal: Terminal<'a>,
}

impl<'a> End<'a> {
    /// The prefix for which the end answers.
    pub fn prefix(&self) -> Prefix {
        Prefix::new(&self.path, self.depth_bits)
    }

    /// Whether `path` lies under the end's prefix.
    pub fn covers(&self, path: &Path) -> bool {
        self.path.shares_prefix(path, self.depth())
    }

    /// Whether the end is the leaf at `path` or, as another leaf, names it.
    pub fn names(&self, path: &Path) -> bool {
        matches!(self.terminal, Terminal::Leaf(_) | Terminal::Other(_)) && self.path == *path
    }

    pub(super) fn depth(&self) -> usize {
        usize::from(self.depth_bits)
    }

    /// The hash of what lies there.
    pub(super) fn hash(&self) -> NodeHash {
        match &self.terminal {
            Terminal::Nothing => NodeHash::EMPTY,
            Terminal::Leaf(value) => NodeHash::leaf(&self.path, &ValueHash::of(value)),
            Terminal::Other(value) => NodeHash::leaf(&self.path, value),
            Terminal::Subtree(leaves) => {
                let nodes: Vec<_> =
                    leaves.clone().map(|(path, value)| (path, NodeHash::leaf(&path, &ValueHash::of(value)))).collect();
                fold::complete_root(&nodes, self.depth())
            }
        }
    }

    /// Appends the encoding.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let kind = match self.terminal {
            Terminal::Nothing => 0,
            Terminal::Leaf(_) => 1,
            Terminal::Other(_) => 2,
            Terminal::Subtree(_) => 3,
        };
        put_number(out, kind, 1);
        match &self.terminal {
            Terminal::Nothing => self.prefix().put(out),
            Terminal::Leaf(value) => {
                put_number(out, u64::from(self.depth_bits), 1);
                put_leaf(out, &self.path, value);
            }
            Terminal::Other(value) => {
                put_number(out, u64::from(self.depth_bits), 1);
                self.path.put(out);
                put(out, value.as_bytes());
            }
            Terminal::Subtree(leaves) => {
                self.prefix().put(out);
                put_count16(out, leaves.left);
                leaves.clone().for_each(|(path, value)| put_leaf(out, &path, value));
            }
        }
    }

    /// Reads an end up to a subtree's count; the leaves behind that are left in the reader.
    #[inline(never)]
    pub(super) fn read(reader: &mut Reader<'a>) -> Self {
        let kind = reader.number(1);
        reader.require(kind <= 3, DecodeError::Value);
        let (path, depth_bits) = if matches!(kind, 0 | 3) {
            let prefix = Prefix::read(reader);
            (*prefix.first(), prefix.len_bits())
        } else {
            let depth_bits = reader.number(1) as u8;
            (Path::read(reader), depth_bits)
        };
        let terminal = match kind {
            0 => Terminal::Nothing,
            1 => Terminal::Leaf(reader.vector(2, 1, MAX_VALUE_BYTES)),
            2 => Terminal::Other(ValueHash::from_bytes(bytes32(reader))),
            _ => {
                let left = reader.count(2, 2, MAX_SUBTREE_LEAVES, MIN_LEAF_BYTES);
                Terminal::Subtree(Leaves { reader: reader.clone(), left })
            }
        };
        Self { path, depth_bits, terminal }
    }
}

/// The leaves of a complete subtree, ascending.
#[derive(Clone, Debug)]
pub struct Leaves<'a> {
    reader: Reader<'a>,
    left: usize,
}

#[cfg(feature = "prove")]
impl<'a> Leaves<'a> {
    /// The `count` leaves that stand encoded in `bytes`.
    pub(super) const fn encoded(bytes: &'a [u8], count: usize) -> Self {
        Self { reader: Reader::new(bytes), left: count }
    }
}

impl<'a> Iterator for Leaves<'a> {
    type Item = (Path, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(get_leaf(&mut self.reader))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Leaves<'_> {}

/// Reads a leaf's path and value.
#[inline(never)]
pub(super) fn get_leaf<'a>(reader: &mut Reader<'a>) -> (Path, &'a [u8]) {
    (Path::read(reader), reader.vector(2, 1, MAX_VALUE_BYTES))
}

/// Appends a leaf's path and value.
pub(super) fn put_leaf(out: &mut Vec<u8>, path: &Path, value: &[u8]) {
    path.put(out);
    put_bytes16(out, value);
}

const MIN_LEAF_BYTES: usize = 32 + 2 + 1;
