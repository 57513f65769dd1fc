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
    let digits = text.strip_prefix(QR_PREFIX)?.as_bytes();
    let mut message = Vec::with_capacity(digits.len().div_ceil(3) * 2);
    for group in digits.chunks(3) {
        let mut value = 0;
        for digit in group.iter().rev() {
            value = value * 45 + BASE45.iter().position(|known| known == digit)?;
        }
        match group.len() {
            3 => message.extend_from_slice(&u16::try_from(value).ok()?.to_be_bytes()),
            2 => message.push(u8::try_from(value).ok()?),
            _ => return None,
        }
    }
    Some(message)
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
    let digits = fragment.strip_prefix(FRAGMENT_PREFIX)?.as_bytes();
    let mut message = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits = 0;
        for digit in group {
            bits = bits << 6 | BASE64.iter().position(|known| known == digit)?;
        }
        let unused = match group.len() {
            4 => 0,
            3 => 2,
            2 => 4,
            _ => return None,
        };
        if bits & ((1 << unused) - 1) != 0 {
            return None;
        }
        let bytes = (bits >> unused).to_be_bytes();
        message.extend_from_slice(bytes.get(bytes.len() - (group.len() - 1)..)?);
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
