//! The state tree in memory: for vectors, tests, and as the node's oracle.
//!
//! A path-compressed trie: a branch stands where leaves part, and the one-sided levels between
//! two branches are hashed when they are needed. An update hashes again only what it changed.

use super::{
    MAX_VALUE_BYTES,
    error::StateError,
    node::{NodeHash, ValueHash},
    path::Path,
};
use alloc::{boxed::Box, vec::Vec};
use core::mem;

/// A state tree with all its leaves.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    root: Option<Node>,
    len: usize,
}

impl MemoryTree {
    /// A tree without leaves.
    pub const fn new() -> Self {
        Self { root: None, len: 0 }
    }

    /// Writes many leaves at once, `None` to remove one, and hashes what changed once.
    ///
    /// Changes nothing if a value is empty or longer than 1,024 bytes.
    pub fn update(&mut self, changes: Vec<(Path, Option<Vec<u8>>)>) -> Result<(), StateError> {
        let fits = |value: &Vec<u8>| (1..=MAX_VALUE_BYTES).contains(&value.len());
        if !changes.iter().filter_map(|(_, value)| value.as_ref()).all(fits) {
            return Err(StateError::ValueLength);
        }
        for (path, value) in changes {
            match value {
                Some(value) => self.put(path, value),
                None => self.take(&path),
            }
        }
        self.root.iter_mut().for_each(Node::rehash);
        Ok(())
    }

    /// Writes one leaf.
    pub fn insert(&mut self, path: Path, value: Vec<u8>) -> Result<(), StateError> {
        self.update(alloc::vec![(path, Some(value))])
    }

    /// Removes one leaf, if it is there.
    pub fn remove(&mut self, path: &Path) {
        self.take(path);
        self.root.iter_mut().for_each(Node::rehash);
    }

    /// The value of a leaf.
    pub fn get(&self, path: &Path) -> Option<&[u8]> {
        let mut node = self.root.as_ref()?;
        loop {
            match node {
                Node::Leaf(leaf) => return (leaf.path == *path).then_some(leaf.value.as_slice()),
                Node::Branch(branch) => node = branch.child(path.bit(branch.depth)),
            }
        }
    }

    /// The root.
    pub fn root(&self) -> NodeHash {
        self.root.as_ref().map_or(NodeHash::EMPTY, |node| node.hash_at(0))
    }

    /// Number of leaves.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the tree has no leaves.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) const fn top(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    fn put(&mut self, path: Path, value: Vec<u8>) {
        let leaf = Node::leaf(path, value);
        let Some(mut node) = self.root.as_mut() else {
            self.root = Some(leaf);
            self.len = 1;
            return;
        };
        while node.depth() <= node.path().shared_bits(&path).min(Path::LEN_BITS - 1) {
            node = node.enter(&path);
        }
        match node.path().shared_bits(&path) {
            Path::LEN_BITS => *node = leaf,
            shared => {
                node.split(shared, leaf);
                self.len += 1;
            }
        }
    }

    fn take(&mut self, path: &Path) {
        if self.get(path).is_none() {
            return;
        }
        self.len -= 1;
        let Some(mut node) = self.root.as_mut() else { return };
        if matches!(node, Node::Leaf(_)) {
            self.root = None;
            return;
        }
        while !node.cut_child(path) {
            node = node.enter(path);
        }
    }
}

/// A leaf, or the place where leaves part.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf(Leaf),
    Branch(Branch),
}

/// A leaf with its hash.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) path: Path,
    pub(super) value: Vec<u8>,
    hash: NodeHash,
}

/// A node with leaves on both sides.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// The path of some leaf that is or was below.
    pub(super) path: Path,
    pub(super) depth: usize,
    hash: NodeHash,
    stale: bool,
    children: Box<(Node, Node)>,
}

impl Branch {
    pub(super) const fn child(&self, right: bool) -> &Node {
        if right { &self.children.1 } else { &self.children.0 }
    }

    const fn child_mut(&mut self, right: bool) -> &mut Node {
        if right { &mut self.children.1 } else { &mut self.children.0 }
    }
}

impl Node {
    /// The hash of the subtree that holds exactly this node's leaves, with its root at `depth`.
    pub(super) fn hash_at(&self, depth: usize) -> NodeHash {
        match self {
            Self::Leaf(leaf) => leaf.hash,
            Self::Branch(branch) => (depth..branch.depth).rev().fold(branch.hash, |node, level| {
                if branch.path.bit(level) {
                    NodeHash::internal(&NodeHash::EMPTY, &node)
                } else {
                    NodeHash::internal(&node, &NodeHash::EMPTY)
                }
            }),
        }
    }

    /// The leaves below, ascending.
    pub(super) fn for_each_leaf<'a>(&'a self, visit: &mut impl FnMut(&'a Leaf)) {
        match self {
            Self::Leaf(leaf) => visit(leaf),
            Self::Branch(branch) => {
                branch.child(false).for_each_leaf(visit);
                branch.child(true).for_each_leaf(visit);
            }
        }
    }

    fn leaf(path: Path, value: Vec<u8>) -> Self {
        let hash = NodeHash::leaf(&path, &ValueHash::of(&value));
        Self::Leaf(Leaf { path, value, hash })
    }

    const fn placeholder() -> Self {
        Self::Leaf(Leaf { path: Path::new([0; 32]), value: Vec::new(), hash: NodeHash::EMPTY })
    }

    const fn path(&self) -> &Path {
        match self {
            Self::Leaf(leaf) => &leaf.path,
            Self::Branch(branch) => &branch.path,
        }
    }

    /// The depth at which leaves part: 256 for a leaf.
    const fn depth(&self) -> usize {
        match self {
            Self::Leaf(_) => Path::LEN_BITS,
            Self::Branch(branch) => branch.depth,
        }
    }

    /// The child on the way to `path`, to be changed; a leaf is its own child.
    fn enter(&mut self, path: &Path) -> &mut Self {
        match self {
            Self::Leaf(_) => self,
            Self::Branch(branch) => {
                branch.stale = true;
                branch.child_mut(path.bit(branch.depth))
            }
        }
    }

    /// Removes the child on the way to `path` if that is a leaf, so that the other takes this node's place.
    fn cut_child(&mut self, path: &Path) -> bool {
        let Self::Branch(branch) = self else { return true };
        let right = path.bit(branch.depth);
        if matches!(branch.child(right), Self::Branch(_)) {
            return false;
        }
        *self = mem::replace(branch.child_mut(!right), Self::placeholder());
        true
    }

    /// Puts a branch at `depth` in this node's place, with the node and `leaf` below it.
    fn split(&mut self, depth: usize, leaf: Self) {
        let path = *leaf.path();
        let node = mem::replace(self, Self::placeholder());
        let children = Box::new(if path.bit(depth) { (node, leaf) } else { (leaf, node) });
        *self = Self::Branch(Branch { path, depth, hash: NodeHash::EMPTY, stale: true, children });
    }

    fn rehash(&mut self) {
        if let Self::Branch(branch) = self
            && mem::take(&mut branch.stale)
        {
            let (left, right) = branch.children.as_mut();
            left.rehash();
            right.rehash();
            branch.hash = NodeHash::internal(&left.hash_at(branch.depth + 1), &right.hash_at(branch.depth + 1));
        }
    }
}
