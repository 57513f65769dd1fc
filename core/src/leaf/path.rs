//! Where a leaf lies in the state tree.
//!
//! ```text
//! path  = family 4 bits ‖ owner 24 bits ‖ kind 4 bits ‖ first 28 bytes of
//!         tagged("medproof path", chain id ‖ family u8 ‖ kind u8 ‖ identity)
//! owner = first 24 bits of tagged("medproof owner", chain id ‖ family u8 ‖ owner identity)
//! ```
//!
//! So a pack, its lot and its product lie together, and one multiproof with some forty siblings
//! answers for all three.
//!
//! | family | kind | owner identity | identity |
//! |---|---|---|---|
//! | 0 trade items | 0 product or its alias | product code | product code |
//! | | 1 lot | product code | product code ‖ lot |
//! | | 2 pack or its alias | product code | product code ‖ serial |
//! | | 3 exposure of a pack | product code | product code ‖ serial |
//! | 1 units | 0 head | SSCC u64 | SSCC u64 |
//! | | 1 generation | SSCC | SSCC ‖ generation u32 |
//! | | 2 exposure | SSCC | SSCC ‖ generation u32 |
//! | 2 members | 0 member | member u32 | member u32 |
//! | | 1 key | member | member u32 ‖ key number u16 |
//! | 3 records | 0 record | record id 32 | record id 32 |
//! | 4 chain | 0 validators, 1 parameters, 2 rules | empty | empty |
//! | | 3 counter | member u32 | member u32 ‖ key number u16 ‖ lane u16 |
//!
//! A code has one path whether its leaf is the product (pack) itself or an alias: it cannot be both.

use super::Parent;
use crate::{
    encoding::{DecodeError, Reader, Wire},
    hash::{Digest, Tag, tagged},
    identity::{Lot, MemberId, PackId, ProductCode, Sscc},
    keys::KeyNumber,
    state::Path,
};
use alloc::vec::Vec;

/// The first 4 bits of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Family {
    /// Products, lots and packs.
    TradeItems = 0,
    /// Logistic units.
    Units = 1,
    /// Members and keys.
    Members = 2,
    /// Patients' records.
    Records = 3,
    /// The chain's own state.
    Chain = 4,
}

/// The kind of a product's leaf or of its alias.
pub const KIND_PRODUCT: u8 = 0;
/// The kind of a lot's leaf.
pub const KIND_LOT: u8 = 1;
/// The kind of a pack's leaf or of its alias.
pub const KIND_PACK: u8 = 2;

/// The last 28 bytes of a lot's path; the first four follow from the pack's own path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "28 bytes and nothing else")]
pub struct LotRef(pub [u8; 28]);

impl LotRef {
    /// The lot's path, given the path of the pack that names it.
    pub fn path(&self, pack: &Path) -> Path {
        let mut path = [0; 32];
        let (prefix, rest) = path.split_at_mut(4);
        for (to, from) in prefix.iter_mut().zip(pack.as_bytes()) {
            *to = *from;
        }
        if let Some(last) = prefix.last_mut() {
            *last = *last & 0xf0 | KIND_LOT;
        }
        rest.copy_from_slice(&self.0);
        Path::new(path)
    }
}

impl Wire for LotRef {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(reader.array()?))
    }
}

/// The paths of one chain.
#[derive(Clone, Copy, Debug)]
pub struct Paths<'a> {
    chain_id: &'a Digest,
}

impl<'a> Paths<'a> {
    /// The paths of the chain `chain_id`.
    pub const fn new(chain_id: &'a Digest) -> Self {
        Self { chain_id }
    }

    /// A product, or an alias of one.
    pub fn product(&self, product: &ProductCode) -> Path {
        let identity = product.to_wire();
        self.path(Family::TradeItems, KIND_PRODUCT, &identity, &identity)
    }

    /// A lot of a product.
    pub fn lot(&self, product: &ProductCode, lot: &Lot) -> Path {
        let owner = product.to_wire();
        let mut identity = owner.clone();
        lot.put(&mut identity);
        self.path(Family::TradeItems, KIND_LOT, &owner, &identity)
    }

    /// What a pack's leaf holds to name its lot.
    pub fn lot_ref(&self, product: &ProductCode, lot: &Lot) -> LotRef {
        LotRef(*self.lot(product, lot).as_bytes().last_chunk().unwrap_or(&[0; 28]))
    }

    /// A pack, or an alias of one.
    pub fn pack(&self, pack: &PackId) -> Path {
        self.path(Family::TradeItems, KIND_PACK, &pack.product.to_wire(), &pack.to_wire())
    }

    /// The exposure that a pack brought out of a unit.
    pub fn pack_exposure(&self, pack: &PackId) -> Path {
        self.path(Family::TradeItems, 3, &pack.product.to_wire(), &pack.to_wire())
    }

    /// The current generation of an SSCC.
    pub fn unit_head(&self, sscc: Sscc) -> Path {
        let identity = sscc.to_wire();
        self.path(Family::Units, 0, &identity, &identity)
    }

    /// One generation of a unit.
    pub fn unit(&self, unit: Parent) -> Path {
        self.path(Family::Units, 1, &unit.sscc.to_wire(), &unit.to_wire())
    }

    /// The exposure of one generation of a unit.
    pub fn exposure(&self, unit: Parent) -> Path {
        self.path(Family::Units, 2, &unit.sscc.to_wire(), &unit.to_wire())
    }

    /// A member.
    pub fn member(&self, member: MemberId) -> Path {
        let identity = member.0.to_be_bytes();
        self.path(Family::Members, 0, &identity, &identity)
    }

    /// A member's key.
    pub fn key(&self, member: MemberId, number: KeyNumber) -> Path {
        let owner = member.0.to_be_bytes();
        let mut identity = owner.to_vec();
        identity.extend_from_slice(&number.0.to_be_bytes());
        self.path(Family::Members, 1, &owner, &identity)
    }

    /// The commitment to a record.
    pub fn record(&self, record_id: &[u8; 32]) -> Path {
        self.path(Family::Records, 0, record_id, record_id)
    }

    /// The hash of the validator set for the next block.
    pub fn validators(&self) -> Path {
        self.path(Family::Chain, 0, &[], &[])
    }

    /// The chain's parameters.
    pub fn parameters(&self) -> Path {
        self.path(Family::Chain, 1, &[], &[])
    }

    /// The rules version for the next block.
    pub fn rules(&self) -> Path {
        self.path(Family::Chain, 2, &[], &[])
    }

    /// The event numbers used in one lane of a member's key.
    pub fn counter(&self, member: MemberId, key: KeyNumber, lane: u16) -> Path {
        let owner = member.0.to_be_bytes();
        let mut identity = owner.to_vec();
        identity.extend_from_slice(&key.0.to_be_bytes());
        identity.extend_from_slice(&lane.to_be_bytes());
        self.path(Family::Chain, 3, &owner, &identity)
    }

    fn path(&self, family: Family, kind: u8, owner: &[u8], identity: &[u8]) -> Path {
        let family = family as u8;
        let Digest(owner) = tagged(Tag::Owner, &[&self.chain_id.0, &[family], owner]);
        let Digest(rest) = tagged(Tag::Path, &[&self.chain_id.0, &[family, kind], identity]);
        let [a, b, c, ..] = owner;
        let prefix = [family << 4 | a >> 4, a << 4 | b >> 4, b << 4 | c >> 4, c << 4 | kind];
        let mut path = [0; 32];
        for (to, from) in path.iter_mut().zip(prefix.into_iter().chain(rest)) {
            *to = from;
        }
        Path::new(path)
    }
}
