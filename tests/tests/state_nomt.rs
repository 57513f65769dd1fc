//! The state tree against two others: `nomt-core` and a naive recursive one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use medproof_core::{
    encoding::Wire,
    state::{Lookup, MemoryTree, NodeHash, Path, StateProof, Terminal, ValueHash},
};
use medproof_tests::naive::{Leaves, Naive, Rng, random_asked, random_leaves};
use nomt_core::{
    hasher::{NodeHasher, Sha2Hasher, ValueHasher},
    proof::{MultiProof, PathProof, PathProofTerminal, verify_multi_proof},
    trie::{LeafData, Node, TERMINATOR, is_internal},
    trie_pos::TriePosition,
    update::build_trie,
};
use std::collections::{BTreeMap, BTreeSet};

/// All nodes that nomt computes for these leaves, by position, and the root.
struct Nomt {
    root: Node,
    nodes: BTreeMap<Vec<bool>, Node>,
    leaves: BTreeMap<[u8; 32], [u8; 32]>,
}

impl Nomt {
    fn new(leaves: &Leaves) -> Self {
        let ops: BTreeMap<_, _> =
            leaves.iter().map(|(path, value)| (*path.as_bytes(), Sha2Hasher::hash_value(value))).collect();
        let mut nodes = BTreeMap::new();
        let mut at: Vec<bool> = Vec::new();
        let root = build_trie::<Sha2Hasher>(0, ops.clone(), |write| {
            if write.up() {
                at.pop();
            }
            at.extend(write.down().iter().by_vals());
            nodes.insert(at.clone(), write.node());
        });
        Self { root, nodes, leaves: ops }
    }

    fn node(&self, at: &[bool]) -> Node {
        self.nodes.get(at).copied().unwrap_or(TERMINATOR)
    }

    fn prove(&self, path: &Path) -> PathProof {
        let mut at = Vec::new();
        let mut siblings = Vec::new();
        while is_internal::<Sha2Hasher>(&self.node(&at)) {
            let bit = path.bit(at.len());
            at.push(!bit);
            siblings.push(self.node(&at));
            *at.last_mut().unwrap() = bit;
        }
        let terminal = if self.node(&at) == TERMINATOR {
            PathProofTerminal::Terminator(position(path, at.len()))
        } else {
            let (key_path, value_hash) = self
                .leaves
                .iter()
                .find(|(leaf, _)| path.shares_prefix(&Path::new(**leaf), at.len()))
                .expect("a leaf under its position");
            PathProofTerminal::Leaf(LeafData { key_path: *key_path, value_hash: *value_hash })
        };
        PathProof { terminal, siblings }
    }
}

/// Our encoding of what nomt proved about one path.
fn from_nomt(proof: &PathProof, path: &Path, value: Option<&Vec<u8>>) -> Vec<u8> {
    let depth = proof.siblings.len();
    let mut out = vec![0, 1];
    match (&proof.terminal, value) {
        (PathProofTerminal::Leaf(leaf), Some(value)) => {
            assert_eq!(leaf.key_path, *path.as_bytes());
            out.extend([1, depth as u8]);
            out.extend(leaf.key_path);
            out.extend((value.len() as u16).to_be_bytes());
            out.extend(value);
        }
        (PathProofTerminal::Leaf(leaf), None) => {
            out.extend([2, depth as u8]);
            out.extend(leaf.key_path);
            out.extend(leaf.value_hash);
        }
        (PathProofTerminal::Terminator(_), _) => {
            out.extend([0, depth as u8]);
            out.extend(&path.truncated(depth).as_bytes()[..depth.div_ceil(8)]);
        }
    }
    let mut bitmap = vec![0_u8; depth.div_ceil(8)];
    for (level, sibling) in proof.siblings.iter().enumerate() {
        bitmap[level / 8] |= u8::from(*sibling != TERMINATOR) << (7 - level % 8);
    }
    out.extend(bitmap);
    out.extend(proof.siblings.iter().filter(|sibling| **sibling != TERMINATOR).flatten());
    out
}

/// What our proof of one path says, in nomt's form: siblings by climbing its encoding again.
fn to_nomt(proof: &StateProof, path: &Path) -> PathProof {
    let end = proof.ends().next().unwrap();
    let depth = usize::from(end.depth_bits);
    let terminal = match end.terminal {
        Terminal::Leaf(value) => PathProofTerminal::Leaf(LeafData {
            key_path: *end.path.as_bytes(),
            value_hash: *ValueHash::of(value).as_bytes(),
        }),
        Terminal::Other(value) => {
            PathProofTerminal::Leaf(LeafData { key_path: *end.path.as_bytes(), value_hash: *value.as_bytes() })
        }
        Terminal::Nothing => PathProofTerminal::Terminator(position(path, depth)),
        _ => panic!("no subtree was asked for"),
    };
    let bytes = proof.to_wire();
    let ends_len = 2 + match end.terminal {
        Terminal::Leaf(value) => 2 + 34 + value.len(),
        Terminal::Other(_) => 2 + 64,
        _ => 2 + depth.div_ceil(8),
    };
    let (bitmap, hashes) = bytes[ends_len..].split_at(depth.div_ceil(8));
    let mut hashes = hashes.chunks(32);
    let siblings = (0..depth)
        .map(|level| {
            let present = bitmap[level / 8] >> (7 - level % 8) & 1 == 1;
            if present { hashes.next().unwrap().try_into().unwrap() } else { TERMINATOR }
        })
        .collect();
    PathProof { terminal, siblings }
}

