//! The verifier for Kotlin, Swift and Python.
//!
//! Everything here is [`medproof_core::plain`] under the same names: this crate says what the other
//! languages can hold and adds nothing. Bytes are byte arrays, times are ms since 1970 UTC, days are
//! counted from 1970-01-01. Nothing here reads a clock, a file or the network.

#![warn(missing_docs, clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod bundle;
mod client;
mod error;
mod functions;
mod policy;
mod record;
mod seller;
mod verdict;

pub use bundle::{Happening, MemberInfo, Opened, ProductInfo};
pub use client::Client;
pub use error::ClientError;
pub use functions::{check_fork, message_from_text, parse_scan, read_message};
pub use policy::{Mode, Policy, Purpose};
pub use record::{Advanced, AnchorInfo, Contents, Many, Problem, Reading, ScanInfo};
pub use seller::Seller;
pub use verdict::{Axes, Issuer, States, Verdict};

uniffi::setup_scaffolding!();
