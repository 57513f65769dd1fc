//! The verifier for the web, behind wasm-bindgen.
//!
//! Everything here is [`medproof_core::plain::flat`]: bytes in, bytes out. The npm package `@medproof/verify` writes
//! the requests and reads the answers as typed objects; see `wasm/npm/src/fields.ts`. Records do not become
//! JavaScript objects here: `serde-wasm-bindgen` did that for 13 KB of the 48 that the package may weigh.
//!
//! Two builds go into the package. With the feature `full`, which weighs 12 KB more, it also reads bundles, sellers' proofs
//! and disclosed records; what few visitors need, all others do not wait for.
//!
//! There is no standard library in this build: its allocator and its panic messages weigh 8 KB. A panic is a trap, which
//! JavaScript sees as an exception.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod client;
mod functions;
#[cfg(target_family = "wasm")]
mod runtime;

pub use client::Client;
#[cfg(feature = "messages")]
pub use functions::read_message;
pub use functions::{check_fork, message_from_text, parse_scan};
