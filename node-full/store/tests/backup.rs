//! Backups made while the store runs, and stores made from them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use medproof_store::{Manifest, Options, Row, Store, StoreError, StoreKey, Undecided, fsck};
use std::{fs, thread};
use support::{Chain, Rng, changes, key};

#[test]
fn a_backup_is_one_moment_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let store = Store::create(&at("store"), &key(), &Options::default()).unwrap();
    let (mut chain, mut rng, mut known) = (Chain::new(), Rng(8), Vec::new());
    for _ in 0..4 {
        let changes = changes(&mut rng, &mut known, 500, 10);
        let rows = vec![Row { table: "index", key: vec![1], value: Some(vec![2]) }];
        let block = chain.block(&store, changes, 20, rows, None);
        store.commit(&block).unwrap();
    }
    let height = medproof_core::header::Height(9);
    let kept = Undecided { round: 0, header_hash: medproof_core::hash::Digest([9; 32]), bytes: b"kept".to_vec() };
    store.put_undecided(height, &kept).unwrap();
    let mut rows = 0;
    // Blocks go on while the copy is made.
    let manifest = thread::scope(|scope| {
        let backup = scope.spawn(|| store.backup_to(&at("backup"), &key(), &mut |count| rows = count).unwrap());
        for _ in 0..3 {
            chain.commit(&store, changes(&mut rng, &mut known, 50, 10), 2);
        }
        backup.join().unwrap()
    });
    let mark = manifest.newest.unwrap();
    assert_eq!(chain.headers[mark.height.0 as usize].hash(), mark.hash);
    assert!(rows > manifest.leaves + manifest.entries);
    assert_eq!(Manifest::read(&at("backup")).unwrap(), manifest);
    assert_eq!(Store::restore(&at("backup"), &at("restored"), &key()).unwrap(), manifest);
    assert_eq!(Store::restore(&at("backup"), &at("restored"), &key()).err(), Some(StoreError::Exists));
    assert!(fsck(&at("restored"), &key(), &mut |_| {}).unwrap().is_clean());
    let restored = Store::open(&at("restored"), &key(), &Options::default()).unwrap();
    assert_eq!(restored.view().mark(), Some(mark));
    assert_eq!(restored.view().row("index", &[1]).unwrap(), Some(vec![2]));
    assert_eq!(restored.view().undecided(height).unwrap(), [kept]);
    let mut resumed = Chain::resume(&restored.view());
    resumed.commit(&restored, changes(&mut rng, &mut known, 50, 0), 2);
}

#[test]
fn a_backup_that_was_touched_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let store = Store::create(&at("store"), &key(), &Options::default()).unwrap();
    let mut chain = Chain::new();
    chain.commit(&store, [(Rng(1).path(), Some(vec![1]))].into(), 1);
    store.backup_to(&at("backup"), &key(), &mut |_| {}).unwrap();
    assert_eq!(store.backup_to(&at("backup"), &key(), &mut |_| {}).err(), Some(StoreError::Exists));
    let restore = |key: &StoreKey| Store::restore(&at("backup"), &at("restored"), key).err();
    assert_eq!(restore(&StoreKey::new([9; 32])), Some(StoreError::WrongKey));
    let (file, manifest) = (at("backup").join("store.mpstore"), at("backup").join("manifest.json"));
    let good = fs::read(&file).unwrap();
    let mut bad = good.clone();
    bad[50_000] ^= 1;
    fs::write(&file, bad).unwrap();
    assert_eq!(restore(&key()), Some(StoreError::Manifest));
    fs::write(&file, good).unwrap();
    let text = fs::read_to_string(&manifest).unwrap();
    for (from, to) in [("\"height\": 0", "\"height\": 1"), ("medproof-store-backup", "other"), ("{", "")] {
        fs::write(&manifest, text.replace(from, to)).unwrap();
        assert_eq!(restore(&key()), Some(StoreError::Manifest), "{from}");
    }
    fs::write(&manifest, text.replace("\"version\": 2", "\"version\": 3")).unwrap();
    assert!(matches!(restore(&key()), Some(StoreError::NewerVersion { .. })));
    fs::remove_file(&manifest).unwrap();
    assert_eq!(restore(&key()), Some(StoreError::Missing));
    fs::write(&manifest, text).unwrap();
    assert_eq!(restore(&key()), None);
}
