//! The other direction: elements as bracketed text, element string, Digital Link and scan.
//!
//! Nothing of this is in the verifier for the web unless it is called.
//!
//! ```
//! use medproof_core::scan::write;
//! let elements = write::split_bracketed("(01)09504000059101(21)A+1(17)280531").unwrap_or_default();
//! assert_eq!(write::element_string(&elements).as_deref(), Ok("010950400005910121A+1\u{1d}17280531"));
//! let link = write::digital_link(&elements, write::CANONICAL_STEM);
//! assert_eq!(link.as_deref(), Ok("https://id.gs1.org/01/09504000059101/21/A%2B1?17=280531"));
//! ```

use super::{
    ai::row_of,
    digital_link::qualifiers,
    element_string::elements,
    elements::Elements,
    epc_urn::check_digit,
    error::ScanError,
    gtin,
    reading::{Reading, Target},
    split::GS,
};
use crate::identity::{PackId, ProductCode, Scheme};
use alloc::string::String;

/// The stem of canonical Digital Links (GS1 Digital Link Standard: URI Syntax).
pub const CANONICAL_STEM: &str = "https://id.gs1.org";

/// A kind of symbol that carries GS1 data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Symbol {
    /// QR Code.
    Qr,
    /// Data Matrix.
    DataMatrix,
    /// DotCode.
    DotCode,
    /// GS1-128, with or without a composite symbol.
    Gs1128,
    /// GS1 DataBar Expanded.
    DataBarExpanded,
    /// GS1 DataBar Omnidirectional, Truncated and Stacked.
    DataBarOmni,
    /// GS1 DataBar Limited.
    DataBarLimited,
    /// UPC-A.
    UpcA,
    /// UPC-E, written out in 12 digits.
    UpcE,
    /// EAN-13.
    Ean13,
    /// EAN-8.
    Ean8,
}

/// Takes bracketed text `(01)…(10)…` apart; `\(` is a bracket within a value. Values are not checked.
pub fn split_bracketed(text: &str) -> Result<Elements, ScanError> {
    let mut elements = Elements::new();
    let mut rest = text.strip_prefix('(');
    while let Some(text) = rest {
        let (label, body) = cut(text, ')');
        if !(2..=4).contains(&label.len()) || !label.bytes().all(|c| c.is_ascii_digit()) {
            return Err(ScanError::UnknownAi);
        }
        let (value, tail) = bracketed_value(body.ok_or(ScanError::BadValue)?);
        elements.push(label, &value)?;
        rest = tail;
    }
    if elements.is_empty() { Err(ScanError::Empty) } else { Ok(elements) }
}

/// The element string of `elements`, with separators where they are needed.
pub fn element_string(elements: &Elements) -> Result<String, ScanError> {
    let mut out = String::new();
    let mut needs_separator = false;
    for element in elements.iter() {
        let row = row_of(element.label.bytes()).ok_or(ScanError::UnknownAi)?;
        row.check(element.value.as_bytes())?;
        if needs_separator {
            out.push(char::from(GS));
        }
        out.push_str(element.label.as_str());
        out.push_str(element.value);
        needs_separator = !row.is_predefined();
    }
    Ok(out)
}

/// The Digital Link of `elements` under `stem`: the first key, its qualifiers, predefined-length attributes, others.
pub fn digital_link(elements: &Elements, stem: &str) -> Result<String, ScanError> {
    element_string(elements)?;
    super::pairing::check_repeats(elements)?;
    let (key, sequences) = elements
        .iter()
        .find_map(|element| qualifiers(element.label.as_str()).map(|sequences| (element, sequences)))
        .ok_or(ScanError::NoKey)?;
    let is_used = |sequence: &&str| sequence.split(',').any(|name| elements.get(name).is_some());
    let sequence = sequences.split('|').find(is_used).unwrap_or("");
    let mut out = String::from(stem.strip_suffix('/').unwrap_or(stem));
    put(&mut out, '/', key.label.as_str(), '/', key.value);
    for name in sequence.split(',') {
        if let Some(value) = elements.get(name) {
            put(&mut out, '/', name, '/', value);
        }
    }
    let mut separator = '?';
    for predefined in [true, false] {
        for (index, element) in elements.iter().enumerate() {
            let label = element.label.as_str();
            let row = row_of(element.label.bytes()).ok_or(ScanError::UnknownAi)?;
            let is_repeated = elements.iter().take(index).any(|earlier| earlier.label == element.label);
            if row.is_predefined() != predefined
                || is_repeated
                || element.label == key.label
                || sequence.split(',').any(|name| name == label)
            {
                continue;
            }
            if !row.is_link_attribute() {
                return Err(ScanError::Link);
            }
            put(&mut out, separator, label, '=', element.value);
            separator = '&';
        }
    }
    Ok(out)
}

