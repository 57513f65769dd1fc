//! EPC URNs (EPC Tag Data Standard, sections 6.3 and 7): SGTIN, SSCC, LGTIN, and the SGTIN class pattern.
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
    Mode,
    digital_link::unescape,
    error::ScanError,
    reading::{Element, Form, Reading},
    split::{after, cut},
    target::interpret,
};
use alloc::{string::String, vec::Vec};

/// What follows `urn:epc:`, if `text` begins so.
pub(super) fn strip(text: &str) -> Option<&str> {
    after(text, "urn:").and_then(|rest| rest.strip_prefix("epc:"))
}

/// Reads what follows `urn:epc:`.
pub(super) fn read(urn: &str, mode: Mode) -> Result<Reading, ScanError> {
    let elements = elements(urn)?;
    let keys = elements.len();
    interpret(Form::EpcUrn, elements, keys, mode)
}

fn elements(urn: &str) -> Result<Vec<Element>, ScanError> {
    let (label, ai, body) = if let Some(body) = urn.strip_prefix("id:sgtin:") {
        ("01", "21", body)
    } else if let Some(body) = urn.strip_prefix("idpat:sgtin:") {
        ("01", "", body)
    } else if let Some(body) = urn.strip_prefix("class:lgtin:") {
        ("01", "10", body)
    } else if let Some(body) = urn.strip_prefix("id:sscc:") {
        ("00", "", body)
    } else {
        return Err(ScanError::Urn);
    };
    let (prefix, rest) = cut(body, b'.');
    let (reference, rest) = cut(rest.ok_or(ScanError::Urn)?, b'.');
    let mut elements = Vec::from([Element::new(label, &key(prefix, reference, if label == "01" { 13 } else { 17 })?)]);
    match rest {
        None if label == "00" => {}
        Some("*") if label == "01" && ai.is_empty() => {}
        Some(text) if !ai.is_empty() => elements.push(Element::new(ai, &component(text)?)),
        _ => return Err(ScanError::Urn),
    }
    Ok(elements)
}

/// The first digit of the reference, the company prefix of 6 to 12 digits, the rest of the reference, the check digit.
fn key(prefix: &str, reference: &str, len: usize) -> Result<String, ScanError> {
    let (first, rest) = reference.split_at_checked(1).ok_or(ScanError::Urn)?;
    let mut digits = String::with_capacity(len + 1);
    digits.push_str(first);
    digits.push_str(prefix);
    digits.push_str(rest);
    if !(6..=12).contains(&prefix.len()) || digits.len() != len || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(ScanError::Urn);
    }
    digits.push(check_digit(&digits));
    Ok(digits)
}

/// A serial or lot, in which `" % & / < > ?` stand escaped (Tag Data Standard, annex A).
fn component(text: &str) -> Result<String, ScanError> {
    if text.bytes().any(|c| matches!(c, b'"' | b'&' | b'/' | b'<' | b'>' | b'?')) {
        return Err(ScanError::Urn);
    }
    let value = unescape(text, false)?;
    let fits = (1..=20).contains(&value.len()) && value.bytes().all(crate::identity::is_cset82);
    if fits { Ok(value) } else { Err(ScanError::BadValue) }
}

/// The modulo-10 check digit that belongs behind `digits` (General Specifications section 7.9).
pub(super) fn check_digit(digits: &str) -> char {
    let sum: u32 =
        digits.bytes().rev().zip([3, 1].into_iter().cycle()).map(|(c, weight)| u32::from(c - b'0') * weight).sum();
    char::from(b'0' + ((10 - sum % 10) % 10) as u8)
}
