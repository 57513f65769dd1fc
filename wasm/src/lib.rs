//! The verifier for the web, behind wasm-bindgen.
//!
//! Two builds go into the package. In the one that everybody loads all is [`medproof_core::plain::flat`]: bytes in, bytes
//! out. The npm package `@medproof/verify` writes the requests and reads the answers as typed objects; see
//! `wasm/npm/src/fields.ts`. `serde-wasm-bindgen` did that for 13 KB of the 48 that the package may weigh. Nor is there
//! a standard library: its allocator and its panic messages weigh 8 KB. A panic is a trap, which JavaScript sees as an
//! exception.
//!
//! With the feature `full` it also reads bundles, sellers' proofs and disclosed records, whose answers are objects: what
//! few visitors need, all others do not wait for.

#![cfg_attr(all(target_family = "wasm", not(feature = "full")), no_std)]

extern crate alloc;

mod client;
#[cfg(feature = "full")]
mod full;
mod functions;
#[cfg(target_family = "wasm")]
mod runtime;

pub use client::Client;
#[cfg(feature = "messages")]
pub use functions::read_message;
pub use functions::{check_fork, message_from_text, parse_scan};
