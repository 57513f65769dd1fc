//! The check of a store that no node has open, whatever state it is in.

use crate::{
    check::{Check, Progress, Report, SECTIONS, Section},
    disk::FileDisk,
    error::{Fault, StoreError},
    record::Record,
    scratch::ScratchDisk,
    sealed::{FileHeader, HEADER_BYTES, StoreKey},
    store::{Options, Store},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

/// Checks the store at `path`, section by section, and changes nothing in it.
///
/// The engine refuses everything after the first damaged page, so that each section opens it anew.
pub fn fsck(path: &Path, key: &StoreKey, progress: &mut dyn FnMut(Progress)) -> Result<Report, StoreError> {
    let mut report = Report::default();
    for copy in [0, 1] {
        report.take(FileHeader::read_copy(&FileDisk::open(path)?, copy * HEADER_BYTES).map(|_| 1));
    }
    for section in SECTIONS {
        match one_section(path, key, section, progress) {
            Err(StoreError::Damaged { record: Record::Engine, fault }) => {
                report.take(Err(StoreError::damaged(Record::Engine, fault)));
                break;
            }
            found @ (Ok(_) | Err(StoreError::Damaged { .. })) => report.take(found),
            Err(error) => return Err(error),
        }
    }
    Ok(report)
}

fn one_section(
    path: &Path,
    key: &StoreKey,
    section: Section,
    progress: &mut dyn FnMut(Progress),
) -> Result<u64, StoreError> {
    let disk = Arc::new(ScratchDisk::over(FileDisk::open(path)?)?);
    // Where pages of different times were mixed, each of them authenticates, and the engine may stop
    // at a state that it holds impossible.
    let checked = catch_unwind(AssertUnwindSafe(|| {
        let store = Store::open_unchecked(disk, key, &Options::default())?;
        Check::run(&store.view(), section, progress)
    }));
    checked.unwrap_or(Err(StoreError::damaged(Record::Engine, Fault::Contradicts)))
}
