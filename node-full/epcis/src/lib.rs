//! EPCIS 2.0 documents: reading, checking, the CBV event hash, and what an event asks of the ledger.
//!
//! ```text
//! bytes ── Document ── Received ── Event ──┬─ event_hash   its name, ni:///sha-256;…?ver=CBV2.0
//!                                          ├─ mapping      which event of the ledger it asks for
//!                                          └─ query        whether it answers a question; index keys
//! ```
//!
//! The crate is pure: no file, no clock, no network. JSON and JSON-LD are read; XML is not.
//! The standard's contexts are carried as a table and never fetched.

#![forbid(unsafe_code)]
#![warn(missing_docs, clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod answer;
pub mod context;
pub mod document;
pub mod epc;
pub mod event;
pub mod event_hash;
pub mod fault;
pub mod identifier;
pub mod json;
pub mod mapping;
pub mod problem;
pub mod query;
pub mod sensor;
pub mod time;
pub mod words;

mod pointer;
mod pre_hash;
mod shape;
mod uri;
