//! Where the sealed bytes lie: a file, or what a test puts in its place.

use crate::error::StoreError;
use std::{
    fmt::Debug,
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

/// Bytes that can be read and written at any offset, and made durable.
///
/// What was written before [`sync`](Self::sync) returned survives a crash; anything written since may
/// be there, not be there, or be there in part.
pub trait Disk: Debug + Send + Sync + 'static {
    /// Length, in bytes.
    fn len_bytes(&self) -> io::Result<u64>;

    /// Fills `out` from `offset_bytes`; fails if there are not as many bytes.
    fn read_at(&self, offset_bytes: u64, out: &mut [u8]) -> io::Result<()>;

    /// Writes all of `bytes`.
    fn write_at(&self, offset_bytes: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts or extends with zeros.
    fn set_len(&self, len_bytes: u64) -> io::Result<()>;

    /// Makes everything durable.
    fn sync(&self) -> io::Result<()>;
}

/// A file, locked for this process while it is open.
#[derive(Debug)]
pub struct FileDisk(File);

impl FileDisk {
    /// A new, empty file; only its owner may read it.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
        Self::locked(file)
    }

    /// A file that exists.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::locked(OpenOptions::new().read(true).write(true).open(path)?)
    }

    fn locked(file: File) -> Result<Self, StoreError> {
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

impl Disk for FileDisk {
    fn len_bytes(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset_bytes: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(out, offset_bytes)
    }

    fn write_at(&self, offset_bytes: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all_at(bytes, offset_bytes)
    }

    fn set_len(&self, len_bytes: u64) -> io::Result<()> {
        self.0.set_len(len_bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

/// Makes a new or renamed file's name durable.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
