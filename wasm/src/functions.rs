//! What needs no client. Requests and answers are those of [`flat`].

use alloc::vec::Vec;
use medproof_core::plain::flat;
use wasm_bindgen::prelude::wasm_bindgen;

/// Reads the text of a scan.
#[wasm_bindgen(js_name = parseScan)]
#[must_use]
pub fn parse_scan(request: &[u8]) -> Vec<u8> {
    flat::parse_scan(request)
}

/// The height of a fork whose two headers a quorum signed.
#[wasm_bindgen(js_name = checkFork)]
#[must_use]
pub fn check_fork(request: &[u8]) -> Vec<u8> {
    flat::check_fork(request)
}

/// The message in the text of a QR code or in a URL fragment.
#[wasm_bindgen(js_name = messageFromText)]
#[must_use]
pub fn message_from_text(request: &[u8]) -> Vec<u8> {
    flat::message_from_text(request)
}

/// The bytes of a message after it was read.
#[cfg(feature = "messages")]
#[wasm_bindgen(js_name = readMessage)]
#[must_use]
pub fn read_message(request: &[u8]) -> Vec<u8> {
    flat::read_message(request)
}
