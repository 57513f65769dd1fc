//! A MedProof node: events in, blocks and proofs out.
//!
//! ```text
//! capture ─► author ─► pool ─► chain ─► consensus ─► chain ─► store, index ─► proofs, queries, streams
//! ```
//!
//! What an event may do is decided in `medproof-rules`, how blocks are agreed on in
//! `medproof-consensus`, how they are kept in `medproof-store`. This crate joins them and speaks to
//! people and programs.

pub mod access;
pub mod audit;
pub mod author;
pub mod block;
pub mod bundles;
pub mod capture;
pub mod chain;
pub mod clock;
pub mod config;
pub mod demo;
pub mod documents;
pub(crate) mod draft;
pub mod fault;
pub mod folder;
pub mod genesis_file;
pub mod http;
pub mod index;
pub mod items;
pub mod keyring;
pub mod messages;
pub mod node;
pub mod outbox;
pub mod pool;
pub mod problem;
pub mod proofs;
pub mod rows;
pub mod silence;
pub mod token;
