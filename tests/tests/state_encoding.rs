//! The byte formats of state proofs: one encoding per value, and what a decoder refuses.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use medproof_core::{
    encoding::{DecodeError, Reader, Wire},
    state::{BucketProof, MemoryTree, Path, Prefix, StateError, StateProof, Terminal, compress, expand},
};
use medproof_tests::naive::{Leaves, Rng, random_asked, random_leaves};
use proptest::prelude::*;

fn tree_of(leaves: &Leaves) -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.update(leaves.iter().map(|(path, value)| (*path, Some(value.clone()))).collect()).unwrap();
    tree
}

/// A tree, paths asked in it, and the proof.
fn sample(seed: u64) -> (Leaves, Vec<Path>, MemoryTree, StateProof) {
    let mut rng = Rng(seed);
    let count = rng.below(120);
    let leaves = random_leaves(&mut rng, count);
    let count = 1 + rng.below(25);
    let asked = random_asked(&mut rng, &leaves, count);
    let tree = tree_of(&leaves);
    let proof = tree.prove(&asked).unwrap();
    (leaves, asked, tree, proof)
}

fn keys<'a>(leaves: &'a Leaves, asked: &[Path]) -> Vec<(Path, Option<&'a [u8]>)> {
    asked.iter().map(|path| (*path, leaves.get(path).map(Vec::as_slice))).collect()
}

/// The prefix of a random leaf or path, at a depth that leaves some leaves under it.
fn random_bucket(rng: &mut Rng, leaves: &Leaves) -> Prefix {
    let stem = random_asked(rng, leaves, 1)[0];
    Prefix::new(&stem, rng.below(40) as u8)
}

#[test]
fn each_flipped_byte_is_refused() {
    let mut flips = 0;
    for seed in 0..6 {
        let (_, asked, tree, _) = sample(seed);
        let proof = tree.prove(&asked[..asked.len().min(6)]).unwrap();
        let bytes = proof.to_wire();
        for at in 0..bytes.len() {
            for mask in [1, 0x80, 0xff, 1 << (at % 8)] {
                let mut flipped = bytes.clone();
                flipped[at] ^= mask;
                if let Ok(other) = StateProof::from_wire(&flipped) {
                    assert_eq!(other.to_wire(), flipped);
                    assert!(other.verify_root(&tree.root()).is_err(), "byte {at} of seed {seed}");
                }
                flips += 1;
            }
        }
    }
    println!("state\tflipped bytes of proofs refused\t{flips}");
}

#[test]
fn each_flipped_byte_of_a_bucket_is_refused() {
    let mut rng = Rng(77);
    let mut flips = 0;
    for _ in 0..20 {
        let leaves = random_leaves(&mut rng, 40);
        let tree = tree_of(&leaves);
        let proof = tree.prove_bucket(&random_bucket(&mut rng, &leaves), &[]).unwrap();
        let bytes = proof.to_wire();
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            if let Ok(other) = BucketProof::from_wire(&flipped) {
                assert_eq!(other.to_wire(), flipped);
                assert!(other.as_state_proof().verify_root(&tree.root()).is_err());
            }
            flips += 1;
        }
    }
    println!("state\tflipped bytes of buckets refused\t{flips}");
}

#[test]
fn each_flipped_byte_of_a_compact_proof_is_refused() {
    let mut flips = 0;
    for seed in 0..6 {
        let (leaves, asked, tree, proof) = sample(seed);
        let keys = keys(&leaves, &asked);
        let bytes = compress(&proof, &keys).unwrap();
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            let mut reader = Reader::new(&flipped);
            let Ok(other) = expand(&keys, &mut reader) else { continue };
            if reader.finish().is_ok() {
                assert!(other.verify_root(&tree.root()).is_err());
                assert_eq!(compress(&other, &keys), Some(flipped));
            }
            flips += 1;
        }
    }
    println!("state\tflipped bytes of compact proofs that still parse, refused\t{flips}");
}

#[test]
fn every_cut_and_every_extra_byte_is_refused() {
    for seed in 0..10 {
        let (leaves, asked, _, proof) = sample(seed);
        let mut bytes = proof.to_wire();
        for len in 0..bytes.len() {
            assert!(StateProof::from_wire(&bytes[..len]).is_err());
        }
        bytes.push(0);
        assert_eq!(StateProof::from_wire(&bytes), Err(DecodeError::Trailing));

        let keys = keys(&leaves, &asked);
        let compact = compress(&proof, &keys).unwrap();
        for len in 0..compact.len() {
            assert!(expand(&keys, &mut Reader::new(&compact[..len])).is_err());
        }
        let longer = [&compact[..], &[7]].concat();
        let mut reader = Reader::new(&longer);
        assert_eq!(expand(&keys, &mut reader), Ok(proof));
        assert_eq!(reader.rest(), [7]);
    }
}

