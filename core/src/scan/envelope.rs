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
    MAX_ELEMENTS, Mode,
    ai::date,
    element_string,
    error::ScanError,
    pairing::check_repeats,
    reading::{Element, Form, Reading, Repair},
    split::{GS, cut},
    target::{interpret, reading, trade_item, value},
};
use crate::identity::{Lot, ProductCode, Scheme};
use alloc::vec::Vec;

/// What begins every envelope.
pub(super) const OPENING: &str = "[)>\u{1e}";

/// Reads what follows [`OPENING`].
pub(super) fn read(text: &str, mode: Mode) -> Result<Reading, ScanError> {
    let (body, is_closed) = match text.strip_suffix("\u{1e}\u{4}") {
        Some(body) => (body, true),
        None => (text.trim_end_matches(['\u{1e}', '\u{4}']), false),
    };
    if !is_closed && mode == Mode::Strict {
        return Err(ScanError::Envelope);
    }
    let mut reading = if let Some(data) = body.strip_prefix("05\u{1d}") {
        let elements = element_string::elements(data)?;
        let keys = elements.len();
        interpret(Form::ElementString, elements, keys, mode)?
    } else if let Some(data) = body.strip_prefix("06\u{1d}") {
        ifa(data)?
    } else {
        return Err(ScanError::Envelope);
    };
    if !is_closed {
        reading.repairs.push(Repair::EnvelopeEnd);
    }
    Ok(reading)
}

fn ifa(data: &str) -> Result<Reading, ScanError> {
    let elements = fields(data)?;
    check_repeats(&elements)?;
    let mut products = Vec::new();
    if let Some(ppn) = value(&elements, "9N") {
        products.push(product_of_ppn(ppn)?);
    }
    if let Some(gtin) = value(&elements, "8P") {
        let product = ProductCode::from_gtin14(gtin).map_err(|_| ScanError::BadValue)?;
        if !products.contains(&product) {
            products.push(product);
        }
    }
    if products.is_empty() {
        return Err(ScanError::NoKey);
    }
    let lot = value(&elements, "1T");
    let expiry = match value(&elements, "D") {
        Some(text) if text.len() == 6 => Some(date(text, true).ok_or(ScanError::BadValue)?),
        Some(_) => return Err(ScanError::BadValue),
        None => None,
    };
    let target = trade_item(products, value(&elements, "S"), lot)?;
    let lot = lot.map(Lot::new).transpose().map_err(|_| ScanError::BadValue)?;
    Ok(reading(Form::IfaPpn, elements, target, lot, expiry))
}

/// The fields: each begins with its data identifier, at most three digits and a capital letter.
fn fields(data: &str) -> Result<Vec<Element>, ScanError> {
    let mut elements = Vec::new();
    let mut rest = Some(data);
    while let Some(text) = rest {
        let (field, tail) = cut(text, GS);
        let digits = field.bytes().take_while(u8::is_ascii_digit).count();
        let (label, value) = field.split_at_checked(digits + 1).ok_or(ScanError::Envelope)?;
        if digits > 3 || !label.ends_with(|c: char| c.is_ascii_uppercase()) || elements.len() == MAX_ELEMENTS {
            return Err(ScanError::Envelope);
        }
        elements.push(Element::new(label, value));
        rest = tail;
    }
    Ok(elements)
}

/// The PZN in a pharmacy product number of agency `11`.
fn product_of_ppn(ppn: &str) -> Result<ProductCode, ScanError> {
    let (body, check) = ppn.split_at_checked(10).ok_or(ScanError::BadValue)?;
    let sum: u32 = body.bytes().zip(2..).map(|(c, weight)| u32::from(c) * weight).sum();
    let digits = [b'0' + (sum % 97 / 10) as u8, b'0' + (sum % 97 % 10) as u8];
    let pzn = body.strip_prefix("11").ok_or(ScanError::BadValue)?;
    if check.as_bytes() != digits {
        return Err(ScanError::CheckDigit);
    }
    ProductCode::new(Scheme::Pzn, pzn).map_err(|_| ScanError::CheckDigit)
}
