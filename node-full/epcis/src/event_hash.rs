//! The CBV's event hash (CBV 2.0 section 8.9): a name for an event that everyone computes alike.
//!
//! ```text
//! event hash = "ni:///sha-256;" ‖ hex(SHA-256(pre-hash string)) ‖ "?ver=CBV2.0"
//! ```
//!
//! It is no signature and no commitment: who has the event can compute it, and what the hash leaves out
//! (`recordTime`, `eventID`, `errorDeclaration`) can change under it. The ledger commits to the bytes instead.

use crate::{event::Event, pre_hash};
use sha2::{Digest, Sha256};

/// The event hash, as a URI.
pub fn event_hash(event: &Event<'_>) -> String {
    let mut uri = String::with_capacity(START.len() + 64 + END.len());
    uri.push_str(START);
    for byte in Sha256::digest(pre_hash_string(event).as_bytes()) {
        for digit in [byte >> 4, byte & 15] {
            uri.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
        }
    }
    uri.push_str(END);
    uri
}

/// What the event hash is the hash of.
pub fn pre_hash_string(event: &Event<'_>) -> String {
    pre_hash::write(event)
}

/// The identifier of an event: its own, or its hash where it has none.
pub fn event_id(event: &Event<'_>) -> String {
    event.event_id.as_ref().map_or_else(|| event_hash(event), |id| id.as_ref().into())
}

const START: &str = "ni:///sha-256;";
const END: &str = "?ver=CBV2.0";
