//! Rows that the node keeps outside blocks: audit log, answers that may be asked for again, reports.

use crate::fault::Result;
use medproof_store::RowRange;
use std::ops::Bound;

/// A key with its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// A row to be written, or removed where it has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a row is these things")]
pub struct Change {
    /// The table.
    pub table: &'static str,
    /// The key; rows sort by it.
    pub key: Vec<u8>,
    /// The value.
    pub value: Option<Vec<u8>>,
}

/// Where rows are kept, durably.
pub trait Rows: Send + Sync + 'static {
    /// The value at `key`.
    fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>>;

    /// The first rows from `key` on.
    fn from(&self, table: &'static str, key: &[u8], most: usize) -> Result<Vec<Pair>>;

    /// The last rows, or the last ones before the key `end`, the last one first.
    fn last(&self, table: &'static str, end: Option<&[u8]>, most: usize) -> Result<Vec<Pair>>;

    /// Writes all of `changes`, or nothing.
    fn put(&self, changes: Vec<Change>) -> Result;
}

/// Rows in memory.
#[cfg(test)]
#[derive(Debug, Default)]
pub(crate) struct MemoryRows(std::sync::Mutex<Tables>);

/// Values by table and key.
#[cfg(test)]
type Tables = std::collections::BTreeMap<(&'static str, Vec<u8>), Vec<u8>>;

#[cfg(test)]
impl MemoryRows {
    fn pairs(&self, table: &'static str) -> Vec<Pair> {
        let rows = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        rows.iter().filter(|((of, _), _)| *of == table).map(|((_, key), value)| (key.clone(), value.clone())).collect()
    }
}

#[cfg(test)]
impl Rows for MemoryRows {
    fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.pairs(table).into_iter().find(|(at, _)| at == key).map(|(_, value)| value))
    }

    fn from(&self, table: &'static str, key: &[u8], most: usize) -> Result<Vec<Pair>> {
        Ok(self.pairs(table).into_iter().filter(|(at, _)| at.as_slice() >= key).take(most).collect())
    }

    fn last(&self, table: &'static str, end: Option<&[u8]>, most: usize) -> Result<Vec<Pair>> {
        let before = |key: &[u8]| end.is_none_or(|end| key < end);
        Ok(self.pairs(table).into_iter().rev().filter(|(key, _)| before(key)).take(most).collect())
    }

    fn put(&self, changes: Vec<Change>) -> Result {
        let mut rows = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for Change { table, key, value } in changes {
            match value {
                Some(value) => rows.insert((table, key), value),
                None => rows.remove(&(table, key)),
            };
        }
        Ok(())
    }
}

impl Rows for crate::chain::Ledger {
    fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.view().row(table, key)?)
    }

    fn from(&self, table: &'static str, key: &[u8], most: usize) -> Result<Vec<Pair>> {
        let range = RowRange { from: Bound::Included(key.to_vec()), to: Bound::Unbounded, reverse: false, limit: most };
        Ok(self.view().rows(table, &range)?)
    }

    fn last(&self, table: &'static str, end: Option<&[u8]>, most: usize) -> Result<Vec<Pair>> {
        let to = end.map_or(Bound::Unbounded, |end| Bound::Excluded(end.to_vec()));
        let range = RowRange { from: Bound::Unbounded, to, reverse: true, limit: most };
        Ok(self.view().rows(table, &range)?)
    }

    fn put(&self, changes: Vec<Change>) -> Result {
        let rows = changes.into_iter().map(|Change { table, key, value }| medproof_store::Row { table, key, value });
        self.store().put_rows(&rows.collect::<Vec<_>>())?;
        Ok(())
    }
}
