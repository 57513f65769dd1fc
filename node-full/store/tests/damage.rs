//! What a store says about a file that is not as it was written.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use medproof_core::{header::Height, log::LeafIndex, state::Path};
use medproof_store::{
    Fault, Mark, Options, Record, Row, Store, StoreError, StoreKey, StoreVersion, View, fsck, read_newest, write_newest,
};
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path as FilePath,
};
use support::{Chain, MARKER, Rng, changes, key};

/// A store of a few blocks at `path`, closed.
fn filled(path: &FilePath, blocks: u64) -> (Chain, Vec<Path>) {
    let store = Store::create(path, &key(), &Options::default()).unwrap();
    let (mut chain, mut rng, mut known) = (Chain::new(), Rng(3), Vec::new());
    for number in 0..blocks {
        let changes = changes(&mut rng, &mut known, 400, 20);
        let rows = vec![Row { table: "document", key: number.to_be_bytes().into(), value: Some(MARKER.into()) }];
        let block = chain.block(&store, changes, 30, rows, None);
        store.commit(&block).unwrap();
    }
    (chain, known)
}

fn open(path: &FilePath) -> Result<Store, StoreError> {
    Store::open(path, &key(), &Options::default())
}

/// Compares an answer with the right one: it may be damage, never something else.
fn right<T: PartialEq + std::fmt::Debug>(answer: Result<T, StoreError>, expected: &T) -> bool {
    match answer {
        Ok(answer) => {
            assert_eq!(answer, *expected);
            true
        }
        Err(StoreError::Damaged { .. }) => false,
        Err(other) => unreachable!("{other:?}"),
    }
}

/// Asks for this and that; says whether all was answered.
fn asked(view: &View, chain: &Chain, known: &[Path], rng: &mut Rng) -> bool {
    let mut whole = true;
    for _ in 0..12 {
        let path = known[rng.below(known.len() as u64) as usize];
        let paths = [path, rng.pack(4)];
        whole &= right(view.prove(&paths), &chain.tree.prove(&paths));
        whole &= right(view.leaf(&path), &chain.tree.get(&path).map(<[u8]>::to_vec));
        let index = rng.below(chain.size().0);
        whole &= right(view.entry(LeafIndex(index)), &Some(chain.entries[index as usize].clone()));
        let event = view.event(LeafIndex(index)).map(|event| event.map(|event| event.event));
        whole &= right(event, &Some(chain.events[index as usize].clone()));
        let proof = chain.log.inclusion_proof(LeafIndex(index), chain.size());
        whole &= right(view.inclusion(LeafIndex(index), chain.size()), &proof);
        let height = rng.below(chain.headers.len() as u64);
        whole &= right(view.header(Height(height)), &Some(chain.headers[height as usize].clone()));
    }
    whole
}

#[test]
fn a_flipped_bit_gives_no_wrong_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let (chain, known) = filled(&path, 6);
    let good = fs::read(&path).unwrap();
    let (mut rng, mut seen, mut found) = (Rng(4), 0, 0);
    let flips = 200;
    for _ in 0..flips {
        let mut bad = good.clone();
        bad[rng.below(good.len() as u64) as usize] ^= 1 << rng.below(8);
        fs::write(&path, &bad).unwrap();
        match open(&path) {
            Ok(store) => seen += u64::from(!asked(&store.view(), &chain, &known, &mut rng)),
            Err(StoreError::Damaged { .. }) => seen += 1,
            Err(other) => unreachable!("{other:?}"),
        }
        let report = fsck(&path, &key(), &mut |_| {}).unwrap();
        assert!(report.damage.iter().all(|error| matches!(error, StoreError::Damaged { .. })));
        found += u64::from(!report.is_clean());
    }
    // Most pages are free in a young file; what counts is that both ways of looking see damage at all.
    assert!(seen > 0 && found >= seen, "{seen} seen and {found} found of {flips}");
}

