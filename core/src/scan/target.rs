//! From elements to what they name: the one place where identities are made.

use super::{
    Mode,
    ai::date,
    error::ScanError,
    pairing,
    reading::{CryptoTail, Element, Form, Reading, Target},
};
use crate::identity::{Day, Lot, PackId, ProductCode, Scheme, Serial, Sscc};
use alloc::{string::String, vec::Vec};

/// Reads GS1 elements, of which the first `keys` may identify; those behind them are particulars.
///
/// In a Digital Link the path identifies and the query does not; elsewhere all do.
pub(super) fn interpret(form: Form, elements: Vec<Element>, keys: usize, mode: Mode) -> Result<Reading, ScanError> {
    if elements.iter().any(|element| is_patient_data(element.label.as_str())) {
        return Err(ScanError::PatientData);
    }
    pairing::check_repeats(&elements)?;
    if mode == Mode::Strict {
        pairing::check(&elements)?;
    }
    let lot = value(&elements, "10").map(Lot::new).transpose().map_err(|_| ScanError::BadValue)?;
    let expiry = expiry(&elements)?;
    let target = target(elements.get(..keys).unwrap_or(&elements))?;
    let crypto_tail = crypto_tail(&elements);
    Ok(Reading { crypto_tail, ..reading(form, elements, target, lot, expiry) })
}

/// A reading without symbology, repairs, crypto tail and host.
pub(super) const fn reading(
    form: Form,
    elements: Vec<Element>,
    target: Target,
    lot: Option<Lot>,
    expiry: Option<Day>,
) -> Reading {
    let crypto_tail = CryptoTail::Absent;
    Reading { form, symbology: None, elements, target, lot, expiry, repairs: Vec::new(), crypto_tail, host: None }
}

/// The target of product codes, which are not empty, with a serial or a lot.
pub(super) fn trade_item(
    products: Vec<ProductCode>,
    serial: Option<&str>,
    lot: Option<&str>,
) -> Result<Target, ScanError> {
    if products.len() > 4 {
        return Err(ScanError::TooManyCodes);
    }
    if let Some(serial) = serial {
        let serial = Serial::new(serial).map_err(|_| ScanError::BadValue)?;
        let pack = |product| PackId { product, serial: serial.clone() };
        return Ok(Target::Pack(products.into_iter().map(pack).collect()));
    }
    match lot {
        Some(lot) => Ok(Target::Lot { products, lot: Lot::new(lot).map_err(|_| ScanError::BadValue)? }),
        None => Ok(Target::Product(products)),
    }
}

/// The value of the first element with `label`.
pub(super) fn value<'a>(elements: &'a [Element], label: &str) -> Option<&'a str> {
    elements.iter().find(|element| element.label.as_str() == label).map(|element| element.value.as_str())
}

fn target(elements: &[Element]) -> Result<Target, ScanError> {
    match (value(elements, "00"), value(elements, "01")) {
        (Some(_), Some(_)) => Err(ScanError::TwoKeys),
        (Some(sscc), None) => Ok(Target::Unit(Sscc::new(sscc).map_err(|_| ScanError::CheckDigit)?)),
        (None, Some(gtin)) => {
            let main = ProductCode::from_gtin14(gtin).map_err(|_| ScanError::CheckDigit)?;
            trade_item(with_national_codes(main, elements), value(elements, "21"), value(elements, "10"))
        }
        (None, None) => Err(ScanError::NoKey),
    }
}

/// `main`, then the codes of AI 710 to 717 in the order of the scan, none of them twice.
fn with_national_codes(main: ProductCode, elements: &[Element]) -> Vec<ProductCode> {
    let mut products = Vec::from([main]);
    for element in elements {
        if let Some(code) = national_code(element).filter(|code| !products.contains(code)) {
            products.push(code);
        }
    }
    products
}

/// The code of AI 710 (a PZN-8, otherwise ignored) or of AI 711 to 717 (country and code).
fn national_code(element: &Element) -> Option<ProductCode> {
    let index = element.label.as_str().strip_prefix("71")?;
    if index == "0" {
        return ProductCode::new(Scheme::Pzn, &element.value).ok();
    }
    let at = 2 * usize::from(index.bytes().next()?.checked_sub(b'1')?);
    let mut code = String::from("FRESBRPTUSITCR".get(at..at + 2).filter(|_| index.len() == 1)?);
    code.push_str(&element.value);
    ProductCode::new(Scheme::National, &code).ok()
}

/// AI 17, else the day of AI 7003; both must agree.
fn expiry(elements: &[Element]) -> Result<Option<Day>, ScanError> {
    let day = value(elements, "17").and_then(|text| date(text, true));
    let timed = value(elements, "7003").and_then(|text| date(text, false));
    match (day, timed) {
        (Some(day), Some(timed)) if day != timed => Err(ScanError::Contradiction),
        _ => Ok(day.or(timed)),
    }
}

fn crypto_tail(elements: &[Element]) -> CryptoTail {
    let len = |label| value(elements, label).map(str::len);
    match (len("91"), len("92"), len("93")) {
        (_, None, None) => CryptoTail::Absent,
        (Some(4), Some(44 | 88), _) | (_, None, Some(4)) => CryptoTail::Present,
        _ => CryptoTail::WrongLength,
    }
}

fn is_patient_data(label: &str) -> bool {
    label == "8018" || label.len() == 4 && label.starts_with("725")
}
