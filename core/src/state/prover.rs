//! Proofs from a tree in memory.

use super::{
    MAX_ENDS, MAX_SUBTREE_LEAVES,
    end::{End, Leaves, Terminal, put_leaf},
    node::{NodeHash, ValueHash},
    path::{Path, Prefix},
    proof::{BucketProof, StateProof},
    tree::{Leaf, MemoryTree, Node},
};
use crate::encoding::{Wire, put_count16};
use alloc::vec::Vec;

impl MemoryTree {
    /// The one minimal proof about `asked`, in any order.
    ///
    /// `None` for no path, more than 32,768 ends, or a leaf at depth 256.
    pub fn prove(&self, asked: &[Path]) -> Option<StateProof> {
        Prover::run(self, asked.to_vec(), None).and_then(|bytes| StateProof::from_wire(&bytes).ok())
    }

    /// The one minimal proof of all leaves under `bucket`, and about the paths `asked` besides.
    ///
    /// `None` as for [`prove`](Self::prove), or if there are more than 1,024 leaves under `bucket`.
    pub fn prove_bucket(&self, bucket: &Prefix, asked: &[Path]) -> Option<BucketProof> {
        let mut paths: Vec<Path> = asked.iter().copied().filter(|path| !bucket.contains(path)).collect();
        paths.push(*bucket.first());
        Prover::run(self, paths, Some(bucket)).and_then(|bytes| BucketProof::from_wire(&bytes).ok())
    }
}

/// A subtree still to be visited: its leaves, its depth, the paths asked in it.
type Visit<'a> = (Option<&'a Node>, usize, &'a [Path]);

#[derive(Default)]
struct Prover<'a> {
    bucket: Option<&'a Prefix>,
    count: usize,
    ends: Vec<u8>,
    bits: Vec<bool>,
    siblings: Vec<u8>,
}

impl<'a> Prover<'a> {
    fn run(tree: &'a MemoryTree, mut asked: Vec<Path>, bucket: Option<&'a Prefix>) -> Option<Vec<u8>> {
        if asked.is_empty() {
            return None;
        }
        asked.sort_unstable();
        asked.dedup();
        let mut prover = Prover { bucket, ..Prover::default() };
        let mut open: Vec<Visit<'_>> = alloc::vec![(tree.top(), 0, &asked)];
        while let Some((node, depth, asked)) = open.pop() {
            prover.walk(node, depth, asked, &mut open)?;
        }
        (prover.count <= MAX_ENDS).then(|| prover.finish())
    }

    /// Walks down while the asked paths lie on one side; where they part, the right side is left open.
    fn walk<'b>(
        &mut self,
        mut node: Option<&'b Node>,
        mut depth: usize,
        mut asked: &'b [Path],
        open: &mut Vec<Visit<'b>>,
    ) -> Option<()> {
        while let Some(Node::Branch(branch)) = node
            && !self.is_bucket(depth, asked)
        {
            let (left, right) = if branch.depth == depth {
                (Some(branch.child(false)), Some(branch.child(true)))
            } else if branch.path.bit(depth) {
                (None, node)
            } else {
                (node, None)
            };
            let (asked_left, asked_right) = asked.split_at(asked.partition_point(|path| !path.bit(depth)));
            depth += 1;
            (node, asked) = match (asked_left, asked_right) {
                ([], _) => {
                    self.sibling(left, depth);
                    (right, asked_right)
                }
                (_, []) => {
                    self.sibling(right, depth);
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

    fn sibling(&mut self, node: Option<&Node>, depth: usize) {
        let hash = node.map_or(NodeHash::EMPTY, |node| node.hash_at(depth));
        self.bits.push(node.is_some());
        if node.is_some() {
            self.siblings.extend_from_slice(hash.as_bytes());
        }
    }

    fn end(&mut self, node: Option<&Node>, depth: usize, asked: &[Path]) -> Option<()> {
        self.count += 1;
        let depth_bits = u8::try_from(depth).ok()?;
        let mut leaves = Vec::new();
        let (path, terminal) = match node {
            None => (*asked.first()?, Terminal::Nothing),
            Some(Node::Leaf(leaf)) => (leaf.path, self.leaf(leaf, asked)),
            Some(subtree) => {
                let mut count = 0;
                subtree.for_each_leaf(&mut |leaf| {
                    put_leaf(&mut leaves, &leaf.path, &leaf.value);
                    count += 1;
                });
                if count > MAX_SUBTREE_LEAVES {
                    return None;
                }
                (*asked.first()?, Terminal::Subtree(Leaves::encoded(&leaves, count)))
            }
        };
        End { path, depth_bits, terminal }.put(&mut self.ends);
        Some(())
    }

    fn leaf<'b>(&self, leaf: &'b Leaf, asked: &[Path]) -> Terminal<'b> {
        let in_bucket = self.bucket.is_some_and(|bucket| bucket.contains(&leaf.path));
        if in_bucket || asked.contains(&leaf.path) {
            Terminal::Leaf(&leaf.value)
        } else {
            Terminal::Other(ValueHash::of(&leaf.value))
        }
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
