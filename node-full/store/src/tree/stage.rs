//! The state after a block, computed without writing it.

use super::{
    BUCKET_LEAVES,
    key::NodeKey,
    node::{Node, Summary, leaf_hash},
    read::{Layered, LeafRow, TreeRead},
};
use crate::error::{BlockFault, StoreError};
use medproof_core::state::{MAX_VALUE_BYTES, NodeHash, Path, complete_root};
use std::{collections::BTreeMap, thread};

/// Changes of leaves with what they do to the tree.
///
/// It names the state that it was computed from, and can be committed on no other.
#[derive(Clone, Debug)]
pub struct Staged {
    pub(crate) base: Summary,
    pub(crate) root: Summary,
    pub(crate) leaves: BTreeMap<Path, Option<Vec<u8>>>,
    pub(crate) nodes: BTreeMap<NodeKey, Option<Node>>,
}

impl Staged {
    /// The state root after the changes.
    pub const fn state_root(&self) -> NodeHash {
        self.root.hash
    }

    /// Number of leaves after the changes.
    pub const fn leaf_count(&self) -> u64 {
        self.root.leaves
    }

    /// The value that the changes give a leaf: `Some(None)` where they remove it.
    pub fn change(&self, path: &Path) -> Option<Option<&[u8]>> {
        self.leaves.get(path).map(Option::as_deref)
    }
}

/// Computes the state that `changes` lead to from that of `tree`; `None` removes a leaf.
pub(crate) fn stage(tree: &dyn TreeRead, changes: &BTreeMap<Path, Option<Vec<u8>>>) -> Result<Staged, StoreError> {
    let fits = |value: &Vec<u8>| (1..=MAX_VALUE_BYTES).contains(&value.len());
    if !changes.values().flatten().all(fits) {
        return Err(StoreError::Block(BlockFault::Value));
    }
    let sorted: Vec<Change<'_>> = changes.iter().map(|(path, value)| (path, value.as_deref())).collect();
    let base = tree.root();
    let (root, writes) = Update { tree }.subtree(NodeKey::ROOT, base, &sorted)?;
    Ok(Staged { base, root, leaves: changes.clone(), nodes: writes.into_iter().collect() })
}

/// As [`stage`], from the state of `tree` with `below` staged on it, the oldest first.
pub(crate) fn stage_on(
    tree: &dyn TreeRead,
    below: &[&Staged],
    changes: &BTreeMap<Path, Option<Vec<u8>>>,
) -> Result<Staged, StoreError> {
    let Some((first, rest)) = below.split_first() else { return stage(tree, changes) };
    if first.base != tree.root() {
        return Err(StoreError::Block(BlockFault::Staged));
    }
    stage_on(&Layered { below: tree, top: first }, rest, changes)
}

/// A leaf's path and its new value, if it has one.
type Change<'a> = (&'a Path, Option<&'a [u8]>);

/// Rows to be written, or removed.
type Writes = Vec<(NodeKey, Option<Node>)>;

#[derive(Clone, Copy)]
struct Update<'a> {
    tree: &'a dyn TreeRead,
}

