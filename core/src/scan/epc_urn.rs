//! EPC URNs (EPC Tag Data Standard): SGTIN, SSCC, LGTIN, and the SGTIN class pattern.
//!
//! ```text
//! urn:epc:id:sgtin:      prefix . indicator item . serial     prefix and item are 13 digits together
//! urn:epc:idpat:sgtin:   prefix . indicator item . *
//! urn:epc:class:lgtin:   prefix . indicator item . lot
//! urn:epc:id:sscc:       prefix . extension reference         17 digits together
//! ```
//!
//! The GTIN is indicator ‖ prefix ‖ item ‖ check digit, the SSCC extension ‖ prefix ‖ reference ‖ check digit.

use super::{
    digital_link::unescape,
    error::ScanError,
    reading::Form,
    split::{cut, is_digits, look_up},
    target::Draft,
};
use crate::identity::is_cset82;
use alloc::vec::Vec;

/// What follows `urn:epc:`, if `text` begins so; the case of `urn` does not matter (RFC 8141 section 3.1).
pub(super) fn strip(text: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = cut(text, b':');
    rest?.strip_prefix(b"epc:").filter(|_| scheme.eq_ignore_ascii_case(b"urn"))
}

/// Reads what follows `urn:epc:`.
pub(super) fn read(urn: &[u8], draft: &mut Draft) -> Result<(), ScanError> {
    let (class, rest) = cut(urn, b':');
    let (scheme, body) = cut(rest.ok_or(ScanError::Urn)?, b':');
    let kind = urn.get(..class.len() + 1 + scheme.len()).unwrap_or(urn);
    let (label, ai) = cut(look_up(KINDS, kind).ok_or(ScanError::Urn)?, b'/');
    let (prefix, rest) = cut(body.ok_or(ScanError::Urn)?, b'.');
    let (reference, rest) = cut(rest.ok_or(ScanError::Urn)?, b'.');
    draft.begin(Form::EpcUrn);
    draft.elements.add(label, &key(prefix, reference, if label == b"00" { 17 } else { 13 })?)?;
    match (ai, rest) {
        (None, None) | (Some(b"*"), Some(b"*")) => {}
        (Some(ai), Some(text)) if ai != b"*" => draft.elements.add(ai, &component(text)?)?,
        _ => return Err(ScanError::Urn),
    }
    draft.finish()
}

/// The first digit of the reference, the company prefix of 6 to 12 digits, the rest of the reference, the check digit.
fn key(prefix: &[u8], reference: &[u8], len: usize) -> Result<Vec<u8>, ScanError> {
    let (first, rest) = reference.split_at_checked(1).ok_or(ScanError::Urn)?;
    let mut digits = Vec::from(first);
    digits.extend_from_slice(prefix);
    digits.extend_from_slice(rest);
    if !(6..=12).contains(&prefix.len()) || digits.len() != len || !is_digits(&digits) {
        return Err(ScanError::Urn);
    }
    digits.push(check_digit(&digits));
    Ok(digits)
}

/// A serial or lot, in which `" % & / < > ?` stand escaped (EPC Tag Data Standard).
fn component(text: &[u8]) -> Result<Vec<u8>, ScanError> {
    if text.iter().any(|c| matches!(c, b'"' | b'&' | b'/' | b'<' | b'>' | b'?')) {
        return Err(ScanError::Urn);
    }
    let value = unescape(text, false)?;
    let fits = (1..=20).contains(&value.len()) && value.iter().all(|c| is_cset82(*c));
    if fits { Ok(value) } else { Err(ScanError::BadValue) }
}

/// The modulo-10 check digit that belongs behind `digits` (General Specifications section 7.9).
pub(super) fn check_digit(digits: &[u8]) -> u8 {
    let mut sum = 0;
    let mut weight = 3;
    for digit in digits.iter().rev() {
        sum += u32::from(digit.wrapping_sub(b'0')) * weight;
        weight = 4 - weight;
    }
    b'0' + ((10 - sum % 10) % 10) as u8
}

/// The kinds of URN, each with the identifiers of its key and of its last component.
const KINDS: &[u8] = b"\
id:sgtin>01/21
idpat:sgtin>01/*
class:lgtin>01/10
id:sscc>00";
