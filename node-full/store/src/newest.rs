//! The newest header that was seen, in a file of its own that no backup carries.
//!
//! A store that was put back from yesterday is whole and well signed; only memory outside of it tells
//! that it is old. [`Options::newest`](crate::Options) compares the two when a store is opened.
//!
//! ```text
//! file = "MPRFNEW1" ‖ height u64 ‖ header hash 32 ‖ SHA-256 of these
//! ```

use crate::{
    disk::sync_folder_of,
    error::{Fault, Mark, StoreError},
    record::Record,
};
use medproof_core::{
    hash::{Digest, sha256},
    header::Height,
};
use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
};

/// Reads the newest mark; `None` where none was kept yet.
pub fn read_newest(path: &Path) -> Result<Option<Mark>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => decode(&bytes).map(Some).ok_or(StoreError::damaged(Record::Newest, Fault::Malformed)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Keeps a mark in place of the one before, durably: a crash leaves the one or the other.
pub fn write_newest(path: &Path, mark: &Mark) -> Result<(), StoreError> {
    let text = [MAGIC, &mark.height.0.to_be_bytes(), &mark.hash.0].concat();
    let unfinished = path.with_extension("unfinished");
    let mut file = File::create(&unfinished)?;
    file.write_all(&text)?;
    file.write_all(&sha256(&text).0)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    Ok(sync_folder_of(path)?)
}

fn decode(bytes: &[u8]) -> Option<Mark> {
    let (text, sum) = bytes.split_last_chunk::<32>()?;
    let (height, hash) = text.strip_prefix(MAGIC)?.split_first_chunk()?;
    let mark = Mark { height: Height(u64::from_be_bytes(*height)), hash: Digest(hash.try_into().ok()?) };
    (sha256(text).0 == *sum).then_some(mark)
}

const MAGIC: &[u8] = b"MPRFNEW1";
