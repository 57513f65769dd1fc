//! Proofs about serialised medicine packs: formats, Merkle proofs, light client, scan parser, verdict.
//!
//! A node is never believed. It hands over bytes; the light client checks that a quorum of the named
//! validators signed a header, that the leaves about a pack hash to that header's state root, and
//! that no leaf is missing, and answers with a verdict in separate axes.
//!
//! The crate reads no clock, file, environment or randomness: time, trust and policy are arguments.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs, clippy::exhaustive_enums, clippy::exhaustive_structs)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod anchor;
pub mod bucket;
pub mod bundle;
pub mod certificate;
pub mod client;
pub mod custody;
pub mod disclosure;
pub mod encoding;
pub mod event;
pub mod facts;
pub mod fork;
pub mod genesis;
pub mod handover;
pub mod hash;
pub mod header;
pub mod identity;
pub mod info;
pub mod keys;
pub mod leaf;
pub mod log;
mod names;
pub mod plain;
pub mod proof;
#[cfg(feature = "prove")]
pub mod prove;
#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod sample;
pub mod scan;
pub mod state;
pub mod text;
mod timeline;
pub mod validators;
pub mod verdict;
