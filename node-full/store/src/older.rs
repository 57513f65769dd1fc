//! Stores as the version before wrote them, for tests of what brings them up.

use crate::{
    disk::{Disk, FileDisk},
    error::StoreError,
    log::entries_of,
    migrate::{ENTRY_ROWS, PREVIOUS},
    record::Record,
    sealed::{FileHeader, StoreKey},
    source::{Source, snapshot},
    store::{Options, Store},
    tables::{self, Bytes},
};
use std::{path::Path, sync::Arc};

/// Turns a closed store into one of the version before: a row for each log entry, and the older number.
pub fn turn_back(path: &Path, key: &StoreKey) -> Result<(), StoreError> {
    let disk: Arc<dyn Disk> = Arc::new(FileDisk::open(path)?);
    let (db, health) = Store::engine_of(Arc::clone(&disk), key, &Options::default())?;
    let (from, blame) = (snapshot(&db, &health)?, |e: redb::Error| health.blame(e, Record::Engine));
    let write = db.begin_write().map_err(|e| blame(e.into()))?;
    let mut rows = write.open_table(Bytes::new(ENTRY_ROWS)).map_err(|e| blame(e.into()))?;
    let mut index = 0_u64;
    Source { txn: &from, health: &health }.each_row("bundle", &mut |_, bundle| {
        for entry in entries_of(bundle) {
            rows.insert(&index.to_be_bytes()[..], entry).map_err(|e| blame(e.into()))?;
            index += 1;
        }
        Ok(())
    })?;
    drop(rows);
    write.delete_table(tables::BUNDLE).map_err(|e| blame(e.into()))?;
    write.commit().map_err(|e| blame(e.into()))?;
    let mut header = FileHeader::read(&*disk)?;
    header.version = PREVIOUS;
    header.write(&*disk)
}
