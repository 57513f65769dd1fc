//! Which page was found damaged first.
//!
//! After one failed read the engine refuses everything with an error of its own; the cause is kept
//! here, so that every refusal can name it.

use crate::{
    error::{Fault, PageIndex, StoreError},
    record::Record,
};
use std::{error::Error, fmt, io, sync::OnceLock};

/// The first damage of an open store.
#[derive(Debug, Default)]
pub(crate) struct Health(OnceLock<PageIndex>);

impl Health {
    /// Notes a damaged page, and gives the error that the engine passes on.
    pub(super) fn damaged(&self, page: PageIndex) -> io::Error {
        let _ = self.0.set(page);
        io::Error::new(io::ErrorKind::InvalidData, Damage(page))
    }

    /// The error for what the engine said when it was asked for `record`.
    pub(crate) fn blame(&self, error: impl Into<redb::Error>, record: Record) -> StoreError {
        match error.into() {
            redb::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<Damage>()) {
                Some(Damage(page)) => StoreError::damaged(record, Fault::Page(*page)),
                None => error.into(),
            },
            redb::Error::Corrupted(_) => StoreError::damaged(record, Fault::Malformed),
            redb::Error::DatabaseAlreadyOpen => StoreError::InUse,
            redb::Error::PreviousIo | redb::Error::DatabaseClosed => self.cause(record),
            other => StoreError::Io { kind: io::ErrorKind::Other, text: other.to_string() },
        }
    }

    /// The damage that stopped the store, as far as it is known.
    fn cause(&self, record: Record) -> StoreError {
        self.0.get().map_or(StoreError::Stopped, |page| StoreError::damaged(record, Fault::Page(*page)))
    }
}

/// A page that does not authenticate, on its way through the engine.
#[derive(Debug)]
struct Damage(PageIndex);

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "page {} does not authenticate", self.0.0)
    }
}

impl Error for Damage {}
