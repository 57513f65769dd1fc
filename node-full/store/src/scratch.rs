//! A disk that is read and never written: what the engine writes is kept in memory and forgotten.
//!
//! The engine writes when it opens and when it closes. A check must leave a damaged file as it was found.

use crate::disk::Disk;
use std::{
    collections::BTreeMap,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A disk below, with writes on top.
#[derive(Debug)]
pub(crate) struct ScratchDisk<D> {
    below: D,
    written: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    len_bytes: u64,
    /// Blocks that were written, by number.
    blocks: BTreeMap<u64, Vec<u8>>,
}

impl<D: Disk> ScratchDisk<D> {
    pub(crate) fn over(below: D) -> io::Result<Self> {
        let len_bytes = below.len_bytes()?;
        Ok(Self { below, written: Mutex::new(Written { len_bytes, blocks: BTreeMap::new() }) })
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block as it lies below; zeros behind its end.
    fn block_below(&self, number: u64) -> io::Result<Vec<u8>> {
        let mut block = vec![0; BLOCK_BYTES as usize];
        let there = self.below.len_bytes()?.saturating_sub(number * BLOCK_BYTES).min(BLOCK_BYTES);
        if let Some(part) = block.get_mut(..usize::try_from(there).unwrap_or(0)) {
            self.below.read_at(number * BLOCK_BYTES, part)?;
        }
        Ok(block)
    }
}

impl<D: Disk> Disk for ScratchDisk<D> {
    fn len_bytes(&self) -> io::Result<u64> {
        Ok(self.written().len_bytes)
    }

    fn read_at(&self, offset_bytes: u64, out: &mut [u8]) -> io::Result<()> {
        let written = self.written();
        if offset_bytes + out.len() as u64 > written.len_bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut at = offset_bytes;
        let mut rest = out;
        while !rest.is_empty() {
            let (number, inside) = (at / BLOCK_BYTES, (at % BLOCK_BYTES) as usize);
            let block = match written.blocks.get(&number) {
                Some(block) => block.clone(),
                None => self.block_below(number)?,
            };
            let (now, later) = rest.split_at_mut(rest.len().min(block.len() - inside));
            now.iter_mut().zip(block.iter().skip(inside)).for_each(|(to, from)| *to = *from);
            at += now.len() as u64;
            rest = later;
        }
        Ok(())
    }

    fn write_at(&self, offset_bytes: u64, bytes: &[u8]) -> io::Result<()> {
        let mut written = self.written();
        let mut at = offset_bytes;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (number, inside) = (at / BLOCK_BYTES, (at % BLOCK_BYTES) as usize);
            let mut block = match written.blocks.remove(&number) {
                Some(block) => block,
                None => self.block_below(number)?,
            };
            let (now, later) = rest.split_at(rest.len().min(block.len() - inside));
            block.iter_mut().skip(inside).zip(now).for_each(|(to, from)| *to = *from);
            written.blocks.insert(number, block);
            at += now.len() as u64;
            rest = later;
        }
        written.len_bytes = written.len_bytes.max(at);
        Ok(())
    }

    fn set_len(&self, len_bytes: u64) -> io::Result<()> {
        let mut written = self.written();
        // What is cut off and comes back is zeros; the engine writes a page before it reads it again.
        written.len_bytes = len_bytes;
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

const BLOCK_BYTES: u64 = 4096;
