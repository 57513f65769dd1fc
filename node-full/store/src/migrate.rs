//! From the version before to this one.
//!
//! | version | what changed |
//! |---|---|
//! | 1 | the first |
//! | 2 | log entries lie in bundles of 256, as tlog-tiles serves them, instead of a row each |
//!
//! The store is copied into a new file beside it, which takes the old one's name when it is whole; the old one
//! stays as a backup. So a crash on the way leaves the old store, and a second attempt begins anew.

use crate::{
    disk::{FileDisk, sync_folder_of},
    error::{Fault, StoreError, StoreVersion},
    log::{TILE_WIDTH, put_entry},
    record::Record,
    sealed::{FileHeader, StoreKey},
    source::{Source, snapshot},
    store::{Options, STORE_VERSION, Store},
    tables,
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What a migration did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migrated {
    /// The version before.
    pub from: StoreVersion,
    /// The version now.
    pub to: StoreVersion,
    /// The store as it was.
    pub backup: PathBuf,
}

/// Brings a store of the version before to this one; `None` if it is of this version already.
///
/// `progress` is told the rows copied.
pub fn migrate(path: &Path, key: &StoreKey, progress: &mut dyn FnMut(u64)) -> Result<Option<Migrated>, StoreError> {
    let disk = Arc::new(FileDisk::open(path)?);
    let (from, to) = (FileHeader::read(&*disk)?.version, STORE_VERSION);
    if from == to {
        return Ok(None);
    }
    if from > to {
        return Err(StoreError::NewerVersion { found: from, known: to });
    }
    if from != PREVIOUS {
        return Err(StoreError::OlderVersion { found: from, known: to });
    }
    let [new, backup] = ["migrating", "v1"].map(|ending| path.with_extension(ending));
    if backup.try_exists()? {
        return Err(StoreError::Exists);
    }
    if new.try_exists()? {
        fs::remove_file(&new)?;
    }
    copy(disk, &new, key, progress)?;
    // A name more for the old file, then the new one in its place: at no moment is there no store.
    fs::hard_link(path, &backup)?;
    fs::rename(&new, path)?;
    sync_folder_of(path)?;
    Ok(Some(Migrated { from, to, backup }))
}

fn copy(disk: Arc<FileDisk>, path: &Path, key: &StoreKey, progress: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
    let (db, health) = Store::engine_of(disk, key, &Options::default())?;
    let txn = snapshot(&db, &health)?;
    let source = Source { txn: &txn, health: &health };
    let new = Store::create(path, key, &Options::default())?;
    let mut rows = 0;
    let mut step = || {
        rows += 1;
        progress(rows);
    };
    for table in source.table_names()? {
        if table == ENTRY_ROWS {
            new.fill(tables::BUNDLE, &mut |put| bundles(source, put, &mut step))?;
        } else {
            new.copy_table(source, &table, &mut step)?;
        }
    }
    drop(new);
    // Opened once more, so that its newest block is checked before it takes the old one's place.
    Store::open(path, key, &Options::default()).map(drop)
}

/// Version 1's row for each entry becomes a part of its bundle.
fn bundles(source: Source<'_>, put: &mut crate::source::Visit<'_>, step: &mut dyn FnMut()) -> Result<(), StoreError> {
    let mut bundle: (u64, Vec<u8>) = (0, Vec::new());
    source.each_row(ENTRY_ROWS, &mut |key, entry| {
        let malformed = StoreError::damaged(Record::Engine, Fault::Malformed);
        let number = key.try_into().map(u64::from_be_bytes).map_err(|_| malformed)? / TILE_WIDTH;
        if number != bundle.0 {
            put(&bundle.0.to_be_bytes(), &bundle.1)?;
            bundle = (number, Vec::new());
        }
        put_entry(&mut bundle.1, entry);
        step();
        Ok(())
    })?;
    if bundle.1.is_empty() { Ok(()) } else { put(&bundle.0.to_be_bytes(), &bundle.1) }
}

/// Version 1's table of entries.
pub(crate) const ENTRY_ROWS: &str = "entry";

/// The version that is migrated.
pub(crate) const PREVIOUS: StoreVersion = StoreVersion(1);

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{Row, older::turn_back};

    #[test]
    fn version_1_becomes_version_2_and_stays_as_a_backup() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("store"), StoreKey::new([5; 32]));
        let store = Store::create(&path, &key, &Options::default()).unwrap();
        store.put_rows(&[Row { table: "a", key: vec![1], value: Some(vec![2]) }]).unwrap();
        let entries: Vec<Vec<u8>> = (0..700_u16).map(|number| number.to_be_bytes().to_vec()).collect();
        store
            .fill(tables::BUNDLE, &mut |put| {
                for (number, part) in (0_u64..).zip(entries.chunks(256)) {
                    let mut bundle = Vec::new();
                    part.iter().for_each(|entry| put_entry(&mut bundle, entry));
                    put(&number.to_be_bytes(), &bundle)?;
                }
                Ok(())
            })
            .unwrap();
        let before = bundles_of(&store);
        assert_eq!(before.len(), 3);
        drop(store);
        assert_eq!(migrate(&path, &key, &mut |_| {}), Ok(None));
        turn_back(&path, &key).unwrap();
        let (found, known) = (PREVIOUS, STORE_VERSION);
        let open = || Store::open(&path, &key, &Options::default());
        assert_eq!(open().err(), Some(StoreError::OlderVersion { found, known }));
        // A first attempt that a crash ended left a file behind.
        fs::write(path.with_extension("migrating"), b"half").unwrap();
        let mut rows = 0;
        let done = migrate(&path, &key, &mut |count| rows = count).unwrap().unwrap();
        assert_eq!((done.from, done.to, rows), (found, known, 701));
        // The backup is the old store, and becomes a new one as well.
        assert_eq!(FileHeader::read(&FileDisk::open(&done.backup).unwrap()).unwrap().version, found);
        let again = folder.path().join("again");
        fs::copy(&done.backup, &again).unwrap();
        assert!(migrate(&again, &key, &mut |_| {}).unwrap().is_some());
        assert!(bundles_of(&Store::open(&again, &key, &Options::default()).unwrap()) == before);
        let store = open().unwrap();
        assert!(bundles_of(&store) == before);
        assert_eq!(store.view().row("a", &[1]).unwrap(), Some(vec![2]));
        drop(store);
        assert_eq!(migrate(&path, &key, &mut |_| {}), Ok(None));
        assert_eq!(migrate(&path, &StoreKey::new([6; 32]), &mut |_| {}), Ok(None));
    }

    fn bundles_of(store: &Store) -> Vec<Vec<u8>> {
        let mut bundles = Vec::new();
        let view = store.put_rows(&[]).unwrap();
        view.source()
            .each_row("bundle", &mut |_, bundle| {
                bundles.push(bundle.to_vec());
                Ok(())
            })
            .unwrap();
        bundles
    }
}
