//! Proofs about a set of paths under one root.
//!
//! ```text
//! state proof = count u16 (1..=32,768) ‖ end… ‖ bitmap ‖ siblings
//! ```

use super::{
    MAX_BUCKET_LEVELS, MAX_ENDS,
    end::{End, Terminal, get_leaf},
    error::StateError,
    fold::{Fold, Siblings},
    node::NodeHash,
    path::Path,
};
use crate::encoding::{DecodeError, Field, Reader, Wire, put};
use alloc::vec::Vec;
use core::cmp::Ordering;

/// What a proof says about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lookup<'a> {
    /// The leaf is in the tree, with this value.
    Present(&'a [u8]),
    /// The tree has no leaf at the path.
    Absent,
    /// The proof does not say: no end answers for the path, or one names it without its value.
    Missing,
}

/// A proof about one or more paths, without complete subtrees.
///
/// One that exists is well-formed: ends ascend strictly, none is a prefix of another, the bitmap
/// has exactly one bit per one-sided level and no empty sibling is spelled out. Whether it is
/// *true* shows [`verify_root`](Self::verify_root); [`check_exact`](Self::check_exact) costs less and
/// bounds the work of the other, so it comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateProof {
    /// The encoding.
    bytes: Vec<u8>,
    /// Where each end begins.
    ends: Vec<u32>,
    /// Where the path of each present leaf begins, those of subtrees among them.
    leaves: Vec<u32>,
    /// Where the bitmap begins.
    bitmap_at: usize,
    /// Number of one-sided levels.
    levels: usize,
}

impl StateProof {
    /// The root that follows from ends and siblings.
    pub fn root(&self) -> Result<NodeHash, StateError> {
        let mut fold = Fold::new(self.siblings());
        let mut root = NodeHash::EMPTY;
        let mut rest = self.ends.as_slice();
        while let [before @ .., at] = rest {
            let end = self.end_at(*at);
            let to = before.last().map_or(0, |at| self.end_at(*at).path.shared_bits(&end.path) + 1);
            root = fold.climb(&end.path, end.hash(), end.depth(), to)?;
            fold.keep(to, root);
            rest = before;
        }
        Ok(root)
    }

    /// Compares the proof's root with that of a header.
    pub fn verify_root(&self, expected: &NodeHash) -> Result<(), StateError> {
        if self.root()? == *expected { Ok(()) } else { Err(StateError::Root) }
    }

    /// What the proof says about `path`.
    ///
    /// # Precondition
    /// The answer holds for the tree whose root is [`root`](Self::root), and for no other.
    pub fn lookup(&self, path: &Path) -> Lookup<'_> {
        let found = self.leaves.binary_search_by(|at| self.leaf_at(*at).0.cmp(path));
        let leaf = found.ok().and_then(|index| self.leaves.get(index)).map(|at| self.leaf_at(*at));
        match (leaf, self.covering(path)) {
            (Some((_, value)), _) => Lookup::Present(value),
            (None, Some((_, end))) if !end.names(path) => Lookup::Absent,
            _ => Lookup::Missing,
        }
    }

    /// The ends, ascending.
    pub fn ends(&self) -> impl DoubleEndedIterator<Item = End<'_>> {
        self.ends.iter().map(|at| self.end_at(*at))
    }

    /// All leaves whose values the proof carries, ascending.
    pub fn leaves(&self) -> impl DoubleEndedIterator<Item = (Path, &[u8])> {
        self.leaves.iter().map(|at| self.leaf_at(*at))
    }

    /// Number of ends.
    pub const fn end_count(&self) -> usize {
        self.ends.len()
    }

    /// Length of the encoding, in bytes.
    pub const fn len_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The end that answers for `path`, with its number.
    pub(super) fn covering(&self, path: &Path) -> Option<(usize, End<'_>)> {
        let index = self
            .ends
            .binary_search_by(|at| {
                let end = self.end_at(*at);
                if end.covers(path) { Ordering::Equal } else { end.path.cmp(path) }
            })
            .ok()?;
        Some((index, self.end_at(*self.ends.get(index)?)))
    }

    /// Bitmap and siblings, encoded.
    pub(super) fn siblings_bytes(&self) -> &[u8] {
        self.from(self.bitmap_at)
    }

    fn siblings(&self) -> Siblings<'_> {
        let (bitmap, hashes) = self.siblings_bytes().split_at_checked(self.levels.div_ceil(8)).unwrap_or_default();
        Siblings::new(bitmap, self.levels, hashes.as_chunks().0)
    }

    fn end_at(&self, at: u32) -> End<'_> {
        End::read(&mut Reader::new(self.from(at as usize)))
    }

    fn leaf_at(&self, at: u32) -> (Path, &[u8]) {
        get_leaf(&mut Reader::new(self.from(at as usize)))
    }

    fn from(&self, at: usize) -> &[u8] {
        self.bytes.get(at..).unwrap_or_default()
    }
}

