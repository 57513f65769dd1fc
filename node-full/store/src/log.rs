//! The event log on disk: tiles of 256 hashes (C2SP tlog-tiles).
//!
//! Tile *n* of level *L* holds the roots of the 256 neighbouring subtrees of 256^L entries each, from
//! subtree 256·*n* on; the last tile of a level may hold fewer. A hash that is there never changes.

use crate::{
    error::{BlockFault, StoreError},
    tables::tile_key,
};
use medproof_core::{
    encoding::{Reader, put_bytes16},
    log::{LogHash, TreeSize},
};

/// Hashes, or entries, in a full tile.
pub(crate) const TILE_WIDTH: u64 = 256;

/// The right edge of the log: all that is needed to append to it, and its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogTail {
    size: TreeSize,
    /// The hashes of the last, partial tile of each level.
    partial: Vec<Vec<LogHash>>,
}

/// A tile's row: key and hashes.
pub(crate) type TileRow = ([u8; 9], Vec<u8>);

impl LogTail {
    /// The tail of a log without entries.
    pub const fn empty() -> Self {
        Self { size: TreeSize(0), partial: Vec::new() }
    }

    /// Reads the partial tile of each level with `read`.
    pub(crate) fn read(
        size: TreeSize,
        mut read: impl FnMut(u8, u64) -> Result<Vec<LogHash>, StoreError>,
    ) -> Result<Self, StoreError> {
        let mut partial = Vec::new();
        let mut count = size.0;
        while count > 0 {
            let level = partial.len() as u8;
            partial.push(if count.is_multiple_of(TILE_WIDTH) { Vec::new() } else { read(level, count / TILE_WIDTH)? });
            count /= TILE_WIDTH;
        }
        Ok(Self { size, partial })
    }

    /// Number of entries.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The log's root.
    pub fn root(&self) -> LogHash {
        // The hashes of the partial tiles, from the lowest level up, are the log's right edge.
        let levels = self.partial.iter().map(|hashes| subtree_roots(hashes));
        let edge = levels.flat_map(|roots| roots.into_iter().rev());
        edge.reduce(|right, left| LogHash::node(&left, &right)).unwrap_or_else(LogHash::empty_root)
    }

    /// The tail after more entries, and the tiles that change.
    ///
    /// An entry has at most 65,535 bytes, so that a bundle can state its length.
    pub fn append<'a>(&self, entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, StoreError> {
        Ok(self.append_rows(entries)?.0)
    }

    pub(crate) fn append_rows<'a>(
        &self,
        entries: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(Self, Vec<TileRow>), StoreError> {
        let hashed = |entry: &'a [u8]| match entry.len() {
            0..=MAX_ENTRY_BYTES => Ok(LogHash::leaf(entry)),
            _ => Err(StoreError::Block(BlockFault::Entry)),
        };
        let mut fresh: Vec<LogHash> = entries.into_iter().map(hashed).collect::<Result<_, _>>()?;
        let mut tail = self.clone();
        tail.size.0 += fresh.len() as u64;
        let (mut rows, mut level, mut count) = (Vec::new(), 0, self.size.0);
        while !fresh.is_empty() {
            if tail.partial.len() == level {
                tail.partial.push(Vec::new());
            }
            let Some(partial) = tail.partial.get_mut(level) else { break };
            partial.extend_from_slice(&fresh);
            let (first, level_byte) = (count / TILE_WIDTH, u8::try_from(level).unwrap_or(u8::MAX));
            for (index, tile) in (first..).zip(partial.chunks(TILE_WIDTH as usize)) {
                rows.push((tile_key(level_byte, index), bytes_of(tile)));
            }
            let (full, rest) = partial.as_chunks::<{ TILE_WIDTH as usize }>();
            fresh = full.iter().map(|tile| folded(tile)).collect();
            *partial = rest.to_vec();
            count /= TILE_WIDTH;
            level += 1;
        }
        Ok((tail, rows))
    }
}

/// The root over a power of two of neighbouring hashes.
pub(crate) fn folded(hashes: &[LogHash]) -> LogHash {
    match hashes {
        [] => LogHash::empty_root(),
        [hash] => *hash,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            LogHash::node(&folded(left), &folded(right))
        }
    }
}

/// The roots of the complete subtrees of which some hashes consist, the largest first.
fn subtree_roots(mut hashes: &[LogHash]) -> Vec<LogHash> {
    let mut roots = Vec::new();
    while let Some(log2) = hashes.len().checked_ilog2() {
        let (subtree, rest) = hashes.split_at_checked(1 << log2).unwrap_or_default();
        roots.push(folded(subtree));
        hashes = rest;
    }
    roots
}

/// A tile's hashes as they stand in its row.
fn bytes_of(hashes: &[LogHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.as_bytes()).copied().collect()
}

/// Reads a tile's row.
pub(crate) fn hashes_of(bytes: &[u8]) -> Option<Vec<LogHash>> {
    let (hashes, []) = bytes.as_chunks() else { return None };
    Some(hashes.iter().map(|hash| LogHash::from_bytes(*hash)).collect())
}

/// Appends an entry to its bundle, behind its length in two bytes.
pub(crate) fn put_entry(bundle: &mut Vec<u8>, entry: &[u8]) {
    put_bytes16(bundle, entry);
}

/// The entries of a bundle.
pub(crate) fn entries_of(bundle: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut reader = Reader::new(bundle);
    std::iter::from_fn(move || reader.bytes16(0..=MAX_ENTRY_BYTES).ok())
}

const MAX_ENTRY_BYTES: usize = 65_535;

#[cfg(test)]
mod tests {
    use super::*;
    use medproof_core::log::MemoryLog;

    #[test]
    fn a_tail_has_the_root_of_the_whole_log() {
        let mut memory = MemoryLog::new();
        let mut tail = LogTail::empty();
        let mut next = 0_u32;
        for step in [0, 1, 1, 2, 251, 1, 300, 7, 65_000, 1000, 600] {
            let entries: Vec<[u8; 4]> = (next..next + step).map(u32::to_be_bytes).collect();
            next += step;
            entries.iter().for_each(|entry| {
                memory.append(LogHash::leaf(entry));
            });
            tail = tail.append(entries.iter().map(|entry| &entry[..])).unwrap_or_else(|_| LogTail::empty());
            assert_eq!((tail.size(), tail.root()), (memory.size(), memory.root()));
        }
    }

    #[test]
    fn an_entry_fits_its_length() {
        let long = vec![0; MAX_ENTRY_BYTES + 1];
        assert_eq!(LogTail::empty().append([&long[..]]), Err(StoreError::Block(BlockFault::Entry)));
        assert!(LogTail::empty().append(long.get(1..)).is_ok());
    }
}