fn refused(bytes: &[u8]) -> DecodeError {
    let error = BucketProof::from_wire(bytes).unwrap_err();
    let state = StateProof::from_wire(bytes).unwrap_err();
    assert!(state == error || state == DecodeError::Subtree);
    error
}

fn leaf(path: u8) -> Vec<u8> {
    let mut leaf = vec![path; 32];
    leaf.extend([0, 1, 9]);
    leaf
}

#[test]
fn shapes_that_have_another_encoding_are_refused() {
    // Counts.
    assert_eq!(refused(&[0, 0]), DecodeError::Bounds);
    assert_eq!(refused(&[0x80, 1, 0, 0]), DecodeError::Bounds);
    assert_eq!(refused(&[0x80, 0, 0, 0]), DecodeError::Truncated);
    // An unknown kind.
    assert_eq!(refused(&[[0, 1, 4, 0].as_slice(), &[0; 32]].concat()), DecodeError::Value);
    // Values of no byte and of 1,025.
    assert_eq!(refused(&[[0, 1, 1, 0].as_slice(), &[1; 32], &[0, 0]].concat()), DecodeError::Bounds);
    assert_eq!(refused(&[[0, 1, 1, 0].as_slice(), &[1; 32], &[4, 1], &[0; 1025]].concat()), DecodeError::Bounds);
    // Padding of a prefix, of the bitmap.
    assert_eq!(refused(&[0, 1, 0, 3, 0b0001_0000, 0]), DecodeError::Padding);
    assert_eq!(refused(&[0, 1, 0, 3, 0b0010_0000, 0b0001_0000]), DecodeError::Padding);
    // Ends in the wrong order, twice, and one a prefix of the other.
    assert_eq!(refused(&[0, 2, 0, 1, 0x80, 0, 1, 0]), DecodeError::Order);
    assert_eq!(refused(&[0, 2, 0, 1, 0, 0, 1, 0]), DecodeError::Order);
    assert_eq!(refused(&[0, 2, 0, 1, 0, 0, 2, 0b0100_0000]), DecodeError::Order);
    assert_eq!(refused(&[0, 2, 0, 2, 0b0100_0000, 0, 1, 0]), DecodeError::Order);
    assert_eq!(refused(&[0, 2, 0, 0, 0, 0]), DecodeError::Order);
    // An empty sibling spelled out.
    let spelled_out = [[0, 1, 0, 1, 0, 0x80].as_slice(), &[0; 32]].concat();
    assert_eq!(refused(&spelled_out), DecodeError::EmptySibling);
    // One sibling fewer or more than bits.
    assert_eq!(refused(&[0, 1, 0, 1, 0, 0x80]), DecodeError::Truncated);
    assert_eq!(refused(&[[0, 1, 0, 1, 0, 0].as_slice(), &[1; 32]].concat()), DecodeError::Trailing);
    // No bit for a level with ends on both sides.
    assert_eq!(refused(&[0, 2, 0, 1, 0, 0, 1, 0x80, 0]), DecodeError::Trailing);
}

#[test]
fn subtrees_that_have_another_encoding_are_refused() {
    let subtree = |depth: &[u8], leaves: &[u8]| {
        let count = (leaves.len() as u16).to_be_bytes();
        let leaves: Vec<u8> = leaves.iter().flat_map(|path| leaf(*path)).collect();
        [&[0, 1, 3], depth, &count, &leaves].concat()
    };
    let accepted = subtree(&[0], &[1, 2]);
    assert!(BucketProof::from_wire(&accepted).is_ok());
    assert_eq!(StateProof::from_wire(&accepted), Err(DecodeError::Subtree));
    let halves = [&[0, 2][..], &subtree(&[1, 0], &[1, 2])[2..], &subtree(&[1, 0x80], &[0x81, 0x82])[2..]].concat();
    assert_eq!(refused(&halves), DecodeError::Subtree);
    assert_eq!(refused(&subtree(&[0], &[1])), DecodeError::Bounds);
    assert_eq!(refused(&subtree(&[0], &[])), DecodeError::Bounds);
    assert_eq!(refused(&subtree(&[0], &[2, 1])), DecodeError::Order);
    assert_eq!(refused(&subtree(&[0], &[1, 1])), DecodeError::Order);
    assert_eq!(refused(&subtree(&[8, 1], &[1, 2])), DecodeError::Value);
    let too_many = [[0, 1, 3, 0, 4, 1].as_slice(), &vec![0; 1025 * 35]].concat();
    assert_eq!(refused(&too_many), DecodeError::Bounds);
}

