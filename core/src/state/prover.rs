//! Proofs from a tree, wherever its nodes are kept.

use super::{
    MAX_ENDS, MAX_SUBTREE_LEAVES,
    end::{End, Leaves, Terminal, put_leaf},
    fold,
    node::{NodeHash, ValueHash},
    path::{Path, Prefix},
    proof::{BucketProof, StateProof},
    tree::{MemoryTree, Node},
};
use crate::encoding::{Wire, put_count16};
use alloc::vec::Vec;
use core::convert::Infallible;

/// A subtree with at least one leaf, of a tree that is kept somewhere: in memory, in a store.
pub trait Subtree: Sized {
    /// Why a node cannot be read.
    type Error;

    /// What lies left and right of bit `depth`; `None` where the subtree is a single leaf.
    ///
    /// # Precondition
    /// The subtree's root lies at `depth`.
    fn fork(&self, depth: usize) -> Result<Option<Fork<Self>>, Self::Error>;

    /// The hash of the subtree.
    ///
    /// # Precondition
    /// The subtree's root lies at `depth`.
    fn hash_at(&self, depth: usize) -> Result<NodeHash, Self::Error>;

    /// The first leaves, ascending, at most `limit` of them.
    fn leaves(&self, limit: usize) -> Result<Vec<(Path, Vec<u8>)>, Self::Error>;
}

/// The left and the right half of a subtree, where there are leaves.
pub type Fork<S> = (Option<S>, Option<S>);

/// The one minimal proof about `asked`, in any order, from the tree whose root is `tree`.
///
/// `None` for no path, more than 32,768 ends, or a leaf at depth 256.
pub fn prove<S: Subtree>(tree: Option<S>, asked: &[Path]) -> Result<Option<StateProof>, S::Error> {
    let bytes = Prover::run(tree, asked.to_vec(), None)?;
    Ok(bytes.and_then(|bytes| StateProof::from_wire(&bytes).ok()))
}

/// The one minimal proof of all leaves under `bucket`, and about the paths `asked` besides.
///
/// `None` as for [`prove`], or if there are more than 1,024 leaves under `bucket`.
pub fn prove_bucket<S: Subtree>(
    tree: Option<S>,
    bucket: &Prefix,
    asked: &[Path],
) -> Result<Option<BucketProof>, S::Error> {
    let mut paths: Vec<Path> = asked.iter().copied().filter(|path| !bucket.contains(path)).collect();
    paths.push(*bucket.first());
    let bytes = Prover::run(tree, paths, Some(bucket))?;
    Ok(bytes.and_then(|bytes| BucketProof::from_wire(&bytes).ok()))
}

/// The root at `depth` of a subtree with exactly these leaves.
///
/// # Precondition
/// The leaves ascend strictly and share their first `depth` bits.
pub fn complete_root(leaves: &[(Path, NodeHash)], depth: usize) -> NodeHash {
    fold::complete_root(leaves, depth)
}

impl MemoryTree {
    /// The one minimal proof about `asked`, in any order.
    ///
    /// `None` for no path, more than 32,768 ends, or a leaf at depth 256.
    pub fn prove(&self, asked: &[Path]) -> Option<StateProof> {
        let Ok(proof) = prove(self.top(), asked);
        proof
    }

    /// The one minimal proof of all leaves under `bucket`, and about the paths `asked` besides.
    ///
    /// `None` as for [`prove`](Self::prove), or if there are more than 1,024 leaves under `bucket`.
    pub fn prove_bucket(&self, bucket: &Prefix, asked: &[Path]) -> Option<BucketProof> {
        let Ok(proof) = prove_bucket(self.top(), bucket, asked);
        proof
    }
}

impl Subtree for &Node {
    type Error = Infallible;

    fn fork(&self, depth: usize) -> Result<Option<Fork<Self>>, Infallible> {
        let Node::Branch(branch) = self else { return Ok(None) };
        Ok(Some(if branch.depth == depth {
            (Some(branch.child(false)), Some(branch.child(true)))
        } else if branch.path.bit(depth) {
            (None, Some(self))
        } else {
            (Some(self), None)
        }))
    }

    fn hash_at(&self, depth: usize) -> Result<NodeHash, Infallible> {
        Ok(Node::hash_at(self, depth))
    }

    fn leaves(&self, limit: usize) -> Result<Vec<(Path, Vec<u8>)>, Infallible> {
        let mut leaves = Vec::new();
        self.for_each_leaf(&mut |leaf| {
            if leaves.len() < limit {
                leaves.push((leaf.path, leaf.value.clone()));
            }
        });
        Ok(leaves)
    }
}

/// A subtree still to be visited: its leaves, its depth, the paths asked in it.
type Visit<'a, S> = (Option<S>, usize, &'a [Path]);