impl Wire for StateProof {
    fn put(&self, out: &mut Vec<u8>) {
        put(out, &self.bytes);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for StateProof {
    fn read(reader: &mut Reader<'_>) -> Self {
        read_with_subtrees(reader, 0)
    }
}

/// A proof that may hold one complete subtree: all leaves under a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketProof(pub(super) StateProof);

impl BucketProof {
    /// The proof as one about paths.
    pub const fn as_state_proof(&self) -> &StateProof {
        &self.0
    }
}

impl Wire for BucketProof {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for BucketProof {
    fn read(reader: &mut Reader<'_>) -> Self {
        let proof = read_with_subtrees(reader, 1);
        reader.require(proof.levels <= MAX_BUCKET_LEVELS, DecodeError::Bounds);
        Self(proof)
    }
}

/// Reads a proof with at most so many complete subtrees.
fn read_with_subtrees(reader: &mut Reader<'_>, max_subtrees: usize) -> StateProof {
    let mut scan = Scan::new(reader.rest());
    let count = reader.count(2, 1, MAX_ENDS, MIN_END_BYTES);
    scan.ends.reserve_exact(count);
    for _ in 0..count {
        scan.end(reader);
    }
    let bitmap_at = scan.at(reader);
    // Each end but the first hangs below one level that has ends on both sides.
    let levels = (scan.nodes + 1).saturating_sub(count);
    let (_, count_siblings) = reader.bitmap(levels);
    let siblings = reader.next(count_siblings * 32);
    reader.require(!siblings.as_chunks().0.contains(&[0; 32]), DecodeError::EmptySibling);
    reader.require(scan.subtrees <= max_subtrees, DecodeError::Subtree);
    let bytes = scan.start.get(..scan.at(reader)).unwrap_or_default().to_vec();
    StateProof { bytes, ends: scan.ends, leaves: scan.leaves, bitmap_at, levels }
}

/// Where ends and leaves stand, and how many levels they hang from.
struct Scan<'a> {
    start: &'a [u8],
    ends: Vec<u32>,
    leaves: Vec<u32>,
    last: Option<End<'a>>,
    subtrees: usize,
    nodes: usize,
}

impl<'a> Scan<'a> {
    const fn new(start: &'a [u8]) -> Self {
        Self { start, ends: Vec::new(), leaves: Vec::new(), last: None, subtrees: 0, nodes: 0 }
    }

    const fn at(&self, reader: &Reader<'a>) -> usize {
        self.start.len() - reader.rest().len()
    }

    fn offset(&self, reader: &mut Reader<'a>) -> u32 {
        let at = u32::try_from(self.at(reader));
        reader.require(at.is_ok(), DecodeError::Bounds);
        at.unwrap_or_default()
    }

    fn end(&mut self, reader: &mut Reader<'a>) {
        let at = self.offset(reader);
        let end = End::read(reader);
        if reader.sound(()).is_err() {
            return;
        }
        self.ends.push(at);
        let first_own_depth = self.first_own_depth(&end, reader);
        self.nodes += end.depth().saturating_sub(first_own_depth);
        match &end.terminal {
            Terminal::Leaf(_) => self.leaves.push(at + PATH_OFFSET_BYTES),
            Terminal::Subtree(leaves) => self.subtree(&end, leaves.len(), reader),
            Terminal::Nothing | Terminal::Other(_) => {}
        }
        self.last = Some(end);
    }

    /// The depth of the first node that the end does not share with the one before.
    fn first_own_depth(&self, end: &End<'_>, reader: &mut Reader<'a>) -> usize {
        let Some(last) = &self.last else { return 0 };
        let shared = last.path.shared_bits(&end.path);
        let is_apart = shared < last.depth().min(end.depth()) && last.path <= end.path;
        reader.require(is_apart, DecodeError::Order);
        shared + 1
    }

    fn subtree(&mut self, end: &End<'_>, count: usize, reader: &mut Reader<'a>) {
        self.subtrees += 1;
        let mut last = None;
        for _ in 0..count {
            let at = self.offset(reader);
            let (path, _) = get_leaf(reader);
            reader.require(end.covers(&path), DecodeError::Value);
            reader.require(last < Some(path), DecodeError::Order);
            if reader.sound(()).is_err() {
                return;
            }
            self.leaves.push(at);
            last = Some(path);
        }
    }
}

/// Kind and depth stand before a leaf's path.
const PATH_OFFSET_BYTES: u32 = 2;

const MIN_END_BYTES: usize = 2;
