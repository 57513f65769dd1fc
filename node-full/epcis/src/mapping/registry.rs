//! What the mapping has to know of the ledger, behind one trait, so that it stays pure.

use crate::{epc::canonical, event::Typed};
use medproof_core::identity::{Day, Lot, MemberId, PackId, ProductCode, Sscc};
use std::borrow::Cow;

/// The ledger as the sender of the event sees it.
pub trait Registry {
    /// Why it cannot answer.
    type Error;

    /// The sender.
    fn sender(&self) -> MemberId;

    /// Whether the sender acts as hospital or pharmacy.
    fn sender_dispenses(&self) -> bool;

    /// A pack, also by an alias.
    fn pack(&self, pack: &PackId) -> Result<Option<PackStanding>, Self::Error>;

    /// The current generation of a logistic unit.
    fn unit(&self, unit: Sscc) -> Result<Option<UnitStanding>, Self::Error>;

    /// A lot, also of a product's alias.
    fn lot(&self, product: &ProductCode, lot: &Lot) -> Result<Option<LotStanding>, Self::Error>;

    /// A product, also by an alias.
    fn product(&self, product: &ProductCode) -> Result<Option<ProductStanding>, Self::Error>;

    /// The member that a party is.
    fn member(&self, party: &Place) -> Result<Option<MemberId>, Self::Error>;

    /// The number of a place: the sender's own for it, or its GLN.
    fn site(&self, place: &Place) -> Result<Option<u64>, Self::Error> {
        Ok(place.gln)
    }
}

/// A pack on the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the node fills it in")]
pub struct PackStanding {
    /// Its canonical identity.
    pub pack: PackId,
    /// Its lot.
    pub lot: Lot,
    /// The lot's last day of use.
    pub expiry: Day,
    /// Whether the sender has it, or the unit above it: holds it, and it is not on its way.
    pub is_held: bool,
    /// Whether it is in quarantine (state 8).
    pub is_quarantined: bool,
    /// The topmost live unit that it is in.
    pub topmost: Option<Sscc>,
}

/// A logistic unit on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the node fills it in")]
pub struct UnitStanding {
    /// Whether the sender has it, or the unit above it: holds it, and it is not on its way.
    pub is_held: bool,
    /// Whether it is in quarantine (state 8).
    pub is_quarantined: bool,
    /// The topmost live unit that it is in.
    pub topmost: Option<Sscc>,
}

/// A lot on the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the node fills it in")]
pub struct LotStanding {
    /// The canonical code of its product.
    pub product: ProductCode,
    /// Its last day of use.
    pub expiry: Day,
}

/// A product on the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the node fills it in")]
pub struct ProductStanding {
    /// Its canonical code.
    pub product: ProductCode,
    /// Whether the sender is its issuer.
    pub is_issuer: bool,
}

/// A party or place of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// Its canonical identifier.
    pub id: String,
    /// Its Global Location Number, check digit included.
    pub gln: Option<u64>,
}

impl Place {
    /// Reads an identifier of any spelling; AI 414 and 417, and the URNs for them, have a GLN.
    pub fn read(text: &str) -> Self {
        let id = canonical(text).unwrap_or_else(|| text.into());
        let gln = GLN_KEYS.iter().find_map(|key| id.strip_prefix(key)?.get(..13)?.parse().ok());
        Self { id, gln }
    }

    /// The party of the first of `types` that the list has.
    pub(crate) fn of_type(list: &[Typed<'_>], types: &[&str]) -> Option<Self> {
        let with =
            |wanted: &&str| list.iter().find(|typed| typed.kind.as_ref().is_some_and(|kind| kind.as_str() == *wanted));
        types.iter().find_map(with).map(|typed| Self::read(&typed.id))
    }
}

impl From<&Cow<'_, str>> for Place {
    fn from(text: &Cow<'_, str>) -> Self {
        Self::read(text)
    }
}

const GLN_KEYS: [&str; 2] = ["https://id.gs1.org/417/", "https://id.gs1.org/414/"];
