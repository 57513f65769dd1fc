//! The event log against a recursive Merkle log, as RFC 6962 section 2.1 writes it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use medproof_core::{
    encoding::{DecodeError, Wire},
    log::{
        LeafIndex, LogError, LogHash, LogProof, MemoryLog, TreeSize, root_from_inclusion, verify_consistency,
        verify_inclusion,
    },
};
use sha2::{Digest, Sha256};

type Hash = [u8; 32];

fn sha256(parts: &[&[u8]]) -> Hash {
    Sha256::digest(parts.concat()).into()
}

fn split(len: usize) -> usize {
    let mut k = 1;
    while k * 2 < len {
        k *= 2;
    }
    k
}

fn root(entries: &[Vec<u8>]) -> Hash {
    match entries {
        [] => sha256(&[]),
        [entry] => sha256(&[&[0], entry]),
        _ => {
            let (left, right) = entries.split_at(split(entries.len()));
            sha256(&[&[1], &root(left), &root(right)])
        }
    }
}

fn path(index: usize, entries: &[Vec<u8>]) -> Vec<Hash> {
    if entries.len() == 1 {
        return Vec::new();
    }
    let k = split(entries.len());
    let (left, right) = entries.split_at(k);
    let (mut hashes, beside) =
        if index < k { (path(index, left), root(right)) } else { (path(index - k, right), root(left)) };
    hashes.push(beside);
    hashes
}

fn subproof(older: usize, entries: &[Vec<u8>], complete: bool) -> Vec<Hash> {
    if older == entries.len() {
        return if complete { Vec::new() } else { vec![root(entries)] };
    }
    let k = split(entries.len());
    let (left, right) = entries.split_at(k);
    let (mut hashes, beside) = if older <= k {
        (subproof(older, left, complete), root(right))
    } else {
        (subproof(older - k, right, false), root(left))
    };
    hashes.push(beside);
    hashes
}

fn entries(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| format!("entry {i}").into_bytes()).collect()
}

fn log(entries: &[Vec<u8>]) -> MemoryLog {
    let mut log = MemoryLog::new();
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(log.append(LogHash::leaf(entry)), LeafIndex(index as u64));
    }
    log
}

