//! Peak allocation of the decoders: at most four times the input and 64 KiB.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use medproof_core::{
    encoding::{Reader, Wire},
    log::LogProof,
    state::{BucketProof, MemoryTree, Path, Prefix, StateProof, compress, expand},
};
use medproof_tests::{
    allocation::{Counting, bound, peak_of},
    naive::Rng,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `work` on `input` and checks the bound; gives the peak.
fn bounded<T>(name: &str, input: &[u8], work: impl FnOnce(&[u8]) -> T) -> T {
    let (result, peak) = peak_of(|| work(input));
    println!("state\tpeak\t{name}\tinput {}\tpeak {peak}", input.len());
    assert!(peak <= bound(input.len()), "{name}: {peak} for {}", input.len());
    result
}

fn decode_all(name: &str, input: &[u8]) {
    bounded(name, input, |input| StateProof::from_wire(input).map(drop)).ok();
    bounded(name, input, |input| BucketProof::from_wire(input).map(|proof| proof.as_state_proof().root())).ok();
    bounded(name, input, |input| LogProof::from_wire(input).map(drop)).ok();
    bounded(name, input, |input| expand(&[(Path::new([0; 32]), None)], &mut Reader::new(input)).map(drop)).ok();
}

#[test]
fn hostile_counts_allocate_nothing_unpaid() {
    decode_all("count without ends", &[0x80, 0]);
    decode_all("count, 64 KiB of zeros", &[[0x80, 0].as_slice(), &[0; 65_536]].concat());
    decode_all("count, 1 MiB of ones", &[[0x80, 0].as_slice(), &[0xff; 1 << 20]].concat());
    decode_all("subtree count", &[0, 1, 3, 0, 4, 0]);
    decode_all("255 ends", &[255, 0, 0]);
    decode_all("64 hashes", &[64, 1]);
    decode_all("1 MiB of zeros", &[0; 1 << 20]);
}

#[test]
fn the_smallest_ends_are_paid_for() {
    // 32,768 times nothing, at depth 15: four bytes each, and no other level.
    let mut input = vec![0x80, 0];
    for prefix in 0..32_768_u16 {
        input.extend([0, 15]);
        input.extend((prefix << 1).to_be_bytes());
    }
    assert!(StateProof::from_wire(&input).is_ok());
    decode_all("32,768 times nothing", &input);
}

#[test]
fn honest_proofs_are_within_the_bound() {
    let mut rng = Rng(21);
    let mut tree = MemoryTree::new();
    let paths: Vec<Path> = (0..20_000).map(|_| Path::new(rng.bytes32())).collect();
    tree.update(paths.iter().map(|path| (*path, Some(vec![7; 3]))).collect()).unwrap();
    for count in [1, 10, 1000, 10_000, 20_000] {
        let proof = tree.prove(&paths[..count]).unwrap();
        let bytes = proof.to_wire();
        bounded("proof and root", &bytes, |bytes| {
            let proof = StateProof::from_wire(bytes).unwrap();
            assert_eq!(proof.root(), Ok(tree.root()));
            assert!(proof.check_exact(&paths[..count]).is_ok());
        });
    }
    let bucket = tree.prove_bucket(&Prefix::new(&paths[0], 5), &[]).unwrap();
    bounded("bucket and root", &bucket.to_wire(), |bytes| {
        assert_eq!(BucketProof::from_wire(bytes).unwrap().as_state_proof().root(), Ok(tree.root()));
    });
    let keys: Vec<_> = paths[..5].iter().map(|path| (*path, tree.get(path))).collect();
    let compact = compress(&tree.prove(&paths[..5]).unwrap(), &keys).unwrap();
    bounded("compact", &compact, |bytes| assert!(expand(&keys, &mut Reader::new(bytes)).is_ok()));
}

#[test]
fn the_deepest_fold_needs_no_deep_stack() {
    // Nothing at depth 255, beside a node; all levels above are one-sided and empty.
    let mut input = vec![0, 1, 0, 255];
    input.extend([0; 32]);
    input.extend([0; 31]);
    input.push(0b0000_0010);
    input.extend([0x7f; 32]);
    let proof = StateProof::from_wire(&input).unwrap();
    let root = std::thread::Builder::new().stack_size(64 * 1024).spawn(move || proof.root()).unwrap().join().unwrap();
    assert!(root.is_ok());
}
