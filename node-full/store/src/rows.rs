//! Rows of the caller's own tables: indexes, documents, jobs.

use crate::{
    error::StoreError,
    record::Record,
    sealed::Health,
    tables::{Bytes, row_table},
};
use redb::WriteTransaction;
use std::ops::Bound;

/// A row to be written, or removed where it has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a row is these three things")]
pub struct Row {
    /// The table's name.
    pub table: &'static str,
    /// The key; rows sort by it.
    pub key: Vec<u8>,
    /// The value, or `None` to remove the row.
    pub value: Option<Vec<u8>>,
}

/// A row's key and value.
pub type KeyValue = (Vec<u8>, Vec<u8>);

/// Which rows of a table to read, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the caller says what to read")]
pub struct RowRange {
    /// The lowest key.
    pub from: Bound<Vec<u8>>,
    /// The highest key.
    pub to: Bound<Vec<u8>>,
    /// Whether the highest key comes first.
    pub reverse: bool,
    /// The most rows to be read.
    pub limit: usize,
}

impl RowRange {
    /// All rows whose keys begin with `prefix`, ascending, at most `limit`.
    pub fn prefix(prefix: &[u8], limit: usize) -> Self {
        let mut end = prefix.to_vec();
        // The first key behind all that begin so: the last byte that can rise, raised.
        while end.pop_if(|last| *last == u8::MAX).is_some() {}
        let to = match end.last_mut() {
            Some(last) => {
                *last += 1;
                Bound::Excluded(end)
            }
            None => Bound::Unbounded,
        };
        Self { from: Bound::Included(prefix.to_vec()), to, reverse: false, limit }
    }

    /// Whether no key lies in the range: the engine refuses a range that ends before it begins.
    pub(crate) fn is_empty(&self) -> bool {
        match (&self.from, &self.to) {
            (Bound::Included(from), Bound::Included(to)) => from > to,
            (Bound::Included(from) | Bound::Excluded(from), Bound::Included(to) | Bound::Excluded(to)) => from >= to,
            _ => false,
        }
    }
}

/// Writes rows, one table after another.
pub(crate) fn write(txn: &WriteTransaction, rows: &[Row], health: &Health) -> Result<(), StoreError> {
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by(|a, b| (a.table, &a.key).cmp(&(b.table, &b.key)));
    for group in sorted.chunk_by(|a, b| a.table == b.table) {
        let Some(first) = group.first() else { continue };
        let blame = |key: &[u8]| Record::Row { table: first.table.into(), key: key.to_vec() };
        let name = row_table(first.table);
        let mut table = txn.open_table(Bytes::new(&name)).map_err(|e| health.blame(e, blame(&first.key)))?;
        for row in group {
            let done = match &row.value {
                Some(value) => table.insert(&row.key[..], &value[..]).map(drop),
                None => table.remove(&row.key[..]).map(drop),
            };
            done.map_err(|e| health.blame(e, blame(&row.key)))?;
        }
    }
    Ok(())
}
