//! Bare GTINs of EAN-13, UPC-A, UPC-E (expanded), EAN-8 and ITF-14 symbols.

use super::{ai::check_digit, element_string, error::ScanError, reading::Form, split::is_digits, target::Draft};

/// Reads a GTIN of `len` digits, and the elements of a composite symbol behind `|]e0`.
pub(super) fn read(data: &[u8], len: usize, draft: &mut Draft) -> Result<(), ScanError> {
    let (digits, composite) = data.split_at_checked(len).ok_or(ScanError::BadValue)?;
    draft.begin(Form::Gtin);
    draft.elements.add(b"01", &gtin14(digits)?)?;
    if !composite.is_empty() {
        let composite = composite.strip_prefix(b"|]e0").ok_or(ScanError::BadValue)?;
        element_string::read_into(composite, &mut draft.elements)?;
    }
    draft.finish()
}

/// The GTIN-14 of 8, 12, 13 or 14 digits with a right check digit.
pub(super) fn gtin14(digits: &[u8]) -> Result<[u8; 14], ScanError> {
    if !matches!(digits.len(), 8 | 12 | 13 | 14) || !is_digits(digits) {
        return Err(ScanError::BadValue);
    }
    check_digit(digits)?;
    let mut gtin = [b'0'; 14];
    for (slot, digit) in gtin.iter_mut().rev().zip(digits.iter().rev()) {
        *slot = *digit;
    }
    Ok(gtin)
}
