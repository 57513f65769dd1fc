//! Proofs of simulated trees: their shape is that of a large tree.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use medproof_core::{
    encoding::Wire,
    state::{MemoryTree, Path, compress, simulate},
};
use medproof_tests::naive::Rng;

/// Mean and 99th percentile.
fn summary(mut sizes: Vec<usize>) -> (f64, usize) {
    sizes.sort_unstable();
    let mean = sizes.iter().sum::<usize>() as f64 / sizes.len() as f64;
    (mean, sizes[sizes.len() * 99 / 100])
}

/// `count` uniformly distributed leaves, seen below a prefix.
fn uniform(count: f64) -> impl Fn(&Path, usize) -> f64 {
    move |_, depth_bits| count * (0.5_f64).powi(depth_bits as i32)
}

#[test]
fn simulated_proofs_hold_together() {
    let mut rng = Rng(31);
    for round in 0..50 {
        let keys: Vec<_> = (0..=round % 7)
            .map(|_| {
                let present = rng.below(2) == 0;
                (rng.path(), present.then(|| rng.value()))
            })
            .collect();
        let proof = simulate(&keys, uniform(1e6), || rng.next_u64()).unwrap();
        let asked: Vec<Path> = keys.iter().map(|(path, _)| *path).collect();
        assert!(proof.root().is_ok());
        assert_eq!(proof.check_exact(&asked), Ok(()));
        let known: Vec<_> = keys.iter().map(|(path, value)| (*path, value.as_deref())).collect();
        assert!(compress(&proof, &known).is_some());
    }
}

#[test]
fn a_simulated_tree_has_the_shape_of_a_real_one() {
    const LEAVES: u64 = 4096;
    let mut rng = Rng(32);
    let mut tree = MemoryTree::new();
    let paths: Vec<Path> = (0..LEAVES).map(|_| Path::new(rng.bytes32())).collect();
    tree.update(paths.iter().map(|path| (*path, Some(vec![1; 40]))).collect()).unwrap();
    for asked in [1, 3, 10] {
        let mut real = Vec::new();
        let mut simulated = Vec::new();
        for _ in 0..400 {
            let some: Vec<Path> = (0..asked).map(|_| paths[rng.below(LEAVES) as usize]).collect();
            real.push(tree.prove(&some).unwrap().len_bytes());
            let keys: Vec<_> = (0..asked).map(|_| (Path::new(rng.bytes32()), Some(vec![1; 40]))).collect();
            simulated.push(simulate(&keys, uniform(LEAVES as f64), || rng.next_u64()).unwrap().len_bytes());
        }
        let ((real, _), (simulated, _)) = (summary(real), summary(simulated));
        println!("state\t{asked} of {LEAVES}\treal mean {real:.0}\tsimulated mean {simulated:.0}");
        assert!((real / simulated - 1.0).abs() < 0.02, "{real} {simulated}");
    }
}

#[test]
fn sizes_of_a_loose_pack_with_issuer() {
    // Product, lot and pack lie under 28 common bits with 2^20 others; member and key under 28 others.
    const PRODUCT_PACKS: f64 = (1 << 20) as f64;
    const PRODUCTS: f64 = (1_u64 << 33) as f64 / PRODUCT_PACKS;
    const UNITS: f64 = (1_u64 << 33) as f64 / 500.0;
    let mut rng = Rng(33);
    let mut full = Vec::new();
    let mut compact = Vec::new();
    for _ in 0..300 {
        let mut product = rng.bytes32();
        product[0] &= 0x0f;
        let mut member = rng.bytes32();
        member[0] = member[0] & 0x0f | 0x20;
        let under = |stem: &[u8; 32], kind: u8, rng: &mut Rng| {
            let mut bytes = rng.bytes32();
            bytes[..3].copy_from_slice(&stem[..3]);
            bytes[3] = stem[3] & 0xf0 | kind;
            Path::new(bytes)
        };
        let keys: Vec<_> = [(&product, 0), (&product, 1), (&product, 2), (&member, 0), (&member, 1)]
            .map(|(stem, kind)| (under(stem, kind, &mut rng), Some(vec![1; 60])))
            .to_vec();
        let stem = Path::new(product);
        let population = |path: &Path, depth_bits: usize| {
            let halves = |leaves: f64, from: usize| leaves * (0.5_f64).powi(depth_bits.saturating_sub(from) as i32);
            match path.as_bytes()[0] >> 4 {
                0 if depth_bits > 28 && path.shares_prefix(&stem, 28) => match path.as_bytes()[3] & 15 {
                    2 => halves(PRODUCT_PACKS, 32),
                    1 => halves(200.0, 32),
                    _ => 0.0,
                },
                0 => halves(PRODUCTS, 4),
                1 => halves(UNITS, 4),
                2 => halves(2000.0, 4),
                _ => 0.0,
            }
        };
        let proof = simulate(&keys, population, || rng.next_u64()).unwrap();
        let known: Vec<_> = keys.iter().map(|(path, value)| (*path, value.as_deref())).collect();
        assert!(proof.root().is_ok());
        full.push(proof.to_wire().len());
        compact.push(compress(&proof, &known).unwrap().len());
    }
    let ((full, full_p99), (compact, p99)) = (summary(full), summary(compact));
    println!(
        "state\tloose pack with issuer, 2^33 packs\tfull mean {full:.0} p99 {full_p99}\tcompact mean {compact:.0} p99 {p99}"
    );
    assert!(p99 < 2000);
}
