//! What needs no client.

use crate::{ClientError, ScanInfo};
use medproof_core::plain;

/// Reads the text of a scan. Strict: as the standards have it; otherwise what a scanner damaged is
/// repaired where only one reading is left.
#[uniffi::export]
pub fn parse_scan(text: String, strict: bool) -> ScanInfo {
    plain::parse_scan(&text, strict).into()
}

/// The height at which a fork's two headers were both signed by the quorum that it names.
#[uniffi::export]
pub fn check_fork(fork: Vec<u8>) -> Result<u64, ClientError> {
    Ok(plain::check_fork(&fork)?)
}

/// The message in the text of a QR code (`MP1:…`) or in a URL fragment (`#mp1=…`); nothing if it is neither.
#[uniffi::export]
pub fn message_from_text(carried: String) -> Option<Vec<u8>> {
    plain::message_from_text(&carried)
}

/// The bytes of a message after it was read: well-formed, and not therefore true.
///
/// Kinds: `genesis`, `header`, `anchor`, `update`, `proof`, `qr-proof`, `bucket`, `bundle`, `fork`,
/// `disclosure`, `event`, `product-info`, `member-info`, `memory`.
#[uniffi::export]
pub fn read_message(kind: String, message: Vec<u8>) -> Result<Vec<u8>, ClientError> {
    Ok(plain::read_message(&kind, &message)?)
}
