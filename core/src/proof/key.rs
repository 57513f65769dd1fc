//! What a proof can be asked for.

use crate::{
    encoding::{DecodeError, Reader, Wire},
    identity::{Lot, PackId, ProductCode, Sscc},
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
}

impl Key {
    /// The fewest bytes that a key takes.
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
        match self {
            Self::Product(product) => {
                out.push(1);
                product.put(out);
            }
            Self::Lot(product, lot) => {
                out.push(2);
                product.put(out);
                lot.put(out);
            }
            Self::Pack(pack) => {
                out.push(3);
                pack.put(out);
            }
            Self::Unit(sscc) => {
                out.push(4);
                sscc.put(out);
            }
            Self::Record(id) => {
                out.push(5);
                out.extend_from_slice(id);
            }
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.u8()? {
            1 => Self::Product(ProductCode::get(reader)?),
            2 => Self::Lot(ProductCode::get(reader)?, Lot::get(reader)?),
            3 => Self::Pack(PackId::get(reader)?),
            4 => Self::Unit(Sscc::get(reader)?),
            5 => Self::Record(reader.array()?),
            _ => return Err(DecodeError::Value),
        })
    }
}