/// The canonical Digital Link of what `reading` names, for display; `None` for codes that have no GTIN.
///
/// A PZN is shown as its NTIN.
pub fn canonical_link(reading: &Reading) -> Option<String> {
    let mut out = String::from(CANONICAL_STEM);
    let (product, lot, serial) = match &reading.target {
        Target::Unit(sscc) => {
            put(&mut out, '/', "00", '/', &sscc.digits());
            return Some(out);
        }
        Target::Pack(packs) => {
            let PackId { product, serial } = packs.first()?;
            (product, reading.lot.as_ref(), Some(serial))
        }
        Target::Lot { products, lot } => (products.first()?, Some(lot), None),
        Target::Product(products) => (products.first()?, None, None),
    };
    put(&mut out, '/', "01", '/', &gtin_of(product)?);
    if let Some(lot) = lot {
        put(&mut out, '/', "10", '/', lot.as_str());
    }
    if let Some(serial) = serial {
        put(&mut out, '/', "21", '/', serial.as_str());
    }
    if let Some(day) = reading.elements.get("17").or_else(|| reading.elements.get("D")) {
        put(&mut out, '?', "17", '=', day);
    }
    Some(out)
}

/// What a scanner sends for `message` in a symbol of kind `symbol`.
///
/// In a message `^` is FNC1, `|` stands before a composite symbol, and plain data that begin with
/// backslashes and `^` have one backslash more.
pub fn scan_string(symbol: Symbol, message: &str) -> Result<String, ScanError> {
    match symbol {
        Symbol::Qr => matrix(message, "]Q1", "]Q3"),
        Symbol::DataMatrix => matrix(message, "]d1", "]d2"),
        Symbol::DotCode => matrix(message, "]J0", "]J1"),
        Symbol::Gs1128 | Symbol::DataBarExpanded => linear(symbol, message),
        Symbol::DataBarOmni | Symbol::DataBarLimited => databar(symbol, message),
        Symbol::UpcA | Symbol::UpcE | Symbol::Ean13 | Symbol::Ean8 => retail(symbol, message),
    }
}

/// `digits` with their check digit; `None` unless they are 7, 11, 12 or 13 digits.
pub fn with_check_digit(digits: &str) -> Option<String> {
    let fits = matches!(digits.len(), 7 | 11 | 12 | 13) && digits.bytes().all(|c| c.is_ascii_digit());
    fits.then(|| {
        let mut out = String::from(digits);
        out.push(char::from(check_digit(digits.as_bytes())));
        out
    })
}

fn matrix(message: &str, plain: &str, gs1: &str) -> Result<String, ScanError> {
    if let Some(data) = message.strip_prefix('^') {
        return Ok(joined(gs1, &fnc1_data(data)?));
    }
    let escaped = message.trim_start_matches('\\').starts_with('^');
    Ok(joined(plain, message.strip_prefix('\\').filter(|_| escaped).unwrap_or(message)))
}