#[test]
fn a_damaged_page_stops_the_store_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    filled(&path, 3);
    let mut bytes = fs::read(&path).unwrap();
    // Every page but the file header and page 0.
    bytes[30_000..].iter_mut().step_by(1000).for_each(|byte| *byte ^= 1);
    fs::write(&path, &bytes).unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { fault: Fault::Page(_), .. }), "{error:?}");
    assert!(error.code().starts_with("store.damaged."), "{}", error.code());
    assert!(error.values().iter().any(|(name, value)| *name == "fault" && value.starts_with("page-")), "{error:?}");
    assert!(error.to_string().contains("fsck"), "{error}");
    let report = fsck(&path, &key(), &mut |_| {}).unwrap();
    assert!(!report.is_clean());
}

#[test]
fn a_whole_store_is_clean() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let (chain, known) = filled(&path, 4);
    let mut sections = Vec::new();
    let report = fsck(&path, &key(), &mut |progress| sections.push(progress.section)).unwrap();
    assert_eq!(report.damage, []);
    assert_eq!(sections.len(), 4);
    // Two copies of the file header, 4 headers, 120 events, every leaf, 4 rows.
    assert_eq!(report.checked, 2 + 4 + 120 + chain.tree.len() as u64 + 4);
    assert!(asked(&open(&path).unwrap().view(), &chain, &known, &mut Rng(1)));
}

#[test]
fn one_copy_of_the_file_header_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    filled(&path, 1);
    let good = fs::read(&path).unwrap();
    for place in [9, 20, 4096 + 9, 4096 + 40] {
        let mut bad = good.clone();
        bad[place] ^= 1;
        fs::write(&path, &bad).unwrap();
        assert!(open(&path).is_ok());
        let report = fsck(&path, &key(), &mut |_| {}).unwrap();
        let named = StoreError::Damaged { record: Record::FileHeader, fault: Fault::Contradicts };
        assert_eq!(report.damage, [named]);
    }
}

#[test]
fn nothing_that_was_stored_stands_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let (chain, known) = filled(&path, 3);
    let bytes = fs::read(&path).unwrap();
    let finds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(finds(b"MPRFSTOR"));
    assert!(!finds(MARKER.as_bytes()));
    assert!(!finds(&chain.entries[0]) && !finds(&chain.headers[1].raw()[40..80]));
    assert!(!finds(&known[0].as_bytes()[..16]));
    assert!(!finds(b"undecided") && !finds(key().as_bytes()));
}

#[test]
fn each_refusal_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    assert_eq!(open(&path).err(), Some(StoreError::Missing));
    filled(&path, 1);
    let wrong = Store::open(&path, &StoreKey::new([8; 32]), &Options::default());
    assert_eq!(wrong.err(), Some(StoreError::WrongKey));
    let store = open(&path).unwrap();
    assert_eq!(open(&path).err(), Some(StoreError::InUse));
    assert_eq!(Store::create(&path, &key(), &Options::default()).err(), Some(StoreError::Exists));
    drop(store);
    fs::write(folder.path().join("other"), vec![0; 10_000]).unwrap();
    assert_eq!(open(&folder.path().join("other")).err(), Some(StoreError::NotAStore));
    fs::write(folder.path().join("empty"), b"").unwrap();
    assert_eq!(open(&folder.path().join("empty")).err(), Some(StoreError::NotAStore));
}

/// Writes another version into both copies of the file header, with its checksum.
fn with_version(bytes: &[u8], version: u16) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for copy in bytes[..8192].chunks_exact_mut(4096) {
        copy[8..10].copy_from_slice(&version.to_be_bytes());
        let sum = medproof_core::hash::sha256(&copy[..98]);
        copy[98..130].copy_from_slice(&sum.0);
    }
    bytes
}

