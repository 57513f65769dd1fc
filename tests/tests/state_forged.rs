//! Absence forged for present keys, and proofs that say too little or too much.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use medproof_core::{
    encoding::Wire,
    state::{Lookup, MemoryTree, NodeHash, Path, StateError, StateProof},
};
use medproof_tests::naive::{Leaves, Naive, Rng, random_asked, random_leaves};
use std::collections::BTreeSet;

fn tree_of(leaves: &Leaves) -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.update(leaves.iter().map(|(path, value)| (*path, Some(value.clone()))).collect()).unwrap();
    tree
}

/// Hangs the leaf of `key` one level deeper, beside an empty place on the key's own side.
fn forge(naive: &mut Naive, key: &Path) {
    let (node, depth) = naive.find(key);
    let leaf = std::mem::replace(node, Naive::Empty);
    assert!(matches!(&leaf, Naive::Leaf(path, _) if path == key));
    let children = if key.bit(depth) { (leaf, Naive::Empty) } else { (Naive::Empty, leaf) };
    *node = Naive::Node(Box::new(children));
}

/// Folds as a careless verifier would, with `combine`: the forged tree keeps the honest root.
fn careless_root(naive: &Naive) -> NodeHash {
    NodeHash::from_bytes(naive.root())
}

#[test]
fn absence_forged_in_single_proofs_is_refused() {
    let mut rng = Rng(11);
    let mut refused = 0;
    while refused < 1000 {
        let count = 1 + rng.below(200);
        let leaves = random_leaves(&mut rng, count);
        let root = tree_of(&leaves).root();
        for key in leaves.keys().take(20) {
            let mut naive = Naive::from_leaves(&leaves);
            forge(&mut naive, key);
            assert_eq!(careless_root(&naive), root);
            let forged = StateProof::from_wire(&naive.prove(&[*key])).unwrap();
            assert_eq!(forged.lookup(key), Lookup::Absent);
            assert_eq!(forged.root(), Err(StateError::Forged));
            refused += 1;
        }
    }
    println!("state\tforged absence refused, single proofs\t{refused} of {refused}");
}

#[test]
fn absence_forged_in_multiproofs_is_refused() {
    let mut rng = Rng(12);
    let mut refused = 0;
    while refused < 1000 {
        let count = 1 + rng.below(200);
        let leaves = random_leaves(&mut rng, count);
        let root = tree_of(&leaves).root();
        let count = 1 + rng.below(30);
        let mut asked: BTreeSet<Path> = random_asked(&mut rng, &leaves, count).into_iter().collect();
        let key = *leaves.keys().nth(rng.below(leaves.len() as u64) as usize).unwrap();
        let mut naive = Naive::from_leaves(&leaves);
        // No other asked path falls onto the key's own leaf, which hangs on the wrong side.
        let (_, depth) = naive.find(&key);
        asked.retain(|path| !path.shares_prefix(&key, depth));
        asked.insert(key);
        for _ in 0..=rng.below(3) {
            forge_deeper(&mut naive, &key);
        }
        assert_eq!(careless_root(&naive), root);
        let sorted: Vec<Path> = asked.into_iter().collect();
        let forged = StateProof::from_wire(&naive.prove(&sorted)).unwrap();
        assert_eq!(forged.lookup(&key), Lookup::Absent);
        assert_eq!(forged.root(), Err(StateError::Forged));
        refused += 1;
    }
    println!("state\tforged absence refused, multiproofs\t{refused} of {refused}");
}

/// Forges, and where that was done before hangs the forged pair one level deeper still.
fn forge_deeper(naive: &mut Naive, key: &Path) {
    let (node, _) = naive.find(key);
    if matches!(node, Naive::Leaf(_, _)) {
        forge(naive, key);
        return;
    }
    // The end is the empty place of the forged pair: put an empty pair there.
    *node = Naive::Node(Box::new((Naive::Empty, Naive::Empty)));
}

#[test]
fn a_leaf_moved_down_is_refused() {
    let mut rng = Rng(13);
    let mut refused = 0;
    while refused < 1000 {
        let count = 1 + rng.below(100);
        let leaves = random_leaves(&mut rng, count);
        let key = *leaves.keys().nth(rng.below(count.min(leaves.len() as u64)) as usize).unwrap();
        let mut naive = Naive::from_leaves(&leaves);
        let (node, depth) = naive.find(&key);
        let leaf = std::mem::replace(node, Naive::Empty);
        let children = if key.bit(depth) { (Naive::Empty, leaf) } else { (leaf, Naive::Empty) };
        *node = Naive::Node(Box::new(children));
        let moved = StateProof::from_wire(&naive.prove(&[key])).unwrap();
        assert_eq!(moved.root(), Err(StateError::Forged));
        refused += 1;
    }
}

#[test]
fn what_is_missing_or_superfluous_is_said() {
    let mut rng = Rng(14);
    let (mut incomplete, mut superfluous) = (0, 0);
    for _ in 0..200 {
        let leaves = random_leaves(&mut rng, 100);
        let tree = tree_of(&leaves);
        let asked = random_asked(&mut rng, &leaves, 20);
        let proof = tree.prove(&asked).unwrap();
        for (left_out, path) in asked.iter().enumerate() {
            let fewer: Vec<Path> =
                asked.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, path)| *path).collect();
            // The larger proof answers for fewer paths exactly if it is the proof of fewer paths.
            let of_fewer = tree.prove(&fewer).unwrap();
            let exact = proof.check_exact(&fewer);
            assert_eq!(exact.is_ok(), of_fewer == proof);
            superfluous += usize::from(exact == Err(StateError::Superfluous));
            match of_fewer.check_exact(&asked) {
                Ok(()) => assert_eq!(of_fewer, proof),
                Err(StateError::Incomplete) => {
                    assert_eq!(of_fewer.lookup(path), Lookup::Missing);
                    incomplete += 1;
                }
                Err(StateError::Withheld) => assert_eq!(of_fewer.lookup(path), Lookup::Missing),
                Err(other) => panic!("{other}"),
            }
        }
    }
    println!("state\tleft out: incomplete {incomplete}, superfluous {superfluous}");
    assert!(incomplete > 1000 && superfluous > 1000);
}

#[test]
fn another_leaf_that_is_the_asked_one_is_withheld() {
    let mut rng = Rng(15);
    let leaves = random_leaves(&mut rng, 50);
    let tree = tree_of(&leaves);
    for present in leaves.keys() {
        // Ask for a neighbour that falls onto the leaf: the proof names it without its value.
        let mut beside = *present.as_bytes();
        beside[31] ^= 1;
        let beside = Path::new(beside);
        if leaves.contains_key(&beside) {
            continue;
        }
        let proof = tree.prove(&[beside]).unwrap();
        assert_eq!(proof.lookup(&beside), Lookup::Absent);
        assert_eq!(proof.lookup(present), Lookup::Missing);
        assert_eq!(proof.check_exact(&[beside]), Ok(()));
        assert_eq!(proof.check_exact(&[*present]), Err(StateError::Withheld));
        assert_eq!(proof.check_exact(&[beside, *present]), Err(StateError::Withheld));
    }
}
