//! The values of the state tree, and where each lies.
//!
//! ```text
//! value = leaf version u8 (0) ‖ leaf type u8 ‖ fields          at most 1,024 bytes
//! ```
//!
//! A leaf of an unknown version or type is not invalid: it asks for a newer client. State codes
//! are read as numbers for the same reason.

mod chain;
mod item;
mod member;
pub mod path;
mod record;
mod state_code;
mod unit;

pub use chain::{Counter, Parameters};
pub use item::{Holds, Lot, Pack, Prior, Product, RetiredPack, StorageLimits};
pub(crate) use item::{get_limits, put_limits};
pub use member::{Key, Member, MemberState};
pub use path::{Family, LotRef, Paths};
pub use record::Record;
pub use state_code::{State, StateCode};
pub use unit::{Exposure, Interval, MAX_INTERVALS, MAX_UNIT_DEPTH, Parent, Place, Unit, UnitPlace};

use crate::{
    encoding::{DecodeError, Field, Reader, Wire},
    hash::Digest,
    identity::{PackId, ProductCode},
};
use alloc::vec::Vec;

/// The leaf version that this crate reads and writes.
pub const LEAF_VERSION: u8 = 0;

pub(crate) const PRODUCT: u8 = 1;
pub(crate) const LOT: u8 = 3;
pub(crate) const UNIT_HEAD: u8 = 7;
pub(crate) const UNIT: u8 = 8;
pub(crate) const MEMBER: u8 = 10;
pub(crate) const KEY: u8 = 11;
pub(crate) const RECORD: u8 = 12;

/// The value at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leaf {
    /// A product under its canonical code.
    Product(Product),
    /// Another code of a product: names the canonical one.
    ProductAlias(ProductCode),
    /// A lot.
    Lot(Lot),
    /// A pack under its canonical identity.
    Pack(Pack),
    /// Another code on a pack: names the canonical identity.
    PackAlias(PackId),
    /// A pack long after expiry, shortened by rule.
    RetiredPack(RetiredPack),
    /// The current generation of an SSCC.
    UnitHead(u32),
    /// One generation of a logistic unit.
    Unit(Unit),
    /// Times out of the storage range.
    Exposure(Exposure),
    /// A member.
    Member(Member),
    /// A member's key.
    Key(Key),
    /// The commitment to a patient's record.
    Record(Record),
    /// Hash of the validator set that signs the next block.
    Validators(Digest),
    /// The chain's parameters.
    Parameters(Parameters),
    /// The version of the rules that execute the next block.
    Rules(u32),
    /// The event numbers used in one lane.
    Counter(Counter),
}

/// Why a value is not a leaf that this client understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeafError {
    /// The version or type is newer than this client.
    Newer,
    /// The value is no leaf.
    Malformed(DecodeError),
}

impl Leaf {
    /// Reads a value.
    pub fn from_value(value: &[u8]) -> Result<Self, LeafError> {
        let mut reader = Reader::new(value);
        if value.first().is_some_and(|version| *version != LEAF_VERSION) {
            return Err(LeafError::Newer);
        }
        let leaf_type = reader.number(2) as u8;
        reader.sound(()).map_err(LeafError::Malformed)?;
        let leaf = Self::read(leaf_type, &mut reader).ok_or(LeafError::Newer)?;
        reader.finish().map_err(LeafError::Malformed)?;
        Ok(leaf)
    }

    /// The value's bytes.
    pub fn to_value(&self) -> Vec<u8> {
        let mut out = alloc::vec![LEAF_VERSION, self.leaf_type()];
        match self {
            Self::Product(product) => product.put(&mut out),
            Self::ProductAlias(target) => target.put(&mut out),
            Self::Lot(lot) => lot.put(&mut out),
            Self::Pack(pack) => pack.put(&mut out),
            Self::PackAlias(target) => target.put(&mut out),
            Self::RetiredPack(pack) => pack.put(&mut out),
            Self::UnitHead(number) | Self::Rules(number) => out.extend_from_slice(&number.to_be_bytes()),
            Self::Unit(unit) => unit.put(&mut out),
            Self::Exposure(exposure) => exposure.put(&mut out),
            Self::Member(member) => member.put(&mut out),
            Self::Key(key) => key.put(&mut out),
            Self::Record(record) => record.put(&mut out),
            Self::Validators(digest) => digest.put(&mut out),
            Self::Parameters(parameters) => parameters.put(&mut out),
            Self::Counter(counter) => counter.put(&mut out),
        }
        out
    }

