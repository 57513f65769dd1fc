//! The fuzz targets over their seeds and former findings, on a stable compiler.

use medproof_tests::{
    fuzz::{TARGETS, Work, run, seeds},
    rng::Rng,
    seeded,
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// All committed seeds together.
const BOUND_BYTES: usize = 300_000;

/// Mutated inputs for each target; `cargo xtask fuzz` makes the many.
const MUTATIONS: usize = 300;

#[test]
fn seeds_show_no_fault() {
    let mut total = 0;
    for (target, work) in TARGETS {
        let made = seeds(target);
        let mut committed = BTreeSet::new();
        for file in files(&folder().join("seeds").join(target)) {
            let input = fs::read(&file).expect("the seed can be read");
            total += input.len();
            run(target, &input);
            committed.insert(input);
        }
        for seed in made {
            assert!(committed.contains(&seed), "{target}: `cargo run --bin fuzz_seeds` writes other seeds");
            if matches!(work, Work::Decode) {
                assert!(seeded::named(target).accepts(&seed), "{target}: a seed is refused");
            }
        }
    }
    assert!(total < BOUND_BYTES, "{total} bytes");
}

#[test]
fn mutated_seeds_show_no_fault() {
    for (target, _) in TARGETS {
        let mut rng = Rng(1);
        let made = seeds(target);
        for _ in 0..MUTATIONS {
            let mut input = made[rng.below(made.len() as u64) as usize].clone();
            let other = &made[rng.below(made.len() as u64) as usize];
            for _ in 0..1 + rng.below(3) {
                mutate(&mut rng, &mut input, other);
            }
            run(target, &input);
        }
    }
}

#[test]
fn every_target_has_a_file() {
    let named: BTreeSet<PathBuf> = TARGETS
        .iter()
        .map(|(name, _)| folder().join("fuzz_targets").join(format!("{}.rs", name.replace('-', "_"))))
        .collect();
    assert_eq!(files(&folder().join("fuzz_targets")).into_iter().collect::<BTreeSet<_>>(), named);
}

fn mutate(rng: &mut Rng, input: &mut Vec<u8>, other: &[u8]) {
    let at = rng.below(input.len() as u64 + 1) as usize;
    let until = at + rng.below((input.len() - at) as u64 + 1).min(40) as usize;
    match rng.below(5) {
        0 => input.truncate(at),
        1 => drop(input.drain(at..until)),
        2 => {
            let again = input[at..until].to_vec();
            drop(input.splice(at..at, again));
        }
        3 => {
            let from = rng.below(other.len() as u64 + 1) as usize;
            drop(input.splice(at..until, other[from..].iter().copied().take(until - at)));
        }
        _ => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << rng.below(8);
            }
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|cause| panic!("{}: {cause}", folder.display()));
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/fuzz")
}