fn linear(symbol: Symbol, message: &str) -> Result<String, ScanError> {
    let (first, composite) = cut(message, '|');
    let data = fnc1_data(first.strip_prefix('^').ok_or(ScanError::NotMedicine)?)?;
    let Some(composite) = composite else {
        return Ok(joined(if symbol == Symbol::Gs1128 { "]C1" } else { "]e0" }, &data));
    };
    let elements = elements(&data)?;
    let last = elements.iter().last().ok_or(ScanError::Empty)?;
    let mut out = joined("]e0", &data);
    if !data.ends_with(GS as char) && row_of(last.label.bytes()).is_some_and(|row| !row.is_predefined()) {
        out.push(GS as char);
    }
    out.push_str(&fnc1_data(composite.strip_prefix('^').ok_or(ScanError::BadValue)?)?);
    Ok(out)
}

fn databar(symbol: Symbol, message: &str) -> Result<String, ScanError> {
    let (first, composite) = cut(message, '|');
    let digits = first.strip_prefix("^01").unwrap_or(first);
    let limited = symbol == Symbol::DataBarLimited && !digits.starts_with(['0', '1']);
    if limited || gtin14(digits)? != digits.as_bytes() {
        return Err(ScanError::BadValue);
    }
    let mut out = joined("]e001", digits);
    if let Some(composite) = composite {
        out.push_str(&fnc1_data(composite.strip_prefix('^').ok_or(ScanError::BadValue)?)?);
    }
    Ok(out)
}

fn retail(symbol: Symbol, message: &str) -> Result<String, ScanError> {
    let (id, zeros, sent_zeros) = match symbol {
        Symbol::UpcA | Symbol::UpcE => ("]E0", "00", "0"),
        Symbol::Ean8 => ("]E4", "000000", ""),
        _ => ("]E0", "0", ""),
    };
    let (first, composite) = cut(message, '|');
    let digits = match first.strip_prefix("^01") {
        Some(gtin) => gtin.strip_prefix(zeros).ok_or(ScanError::BadValue)?,
        None => first,
    };
    if digits.len() + zeros.len() != 14 {
        return Err(ScanError::BadValue);
    }
    gtin14(digits)?;
    let mut out = joined(id, sent_zeros);
    out.push_str(digits);
    if let Some(composite) = composite {
        out.push_str("|]e0");
        out.push_str(&fnc1_data(composite.strip_prefix('^').ok_or(ScanError::BadValue)?)?);
    }
    Ok(out)
}

/// Checked element data with GS for `^`.
fn fnc1_data(data: &str) -> Result<String, ScanError> {
    let out: String = data.chars().map(|c| if c == '^' { GS as char } else { c }).collect();
    elements(&out)?;
    Ok(out)
}

/// The value at the front of `body`, and what follows the bracket behind it.
fn bracketed_value(body: &str) -> (String, Option<&str>) {
    let mut value = String::new();
    let mut rest = body;
    loop {
        let (part, tail) = cut(rest, '(');
        match (part.strip_suffix('\\'), tail) {
            (Some(part), Some(tail)) => {
                value.push_str(part);
                value.push('(');
                rest = tail;
            }
            _ => {
                value.push_str(part);
                return (value, tail);
            }
        }
    }
}

fn gtin_of(product: &ProductCode) -> Option<String> {
    match product.scheme() {
        Scheme::Gtin => Some(String::from(product.code())),
        Scheme::Pzn => with_check_digit(&joined("04150", product.code())),
        _ => None,
    }
}

fn joined(front: &str, back: &str) -> String {
    let mut out = String::from(front);
    out.push_str(back);
    out
}

/// The text before and behind the first `separator`.
fn cut(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

fn gtin14(digits: &str) -> Result<[u8; 14], ScanError> {
    gtin::gtin14(digits.as_bytes())
}

/// Appends `before label between value`, the value with all but unreserved characters escaped (RFC 3986 section 2.3).
fn put(out: &mut String, before: char, label: &str, between: char, value: &str) {
    out.push(before);
    out.push_str(label);
    out.push(between);
    for c in value.bytes() {
        if c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(c));
        } else {
            out.push('%');
            out.extend(
                [c >> 4, c & 15].map(|nibble| char::from(if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 })),
            );
        }
    }
}
