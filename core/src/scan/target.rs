//! From elements to what they name: the one place where identities are made.

use super::{
    Mode,
    ai::date,
    elements::{Element, Elements},
    error::ScanError,
    pairing,
    reading::{CryptoTail, Form, Reading, Repair, Repairs, Target},
};
use crate::identity::{Day, Lot, PackId, ProductCode, Scheme, Serial, Sscc};
use alloc::{string::String, vec::Vec};

/// A reading in the making.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) form: Form,
    pub(super) elements: Elements,
    pub(super) repairs: Repairs,
    pub(super) host: Option<String>,
}

impl Draft {
    /// A draft without elements.
    pub(super) const fn new(form: Form) -> Self {
        Self { form, elements: Elements::new(), repairs: Repairs::NONE, host: None }
    }

    /// Notes a repair.
    pub(super) fn repaired(&mut self, repair: Repair) {
        self.repairs = self.repairs.and(repair);
    }

    /// Reads GS1 elements, of which the first `keys` may identify; those behind them are particulars.
    ///
    /// In a Digital Link the path identifies and the query does not; elsewhere all do.
    pub(super) fn read_gs1(self, keys: usize, mode: Mode, out: &mut Vec<Reading>) -> Result<(), ScanError> {
        let elements = &self.elements;
        if elements.iter().any(|element| is_patient_data(element.label.bytes())) {
            return Err(ScanError::PatientData);
        }
        pairing::check_repeats(elements)?;
        if mode == Mode::Strict {
            pairing::check(elements)?;
        }
        let expiry = expiry(elements)?;
        let key = |label: &[u8]| elements.first(label, keys);
        let target = match (key(b"00"), key(b"01")) {
            (Some(_), Some(_)) => return Err(ScanError::TwoKeys),
            (Some(sscc), None) => Target::Unit(Sscc::new(sscc).map_err(|_| ScanError::CheckDigit)?),
            (None, Some(gtin)) => {
                let mut products = Vec::new();
                add_product(&mut products, ProductCode::from_gtin14(gtin).ok());
                for element in elements.iter().take(keys) {
                    add_product(&mut products, national_code(element));
                }
                trade_item(products, key(b"21"), key(b"10"))?
            }
            (None, None) => return Err(ScanError::NoKey),
        };
        self.finish(target, b"10", expiry, out)
    }

    /// Makes the reading, the lot being the value of `lot`.
    pub(super) fn finish(
        self,
        target: Target,
        lot: &[u8],
        expiry: Option<Day>,
        out: &mut Vec<Reading>,
    ) -> Result<(), ScanError> {
        let Self { form, elements, repairs, host } = self;
        let lot = match elements.first(lot, elements.len()) {
            Some(lot) => Some(Lot::new(lot).map_err(|_| ScanError::BadValue)?),
            None => None,
        };
        let crypto_tail = crypto_tail(&elements);
        out.push(Reading { form, symbology: None, elements, target, lot, expiry, repairs, crypto_tail, host });
        Ok(())
    }
}

/// The target of product codes with a serial or a lot.
pub(super) fn trade_item(
    products: Vec<ProductCode>,
    serial: Option<&str>,
    lot: Option<&str>,
) -> Result<Target, ScanError> {
    if products.len() > 4 {
        return Err(ScanError::TooManyCodes);
    }
    if products.is_empty() {
        return Err(ScanError::NoKey);
    }
    if let Some(serial) = serial {
        let mut packs = Vec::new();
        for product in products {
            packs.push(PackId { product, serial: Serial::new(serial).map_err(|_| ScanError::BadValue)? });
        }
        return Ok(Target::Pack(packs));
    }
    match lot {
        Some(lot) => Ok(Target::Lot { products, lot: Lot::new(lot).map_err(|_| ScanError::BadValue)? }),
        None => Ok(Target::Product(products)),
    }
}

/// Appends `product` unless it is there already.
pub(super) fn add_product(products: &mut Vec<ProductCode>, product: Option<ProductCode>) {
    if let Some(product) = product
        && !products.contains(&product)
    {
        products.push(product);
    }
}

/// The code of AI 710 (a PZN-8, otherwise ignored) or of AI 711 to 717 (country and code).
fn national_code(element: Element<'_>) -> Option<ProductCode> {
    let &[b'7', b'1', index] = element.label.bytes() else { return None };
    if index == b'0' {
        return ProductCode::new(Scheme::Pzn, element.value).ok();
    }
    let at = 2 * usize::from(index - b'1');
    let mut code = String::from("FRESBRPTUSITCR".get(at..at + 2)?);
    code.push_str(element.value);
    ProductCode::new(Scheme::National, &code).ok()
}

/// AI 17, else the day of AI 7003; both must agree.
fn expiry(elements: &Elements) -> Result<Option<Day>, ScanError> {
    let day = |label, day0| elements.get(label).and_then(|text| date(text.as_bytes(), day0));
    match (day("17", true), day("7003", false)) {
        (Some(day), Some(timed)) if day != timed => Err(ScanError::Contradiction),
        (day, timed) => Ok(day.or(timed)),
    }
}

fn crypto_tail(elements: &Elements) -> CryptoTail {
    let len = |label| elements.get(label).map_or(0, str::len);
    match (len("91"), len("92"), len("93")) {
        (_, 0, 0) => CryptoTail::Absent,
        (4, 44 | 88, _) | (_, 0, 4) => CryptoTail::Present,
        _ => CryptoTail::WrongLength,
    }
}

fn is_patient_data(label: &[u8]) -> bool {
    matches!(label, b"8018" | &[b'7', b'2', b'5', _])
}