fn hashes(proof: &LogProof) -> Vec<Hash> {
    proof.hashes().iter().map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn roots_and_inclusion_proofs_are_the_twins() {
    let entries = entries(130);
    let log = log(&entries);
    let mut proofs = 0;
    for size in 0..=entries.len() {
        let older = &entries[..size];
        let expected = log.root_at(TreeSize(size as u64)).unwrap();
        assert_eq!(*expected.as_bytes(), root(older));
        for (index, entry) in older.iter().enumerate() {
            let (index_, size) = (LeafIndex(index as u64), TreeSize(size as u64));
            let proof = log.inclusion_proof(index_, size).unwrap();
            assert_eq!(hashes(&proof), path(index, older));
            assert_eq!(verify_inclusion(&LogHash::leaf(entry), index_, size, &proof, &expected), Ok(()));
            assert_eq!(LogProof::from_wire(&proof.to_wire()), Ok(proof));
            proofs += 1;
        }
        assert_eq!(log.inclusion_proof(LeafIndex(size as u64), TreeSize(size as u64)), None);
    }
    println!("log\tinclusion proofs equal to the twin's\t{proofs}");
}

#[test]
fn consistency_proofs_are_the_twins() {
    let entries = entries(130);
    let log = log(&entries);
    let mut proofs = 0;
    for newer in 1..=entries.len() {
        let size2 = TreeSize(newer as u64);
        let root2 = log.root_at(size2).unwrap();
        for older in 1..=newer {
            let size1 = TreeSize(older as u64);
            let root1 = log.root_at(size1).unwrap();
            let proof = log.consistency_proof(size1, size2).unwrap();
            assert_eq!(hashes(&proof), subproof(older, &entries[..newer], true));
            assert_eq!(verify_consistency(size1, size2, &proof, &root1, &root2), Ok(()));
            assert!(verify_consistency(size2, size1, &proof, &root2, &root1).is_err() || older == newer);
            proofs += 1;
        }
    }
    println!("log\tconsistency proofs equal to the twin's\t{proofs}");
}

#[test]
fn every_other_index_size_or_length_is_refused() {
    let entries = entries(33);
    let log = log(&entries);
    let mut refused = 0;
    for size in 1..=33_u64 {
        let root = log.root_at(TreeSize(size)).unwrap();
        for index in 0..size {
            let leaf = log.leaf(LeafIndex(index)).unwrap();
            let proof = log.inclusion_proof(LeafIndex(index), TreeSize(size)).unwrap();
            for other_index in (0..=34).filter(|other| *other != index) {
                let answer = verify_inclusion(&leaf, LeafIndex(other_index), TreeSize(size), &proof, &root);
                assert!(answer.is_err());
                refused += 1;
            }
            let mut longer = proof.hashes().to_vec();
            longer.push(root);
            let longer = LogProof::new(longer).unwrap();
            let length = Err(LogError::Length);
            assert_eq!(root_from_inclusion(&leaf, LeafIndex(index), TreeSize(size), &longer), length);
            if let Some((_, shorter)) = proof.hashes().split_last() {
                let shorter = LogProof::new(shorter.to_vec()).unwrap();
                assert_eq!(root_from_inclusion(&leaf, LeafIndex(index), TreeSize(size), &shorter), length);
            }
        }
    }
    println!("log\tother indexes refused\t{refused}");
}

#[test]
fn a_node_is_no_leaf_and_a_leaf_does_not_count_twice() {
    let four = entries(4);
    let four_log = log(&four);
    let root_of_four = four_log.root();
    let halves: Vec<u8> = [root(&four[..2]), root(&four[2..])].concat();
    // 64 bytes that are the two halves, as an entry of a log of one, or one level up.
    assert_ne!(LogHash::leaf(&halves), root_of_four);
    let pair: Vec<u8> = [LogHash::leaf(&four[0]), LogHash::leaf(&four[1])].iter().flat_map(|h| *h.as_bytes()).collect();
    let upper = LogProof::new(vec![LogHash::from_bytes(root(&four[2..]))]).unwrap();
    for (index, size) in [(0, 2), (0, 3), (0, 4)] {
        let answer = verify_inclusion(&LogHash::leaf(&pair), LeafIndex(index), TreeSize(size), &upper, &root_of_four);
        assert!(answer.is_err());
    }
    let mut three = entries(3);
    let of_three = root(&three);
    three.push(three[2].clone());
    assert_ne!(of_three, root(&three));
    assert_ne!(log(&three).root(), log(&three[..3]).root());
}

#[test]
fn an_empty_older_log_shows_nothing() {
    let log = log(&entries(5));
    let empty = LogHash::empty_root();
    for size2 in [0, 1, 5, u64::MAX] {
        let answer = verify_consistency(TreeSize(0), TreeSize(size2), &LogProof::default(), &empty, &log.root());
        assert_eq!(answer, Err(LogError::Size));
    }
    assert_eq!(log.consistency_proof(TreeSize(0), TreeSize(5)), None);
}

#[test]
fn sizes_at_the_limits_do_not_overflow() {
    let hash = LogHash::leaf(b"");
    for len in 0..=64 {
        let proof = LogProof::new(vec![hash; len]).unwrap();
        for size in [1, 2, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX] {
            for index in [0, 1, 1 << 62, 1 << 63, u64::MAX - 2, u64::MAX - 1, u64::MAX] {
                let _ = root_from_inclusion(&hash, LeafIndex(index), TreeSize(size), &proof);
                let _ = verify_consistency(TreeSize(index), TreeSize(size), &proof, &hash, &hash);
            }
        }
    }
    // The last but one of the largest log: 2 levels inside, 62 on the border.
    let (index, size) = (LeafIndex(u64::MAX - 2), TreeSize(u64::MAX));
    let root = |len| root_from_inclusion(&hash, index, size, &LogProof::new(vec![hash; len]).unwrap());
    assert!(root(64).is_ok());
    assert_eq!(root(63), Err(LogError::Length));
}

#[test]
fn a_proof_holds_at_most_64_hashes() {
    let hash = LogHash::leaf(b"");
    assert_eq!(LogProof::new(vec![hash; 65]), None);
    let mut bytes = vec![65];
    bytes.extend([7; 65 * 32]);
    assert_eq!(LogProof::from_wire(&bytes), Err(DecodeError::Bounds));
    assert_eq!(LogProof::from_wire(&[1, 2, 3]), Err(DecodeError::Truncated));
    assert_eq!(LogProof::from_wire(&[0, 0]), Err(DecodeError::Trailing));
    let proof = LogProof::new(vec![hash; 64]).unwrap();
    assert_eq!(LogProof::from_wire(&proof.to_wire()), Ok(proof));
}

#[test]
fn a_log_of_a_million_entries() {
    let mut log = MemoryLog::new();
    for index in 0..1_u64 << 20 {
        log.append(LogHash::leaf(&index.to_be_bytes()));
    }
    let (size1, size2) = (TreeSize(777_777), log.size());
    let root1 = log.root_at(size1).unwrap();
    let proof = log.consistency_proof(size1, size2).unwrap();
    assert_eq!(verify_consistency(size1, size2, &proof, &root1, &log.root()), Ok(()));
    let index = LeafIndex(123_456);
    let proof = log.inclusion_proof(index, size1).unwrap();
    assert_eq!(verify_inclusion(&log.leaf(index).unwrap(), index, size1, &proof, &root1), Ok(()));
}
