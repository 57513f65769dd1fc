//! The file's first pages: what it is, of which version, and its key, wrapped.
//!
//! ```text
//! file header = "MPRFSTOR" ‖ version u16 ‖ file id 16 ‖ wrapped key 72 ‖ SHA-256 of these ‖ zeros to 4,096
//! ```
//!
//! Two copies, so that a rotten bit does not take the whole file with it. The checksum tells a
//! damaged header from a wrong key; the version stands in the clear, so that an older program can
//! say that it is older.

use super::{
    key::{StoreKey, fill_random},
    page::{Cipher, Place},
};
use crate::{
    disk::Disk,
    error::{Fault, StoreError, StoreVersion},
    record::Record,
};
use medproof_core::hash::sha256;

/// Length of one copy, in bytes.
pub(crate) const HEADER_BYTES: u64 = 4096;

/// A file's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileHeader {
    pub(crate) version: StoreVersion,
    file_id: [u8; 16],
    wrapped_key: Vec<u8>,
}

impl FileHeader {
    /// The header of a new file, with a new key for its pages.
    pub(crate) fn generate(version: StoreVersion, key: &StoreKey) -> Result<Self, StoreError> {
        let mut file_id = [0; 16];
        fill_random(&mut file_id)?;
        let page_key = StoreKey::generate()?;
        let wrapped_key = Cipher::new(key, file_id).seal_one(Place::FileKey, page_key.as_bytes())?;
        Ok(Self { version, file_id, wrapped_key })
    }

    /// Writes both copies.
    pub(crate) fn write(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        let bytes = self.to_bytes();
        disk.write_at(0, &bytes)?;
        disk.write_at(HEADER_BYTES, &bytes)?;
        Ok(disk.sync()?)
    }

    /// Reads the first copy that is whole.
    pub(crate) fn read(disk: &dyn Disk) -> Result<Self, StoreError> {
        let first = Self::read_copy(disk, 0);
        if first.is_ok() { first } else { Self::read_copy(disk, HEADER_BYTES).or(first) }
    }

    /// Reads one of the copies.
    pub(crate) fn read_copy(disk: &dyn Disk, offset_bytes: u64) -> Result<Self, StoreError> {
        let mut bytes = [0; TEXT_BYTES + 32];
        if disk.len_bytes()? < offset_bytes + HEADER_BYTES {
            return Err(StoreError::NotAStore);
        }
        disk.read_at(offset_bytes, &mut bytes)?;
        let (text, sum) = bytes.split_at(TEXT_BYTES);
        let Some(rest) = text.strip_prefix(MAGIC) else { return Err(StoreError::NotAStore) };
        if sha256(text).0 != sum {
            return Err(StoreError::damaged(Record::FileHeader, Fault::Contradicts));
        }
        let parsed = rest.split_first_chunk().and_then(|(version, rest)| Some((version, rest.split_first_chunk()?)));
        let (version, (file_id, wrapped_key)) =
            parsed.ok_or(StoreError::damaged(Record::FileHeader, Fault::Malformed))?;
        let version = StoreVersion(u16::from_be_bytes(*version));
        Ok(Self { version, file_id: *file_id, wrapped_key: wrapped_key.to_vec() })
    }

    /// What opens the file's pages, if `key` is the store's.
    pub(super) fn unwrap(&self, key: &StoreKey) -> Result<Cipher, StoreError> {
        let mut page_key = StoreKey::new([0; 32]);
        let opened = Cipher::new(key, self.file_id).open(Place::FileKey, &self.wrapped_key, page_key.bytes_mut());
        if opened { Ok(Cipher::new(&page_key, self.file_id)) } else { Err(StoreError::WrongKey) }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = [MAGIC, &self.version.0.to_be_bytes(), &self.file_id, &self.wrapped_key].concat();
        let sum = sha256(&bytes);
        bytes.extend_from_slice(&sum.0);
        bytes.resize(HEADER_BYTES as usize, 0);
        bytes
    }
}

const MAGIC: &[u8] = b"MPRFSTOR";

const TEXT_BYTES: usize = 8 + 2 + 16 + 72;
