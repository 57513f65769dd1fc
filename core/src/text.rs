//! Messages as text: `MP1:` and base45 for QR codes, base64url for URL fragments.
//!
//! ```text
//! qr       = "MP1:" ‖ base45(message)             RFC 9285; alphanumeric mode of a QR code
//! fragment = "mp1=" ‖ base64url(message)          RFC 4648 section 5, without padding
//! ```
//!
//! Each has one spelling per message: other spellings of the same bytes are refused.

use alloc::{string::String, vec::Vec};

/// What stands before base45 in a QR code.
pub const QR_PREFIX: &str = "MP1:";

/// What stands before base64url in a URL fragment.
pub const FRAGMENT_PREFIX: &str = "mp1=";

/// A message as the text of a QR code.
pub fn to_qr_text(message: &[u8]) -> String {
    let mut text = String::with_capacity(QR_PREFIX.len() + message.len().div_ceil(2) * 3);
    text.push_str(QR_PREFIX);
    for pair in message.chunks(2) {
        let (value, len) = match *pair {
            [high, low] => (usize::from(high) << 8 | usize::from(low), 3),
            [low] => (usize::from(low), 2),
            _ => (0, 0),
        };
        let digits = [value % 45, value / 45 % 45, value / 2025];
        text.extend(digits.iter().take(len).filter_map(|digit| BASE45.get(*digit)).map(|byte| char::from(*byte)));
    }
    text
}

/// The message in the text of a QR code; `None` if it is no such text.
pub fn from_qr_text(text: &str) -> Option<Vec<u8>> {
    decode(text.strip_prefix(QR_PREFIX)?, 3, BASE45, |group, at| group.len() - 1 - at)
}

/// A message as a URL fragment, without the `#`.
pub fn to_fragment(message: &[u8]) -> String {
    let mut text = String::with_capacity(FRAGMENT_PREFIX.len() + message.len().div_ceil(3) * 4);
    text.push_str(FRAGMENT_PREFIX);
    for chunk in message.chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        let digits = [bits >> 18, bits >> 12, bits >> 6, bits].map(|digit| digit & 63);
        text.extend(digits.iter().take(chunk.len() + 1).filter_map(|digit| BASE64.get(*digit)).map(|b| char::from(*b)));
    }
    text
}

/// The message in a URL fragment, without the `#`; `None` if it is no such fragment.
pub fn from_fragment(fragment: &str) -> Option<Vec<u8>> {
    decode(fragment.strip_prefix(FRAGMENT_PREFIX)?, 4, BASE64, |_, at| at)
}

/// Bytes of digits in groups: each full group of `group_len` stands for one byte less than it has digits, and so does
/// a shorter one of at least two at the end. `place` tells where in a group the digit of a rank stands, highest first.
fn decode(digits: &str, group_len: usize, alphabet: &[u8], place: fn(&[u8], usize) -> usize) -> Option<Vec<u8>> {
    let mut message = Vec::with_capacity(digits.len());
    for group in digits.as_bytes().chunks(group_len) {
        let mut value = 0;
        for at in 0..group.len() {
            let digit = group.get(place(group, at))?;
            value = value * alphabet.len() + alphabet.iter().position(|known| known == digit)?;
        }
        let len_bytes = group.len() - 1;
        // Digits of six bits fill their bytes and leave bits over, which are zero; others leave none.
        let unused_bits = if alphabet.len() == 64 { group.len() * 6 - len_bytes * 8 } else { 0 };
        let bytes = (value >> unused_bits).to_be_bytes();
        let (zeros, bytes) = bytes.split_at_checked(bytes.len() - len_bytes)?;
        if len_bytes == 0 || value & ((1 << unused_bits) - 1) != 0 || zeros.iter().any(|byte| *byte != 0) {
            return None;
        }
        message.extend_from_slice(bytes);
    }
    Some(message)
}

const BASE45: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn base45_is_that_of_rfc_9285() {
        for (bytes, text) in [
            ("AB", "MP1:BB8"),
            ("Hello!!", "MP1:%69 VD92EX0"),
            ("base-45", "MP1:UJCLQE7W581"),
            ("ietf!", "MP1:QED8WEX0"),
        ] {
            assert_eq!(to_qr_text(bytes.as_bytes()), text);
            assert_eq!(from_qr_text(text), Some(bytes.as_bytes().to_vec()));
        }
    }

    #[test]
    fn base64url_is_that_of_rfc_4648() {
        for (bytes, text) in
            [("", "mp1="), ("f", "mp1=Zg"), ("fo", "mp1=Zm8"), ("foo", "mp1=Zm9v"), ("foob", "mp1=Zm9vYg")]
        {
            assert_eq!(to_fragment(bytes.as_bytes()), text);
            assert_eq!(from_fragment(text), Some(bytes.as_bytes().to_vec()));
        }
        assert_eq!(to_fragment(&[0xfb, 0xff]), "mp1=-_8".to_string());
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["MP1:GGX", "MP1:A", "MP1:::", "MP1:bb8", "mp1:BB8", "BB8", "MP1:::::"] {
            assert_eq!(from_qr_text(text), None, "{text}");
        }
        for text in ["mp1=Zh", "mp1=Z", "mp1=Zg==", "mp1=Zm+v", "Zm9v"] {
            assert_eq!(from_fragment(text), None, "{text}");
        }
    }
}
