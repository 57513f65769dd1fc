//! A tree of 2^20 leaves: how long building, proving and verifying take.
//!
//! Run with `cargo test --release -p medproof-tests --test state_large -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use medproof_core::{
    encoding::Wire,
    state::{BucketProof, MemoryTree, Path, Prefix, StateProof},
};
use medproof_tests::naive::Rng;
use std::time::Instant;

fn timed<T>(name: &str, times: u32, mut work: impl FnMut() -> T) -> T {
    let start = Instant::now();
    let mut result = work();
    for _ in 1..times {
        result = work();
    }
    println!("{name}\t{:?}", start.elapsed() / times);
    result
}

#[test]
#[ignore = "takes half a gigabyte"]
fn a_million_leaves() {
    let mut rng = Rng(41);
    let paths: Vec<Path> = (0..1 << 20).map(|_| Path::new(rng.bytes32())).collect();
    let mut tree = MemoryTree::new();
    timed("build 2^20", 1, || tree.update(paths.iter().map(|path| (*path, Some(vec![1; 80]))).collect()).unwrap());
    timed("insert one", 1000, || tree.insert(paths[rng.below(1 << 20) as usize], vec![2; 80]).unwrap());
    let root = tree.root();
    for count in [1, 5, 1000] {
        let asked = &paths[..count];
        let proof = timed("prove", 100, || tree.prove(asked).unwrap());
        let bytes = proof.to_wire();
        println!("{count} leaves: {} bytes", bytes.len());
        timed("verify", 100, || {
            let proof = StateProof::from_wire(&bytes).unwrap();
            assert_eq!(proof.verify_root(&root), Ok(()));
            assert_eq!(proof.check_exact(asked), Ok(()));
        });
    }
    let bucket = Prefix::new(&paths[0], 11);
    let bytes = timed("prove bucket", 10, || tree.prove_bucket(&bucket, &[]).unwrap()).to_wire();
    let count = timed("verify bucket", 10, || {
        let proof = BucketProof::from_wire(&bytes).unwrap();
        assert_eq!(proof.as_state_proof().verify_root(&root), Ok(()));
        assert_eq!(proof.check_exact(&bucket, &[]), Ok(()));
        proof.as_state_proof().leaves().count()
    });
    println!("bucket of {count}: {} bytes", bytes.len());
}
