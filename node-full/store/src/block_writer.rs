//! A block's way into the tables.

use crate::{
    block::{Checked, NewBlock},
    error::StoreError,
    log::{TILE_WIDTH, put_entry},
    record::Record,
    rows,
    sealed::Health,
    tables::{self, Bytes},
};
use medproof_core::{
    encoding::Wire,
    log::{LeafIndex, TreeSize},
};
use redb::{ReadableTable, WriteTransaction};

/// A block on its way into the tables.
pub(crate) struct BlockWriter<'a> {
    pub(crate) txn: &'a WriteTransaction,
    pub(crate) health: &'a Health,
    pub(crate) block: &'a NewBlock,
    pub(crate) checked: &'a Checked,
}

impl BlockWriter<'_> {
    /// Writes all of the block; the log has `size` entries before it.
    pub(crate) fn write(&self, size: TreeSize) -> Result<(), StoreError> {
        self.chain()?;
        self.log(size.0)?;
        self.tree()?;
        self.forget_undecided()?;
        rows::write(self.txn, &self.block.rows, self.health)
    }

    fn chain(&self) -> Result<(), StoreError> {
        let fields = &self.checked.fields;
        let height = fields.height.0.to_be_bytes();
        self.put(tables::HEADER, &height, self.block.header.raw(), Record::Header(fields.height))?;
        if let Some(certificate) = &self.block.certificate {
            let bytes = certificate.to_wire();
            self.put(tables::CERTIFICATE, &height, &bytes, Record::Certificate(fields.height))?;
        }
        if let Some(set) = &self.block.next_set {
            self.put(tables::SET, &set.hash().0, &set.to_wire(), Record::Set(*set.hash()))?;
        }
        if fields.set_hash != fields.next_set_hash {
            self.put(tables::HANDOVER, &height, &[], Record::HandOver(fields.height))?;
        }
        Ok(())
    }

    fn log(&self, first: u64) -> Result<(), StoreError> {
        let events = &self.block.events;
        if !events.is_empty() {
            let height = self.checked.fields.height.0.to_be_bytes();
            self.put(tables::START, &first.to_be_bytes(), &height, Record::Engine)?;
        }
        let place = |offset: usize| (first + offset as u64).to_be_bytes();
        let events = || events.iter().enumerate();
        self.bundles(first)?;
        self.put_all(tables::EVENT, events().map(|(offset, event)| (place(offset), &event.event[..])))?;
        self.put_all(tables::TILE, self.checked.tiles.iter().map(|(key, hashes)| (*key, &hashes[..])))
    }

    /// Appends the entries to the last bundle, and to new ones.
    fn bundles(&self, first: u64) -> Result<(), StoreError> {
        let blame = |e: redb::Error| self.health.blame(e, Record::Entry(LeafIndex(first)));
        let mut table = self.txn.open_table(tables::BUNDLE).map_err(|e| blame(e.into()))?;
        let mut rest = self.block.events.as_slice();
        let mut place = first;
        while !rest.is_empty() {
            let key = (place / TILE_WIDTH).to_be_bytes();
            let mut bundle = match table.get(&key[..]).map_err(|e| blame(e.into()))? {
                Some(bundle) => bundle.value().to_vec(),
                None => Vec::new(),
            };
            let room = usize::try_from(TILE_WIDTH - place % TILE_WIDTH).unwrap_or(rest.len());
            let (now, later) = rest.split_at(room.min(rest.len()));
            now.iter().for_each(|event| put_entry(&mut bundle, &event.entry));
            table.insert(&key[..], &bundle[..]).map_err(|e| blame(e.into()))?;
            place += now.len() as u64;
            rest = later;
        }
        Ok(())
    }

    fn tree(&self) -> Result<(), StoreError> {
        let staged = &self.block.staged;
        let blame = |e: redb::Error| self.health.blame(e, Record::Engine);
        let mut leaves = self.txn.open_table(tables::LEAF).map_err(|e| blame(e.into()))?;
        for (path, value) in &staged.leaves {
            let done = match value {
                Some(value) => leaves.insert(path.as_bytes(), &value[..]).map(drop),
                None => leaves.remove(path.as_bytes()).map(drop),
            };
            done.map_err(|e| self.health.blame(e, Record::Leaf(*path)))?;
        }
        let mut nodes = self.txn.open_table(tables::NODE).map_err(|e| blame(e.into()))?;
        for (key, node) in &staged.nodes {
            let done = match node {
                Some(node) => nodes.insert(&key.to_bytes()[..], &node.to_bytes()[..]).map(drop),
                None => nodes.remove(&key.to_bytes()[..]).map(drop),
            };
            done.map_err(|e| self.health.blame(e, key.record()))?;
        }
        match staged.root.leaves {
            0 => self.remove(tables::META, tables::META_ROOT),
            _ => self.put(tables::META, tables::META_ROOT, &staged.root.to_bytes(), Record::Meta),
        }
    }

    fn forget_undecided(&self) -> Result<(), StoreError> {
        let end = (self.checked.fields.height.0 + 1).to_be_bytes();
        let blame = |e: redb::Error| self.health.blame(e, Record::Undecided(self.checked.fields.height));
        let mut table = self.txn.open_table(tables::UNDECIDED).map_err(|e| blame(e.into()))?;
        table.retain_in::<&[u8], _>(..&end[..], |_, _| false).map_err(|e| blame(e.into()))
    }

    fn put(&self, table: Bytes<'_>, key: &[u8], value: &[u8], record: Record) -> Result<(), StoreError> {
        let mut table = self.txn.open_table(table).map_err(|e| self.health.blame(e, record.clone()))?;
        table.insert(key, value).map_err(|e| self.health.blame(e, record))?;
        Ok(())
    }

    fn put_all<'a, const N: usize>(
        &self,
        table: Bytes<'_>,
        rows: impl Iterator<Item = ([u8; N], &'a [u8])>,
    ) -> Result<(), StoreError> {
        let blame = |e: redb::Error| self.health.blame(e, Record::Engine);
        let mut table = self.txn.open_table(table).map_err(|e| blame(e.into()))?;
        for (key, value) in rows {
            table.insert(&key[..], value).map_err(|e| blame(e.into()))?;
        }
        Ok(())
    }

    fn remove(&self, table: Bytes<'_>, key: &[u8]) -> Result<(), StoreError> {
        let blame = |e: redb::Error| self.health.blame(e, Record::Engine);
        let mut table = self.txn.open_table(table).map_err(|e| blame(e.into()))?;
        table.remove(key).map_err(|e| blame(e.into()))?;
        Ok(())
    }
}
