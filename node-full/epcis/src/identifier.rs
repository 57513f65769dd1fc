//! Identifiers in events, and what of this ledger they name.

use crate::epc::canonical;
use medproof_core::{
    identity::{Day, Lot, PackId, ProductCode, Sscc},
    scan::{self, Mode, Scan, ScanError, Target},
};
use std::borrow::Cow;

/// An identifier of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identifier<'a> {
    /// As it stands in the event.
    pub text: Cow<'a, str>,
    /// What it names.
    pub named: Named,
    /// The lot that stands beside a serial.
    pub lot: Option<Lot>,
    /// The last day of use that stands beside it.
    pub expiry: Option<Day>,
}

/// What an identifier names on this ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Named {
    /// A pack: AI 01 with 21, or an SGTIN.
    Pack(PackId),
    /// A lot: AI 01 with 10, or an LGTIN.
    Lot(ProductCode, Lot),
    /// A product without serial or lot.
    Product(ProductCode),
    /// A logistic unit.
    Unit(Sscc),
    /// Nothing that this ledger knows: assets, documents, places, identifiers outside GS1, and broken ones.
    Other,
}

/// The identifier is a patient's (AI 7250 to 7259, 8018): nothing with it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PatientData;

impl<'a> Identifier<'a> {
    /// Reads an identifier; what is not understood is kept as [`Named::Other`].
    pub(crate) fn read(text: &Cow<'a, str>) -> Result<Self, PatientData> {
        if is_patient_data(text) {
            return Err(PatientData);
        }
        let (named, lot, expiry) = match scan::parse(text, Mode::Strict) {
            Scan::Read(reading) => (of_target(reading.target), reading.lot, reading.expiry),
            Scan::Unreadable(ScanError::PatientData) => return Err(PatientData),
            _ => (Named::Other, None, None),
        };
        Ok(Self { text: text.clone(), named, lot, expiry })
    }

    /// The form that all spellings share: the canonical Digital Link, or the text where there is none.
    pub fn canonical(&self) -> Cow<'_, str> {
        canonical(&self.text).map_or(Cow::Borrowed(&self.text), Cow::Owned)
    }
}

/// Whether `text` is a Digital Link or a bracketed element string that holds a patient's identifier.
///
/// An EPC URN of the scheme `gsrn` is not taken for one: EPCIS documents use it for any service relation.
pub(crate) fn is_patient_data(text: &str) -> bool {
    if !(text.contains("8018") || text.contains("725")) {
        return false;
    }
    let is_link = text.starts_with("http") && (has_patient_query(text) || is_patient_link(text));
    is_link
        || text.split('(').skip(1).any(|part| part.split_once(')').is_some_and(|(label, _)| is_patient_label(label)))
}

/// Whether a path has the key 8018 with a number behind it; the check digit does not matter.
fn is_patient_link(link: &str) -> bool {
    let mut parts = link.split(['/', '?', '#']).skip(3).skip_while(|part| *part != "8018").skip(1);
    parts.next().is_some_and(|number| number.len() >= 10 && number.bytes().all(|c| c.is_ascii_digit()))
}

/// Whether the query of `link` has one of the patient's identifiers.
fn has_patient_query(link: &str) -> bool {
    let query = link.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(|pair| pair.split_once('=')).any(|(label, _)| is_patient_label(label))
}

/// Whether an Application Identifier is a patient's.
fn is_patient_label(label: &str) -> bool {
    matches!(label.as_bytes(), b"8018" | [b'7', b'2', b'5', b'0'..=b'9'])
}

fn of_target(target: Target) -> Named {
    match target {
        Target::Pack(packs) => packs.into_iter().next().map_or(Named::Other, Named::Pack),
        Target::Lot { products, lot } => {
            products.into_iter().next().map_or(Named::Other, |product| Named::Lot(product, lot))
        }
        Target::Product(products) => products.into_iter().next().map_or(Named::Other, Named::Product),
        Target::Unit(sscc) => Named::Unit(sscc),
        _ => Named::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> String {
        match Identifier::read(&Cow::Borrowed(text)) {
            Err(PatientData) => "patient".into(),
            Ok(identifier) => match identifier.named {
                Named::Pack(pack) => format!("pack {} {}", pack.product.code(), pack.serial.as_str()),
                Named::Lot(product, lot) => format!("lot {} {}", product.code(), lot.as_str()),
                Named::Product(product) => format!("product {}", product.code()),
                Named::Unit(sscc) => format!("unit {}", sscc.digits()),
                Named::Other => "other".into(),
            },
        }
    }

    #[test]
    fn an_identifier_names_one_thing_in_all_spellings() {
        for (text, expected) in [
            ("urn:epc:id:sgtin:0614141.107346.2017", "pack 10614141073464 2017"),
            ("https://id.gs1.org/01/10614141073464/21/2017", "pack 10614141073464 2017"),
            ("https://example.org/01/10614141073464/10/L/21/2017", "pack 10614141073464 2017"),
            ("urn:epc:class:lgtin:4054739.099914.20160711", "lot 04054739999148 20160711"),
            ("https://id.gs1.org/01/04054739999148/10/20160711", "lot 04054739999148 20160711"),
            ("urn:epc:idpat:sgtin:4054739.099914.*", "product 04054739999148"),
            ("urn:epc:id:sscc:4012345.0000000333", "unit 040123450000003338"),
            ("https://id.gs1.org/00/040123450000003338", "unit 040123450000003338"),
            ("https://id.gs1.org/00/040123450000003339", "other"),
            ("urn:epc:id:giai:4012345.AAbb", "other"),
            ("urn:epc:id:gsrn:4012345.9876540000", "other"),
            ("https://id.gs1.org/8018/401234598765400004", "patient"),
            ("https://id.gs1.org/01/10614141073464/21/2017?7250=20200101", "patient"),
            ("https://example.org/shop", "other"),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn a_patients_identifier_is_found_in_any_link() {
        for bad in [
            "https://id.gs1.org/8018/401234598765400004",
            "https://x.org/a/8018/401234598765400004",
            "https://x.org/01/10614141073464?8018=1",
            "https://x.org/01/10614141073464?a=b&7253=1",
            "(01)10614141073464(8018)401234598765400004",
        ] {
            assert!(is_patient_data(bad), "{bad}");
        }
        for good in [
            "https://x.org/orders/8018/2",
            "https://x.org/72500/x",
            "https://x.org/a?x=8018",
            "see (8018 x)",
            "urn:epc:id:gsrn:4012345.9876540000",
        ] {
            assert!(!is_patient_data(good), "{good}");
        }
    }
}
