//! From elements to what they name: the one place where identities are made.
//!
//! The identifiers of all notations are distinct, so that one rule serves them all:
//!
//! | | GS1 | IFA | Chinese trace code |
//! |---|---|---|---|
//! | main code | `01` | `9N`, `8P` | first 7 characters |
//! | other codes | `710`–`717` | `8P` | |
//! | serial | `21` | `S` | other 13 characters |
//! | lot | `10` | `1T` | |
//! | expiry | `17`, `7003` | `D` | |

use super::{
    Mode,
    ai::date,
    elements::{Element, Elements, Label},
    envelope::product_of_ppn,
    error::ScanError,
    pairing,
    reading::{CryptoTail, Form, Reading, Repair, Repairs, Target},
};
use crate::identity::{Day, Lot, PackId, ProductCode, Scheme, Serial, Sscc};
use alloc::{string::String, vec::Vec};

/// A reading in the making, and those that are made.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) mode: Mode,
    pub(super) form: Form,
    pub(super) elements: Elements,
    pub(super) repairs: Repairs,
    pub(super) host: Option<String>,
    pub(super) readings: Vec<Reading>,
}

impl Draft {
    /// A draft without elements or readings.
    pub(super) fn new(mode: Mode) -> Self {
        let (elements, readings) = (Elements::new(), Vec::new());
        Self { mode, form: Form::ElementString, elements, repairs: Repairs::NONE, host: None, readings }
    }

    /// Begins another reading.
    pub(super) fn begin(&mut self, form: Form) {
        self.form = form;
        self.elements.clear();
        self.repairs = Repairs::NONE;
    }

    /// Notes a repair.
    pub(super) fn repaired(&mut self, repair: Repair) {
        self.repairs = self.repairs.and(repair);
    }

    /// Makes a reading of the elements, all of which may identify.
    pub(super) fn finish(&mut self) -> Result<(), ScanError> {
        self.finish_with(self.elements.len())
    }

    /// Makes a reading of the elements, of which the first `keys` may identify; those behind them are particulars.
    ///
    /// In a Digital Link the path identifies and the query does not.
    pub(super) fn finish_with(&mut self, keys: usize) -> Result<(), ScanError> {
        let elements = &self.elements;
        if elements.any_label(&mut is_patient_data) {
            return Err(ScanError::PatientData);
        }
        pairing::check_repeats(elements)?;
        if self.mode == Mode::Strict {
            pairing::check(elements)?;
        }
        let expiry = expiry(elements)?;
        let lot = match first_of(elements, [b"10", b"1T"], elements.len()) {
            Some(lot) => Some(Lot::new(lot).map_err(|_| ScanError::BadValue)?),
            None => None,
        };
        let target = target(elements, keys)?;
        let crypto_tail = crypto_tail(elements);
        self.readings.push(Reading {
            form: self.form,
            symbology: None,
            elements: core::mem::take(&mut self.elements),
            target,
            lot,
            expiry,
            repairs: self.repairs,
            crypto_tail,
            host: self.host.take(),
        });
        Ok(())
    }
}

fn target(elements: &Elements, keys: usize) -> Result<Target, ScanError> {
    let products = products(elements, keys)?;
    if let Some(sscc) = elements.first(Label::of(b"00"), keys) {
        if !products.is_empty() {
            return Err(ScanError::TwoKeys);
        }
        return Ok(Target::Unit(Sscc::new(sscc).map_err(|_| ScanError::CheckDigit)?));
    }
    if products.is_empty() {
        return Err(ScanError::NoKey);
    }
    let trace_serial = elements.first(Label::of(b""), keys).and_then(|code| code.get(7..));
    if let Some(serial) = first_of(elements, [b"21", b"S"], keys).or(trace_serial) {
        let mut packs = Vec::with_capacity(products.len());
        for product in products {
            packs.push(PackId { product, serial: Serial::new(serial).map_err(|_| ScanError::BadValue)? });
        }
        return Ok(Target::Pack(packs));
    }
    match first_of(elements, [b"10", b"1T"], keys) {
        Some(lot) => Ok(Target::Lot { products, lot: Lot::new(lot).map_err(|_| ScanError::BadValue)? }),
        None => Ok(Target::Product(products)),
    }
}

/// The main code, then the others in the order of the scan, none of them twice; empty without a main code.
fn products(elements: &Elements, keys: usize) -> Result<Vec<ProductCode>, ScanError> {
    let mut products = Vec::new();
    for label in [b"".as_slice(), b"9N", b"01", b"8P"] {
        let Some(value) = elements.first(Label::of(label), keys) else { continue };
        let product = match label {
            b"" => ProductCode::new(Scheme::China, value.get(..7).unwrap_or("")),
            b"9N" => Ok(product_of_ppn(value.as_bytes())?),
            _ => ProductCode::from_gtin14(value),
        };
        add(&mut products, product.map_err(|_| ScanError::BadValue)?);
    }
    if !products.is_empty() {
        for element in elements.iter().take(keys) {
            if let Some(product) = national_code(element) {
                add(&mut products, product);
            }
        }
    }
    if products.len() > 4 { Err(ScanError::TooManyCodes) } else { Ok(products) }
}

fn add(products: &mut Vec<ProductCode>, product: ProductCode) {
    if !products.contains(&product) {
        products.push(product);
    }
}

/// The code of AI 710 (a PZN-8, otherwise ignored) or of AI 711 to 717 (country and code).
fn national_code(element: Element<'_>) -> Option<ProductCode> {
    let [b'7', b'1', index, 0] = element.label.padded() else { return None };
    if index == b'0' {
        return ProductCode::new(Scheme::Pzn, element.value).ok();
    }
    let at = 2 * usize::from(index.wrapping_sub(b'1'));
    let mut code = String::from("FRESBRPTUSITCR".get(at..at + 2)?);
    code.push_str(element.value);
    ProductCode::new(Scheme::National, &code).ok()
}

/// The value of the first of two labels that is among the first `count` elements.
fn first_of<'a>(elements: &'a Elements, labels: [&[u8]; 2], count: usize) -> Option<&'a str> {
    let [one, other] = labels;
    elements.first(Label::of(one), count).or_else(|| elements.first(Label::of(other), count))
}

/// The expiry of AI 17 or DI D, or the day of AI 7003; where two stand they must agree.
fn expiry(elements: &Elements) -> Result<Option<Day>, ScanError> {
    let mut expiry = None;
    for (label, len, day0) in [("17", 6, true), ("7003", 10, false), ("D", 6, true)] {
        if let Some(text) = elements.get(label) {
            let day = date(text.as_bytes(), day0).filter(|_| text.len() == len).ok_or(ScanError::BadValue)?;
            if expiry.is_some_and(|other| other != day) {
                return Err(ScanError::Contradiction);
            }
            expiry = Some(day);
        }
    }
    Ok(expiry)
}

fn crypto_tail(elements: &Elements) -> CryptoTail {
    let len = |label| elements.get(label).map_or(0, str::len);
    match (len("91"), len("92"), len("93")) {
        (_, 0, 0) => CryptoTail::Absent,
        (4, 44 | 88, _) | (_, 0, 4) => CryptoTail::Present,
        _ => CryptoTail::WrongLength,
    }
}

fn is_patient_data(label: Label) -> bool {
    matches!(&label.padded(), b"8018" | [b'7', b'2', b'5', _])
}