#[test]
fn lonely_children_are_refused() {
    // Nothing beside nothing; nothing beside a leaf; a leaf beside nothing.
    let root = |bytes: &[u8]| StateProof::from_wire(bytes).unwrap().root();
    assert_eq!(root(&[0, 1, 0, 1, 0, 0]), Err(StateError::Forged));
    assert_eq!(root(&[0, 2, 0, 1, 0, 0, 1, 0x80]), Err(StateError::Forged));
    assert_eq!(root(&[[0, 1, 0, 1, 0, 0x80].as_slice(), &[0x80; 32]].concat()), Err(StateError::Forged));
    assert_eq!(root(&[[0, 1, 1, 1].as_slice(), &leaf(0), &[0]].concat()), Err(StateError::Forged));
    assert_eq!(root(&[[0, 2, 0, 1, 0, 1, 1].as_slice(), &leaf(0x80)].concat()), Err(StateError::Forged));
    // Nothing beside an internal node, and a leaf beside a leaf.
    assert!(root(&[[0, 1, 0, 1, 0, 0x80].as_slice(), &[0x7f; 32]].concat()).is_ok());
    assert!(root(&[[0, 1, 1, 1].as_slice(), &leaf(0), &[0x80], &[0x80; 32]].concat()).is_ok());
}

#[test]
fn compact_proofs_of_other_keys_are_refused() {
    let mut rng = Rng(5);
    let mut refusals = 0;
    for seed in 0..60 {
        let (leaves, asked, _, proof) = sample(seed);
        let all = keys(&leaves, &asked);
        let compact = compress(&proof, &all).unwrap();
        let accepts = |keys: &[(Path, Option<&[u8]>)]| {
            let mut reader = Reader::new(&compact);
            expand(keys, &mut reader).is_ok_and(|other| other == proof && reader.finish().is_ok())
        };
        let mut shuffled = all.clone();
        shuffled.reverse();
        shuffled.extend(all.first());
        assert!(accepts(&shuffled));
        let mut strange = all.clone();
        strange.push((rng.path(), Some(b"not in the tree")));
        assert!(!accepts(&strange));
        assert_eq!(compress(&proof, &strange), None);
        for (path, value) in all.iter().filter(|(_, value)| value.is_some()) {
            // The value changed, and the key said to be absent.
            for other in [Some([value.unwrap(), &[0]].concat()), None] {
                let mut changed: Vec<_> = all.iter().copied().filter(|(other, _)| other != path).collect();
                changed.push((*path, other.as_deref()));
                assert!(!accepts(&changed));
                assert_eq!(compress(&proof, &changed), None);
                refusals += 1;
            }
        }
    }
    println!("state\tcompact proofs of other keys refused\t{refusals}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decoding_undoes_encoding(seed: u64) {
        let (leaves, asked, tree, proof) = sample(seed);
        let bytes = proof.to_wire();
        prop_assert_eq!(bytes.len(), proof.len_bytes());
        prop_assert_eq!(&StateProof::from_wire(&bytes).unwrap(), &proof);
        let bucket = BucketProof::from_wire(&bytes).unwrap();
        prop_assert_eq!(bucket.as_state_proof(), &proof);
        let keys = keys(&leaves, &asked);
        let compact = compress(&proof, &keys).unwrap();
        prop_assert!(compact.len() < bytes.len());
        let mut reader = Reader::new(&compact);
        prop_assert_eq!(expand(&keys, &mut reader).unwrap(), proof);
        prop_assert!(reader.finish().is_ok());
        prop_assert_eq!(tree.prove(&asked).unwrap().root().unwrap(), tree.root());
    }

    #[test]
    fn encoding_undoes_decoding(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(proof) = BucketProof::from_wire(&bytes) {
            prop_assert_eq!(proof.to_wire(), bytes);
        }
    }

    #[test]
    fn encoding_undoes_decoding_of_almost_proofs(seed: u64, changes in proptest::collection::vec(any::<(u16, u8)>(), 1..4)) {
        let (_, asked, _, proof) = sample(seed);
        let mut bytes = proof.to_wire();
        for (at, byte) in changes {
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
        }
        if let Ok(proof) = StateProof::from_wire(&bytes) {
            let _ = (proof.root(), proof.check_exact(&asked));
            asked.iter().for_each(|path| { proof.lookup(path); });
            prop_assert_eq!(proof.to_wire(), bytes);
        }
    }

    #[test]
    fn buckets_hold_all_leaves_under_their_prefix(seed: u64) {
        let mut rng = Rng(seed);
        let count = rng.below(100);
        let leaves = random_leaves(&mut rng, count);
        let tree = tree_of(&leaves);
        let bucket = random_bucket(&mut rng, &leaves);
        let count = rng.below(8);
        let asked = random_asked(&mut rng, &leaves, count);
        let proof = tree.prove_bucket(&bucket, &asked).unwrap();
        prop_assert_eq!(&BucketProof::from_wire(&proof.to_wire()).unwrap(), &proof);
        let state = proof.as_state_proof();
        prop_assert_eq!(state.verify_root(&tree.root()), Ok(()));
        prop_assert_eq!(proof.check_exact(&bucket, &asked), Ok(()));

        let inside: Vec<_> = state.leaves().filter(|(path, _)| bucket.contains(path)).collect();
        let expected: Vec<_> =
            leaves.iter().filter(|(path, _)| bucket.contains(path)).map(|(path, value)| (*path, value.as_slice())).collect();
        let subtrees = state.ends().filter(|end| matches!(end.terminal, Terminal::Subtree(_))).count();
        prop_assert_eq!(subtrees, usize::from(expected.len() > 1));
        prop_assert_eq!(inside, expected);
        for path in &asked {
            let expected = leaves.get(path).map_or(medproof_core::state::Lookup::Absent, |value| {
                medproof_core::state::Lookup::Present(value)
            });
            prop_assert_eq!(state.lookup(path), expected);
        }

        // The same leaves one by one do not show that there is no other; nor does a smaller bucket.
        if subtrees == 1 && bucket.len_bits() < 255 {
            let inside: Vec<Path> = expected_paths(&leaves, &bucket);
            let one_by_one = BucketProof::from_wire(&tree.prove(&inside).unwrap().to_wire()).unwrap();
            prop_assert!(one_by_one.check_exact(&bucket, &[]).is_err());
            let half = Prefix::new(&inside[0], bucket.len_bits() + 1);
            let half_proof = tree.prove_bucket(&half, &inside).unwrap();
            prop_assert!(half_proof.check_exact(&bucket, &inside).is_err());
            prop_assert!(proof.check_exact(&half, &inside).is_err());
        }
    }
}

