//! What was read from a scan.

use super::{elements::Elements, error::ScanError};
use crate::{
    identity::{Day, Lot, PackId, ProductCode, Sscc},
    names::nth,
};
use alloc::{string::String, vec::Vec};

/// The answer of the parser.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scan {
    /// Exactly one reading.
    Read(Reading),
    /// Two to sixteen readings, the scan as it stands first; none of them is preferred.
    Ambiguous(Vec<Reading>),
    /// No reading.
    Unreadable(ScanError),
}

/// One way to read a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// The notation that the scan is written in.
    pub form: Form,
    /// The symbology identifier (`]d2`) where the scanner sent one.
    pub symbology: Option<[u8; 3]>,
    /// The parts in the order of the scan, for display.
    pub elements: Elements,
    /// What the scan names.
    pub target: Target,
    /// The lot as it stands on the pack.
    pub lot: Option<Lot>,
    /// The last day of use as it stands on the pack.
    pub expiry: Option<Day>,
    /// What was repaired; nothing for a scan read as it is.
    pub repairs: Repairs,
    /// Whether a Russian verification code stands behind the identifier.
    pub crypto_tail: CryptoTail,
    /// The host of a Digital Link, to be shown as untrusted; it is never contacted.
    pub host: Option<String>,
}

/// A notation for identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// GS1 element string (General Specifications section 7.8), also inside an ISO/IEC 15434 envelope of format 05.
    ElementString,
    /// A bare GTIN from an EAN, UPC or ITF-14 symbol.
    Gtin,
    /// GS1 Digital Link URI, uncompressed.
    DigitalLink,
    /// EPC URN (EPC Tag Data Standard).
    EpcUrn,
    /// IFA pharmacy product number inside an ISO/IEC 15434 envelope of format 06.
    IfaPpn,
    /// The 20-character Chinese drug trace code (NMPAB/T 1002).
    ChinaTrace,
}

/// What a scan names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// A pack: its main identity, then those by national codes on the same pack; at most four.
    Pack(Vec<PackId>),
    /// A lot of a product.
    Lot {
        /// The product: its main code, then national ones; at most four.
        products: Vec<ProductCode>,
        /// The lot.
        lot: Lot,
    },
    /// A product: its main code, then national ones; at most four.
    Product(Vec<ProductCode>),
    /// A logistic unit.
    Unit(Sscc),
}

/// What was done to a scan to make it readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Repair {
    /// Characters before the data were dropped: a separator, a space, a control character.
    LeadingByte,
    /// Characters behind the data were dropped: a line end, a space.
    TrailingByte,
    /// A separator that arrived as another character was put back.
    SeparatorReplaced,
    /// A separator that did not arrive was put back.
    SeparatorRestored,
    /// Upper and lower case were exchanged by Caps Lock.
    CapsLock,
    /// The keyboard was set to German: `y` for `z`, `ß` for `-`.
    KeyboardQwertz,
    /// The keyboard was set to French: `&é"` for `123`, `q` for `a`.
    KeyboardAzerty,
    /// GS1 data stood in a symbol that is not marked as GS1.
    Unmarked,
    /// The envelope lacked its end.
    EnvelopeEnd,
    /// A GTIN in a Digital Link was written without its leading zeros.
    ShortGtin,
    /// A Digital Link used a word (`gtin`) for an Application Identifier.
    LinkWord,
}

impl Repair {
    /// All repairs.
    pub const ALL: [Self; 11] = [
        Self::LeadingByte,
        Self::TrailingByte,
        Self::SeparatorReplaced,
        Self::SeparatorRestored,
        Self::CapsLock,
        Self::KeyboardQwertz,
        Self::KeyboardAzerty,
        Self::Unmarked,
        Self::EnvelopeEnd,
        Self::ShortGtin,
        Self::LinkWord,
    ];
}

/// A set of repairs.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Repairs(u16);

impl Repairs {
    /// No repairs.
    pub const NONE: Self = Self(0);

    /// Whether nothing was repaired.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `repair` was made.
    pub const fn contains(self, repair: Repair) -> bool {
        self.0 & 1 << repair as u8 != 0
    }

    /// The repairs, in the order in which [`Repair`] lists them.
    pub fn iter(self) -> impl Iterator<Item = Repair> {
        Repair::ALL.into_iter().filter(move |repair| self.contains(*repair))
    }

    /// These and `repair`.
    pub(super) const fn and(self, repair: Repair) -> Self {
        Self(self.0 | 1 << repair as u8)
    }

    /// These and `others`.
    pub(super) const fn union(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

impl core::fmt::Debug for Repairs {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// The Russian verification code behind an identifier: AI 91 and 92, or AI 93.
///
/// Its lengths are all that can be checked here, so that it is never called valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CryptoTail {
    /// None.
    Absent,
    /// AI 91 of 4 characters with AI 92 of 44 or 88, or AI 93 of 4.
    Present,
    /// AI 92 or 93 of other lengths.
    WrongLength,
}

impl Repair {
    /// The repair's stable name.
    pub const fn name(self) -> &'static str {
        nth(
            "leading-byte trailing-byte separator-replaced separator-restored caps-lock keyboard-qwertz \
             keyboard-azerty unmarked envelope-end short-gtin link-word",
            self as usize,
        )
    }
}

impl CryptoTail {
    /// The value's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Present => "present",
            Self::WrongLength => "wrong-length",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, format};

    #[test]
    fn a_set_of_repairs_keeps_each_once_and_in_order() {
        let mut repairs = Repairs::NONE;
        assert!(repairs.is_empty());
        for repair in Repair::ALL.into_iter().rev() {
            assert!(!repairs.contains(repair));
            repairs = repairs.and(repair).and(repair);
            assert!(repairs.contains(repair));
        }
        assert!(repairs.iter().eq(Repair::ALL));
        let two = Repairs::NONE.and(Repair::LinkWord).union(Repairs::NONE.and(Repair::CapsLock));
        assert_eq!(format!("{two:?}"), "{CapsLock, LinkWord}");
    }

    #[test]
    fn names_are_distinct() {
        let names: BTreeSet<_> = Repair::ALL.map(Repair::name).into();
        assert_eq!(names.len(), Repair::ALL.len());
        let tails = [CryptoTail::Absent, CryptoTail::Present, CryptoTail::WrongLength].map(CryptoTail::name);
        assert_eq!(tails, ["absent", "present", "wrong-length"]);
    }
}