#[test]
fn another_version_is_refused_before_anything_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    filled(&path, 1);
    let good = fs::read(&path).unwrap();
    for (version, code, advice) in [(3, "store.newer-version", "update"), (0, "store.older-version", "migrate")] {
        let other = with_version(&good, version);
        fs::write(&path, &other).unwrap();
        let error = open(&path).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(advice), "{error}");
        assert_eq!(fs::read(&path).unwrap(), other);
    }
    assert_eq!(
        open(&path).err(),
        Some(StoreError::OlderVersion { found: StoreVersion(0), known: medproof_store::STORE_VERSION })
    );
}

#[test]
fn a_file_put_back_from_yesterday_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, newest) = (folder.path().join("store"), folder.path().join("newest"));
    let (mut chain, _) = filled(&path, 2);
    let yesterday = fs::read(&path).unwrap();
    assert_eq!(read_newest(&newest).unwrap(), None);
    let store = open(&path).unwrap();
    let old = store.view().mark().unwrap();
    write_newest(&newest, &old).unwrap();
    let mark = chain.commit(&store, [(Path::new([9; 32]), Some(vec![9]))].into(), 1).mark().unwrap();
    write_newest(&newest, &mark).unwrap();
    drop(store);
    let open = || Store::open(&path, &key(), &Options { newest: read_newest(&newest).unwrap(), ..Options::default() });
    assert!(open().is_ok());
    fs::write(&path, yesterday).unwrap();
    assert_eq!(open().err(), Some(StoreError::RolledBack { newest: mark, found: Some(old) }));
    // The same height with another header is no better.
    let other = Mark { hash: medproof_core::hash::Digest([1; 32]), ..old };
    write_newest(&newest, &other).unwrap();
    assert_eq!(open().err(), Some(StoreError::RolledBack { newest: other, found: Some(old) }));
    fs::write(&newest, b"nonsense").unwrap();
    assert!(matches!(read_newest(&newest), Err(StoreError::Damaged { record: Record::Newest, .. })));
}

#[test]
fn a_page_put_back_from_an_older_file_proves_nothing_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let (mut chain, mut known) = filled(&path, 3);
    let old = fs::read(&path).unwrap();
    let (store, mut rng) = (open(&path).unwrap(), Rng(31));
    for _ in 0..4 {
        chain.commit(&store, changes(&mut rng, &mut known, 400, 20), 5);
    }
    drop(store);
    let new = fs::read(&path).unwrap();
    let pages: Vec<usize> = (0..)
        .map(|page| PAGES_AT + page * SEALED)
        .take_while(|at| at + SEALED <= old.len())
        .filter(|at| old[*at..at + SEALED] != new[*at..at + SEALED])
        .collect();
    let (mut noticed, mut found, mut wrong) = (0, 0, 0);
    for at in &pages {
        let mut mixed = new.clone();
        mixed[*at..at + SEALED].copy_from_slice(&old[*at..at + SEALED]);
        fs::write(&path, &mixed).unwrap();
        found += u64::from(!fsck(&path, &key(), &mut |_| {}).unwrap().is_clean());
        assert!(fs::read(&path).unwrap() == mixed, "a check changes nothing");
        // The engine may stop at a mixture of times that it holds impossible: that is no answer either.
        let proved = catch_unwind(AssertUnwindSafe(|| {
            open(&path).map(|store| {
                let view = store.view();
                (0..20).all(|_| {
                    let asked = [known[rng.below(known.len() as u64) as usize], rng.pack(4)];
                    view.prove(&asked).is_ok_and(|proof| {
                        wrong += u64::from(proof != chain.tree.prove(&asked));
                        true
                    })
                })
            })
        }));
        noticed += u64::from(!matches!(proved, Ok(Ok(true))));
    }
    assert_eq!(wrong, 0);
    assert!(noticed > 0 && found > 0, "{noticed} noticed and {found} found of {}", pages.len());
}

/// Length of a sealed page.
const SEALED: usize = 24 + 4096 + 16;

/// Where page 1 begins: behind two file headers and four copies of page 0.
const PAGES_AT: usize = 2 * 4096 + 4 * SEALED;