impl Update<'_> {
    fn subtree(self, key: NodeKey, old: Summary, changes: &[Change<'_>]) -> Result<(Summary, Writes), StoreError> {
        if changes.is_empty() {
            return Ok((old, Vec::new()));
        }
        if old.leaves <= BUCKET_LEAVES {
            let leaves = if old.leaves == 0 { Vec::new() } else { self.tree.leaves(&key)? };
            return Ok(grown(key, &merged(&leaves, changes)));
        }
        let mut node = self.tree.node(&key)?;
        let mut writes = self.children(key, &mut node, changes)?;
        let summary = node.summary();
        writes.push((key, (summary.leaves > BUCKET_LEAVES).then_some(node)));
        Ok((summary, writes))
    }

    fn children(self, key: NodeKey, node: &mut Node, changes: &[Change<'_>]) -> Result<Writes, StoreError> {
        let jobs = jobs(key, changes);
        let done = if jobs.len() > 1 && changes.len() >= PARALLEL_CHANGES {
            self.on_two_cores(key, node, &jobs)?
        } else {
            self.in_turn(key, node, &jobs)?
        };
        let mut writes = Vec::new();
        for (nibble, summary, more) in done {
            if let Some(child) = node.0.get_mut(usize::from(nibble)) {
                *child = summary;
            }
            writes.extend(more);
        }
        Ok(writes)
    }

    fn in_turn(self, key: NodeKey, node: &Node, jobs: &[Job<'_, '_>]) -> Result<Vec<Done>, StoreError> {
        let run = |(nibble, changes): &Job<'_, '_>| {
            let old = node.0.get(usize::from(*nibble)).copied().unwrap_or(Summary::EMPTY);
            let (summary, writes) = self.subtree(key.child(*nibble), old, changes)?;
            Ok((*nibble, summary, writes))
        };
        jobs.iter().map(run).collect()
    }

    fn on_two_cores(self, key: NodeKey, node: &Node, jobs: &[Job<'_, '_>]) -> Result<Vec<Done>, StoreError> {
        let (left, right) = jobs.split_at(jobs.len() / 2);
        thread::scope(|scope| {
            let right = scope.spawn(|| self.in_turn(key, node, right));
            let mut done = self.in_turn(key, node, left)?;
            done.extend(right.join().map_err(|_| StoreError::Stopped)??);
            Ok(done)
        })
    }
}

/// The changes below one child.
type Job<'a, 'b> = (u8, &'a [Change<'b>]);

/// A child's nibble, what became of it, and the rows below.
type Done = (u8, Summary, Writes);

fn jobs<'a, 'b>(key: NodeKey, changes: &'a [Change<'b>]) -> Vec<Job<'a, 'b>> {
    let nibble = |change: &Change<'_>| key.next_nibble(change.0);
    let groups = changes.chunk_by(|one, other| nibble(one) == nibble(other));
    groups.filter_map(|group| Some((nibble(group.first()?), group))).collect()
}

/// A bucket's leaves after the changes, hashed.
fn merged(leaves: &[LeafRow], changes: &[Change<'_>]) -> Vec<(Path, NodeHash)> {
    let mut out = Vec::with_capacity(leaves.len() + changes.len());
    let mut leaves = leaves.iter().peekable();
    for (path, value) in changes {
        while let Some((before, value)) = leaves.next_if(|(leaf, _)| leaf < path) {
            out.push((*before, leaf_hash(before, value)));
        }
        leaves.next_if(|(leaf, _)| leaf == *path);
        if let Some(value) = value {
            out.push((**path, leaf_hash(path, value)));
        }
    }
    out.extend(leaves.map(|(path, value)| (*path, leaf_hash(path, value))));
    out
}

/// A subtree of exactly these leaves, with the rows that it needs.
fn grown(key: NodeKey, leaves: &[(Path, NodeHash)]) -> (Summary, Writes) {
    let count = leaves.len() as u64;
    if count <= BUCKET_LEAVES {
        return (Summary { hash: complete_root(leaves, key.depth()), leaves: count }, Vec::new());
    }
    let mut node = Node::EMPTY;
    let mut writes = Vec::new();
    for group in leaves.chunk_by(|one, other| key.next_nibble(&one.0) == key.next_nibble(&other.0)) {
        let nibble = group.first().map_or(0, |(path, _)| key.next_nibble(path));
        let (summary, more) = grown(key.child(nibble), group);
        if let Some(child) = node.0.get_mut(usize::from(nibble)) {
            *child = summary;
        }
        writes.extend(more);
    }
    let summary = node.summary();
    writes.push((key, Some(node)));
    (summary, writes)
}

/// From so many changes on, a second thread is worth its start.
const PARALLEL_CHANGES: usize = 512;
