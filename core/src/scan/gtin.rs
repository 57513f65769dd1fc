//! Bare GTINs of EAN-13, UPC-A, UPC-E (expanded), EAN-8 and ITF-14 symbols (General Specifications section 5.2).

use super::{
    Mode, element_string,
    error::ScanError,
    reading::{Element, Form, Reading},
    target::interpret,
};
use crate::identity::check_mod10;
use alloc::{string::String, vec::Vec};

/// Reads a GTIN of `len` digits, and the elements of a composite symbol behind `|]e0`.
pub(super) fn read(data: &str, len: u8, mode: Mode) -> Result<Reading, ScanError> {
    let (digits, composite) = match data.split_at_checked(usize::from(len)) {
        Some((digits, "")) => (digits, None),
        Some((digits, rest)) => (digits, Some(rest.strip_prefix("|]e0").ok_or(ScanError::BadValue)?)),
        None => return Err(ScanError::BadValue),
    };
    let mut elements = Vec::from([Element::new("01", &gtin14(digits)?)]);
    if let Some(composite) = composite {
        element_string::read_into(composite, &mut elements)?;
    }
    let keys = elements.len();
    interpret(Form::Gtin, elements, keys, mode)
}

/// The GTIN-14 of 8, 12, 13 or 14 digits with a right check digit.
pub(super) fn gtin14(digits: &str) -> Result<String, ScanError> {
    if !matches!(digits.len(), 8 | 12 | 13 | 14) || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(ScanError::BadValue);
    }
    check_mod10(digits).map_err(|_| ScanError::CheckDigit)?;
    let mut gtin = String::from("000000");
    gtin.truncate(14 - digits.len());
    gtin.push_str(digits);
    Ok(gtin)
}
