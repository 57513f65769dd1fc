//! Copies of a store while it runs, and stores made from copies.
//!
//! ```text
//! folder/store.mpstore   a store of its own: same store key, its own file key, no free pages
//! folder/manifest.json   what it holds, and the file's SHA-256
//! ```
//!
//! A copy is made record by record from one view, so that it is consistent, and every record was
//! read and authenticated. The manifest is written last: a folder without one is no backup.

use crate::{
    disk::{FileDisk, sync_folder_of},
    error::{Mark, StoreError, StoreVersion},
    migrate::migrate,
    record::Hex,
    sealed::StoreKey,
    store::{Options, STORE_VERSION, Store},
    view::View,
};
use medproof_core::{hash::Digest, header::Height};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manifest {
    /// The version of the store's file.
    pub version: StoreVersion,
    /// The newest header; `None` in a store without blocks.
    pub newest: Option<Mark>,
    /// The chain, where there is a block.
    pub chain_id: Option<Digest>,
    /// Log entries.
    pub entries: u64,
    /// Leaves of the state tree.
    pub leaves: u64,
    /// Length of the file, in bytes.
    pub file_bytes: u64,
    /// SHA-256 of the file.
    pub file_hash: Digest,
}

impl Store {
    /// Writes the store as it stands now into a new folder; `progress` is told the rows copied.
    ///
    /// `key` seals the copy, and should be the store's own.
    pub fn backup_to(
        &self,
        folder: &Path,
        key: &StoreKey,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Manifest, StoreError> {
        let view = self.view();
        fs::create_dir(folder)?;
        let file = folder.join(STORE_FILE);
        copy(&view, &file, key, progress)?;
        let (file_bytes, file_hash) = hash_file(&file)?;
        let manifest = Manifest::of(&view, file_bytes, file_hash)?;
        write_whole(&folder.join(MANIFEST_FILE), manifest.to_json().as_bytes())?;
        Ok(manifest)
    }

    /// Makes a store at `path` from a backup, after checking it.
    pub fn restore(folder: &Path, path: &Path, key: &StoreKey) -> Result<Manifest, StoreError> {
        let manifest = Manifest::read(folder)?;
        if path.try_exists()? {
            return Err(StoreError::Exists);
        }
        if manifest.version > STORE_VERSION {
            return Err(StoreError::NewerVersion { found: manifest.version, known: STORE_VERSION });
        }
        // Names of its own, also for what is made beside it: an older store is brought up where it lies.
        let unfinished = path.with_file_name(RESTORING);
        for left in [&unfinished, &unfinished.with_extension("v1")] {
            if left.try_exists()? {
                fs::remove_file(left)?;
            }
        }
        fs::copy(folder.join(STORE_FILE), &unfinished)?;
        if hash_file(&unfinished)? != (manifest.file_bytes, manifest.file_hash) {
            fs::remove_file(&unfinished)?;
            return Err(StoreError::Manifest);
        }
        if let Some(migrated) = migrate(&unfinished, key, &mut |_| {})? {
            fs::remove_file(migrated.backup)?;
        }
        let store = Self::open_on(Arc::new(FileDisk::open(&unfinished)?), key, &Options::default())?;
        if store.view().mark() != manifest.newest {
            return Err(StoreError::Manifest);
        }
        drop(store);
        File::open(&unfinished)?.sync_all()?;
        fs::rename(&unfinished, path)?;
        sync_folder_of(path)?;
        Ok(manifest)
    }
}

impl Manifest {
    /// Reads the manifest of a backup.
    pub fn read(folder: &Path) -> Result<Self, StoreError> {
        let text = fs::read(folder.join(MANIFEST_FILE))?;
        let json: Json = serde_json::from_slice(&text).map_err(|_| StoreError::Manifest)?;
        json.parse().ok_or(StoreError::Manifest)
    }

    fn of(view: &View, file_bytes: u64, file_hash: Digest) -> Result<Self, StoreError> {
        let counts = view.counts()?;
        Ok(Self {
            version: STORE_VERSION,
            newest: view.mark(),
            chain_id: view.tip().map(|tip| *tip.chain_id()),
            entries: counts.entries,
            leaves: counts.leaves,
            file_bytes,
            file_hash,
        })
    }

