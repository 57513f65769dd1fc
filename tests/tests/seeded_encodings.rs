//! The hash of seeded encodings of every wire type, so that a change of format is a decision.
//!
//! Where it is one, the file that the failing test names replaces `tests/encodings.toml`.

use medproof_tests::{rng::Rng, seeded};
use sha2::{Digest, Sha256};
use std::{fmt::Write, fs, path::Path};

/// How many encodings are hashed for each type.
const SEEDS: u64 = 100;

const HEAD: &str = "# SHA-256 over 100 seeded encodings of each wire type, each behind its u32 length.
# Made by tests/seeded_encodings.rs. A line that changes is a change of the format.

";

#[test]
fn encodings_are_those_of_the_file() {
    let mut found = HEAD.to_string();
    for of in seeded::all() {
        let mut hash = Sha256::new();
        for seed in 0..SEEDS {
            let bytes = (of.seeded)(&mut Rng(seed));
            assert!(of.accepts(&bytes), "{} number {seed} is refused", of.name);
            hash.update((bytes.len() as u32).to_be_bytes());
            hash.update(&bytes);
        }
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(found, "{} = \"{hash}\"", of.name).expect("a string takes everything");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("encodings.toml");
    let expected = fs::read_to_string(&file).unwrap_or_default();
    if found == expected {
        return;
    }
    let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("encodings.toml");
    fs::write(&new, &found).expect("the folder for tests can be written");
    let changed: Vec<&str> = found.lines().filter(|line| !expected.lines().any(|known| known == *line)).collect();
    panic!("these encodings changed, see {}:\n{}", new.display(), changed.join("\n"));
}

#[test]
fn names_are_distinct() {
    let mut names: Vec<&str> = seeded::all().map(|of| of.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
