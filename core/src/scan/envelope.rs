//! ISO/IEC 15434 envelopes: GS1 elements in format 05, ASC MH10 data identifiers in format 06.
//!
//! ```text
//! envelope = "[)>" RS format GS field { GS field } RS EOT
//! field    = AI value                          in format 05
//!          | { digit } letter value            in format 06
//! ```
//!
//! A German pack by the IFA coding rules carries in format 06: `9N` the PPN, `1T` the lot, `D` the
//! expiry as `YYMMDD` (day `00`: last of the month), `S` the serial; `8P` may name the GTIN beside
//! or instead of the PPN. Fields with other identifiers are shown and otherwise left alone.
//!
//! ```text
//! PPN   = "11" ‖ PZN-8 ‖ check          check = Σ (i + 2)·ASCII(cᵢ) mod 97 over the first ten, i from 0
//! ```

use super::{
    Mode, element_string,
    error::ScanError,
    reading::{Form, Repair},
    split::{GS, cut, is_digits},
    target::Draft,
};
use crate::identity::{ProductCode, Scheme};

/// What begins every envelope.
pub(super) const OPENING: &[u8] = b"[)>\x1e";

/// Reads what follows [`OPENING`].
pub(super) fn read(text: &[u8], draft: &mut Draft) -> Result<(), ScanError> {
    draft.begin(Form::IfaPpn);
    let mut body = text.strip_suffix(b"\x1e\x04");
    if body.is_none() && draft.mode == Mode::Tolerant {
        let unended = text.strip_suffix(b"\x04").unwrap_or(text);
        body = Some(unended.strip_suffix(b"\x1e").unwrap_or(unended));
        draft.repaired(Repair::EnvelopeEnd);
    }
    match body.ok_or(ScanError::Envelope)? {
        [b'0', b'5', GS, data @ ..] => {
            draft.form = Form::ElementString;
            element_string::read_into(data, &mut draft.elements)?;
        }
        [b'0', b'6', GS, data @ ..] => read_fields(data, draft)?,
        _ => return Err(ScanError::Envelope),
    }
    draft.finish()
}

/// Reads the fields: each begins with its data identifier, at most three digits and a capital letter.
fn read_fields(data: &[u8], draft: &mut Draft) -> Result<(), ScanError> {
    let mut rest = Some(data);
    while let Some(text) = rest {
        let (field, tail) = cut(text, GS);
        let digits = field.iter().take_while(|c| c.is_ascii_digit()).count();
        let (label, value) = field.split_at_checked(digits + 1).ok_or(ScanError::Envelope)?;
        if digits > 3 || !label.last().is_some_and(u8::is_ascii_uppercase) || !value.is_ascii() {
            return Err(ScanError::Envelope);
        }
        draft.elements.add(label, value)?;
        rest = tail;
    }
    Ok(())
}

/// The PZN in a pharmacy product number of agency `11`.
pub(super) fn product_of_ppn(ppn: &[u8]) -> Result<ProductCode, ScanError> {
    let &[b'1', b'1', .., tens, ones] = ppn else { return Err(ScanError::BadValue) };
    if ppn.len() != 12 || !is_digits(ppn) {
        return Err(ScanError::BadValue);
    }
    let mut sum = 0;
    for (c, weight) in ppn.iter().take(10).zip(2..) {
        sum += u32::from(*c) * weight;
    }
    if u32::from(tens - b'0') * 10 + u32::from(ones - b'0') != sum % 97 {
        return Err(ScanError::CheckDigit);
    }
    let pzn = core::str::from_utf8(ppn).ok().and_then(|ppn| ppn.get(2..10));
    ProductCode::new(Scheme::Pzn, pzn.unwrap_or("")).map_err(|_| ScanError::CheckDigit)
}
