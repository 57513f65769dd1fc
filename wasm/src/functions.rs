//! What needs no client.

use crate::value::{Answer, object, thrown};
use medproof_core::plain;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Reads the text of a scan.
#[wasm_bindgen(js_name = parseScan)]
pub fn parse_scan(text: &str, strict: bool) -> Answer {
    object(&plain::parse_scan(text, strict))
}

/// The height of a fork whose two headers a quorum signed.
#[wasm_bindgen(js_name = checkFork)]
pub fn check_fork(fork: &[u8]) -> Answer<u64> {
    plain::check_fork(fork).map_err(thrown)
}

/// The message in the text of a QR code or in a URL fragment.
#[wasm_bindgen(js_name = messageFromText)]
#[must_use]
pub fn message_from_text(carried: &str) -> Option<Vec<u8>> {
    plain::message_from_text(carried)
}

/// The bytes of a message after it was read.
#[cfg(feature = "messages")]
#[wasm_bindgen(js_name = readMessage)]
pub fn read_message(kind: &str, message: &[u8]) -> Answer<Vec<u8>> {
    plain::read_message(kind, message).map_err(thrown)
}

/// Which version of the project this is.
#[wasm_bindgen]
#[must_use]
pub fn version() -> JsValue {
    JsValue::from_str(env!("CARGO_PKG_VERSION"))
}
