//! What the node knows besides the ledger's leaves: names, holders, custody steps, stock.
//!
//! Everything here follows from the events in the log and is written in the same transaction as
//! their block; `medproof fsck` can make it anew.

pub(crate) mod project;
mod read;
pub(crate) mod tables;

pub(crate) use read::Above;
pub use read::{Index, Stock, Whereabouts};
pub use tables::{ItemRow, Opening, Standing};

use crate::fault::{Fault, Result};
use medproof_core::encoding::DecodeError;

/// A row's value, or the fault that names the table.
pub(crate) fn decoded<T>(table: &'static str, value: std::result::Result<T, DecodeError>) -> Result<T> {
    value.map_err(|cause| Fault::new("node.index").with("table", table).with("cause", cause.code()))
}
