//! The engine's view of a sealed file: plain pages.

use super::{
    file_header::{FileHeader, HEADER_BYTES},
    health::Health,
    key::StoreKey,
    page::{Cipher, PAGE_BYTES, Place, SEALED_BYTES},
    page_zero::{PageZero, SLOTS_BYTES},
    writer::{PageWriter, Pages},
};
use crate::{
    disk::Disk,
    error::{Fault, PageIndex, StoreError},
    record::Record,
};
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A disk whose pages are sealed.
#[derive(Debug)]
pub(crate) struct SealedDisk {
    disk: Arc<dyn Disk>,
    cipher: Arc<Cipher>,
    writer: PageWriter,
    page_zero: Mutex<PageZero>,
    health: Arc<Health>,
}

impl SealedDisk {
    /// Seals a new, empty disk.
    pub(crate) fn create(disk: Arc<dyn Disk>, header: &FileHeader, key: &StoreKey) -> Result<Self, StoreError> {
        let cipher = Arc::new(header.unwrap(key)?);
        disk.set_len(PAGES_AT_BYTES)?;
        header.write(&*disk)?;
        let mut page_zero = PageZero::blank();
        page_zero.put(&*disk, &cipher, SLOTS_AT_BYTES, 0, &[])?;
        Self::start(disk, cipher, page_zero)
    }

    /// Opens a disk that was sealed under `key`.
    pub(crate) fn open(disk: Arc<dyn Disk>, header: &FileHeader, key: &StoreKey) -> Result<Self, StoreError> {
        let cipher = Arc::new(header.unwrap(key)?);
        if disk.len_bytes()? < PAGES_AT_BYTES {
            return Err(StoreError::damaged(Record::Engine, Fault::Absent));
        }
        let page_zero = PageZero::read(&*disk, &cipher, SLOTS_AT_BYTES)?;
        let page_zero = page_zero.ok_or(StoreError::damaged(Record::Engine, Fault::Page(PageIndex(0))))?;
        Self::start(disk, cipher, page_zero)
    }

    fn start(disk: Arc<dyn Disk>, cipher: Arc<Cipher>, page_zero: PageZero) -> Result<Self, StoreError> {
        let writer = PageWriter::start(Arc::clone(&disk), Arc::clone(&cipher))?;
        Ok(Self { disk, cipher, writer, page_zero: Mutex::new(page_zero), health: Arc::default() })
    }

    /// What is known of damage.
    pub(crate) fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    fn page_zero(&self) -> MutexGuard<'_, PageZero> {
        self.page_zero.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl redb::StorageBackend for SealedDisk {
    fn len(&self) -> io::Result<u64> {
        let pages = self.disk.len_bytes()?.saturating_sub(PAGES_AT_BYTES) / SEALED_BYTES as u64;
        // A new file has no pages, not even page 0.
        Ok(if pages == 0 { 0 } else { (pages + 1) * PAGE_BYTES as u64 })
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let Some(first) = page_at(offset) else {
            let inside = usize::try_from(offset).ok().and_then(|offset| self.page_zero().get(offset, out));
            return inside.ok_or_else(crosses);
        };
        let mut sealed = vec![0; out.len() / PAGE_BYTES * SEALED_BYTES];
        self.writer.drain()?;
        let (pages, []) = out.as_chunks_mut::<PAGE_BYTES>() else { return Err(crosses()) };
        self.disk.read_at(sealed_at(first), &mut sealed)?;
        for ((index, sealed), page) in (first..).zip(sealed.chunks_exact(SEALED_BYTES)).zip(pages) {
            if !self.cipher.open(Place::Page(index), sealed, page) {
                return Err(self.health.damaged(PageIndex(index)));
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.writer.drain()?;
        let pages = (len / PAGE_BYTES as u64).saturating_sub(1);
        self.disk.set_len(PAGES_AT_BYTES + pages * SEALED_BYTES as u64)
    }

    fn sync_data(&self) -> io::Result<()> {
        // Held, so that no write of page 0 slips in between and is taken for durable.
        let mut page_zero = self.page_zero();
        self.writer.drain()?;
        self.disk.sync()?;
        page_zero.synced();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let Some(first) = page_at(offset) else {
            let offset = usize::try_from(offset).map_err(|_| crosses())?;
            return self.page_zero().put(&*self.disk, &self.cipher, SLOTS_AT_BYTES, offset, data);
        };
        if !data.len().is_multiple_of(PAGE_BYTES) {
            return Err(crosses());
        }
        self.writer.write(Pages { first, bytes: data.to_vec(), at_bytes: sealed_at(first) })
    }
}

/// The page that begins at `offset`; `None` for one inside page 0.
fn page_at(offset: u64) -> Option<u64> {
    (offset >= PAGE_BYTES as u64).then(|| offset / PAGE_BYTES as u64)
}

/// Where a page other than page 0 lies.
const fn sealed_at(page: u64) -> u64 {
    PAGES_AT_BYTES + (page - 1) * SEALED_BYTES as u64
}

fn crosses() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "reads and writes are of whole pages")
}

const SLOTS_AT_BYTES: u64 = 2 * HEADER_BYTES;

const PAGES_AT_BYTES: u64 = SLOTS_AT_BYTES + SLOTS_BYTES;
