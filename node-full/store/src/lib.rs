//! Blocks, event log, state tree and documents in one encrypted file.
//!
//! A [`Store`] is one file of the embedded engine `redb`, each page of it sealed. A block changes it by
//! one durable transaction; a [`View`] is the store after one block and never changes. What a view
//! proves, core's verifiers accept, or the view names the record that is damaged.
//!
//! ```text
//! changes ─► stage ─► state root ─┐
//!                                 ├─► header ─► quorum ─► commit ─► view ─► proofs
//! entries ─► log tail ─► log root ┘
//! ```
//!
//! ```
//! use medproof_core::state::Path;
//! use medproof_store::{Options, Store, StoreKey};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let store = Store::create(&folder.path().join("store.mpstore"), &StoreKey::generate()?, &Options::default())?;
//! let changes = [(Path::new([7; 32]), Some(b"value".to_vec()))].into();
//! let staged = store.stage(&store.view(), &changes)?;
//! assert_eq!(staged.leaf_count(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Limits: values of leaves as core has them, log entries of at most 65,535 bytes.

#![forbid(unsafe_code)]

mod backup;
mod block;
mod block_writer;
mod check;
mod disk;
mod error;
mod fsck;
mod log;
mod migrate;
mod newest;
#[cfg(any(test, feature = "older"))]
mod older;
mod record;
mod rows;
mod scratch;
mod sealed;
mod source;
mod store;
mod tables;
mod tip;
mod tree;
mod view;

pub use backup::Manifest;
pub use block::{LoggedEvent, NewBlock, Undecided};
pub use check::{Progress, Report, Section};
pub use disk::{Disk, FileDisk};
pub use error::{BlockFault, Fault, Mark, PageIndex, StoreError, StoreVersion};
pub use fsck::fsck;
pub use log::LogTail;
pub use migrate::{Migrated, migrate};
pub use newest::{read_newest, write_newest};
#[cfg(feature = "older")]
pub use older::turn_back;
pub use record::Record;
pub use rows::{KeyValue, Row, RowRange};
pub use sealed::StoreKey;
pub use store::{LeafChanges, Options, STORE_VERSION, Store};
pub use tree::Staged;
pub use view::{Counts, PlacedEvent, View};
