//! The worked examples of FORMAT.md for the state tree and the event log.
//!
//! `cargo test -p medproof-tests --test state_examples -- --nocapture` prints them.

#![allow(clippy::unwrap_used, reason = "tests")]

use medproof_core::{
    encoding::{Reader, Wire},
    log::{LeafIndex, LogHash, MemoryLog, TreeSize},
    state::{BucketProof, MemoryTree, NodeHash, Path, Prefix, StateProof, ValueHash, compress, expand},
};
use std::fs;

const B: Path = Path::new([0x99; 32]);
const C: Path = Path::new([0x44; 32]);
const D: Path = Path::new([0x66; 32]);
const NOWHERE: Path = Path::new([0x00; 32]);
const BESIDE_B: Path = Path::new([0x88; 32]);

fn tree() -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.update([(B, b"b"), (C, b"c"), (D, b"d")].map(|(path, value)| (path, Some(value.to_vec()))).to_vec()).unwrap();
    tree
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn examples() -> Vec<(&'static str, String)> {
    let tree = tree();
    let proof = |asked: &[Path]| tree.prove(asked).unwrap();
    let both = proof(&[C, BESIDE_B]);
    let keys = [(C, Some(b"c".as_slice())), (BESIDE_B, None)];
    let leaf = |path: &Path, value: &[u8]| hex(NodeHash::leaf(path, &ValueHash::of(value)).as_bytes());

    let mut log = MemoryLog::new();
    for entry in [b"a", b"b", b"c", b"d", b"e"] {
        log.append(LogHash::leaf(entry));
    }
    let root_at = |size| hex(log.root_at(TreeSize(size)).unwrap().as_bytes());
    vec![
        ("leaf B", leaf(&B, b"b")),
        ("leaf C", leaf(&C, b"c")),
        ("leaf D", leaf(&D, b"d")),
        ("state root", hex(tree.root().as_bytes())),
        ("C is present", hex(&proof(&[C]).to_wire())),
        ("nothing at 00…", hex(&proof(&[NOWHERE]).to_wire())),
        ("another leaf at 88…", hex(&proof(&[BESIDE_B]).to_wire())),
        ("C and 88… at once", hex(&both.to_wire())),
        ("bucket of the prefix 01", hex(&tree.prove_bucket(&Prefix::new(&C, 2), &[]).unwrap().to_wire())),
        ("compact form of C and 88… at once", hex(&compress(&both, &keys).unwrap())),
        ("log root of 3", root_at(3)),
        ("log root of 5", root_at(5)),
        ("entry 2 of 5", hex(&log.inclusion_proof(LeafIndex(2), TreeSize(5)).unwrap().to_wire())),
        ("from 3 to 5", hex(&log.consistency_proof(TreeSize(3), TreeSize(5)).unwrap().to_wire())),
    ]
}

#[test]
fn the_examples_stand_in_the_format() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let text = ["FORMAT.md"].map(|name| fs::read_to_string(docs.join(name)).unwrap_or_default());
    let text: String = text.concat().lines().filter_map(longest_hex).collect();
    let mut absent = Vec::new();
    for (name, hex) in examples() {
        println!("{name}\n    {hex}");
        if !text.contains(&hex) {
            absent.push(name);
        }
    }
    assert_eq!(absent, Vec::<&str>::new());
}

/// The bytes in a line of an example; the other words are a remark.
fn longest_hex(line: &str) -> Option<&str> {
    let is_hex = |word: &&str| word.chars().all(|digit| digit.is_ascii_hexdigit());
    line.split_whitespace().filter(is_hex).rev().max_by_key(|word| word.len())
}

#[test]
fn the_examples_verify() {
    let tree = tree();
    for asked in [&[C][..], &[NOWHERE], &[BESIDE_B], &[C, BESIDE_B]] {
        let proof = StateProof::from_wire(&tree.prove(asked).unwrap().to_wire()).unwrap();
        assert_eq!(proof.verify_root(&tree.root()), Ok(()));
        assert_eq!(proof.check_exact(asked), Ok(()));
    }
    let bucket = Prefix::new(&C, 2);
    let proof = BucketProof::from_wire(&tree.prove_bucket(&bucket, &[]).unwrap().to_wire()).unwrap();
    assert_eq!(proof.as_state_proof().verify_root(&tree.root()), Ok(()));
    assert_eq!(proof.check_exact(&bucket, &[]), Ok(()));
    let keys = [(C, Some(b"c".as_slice())), (BESIDE_B, None)];
    let proof = tree.prove(&[C, BESIDE_B]).unwrap();
    let compact = compress(&proof, &keys).unwrap();
    assert_eq!(expand(&keys, &mut Reader::new(&compact)), Ok(proof));
}
