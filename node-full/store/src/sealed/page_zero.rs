//! Page 0: where the engine's trees begin.
//!
//! ```text
//! slot = two copies of sealed(sequence u64 ‖ the first 4,088 bytes of page 0)
//! ```

use super::page::{Cipher, PAGE_BYTES, Place, SEALED_BYTES};
use crate::disk::Disk;
use std::io;

/// Length of both slots together, in bytes.
pub(super) const SLOTS_BYTES: u64 = 4 * SEALED_BYTES as u64;

/// Page 0 as it was written last.
#[derive(Debug)]
pub(super) struct PageZero {
    sequence: u64,
    slot: u8,
    /// Whether the slot was written since the last sync.
    pending: bool,
    page: Vec<u8>,
}

impl PageZero {
    /// Page 0 of a file that has none yet.
    pub(super) fn blank() -> Self {
        Self { sequence: 0, slot: 0, pending: false, page: vec![0; PAGE_BYTES - 8] }
    }

    /// Reads the newest of the copies that are whole; `None` if none is.
    pub(super) fn read(disk: &dyn Disk, cipher: &Cipher, at_bytes: u64) -> io::Result<Option<Self>> {
        let mut newest: Option<Self> = None;
        for copy in 0..4_u8 {
            let slot = copy / 2;
            let mut sealed = vec![0; SEALED_BYTES];
            disk.read_at(at_bytes + u64::from(copy) * SEALED_BYTES as u64, &mut sealed)?;
            let mut plain = vec![0; PAGE_BYTES];
            if !cipher.open(Place::PageZero { slot }, &sealed, &mut plain) {
                continue;
            }
            let Some((sequence, page)) = plain.split_first_chunk() else { continue };
            let sequence = u64::from_be_bytes(*sequence);
            if newest.as_ref().is_none_or(|newest| newest.sequence < sequence) {
                newest = Some(Self { sequence, slot, pending: false, page: page.to_vec() });
            }
        }
        Ok(newest)
    }

    /// Copies from page 0.
    pub(super) fn get(&self, offset: usize, out: &mut [u8]) -> Option<()> {
        out.copy_from_slice(self.page.get(offset..offset.checked_add(out.len())?)?);
        Some(())
    }

    /// Writes into page 0, and both copies of the slot that is not the durable one.
    pub(super) fn put(
        &mut self,
        disk: &dyn Disk,
        cipher: &Cipher,
        at_bytes: u64,
        offset: usize,
        bytes: &[u8],
    ) -> io::Result<()> {
        let end = offset.saturating_add(bytes.len());
        let part = self.page.get_mut(offset..end).ok_or_else(|| io::Error::other("page 0 has 4,088 bytes"))?;
        part.copy_from_slice(bytes);
        self.sequence += 1;
        if !self.pending {
            self.slot = 1 - self.slot;
            self.pending = true;
        }
        let plain = [&self.sequence.to_be_bytes()[..], &self.page].concat();
        for copy in 0..2 {
            let sealed = cipher.seal_one(Place::PageZero { slot: self.slot }, &plain)?;
            let number = u64::from(self.slot * 2 + copy);
            disk.write_at(at_bytes + number * SEALED_BYTES as u64, &sealed)?;
        }
        Ok(())
    }

    /// What was written is durable now.
    pub(super) const fn synced(&mut self) {
        self.pending = false;
    }
}
