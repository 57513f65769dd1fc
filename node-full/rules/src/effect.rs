//! What an event did, in the words of the ledger: all that projections (indexes, timelines, streams) need.

use crate::body::EventSalt;
use medproof_core::{
    custody::Step,
    hash::Digest,
    identity::{self, MemberId, PackId, ProductCode},
    info::{MemberInfo, ProductInfo},
    keys::KeyNumber,
    leaf::{self, Exposure, Parameters, Parent},
    state::Path,
    validators::ValidatorSet,
};

/// One leaf's change, with the names that the leaf itself does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// A member was admitted or changed.
    Member {
        /// Its number.
        member: MemberId,
        /// The leaf before; `None` for a new member.
        before: Option<leaf::Member>,
        /// The leaf now.
        after: leaf::Member,
        /// The information that the leaf's hash stands for, where the event brought it.
        info: Option<MemberInfo>,
    },
    /// A key was registered, revoked or marked.
    Key {
        /// Whose key.
        member: MemberId,
        /// Which of its keys.
        number: KeyNumber,
        /// The leaf now.
        after: leaf::Key,
    },
    /// The validators of the next block.
    Validators(ValidatorSet),
    /// New parameters.
    Parameters(Parameters),
    /// The rules of the next block.
    RulesVersion(u32),
    /// A product was registered or changed.
    Product {
        /// Its canonical code.
        product: ProductCode,
        /// The leaf before; `None` for a new product.
        before: Option<leaf::Product>,
        /// The leaf now.
        after: leaf::Product,
        /// The information that the leaf's hash stands for, where the event brought it.
        info: Option<ProductInfo>,
    },
    /// Another code of a product.
    ProductAlias {
        /// The other code.
        alias: ProductCode,
        /// The code under which the product stands.
        canonical: ProductCode,
    },
    /// A lot was released or changed.
    Lot {
        /// Its product.
        product: ProductCode,
        /// The leaf before; `None` for a new lot.
        before: Option<leaf::Lot>,
        /// The leaf now, with the lot's name.
        after: leaf::Lot,
    },
    /// A pack was registered, or an event was appended to its chain.
    Pack(PackEffect),
    /// Another code on a pack.
    PackAlias {
        /// The other identity.
        alias: PackId,
        /// The identity under which the pack stands.
        canonical: PackId,
    },
    /// A unit was made, or an event was appended to its chain.
    Unit(UnitEffect),
    /// The times out of range of a pack or unit.
    Exposure {
        /// Which.
        item: ItemName,
        /// The leaf now.
        after: Exposure,
    },
    /// A commitment to a patient's record.
    Record {
        /// The record's random id.
        record: [u8; 32],
        /// The commitment to its fields.
        commitment: Digest,
    },
}

/// A pack or a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "items are packs or units")]
pub enum ItemName {
    /// A pack by its canonical identity.
    Pack(PackId),
    /// One generation of a unit.
    Unit(Parent),
}

/// Who holds an item from this event on, and the salt that opens the commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a holder is these two things")]
pub struct Held {
    /// The holder.
    pub member: MemberId,
    /// The event's salt, with which the holder acts next.
    pub salt: EventSalt,
}

/// What happened to a pack.
///
/// Joining and leaving follow from the places before and after. A pack inside a unit is held by the holder of the
/// topmost unit above it; one whose parent is dissolved, by whom that unit's last effect names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "built by the rules only")]
pub struct PackEffect {
    /// Its canonical identity.
    pub pack: PackId,
    /// Where its leaf lies.
    pub path: Path,
    /// Its lot.
    pub lot: identity::Lot,
    /// The leaf before; `None` for a new pack.
    pub before: Option<leaf::Pack>,
    /// The leaf now.
    pub after: leaf::Pack,
    /// Who holds it now, where the event says so anew.
    pub held: Option<Held>,
    /// The salt that opens the place in an undo that this event made.
    pub undo: Option<EventSalt>,
    /// What was appended to its custody chain; two steps where it left one unit for another.
    pub steps: Vec<Step>,
}

/// What happened to a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "built by the rules only")]
pub struct UnitEffect {
    /// The unit.
    pub unit: Parent,
    /// Where its leaf lies.
    pub path: Path,
    /// The leaf before; `None` for a new generation.
    pub before: Option<leaf::Unit>,
    /// The leaf now.
    pub after: leaf::Unit,
    /// Who holds it (or, of a dissolved one, what it held) now, where the event says so anew.
    pub held: Option<Held>,
    /// The salt that opens the place in an undo that this event made.
    pub undo: Option<EventSalt>,
    /// What was appended to its custody chain.
    pub steps: Vec<Step>,
}
