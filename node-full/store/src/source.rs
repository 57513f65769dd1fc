//! All rows of a store, table by table, whatever its version: for copies.

use crate::{
    error::StoreError,
    record::Record,
    sealed::Health,
    tables::{self, Bytes},
};
use redb::{Database, ReadTransaction, ReadableDatabase, TableHandle};

/// What is done with a row's key and value.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<(), StoreError> + 'a;

/// Where rows are copied from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) txn: &'a ReadTransaction,
    pub(crate) health: &'a Health,
}

impl Source<'_> {
    /// The engine's names of all tables.
    pub(crate) fn table_names(self) -> Result<Vec<String>, StoreError> {
        let names = self.txn.list_tables().map_err(|e| self.health.blame(e, Record::Engine))?;
        Ok(names.map(|table| table.name().to_string()).collect())
    }

    /// Visits every row of a table, ascending.
    pub(crate) fn each_row(self, table: &str, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let mut last = Vec::new();
        let done = if table == tables::LEAF_NAME {
            self.each_leaf(&mut last, visit)
        } else {
            self.each_other(table, &mut last, visit)
        };
        // What was read last is the nearest thing that can be named.
        done.map_err(|error| match error {
            Reading::Engine(error) => self.health.blame(error, Record::Row { table: table.into(), key: last }),
            Reading::Visit(error) => error,
        })
    }

    fn each_leaf(self, last: &mut Vec<u8>, visit: &mut Visit<'_>) -> Result<(), Reading> {
        for row in self.txn.open_table(tables::LEAF)?.range::<&[u8; 32]>(..)? {
            let (path, value) = row?;
            *last = path.value().to_vec();
            visit(last, value.value()).map_err(Reading::Visit)?;
        }
        Ok(())
    }

    fn each_other(self, table: &str, last: &mut Vec<u8>, visit: &mut Visit<'_>) -> Result<(), Reading> {
        for row in self.txn.open_table(Bytes::new(table))?.range::<&[u8]>(..)? {
            let (key, value) = row?;
            *last = key.value().to_vec();
            visit(last, value.value()).map_err(Reading::Visit)?;
        }
        Ok(())
    }
}

/// A snapshot of a database, to be copied from.
pub(crate) fn snapshot(db: &Database, health: &Health) -> Result<ReadTransaction, StoreError> {
    db.begin_read().map_err(|e| health.blame(e, Record::Engine))
}

/// Why a visit of rows ends early.
enum Reading {
    Engine(redb::Error),
    Visit(StoreError),
}

impl<E: Into<redb::Error>> From<E> for Reading {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}