    pub(crate) const fn leaf_type(&self) -> u8 {
        match self {
            Self::Product(_) => PRODUCT,
            Self::ProductAlias(_) => 2,
            Self::Lot(_) => LOT,
            Self::Pack(_) => 4,
            Self::PackAlias(_) => 5,
            Self::RetiredPack(_) => 6,
            Self::UnitHead(_) => UNIT_HEAD,
            Self::Unit(_) => UNIT,
            Self::Exposure(_) => 9,
            Self::Member(_) => MEMBER,
            Self::Key(_) => KEY,
            Self::Record(_) => RECORD,
            Self::Validators(_) => 13,
            Self::Parameters(_) => 14,
            Self::Rules(_) => 15,
            Self::Counter(_) => 16,
        }
    }

    fn read(leaf_type: u8, reader: &mut Reader<'_>) -> Option<Self> {
        Some(match leaf_type {
            PRODUCT => Self::Product(Product::read(reader)),
            2 => Self::ProductAlias(ProductCode::read(reader)),
            LOT => Self::Lot(Lot::read(reader)),
            4 => Self::Pack(Pack::read(reader)),
            5 => Self::PackAlias(PackId::read(reader)),
            6 => Self::RetiredPack(RetiredPack::read(reader)),
            UNIT_HEAD => Self::UnitHead(reader.number(4) as u32),
            UNIT => Self::Unit(Unit::read(reader)),
            9 => Self::Exposure(Exposure::read(reader)),
            MEMBER => Self::Member(Member::read(reader)),
            KEY => Self::Key(Key::read(reader)),
            RECORD => Self::Record(Record::read(reader)),
            13 => Self::Validators(Digest::read(reader)),
            14 => Self::Parameters(Parameters::read(reader)),
            15 => Self::Rules(reader.number(4) as u32),
            16 => Self::Counter(Counter::read(reader)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn versions_and_types_of_the_future_are_newer_and_not_invalid() {
        let rules = Leaf::Rules(7).to_value();
        assert_eq!(rules, [0, 15, 0, 0, 0, 7]);
        assert_eq!(Leaf::from_value(&rules), Ok(Leaf::Rules(7)));
        for version in 1..=255 {
            assert_eq!(Leaf::from_value(&[version]), Err(LeafError::Newer));
            assert_eq!(Leaf::from_value(&[version, 15, 1]), Err(LeafError::Newer));
        }
        for leaf_type in (0..=255).filter(|number| !(1..=16).contains(number)) {
            assert_eq!(Leaf::from_value(&[LEAF_VERSION, leaf_type, 1, 2, 3]), Err(LeafError::Newer));
        }
    }

    #[test]
    fn a_value_ends_with_its_fields() {
        let malformed = |value: &[u8]| Leaf::from_value(value).err();
        assert_eq!(malformed(&[]), Some(LeafError::Malformed(DecodeError::Truncated)));
        assert_eq!(malformed(&[0]), Some(LeafError::Malformed(DecodeError::Truncated)));
        assert_eq!(malformed(&[0, 15, 0, 0, 0]), Some(LeafError::Malformed(DecodeError::Truncated)));
        assert_eq!(malformed(&[0, 15, 0, 0, 0, 7, 0]), Some(LeafError::Malformed(DecodeError::Trailing)));
    }

    #[test]
    fn numbers_of_types_are_those_of_the_format() {
        let digest = Digest([1; 32]);
        let counter = Counter { highest: (1 << 48) - 1, used: [2; 32] };
        let record = Record { commitment: digest, issuer: digest };
        for (leaf, number) in [
            (Leaf::UnitHead(1), 7),
            (Leaf::Record(record), 12),
            (Leaf::Validators(digest), 13),
            (Leaf::Rules(1), 15),
            (Leaf::Counter(counter), 16),
        ] {
            let value = leaf.to_value();
            assert_eq!(value.get(..2), Some(&[0, number][..]));
            assert_eq!(Leaf::from_value(&value), Ok(leaf));
        }
        let longest = vec![0; crate::state::MAX_VALUE_BYTES];
        assert_eq!(Leaf::from_value(&longest), Err(LeafError::Newer));
    }
}