/// Why a walk ends early: a limit, or what the tree says.
enum Stop<E> {
    Limit,
    Tree(E),
}

impl<E> From<E> for Stop<E> {
    fn from(error: E) -> Self {
        Self::Tree(error)
    }
}

#[derive(Default)]
struct Prover<'a> {
    bucket: Option<&'a Prefix>,
    count: usize,
    ends: Vec<u8>,
    bits: Vec<bool>,
    siblings: Vec<u8>,
}

impl<'a> Prover<'a> {
    fn run<S: Subtree>(
        tree: Option<S>,
        mut asked: Vec<Path>,
        bucket: Option<&'a Prefix>,
    ) -> Result<Option<Vec<u8>>, S::Error> {
        if asked.is_empty() {
            return Ok(None);
        }
        asked.sort_unstable();
        asked.dedup();
        let mut prover = Prover { bucket, ..Prover::default() };
        let mut open: Vec<Visit<'_, S>> = alloc::vec![(tree, 0, &asked)];
        while let Some((node, depth, asked)) = open.pop() {
            match prover.walk(node, depth, asked, &mut open) {
                Ok(()) => {}
                Err(Stop::Limit) => return Ok(None),
                Err(Stop::Tree(error)) => return Err(error),
            }
        }
        Ok((prover.count <= MAX_ENDS).then(|| prover.finish()))
    }

    /// Walks down while the asked paths lie on one side; where they part, the right side is left open.
    fn walk<'b, S: Subtree>(
        &mut self,
        mut node: Option<S>,
        mut depth: usize,
        mut asked: &'b [Path],
        open: &mut Vec<Visit<'b, S>>,
    ) -> Result<(), Stop<S::Error>> {
        while let Some(subtree) = &node
            && !self.is_bucket(depth, asked)
            && let Some((left, right)) = subtree.fork(depth)?
        {
            let (asked_left, asked_right) = asked.split_at(asked.partition_point(|path| !path.bit(depth)));
            depth += 1;
            (node, asked) = match (asked_left, asked_right) {
                ([], _) => {
                    self.sibling(left, depth)?;
                    (right, asked_right)
                }
                (_, []) => {
                    self.sibling(right, depth)?;
                    (left, asked_left)
                }
                _ => {
                    open.push((right, depth, asked_right));
                    (left, asked_left)
                }
            };
        }
        self.end(node, depth, asked)
    }

    fn is_bucket(&self, depth: usize, asked: &[Path]) -> bool {
        self.bucket.is_some_and(|bucket| {
            depth == usize::from(bucket.len_bits()) && asked.first().is_some_and(|path| bucket.contains(path))
        })
    }

    fn sibling<S: Subtree>(&mut self, node: Option<S>, depth: usize) -> Result<(), S::Error> {
        self.bits.push(node.is_some());
        if let Some(node) = node {
            self.siblings.extend_from_slice(node.hash_at(depth)?.as_bytes());
        }
        Ok(())
    }

    fn end<S: Subtree>(&mut self, node: Option<S>, depth: usize, asked: &[Path]) -> Result<(), Stop<S::Error>> {
        self.count += 1;
        let depth_bits = u8::try_from(depth).map_err(|_| Stop::Limit)?;
        let leaves = match node {
            Some(node) => node.leaves(MAX_SUBTREE_LEAVES + 1)?,
            None => Vec::new(),
        };
        if leaves.len() > MAX_SUBTREE_LEAVES {
            return Err(Stop::Limit);
        }
        let first = *asked.first().ok_or(Stop::Limit)?;
        let mut subtree = Vec::new();
        let (path, terminal) = match leaves.as_slice() {
            [] => (first, Terminal::Nothing),
            [(path, value)] => (*path, self.leaf(path, value, asked)),
            many => {
                many.iter().for_each(|(path, value)| put_leaf(&mut subtree, path, value));
                (first, Terminal::Subtree(Leaves::encoded(&subtree, many.len())))
            }
        };
        End { path, depth_bits, terminal }.put(&mut self.ends);
        Ok(())
    }

    fn leaf<'b>(&self, path: &Path, value: &'b [u8], asked: &[Path]) -> Terminal<'b> {
        let in_bucket = self.bucket.is_some_and(|bucket| bucket.contains(path));
        if in_bucket || asked.contains(path) { Terminal::Leaf(value) } else { Terminal::Other(ValueHash::of(value)) }
    }

    fn finish(self) -> Vec<u8> {
        let mut out = Vec::new();
        put_count16(&mut out, self.count);
        out.extend_from_slice(&self.ends);
        out.extend(self.bits.chunks(8).map(|bits| {
            let byte = bits.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit));
            byte << (8 - bits.len())
        }));
        out.extend_from_slice(&self.siblings);
        out
    }
}
