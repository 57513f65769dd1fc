//! The verifier for the web, behind wasm-bindgen.
//!
//! Everything here is [`medproof_core::plain`]: this crate says what JavaScript can hold and adds
//! nothing. The npm package `@medproof/verify` wraps it in types; see `wasm/npm`.
//!
//! | in core | in JavaScript |
//! |---|---|
//! | a record | an object with the same field names |
//! | `u64` (times and ages in ms, heights, sizes) | `bigint` |
//! | smaller numbers | `number` |
//! | nothing | `null` |
//! | bytes | `Uint8Array` |
//! | `Err(Problem)` | the problem is thrown, as an object |

mod client;
mod functions;
mod value;

pub use client::{Client, Policy};
#[cfg(feature = "messages")]
pub use functions::read_message;
pub use functions::{check_fork, message_from_text, parse_scan, version};