#[test]
fn roots_over_random_trees_with_deletions() {
    let mut rng = Rng(1);
    let mut compared = 0;
    for round in 0..60 {
        let mut leaves = random_leaves(&mut rng, round * 4);
        let mut tree = MemoryTree::new();
        tree.update(leaves.iter().map(|(path, value)| (*path, Some(value.clone()))).collect()).unwrap();
        for step in 0..20 {
            assert_eq!(tree.root().as_bytes(), &Nomt::new(&leaves).root);
            assert_eq!(tree.root().as_bytes(), &Naive::from_leaves(&leaves).root());
            assert_eq!(tree.len(), leaves.len());
            compared += 1;
            let touched = random_asked(&mut rng, &leaves, 1 + step);
            for path in touched {
                if rng.below(2) == 0 {
                    leaves.remove(&path);
                    tree.remove(&path);
                } else {
                    let value = rng.value();
                    leaves.insert(path, value.clone());
                    tree.insert(path, value).unwrap();
                }
            }
        }
        tree.update(leaves.keys().map(|path| (*path, None)).collect()).unwrap();
        assert_eq!(tree.root(), NodeHash::EMPTY);
        assert!(tree.is_empty());
    }
    println!("state\troots equal to nomt's and the naive tree's\t{compared}");
}

#[test]
fn each_accepts_what_the_other_proves() {
    let mut rng = Rng(2);
    let (mut present, mut absent) = (0, 0);
    for round in 0..60 {
        let leaves = random_leaves(&mut rng, round * round / 4);
        let nomt = Nomt::new(&leaves);
        let mut tree = MemoryTree::new();
        tree.update(leaves.iter().map(|(path, value)| (*path, Some(value.clone()))).collect()).unwrap();
        for path in random_asked(&mut rng, &leaves, 40) {
            let value = leaves.get(&path);
            let ours = tree.prove(&[path]).unwrap();
            let theirs = StateProof::from_wire(&from_nomt(&nomt.prove(&path), &path, value)).unwrap();
            assert_eq!(theirs.root().unwrap().as_bytes(), &nomt.root);
            assert_eq!(ours, theirs);

            let verified = to_nomt(&ours, &path).verify::<Sha2Hasher>(bits(&path), nomt.root).unwrap();
            match value {
                Some(value) => {
                    let value_hash = Sha2Hasher::hash_value(value);
                    assert!(verified.confirm_value(&LeafData { key_path: *path.as_bytes(), value_hash }).unwrap());
                    present += 1;
                }
                None => {
                    assert!(verified.confirm_nonexistence(path.as_bytes()).unwrap());
                    absent += 1;
                }
            }
        }
    }
    println!("state\tsingle proofs both ways with nomt\t{present} present\t{absent} absent");
    assert!(present > 500 && absent > 500);
}

#[test]
fn multiproofs_say_what_the_tree_and_nomt_say() {
    let mut rng = Rng(3);
    let mut lookups = 0;
    for round in 0..150 {
        let leaves = random_leaves(&mut rng, round * 2);
        let naive = Naive::from_leaves(&leaves);
        let nomt = Nomt::new(&leaves);
        let mut tree = MemoryTree::new();
        tree.update(leaves.iter().map(|(path, value)| (*path, Some(value.clone()))).collect()).unwrap();
        let count = 1 + rng.below(60);
        let asked = random_asked(&mut rng, &leaves, count);
        let sorted: Vec<Path> = asked.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();

        let proof = tree.prove(&asked).unwrap();
        assert_eq!(proof.to_wire(), naive.prove(&sorted));
        assert_eq!(proof.verify_root(&tree.root()), Ok(()));
        assert_eq!(proof.check_exact(&asked), Ok(()));

        let mut paths: BTreeMap<Vec<bool>, PathProof> = BTreeMap::new();
        for path in &sorted {
            let single = nomt.prove(path);
            paths.insert((0..single.siblings.len()).map(|bit| path.bit(bit)).collect(), single);
        }
        let multi = MultiProof::from_path_proofs(paths.into_values().collect());
        let theirs = verify_multi_proof::<Sha2Hasher>(&multi, *tree.root().as_bytes()).unwrap();
        for path in &sorted {
            lookups += 1;
            match proof.lookup(path) {
                Lookup::Present(value) => {
                    assert_eq!(Some(value), leaves.get(path).map(Vec::as_slice));
                    let value_hash = Sha2Hasher::hash_value(value);
                    assert!(theirs.confirm_value(&LeafData { key_path: *path.as_bytes(), value_hash }).unwrap());
                }
                Lookup::Absent => {
                    assert!(!leaves.contains_key(path));
                    assert!(theirs.confirm_nonexistence(path.as_bytes()).unwrap());
                }
                other => panic!("{other:?}"),
            }
        }
    }
    println!("state\tlookups in multiproofs like nomt's\t{lookups}");
}

#[test]
fn hash_rules_are_nomts() {
    let mut rng = Rng(4);
    for _ in 0..200 {
        let (left, right) = (rng.bytes32(), rng.bytes32());
        let leaf = LeafData { key_path: left, value_hash: right };
        let ours = NodeHash::leaf(&Path::new(left), &ValueHash::from_bytes(right));
        assert_eq!(*ours.as_bytes(), Sha2Hasher::hash_leaf(&leaf));
        let ours = NodeHash::internal(&NodeHash::from_bytes(left), &NodeHash::from_bytes(right));
        assert_eq!(*ours.as_bytes(), Sha2Hasher::hash_internal(&nomt_core::trie::InternalData { left, right }));
    }
}

fn position(path: &Path, depth: usize) -> TriePosition {
    match depth {
        0 => TriePosition::new(),
        _ => TriePosition::from_path_and_depth(*path.as_bytes(), depth as u16),
    }
}

fn bits(path: &Path) -> &bitvec::slice::BitSlice<u8, bitvec::order::Msb0> {
    bitvec::view::BitView::view_bits(path.as_bytes())
}