    fn to_json(&self) -> String {
        let json = Json {
            format: FORMAT.into(),
            version: self.version.0,
            height: self.newest.map(|mark| mark.height.0),
            header_hash: self.newest.map(|mark| Hex(&mark.hash.0).to_string()),
            chain_id: self.chain_id.map(|id| Hex(&id.0).to_string()),
            entries: self.entries,
            leaves: self.leaves,
            file_bytes: self.file_bytes,
            file_sha256: Hex(&self.file_hash.0).to_string(),
        };
        serde_json::to_string_pretty(&json).unwrap_or_default()
    }
}

/// The manifest as it stands in its file.
#[derive(Serialize, Deserialize)]
struct Json {
    format: String,
    version: u16,
    height: Option<u64>,
    header_hash: Option<String>,
    chain_id: Option<String>,
    entries: u64,
    leaves: u64,
    file_bytes: u64,
    file_sha256: String,
}

impl Json {
    fn parse(self) -> Option<Manifest> {
        let newest = match (self.height, &self.header_hash) {
            (Some(height), Some(hash)) => Some(Mark { height: Height(height), hash: digest(hash)? }),
            (None, None) => None,
            _ => return None,
        };
        let chain_id = match &self.chain_id {
            Some(id) => Some(digest(id)?),
            None => None,
        };
        (self.format == FORMAT).then_some(Manifest {
            version: StoreVersion(self.version),
            newest,
            chain_id,
            entries: self.entries,
            leaves: self.leaves,
            file_bytes: self.file_bytes,
            file_hash: digest(&self.file_sha256)?,
        })
    }
}

/// Copies all of a view into a new store at `path`.
fn copy(view: &View, path: &Path, key: &StoreKey, progress: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
    let copy = Store::create(path, key, &Options::default())?;
    let mut rows = 0;
    for table in view.source().table_names()? {
        copy.copy_table(view.source(), &table, &mut || {
            rows += 1;
            progress(rows);
        })?;
    }
    Ok(())
}

fn hash_file(path: &Path) -> Result<(u64, Digest), StoreError> {
    let mut file = File::open(path)?;
    let (mut sha, mut len_bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((len_bytes, Digest(sha.finalize().into())));
        }
        sha.update(buffer.get(..read).unwrap_or_default());
        len_bytes += read as u64;
    }
}

/// Writes a file that is there as a whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let unfinished: PathBuf = path.with_extension("unfinished");
    fs::write(&unfinished, bytes)?;
    File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, path)?;
    Ok(sync_folder_of(path)?)
}

fn digest(hex: &str) -> Option<Digest> {
    let mut bytes = [0; 32];
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else { return None };
    if pairs.len() != bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(Digest(bytes))
}

const STORE_FILE: &str = "store.mpstore";

const MANIFEST_FILE: &str = "manifest.json";

const FORMAT: &str = "medproof-store-backup";

/// The store while it is restored, beside the one that it becomes.
const RESTORING: &str = "restoring.redb";

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{Row, migrate::PREVIOUS, older::turn_back};

    #[test]
    fn a_backup_of_an_older_version_is_brought_up() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (path, backup, key) = (at("ledger.redb"), at("backup"), StoreKey::new([5; 32]));
        let store = Store::create(&path, &key, &Options::default()).unwrap();
        store.put_rows(&[Row { table: "a", key: vec![1], value: Some(vec![2]) }]).unwrap();
        let manifest = store.backup_to(&backup, &key, &mut |_| {}).unwrap();
        drop(store);
        let file = backup.join(STORE_FILE);
        turn_back(&file, &key).unwrap();
        let (file_bytes, file_hash) = hash_file(&file).unwrap();
        let older = Manifest { version: PREVIOUS, file_bytes, file_hash, ..manifest };
        fs::write(backup.join(MANIFEST_FILE), older.to_json()).unwrap();
        fs::remove_file(&path).unwrap();
        // What `migrate` left for safety, and what a restore left that was cut off.
        fs::write(at("ledger.v1"), b"kept").unwrap();
        fs::write(at("restoring.v1"), b"left").unwrap();
        assert_eq!(Store::restore(&backup, &path, &key), Ok(older));
        let store = Store::open(&path, &key, &Options::default()).unwrap();
        assert_eq!(store.view().row("a", &[1]).unwrap(), Some(vec![2]));
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["backup", "ledger.redb", "ledger.v1"]);
    }
}
