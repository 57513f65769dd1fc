//! What a proof can be asked for.

use crate::{
    encoding::{DecodeError, Field, Reader, Wire, bytes32, put, put_number},
    identity::{Lot, MemberId, PackId, ProductCode, Sscc},
};
use alloc::vec::Vec;

/// One thing that a proof answers for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Key {
    /// A product.
    Product(ProductCode),
    /// A lot of a product.
    Lot(ProductCode, Lot),
    /// A pack.
    Pack(PackId),
    /// A logistic unit.
    Unit(Sscc),
    /// A patient's record, by its random id.
    Record([u8; 32]),
    /// A member. No scan asks for one: it is the key of a seller's proof.
    Member(MemberId),
}

impl Key {
    /// The fewest bytes that a key takes; of a member, whose key is a byte shorter, a proof has one.
    pub(crate) const SMALLEST_LEN_BYTES: usize = 6;
}

/// Keys are ordered as their encodings are.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.to_wire().cmp(&other.to_wire())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Wire for Key {
    fn put(&self, out: &mut Vec<u8>) {
        let kind = match self {
            Self::Product(_) => 1,
            Self::Lot(..) => 2,
            Self::Pack(_) => 3,
            Self::Unit(_) => 4,
            Self::Record(_) => 5,
            Self::Member(_) => 6,
        };
        put_number(out, kind, 1);
        match self {
            Self::Product(product) | Self::Lot(product, _) | Self::Pack(PackId { product, .. }) => product.put(out),
            Self::Unit(sscc) => sscc.put(out),
            Self::Record(id) => put(out, id),
            Self::Member(member) => put_number(out, u64::from(member.0), 4),
        }
        match self {
            Self::Lot(_, lot) => lot.put(out),
            Self::Pack(pack) => pack.serial.put(out),
            _ => {}
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Key {
    fn read(reader: &mut Reader<'_>) -> Self {
        match reader.number(1) {
            1 => Self::Product(ProductCode::read(reader)),
            2 => Self::Lot(ProductCode::read(reader), Lot::read(reader)),
            3 => Self::Pack(PackId::read(reader)),
            4 => Self::Unit(Sscc::read(reader)),
            6 => Self::Member(MemberId(reader.number(4) as u32)),
            kind => {
                reader.require(kind == 5, DecodeError::Value);
                Self::Record(bytes32(reader))
            }
        }
    }
}