fn expected_paths(leaves: &Leaves, bucket: &Prefix) -> Vec<Path> {
    leaves.keys().copied().filter(|path| bucket.contains(path)).collect()
}

#[test]
fn a_bucket_has_at_most_1024_leaves() {
    let mut tree = MemoryTree::new();
    let mut rng = Rng(9);
    let leaves: Vec<_> = (0..1024).map(|_| (Path::new(rng.bytes32()), Some(vec![1]))).collect();
    tree.update(leaves).unwrap();
    let whole = Prefix::new(&Path::new([0; 32]), 0);
    let proof = tree.prove_bucket(&whole, &[]).unwrap();
    assert_eq!(proof.as_state_proof().verify_root(&tree.root()), Ok(()));
    assert_eq!(proof.as_state_proof().leaves().count(), 1024);
    tree.insert(Path::new(rng.bytes32()), vec![1]).unwrap();
    assert_eq!(tree.prove_bucket(&whole, &[]), None);
}

#[test]
fn values_have_1_to_1024_bytes() {
    let mut tree = MemoryTree::new();
    let path = Path::new([3; 32]);
    assert_eq!(tree.insert(path, Vec::new()), Err(StateError::ValueLength));
    assert_eq!(tree.insert(path, vec![0; 1025]), Err(StateError::ValueLength));
    assert!(tree.is_empty());
    assert_eq!(tree.insert(path, vec![0; 1024]), Ok(()));
    assert_eq!(tree.get(&path), Some(&[0; 1024][..]));
    assert_eq!(tree.prove(&[]), None);
}

#[test]
fn neighbours_that_part_at_the_last_bit_have_no_proof() {
    let mut tree = MemoryTree::new();
    let (even, odd) = (Path::new([0; 32]), {
        let mut bytes = [0; 32];
        bytes[31] = 1;
        Path::new(bytes)
    });
    tree.update(vec![(even, Some(vec![1])), (odd, Some(vec![2]))]).unwrap();
    assert_eq!(tree.prove(&[even]), None);
    // All leaves under a prefix of 255 bits are one bucket, though.
    let bucket = Prefix::new(&even, 255);
    let proof = tree.prove_bucket(&bucket, &[]).unwrap();
    assert_eq!(proof.as_state_proof().verify_root(&tree.root()), Ok(()));
    assert_eq!(proof.check_exact(&bucket, &[]), Ok(()));
}
