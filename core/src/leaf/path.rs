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
    encoding::{DecodeError, Field, Reader, Wire, put_number},
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
        reader.whole()
    }
}

impl Field for LotRef {
    fn read(reader: &mut Reader<'_>) -> Self {
        let mut lot = Self([0; 28]);
        reader.fill(&mut lot.0);
        lot
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
        put_number(&mut identity, u64::from(number.0), 2);
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

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{hash::sha256, identity::Serial};
    use std::vec;

    const CHAIN: Digest = Digest([3; 32]);

    fn product(gtin: &str) -> ProductCode {
        ProductCode::from_gtin14(gtin).expect("a GTIN")
    }

    fn pack(serial: &str) -> PackId {
        PackId { product: product("09504000059101"), serial: Serial::new(serial).expect("a serial") }
    }

    fn all(paths: &Paths<'_>) -> Vec<Path> {
        let product = product("09504000059101");
        let lot = Lot::new("L1").expect("a lot");
        let unit = Parent { sscc: Sscc::new("000000000000000017").expect("an SSCC"), generation: 1 };
        let (member, key) = (MemberId(1), KeyNumber(1));
        vec![
            paths.product(&product),
            paths.lot(&product, &lot),
            paths.pack(&pack("S1")),
            paths.pack_exposure(&pack("S1")),
            paths.unit_head(unit.sscc),
            paths.unit(unit),
            paths.exposure(unit),
            paths.member(member),
            paths.key(member, key),
            paths.record(&[9; 32]),
            paths.validators(),
            paths.parameters(),
            paths.rules(),
            paths.counter(member, key, 0),
        ]
    }

    #[test]
    fn every_leaf_has_a_place_of_its_own() {
        let other = Digest([4; 32]);
        let mut found = all(&Paths::new(&CHAIN));
        found.extend(all(&Paths::new(&other)));
        let count = found.len();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), count);
    }

    #[test]
    fn family_and_kind_stand_in_the_path() {
        let found: Vec<(u8, u8)> =
            all(&Paths::new(&CHAIN)).iter().map(|path| (path.as_bytes()[0] >> 4, path.as_bytes()[3] & 15)).collect();
        let trade = [(0, 0), (0, 1), (0, 2), (0, 3)];
        let units = [(1, 0), (1, 1), (1, 2)];
        let rest = [(2, 0), (2, 1), (3, 0), (4, 0), (4, 1), (4, 2), (4, 3)];
        assert_eq!(found, [&trade[..], &units, &rest].concat());
    }

    #[test]
    fn the_formula_is_that_of_the_format() {
        let identity = pack("S1").to_wire();
        let owner = tagged(Tag::Owner, &[&CHAIN.0, &[0], &product("09504000059101").to_wire()]);
        let rest = tagged(Tag::Path, &[&CHAIN.0, &[0, 2], &identity]);
        let path = Paths::new(&CHAIN).pack(&pack("S1"));
        let bits = path.as_bytes();
        let owner_bits = [bits[0] << 4 | bits[1] >> 4, bits[1] << 4 | bits[2] >> 4, bits[2] << 4 | bits[3] >> 4];
        assert_eq!(owner_bits, owner.0[..3]);
        assert_eq!(bits[4..], rest.0[..28]);
    }

    #[test]
    fn what_belongs_to_a_product_lies_together() {
        let paths = Paths::new(&CHAIN);
        let packs = (0..50).map(|n| paths.pack(&pack(&std::format!("S{n}"))));
        let product_path = paths.product(&product("09504000059101"));
        assert!(packs.clone().all(|pack| pack.shares_prefix(&product_path, 28)));
        assert!(!paths.product(&product("09504000059118")).shares_prefix(&product_path, 28));
    }

    #[test]
    fn a_pack_names_its_lot_by_the_rest_of_the_path() {
        let paths = Paths::new(&CHAIN);
        let (product, lot) = (product("09504000059101"), Lot::new("L1").expect("a lot"));
        let reference = paths.lot_ref(&product, &lot);
        assert_eq!(reference.path(&paths.pack(&pack("S1"))), paths.lot(&product, &lot));
        assert_eq!(reference.path(&paths.pack(&pack("S2"))), paths.lot(&product, &lot));
        assert_eq!(LotRef::from_wire(&reference.to_wire()), Ok(reference));
    }

    #[test]
    fn keys_and_lanes_have_counters_of_their_own() {
        let paths = Paths::new(&CHAIN);
        let mut counters: Vec<Path> = Vec::new();
        for (member, key, lane) in [(1, 1, 0), (1, 1, 1), (1, 2, 0), (2, 1, 0), (1, 256, 0), (1, 1, 256)] {
            counters.push(paths.counter(MemberId(member), KeyNumber(key), lane));
        }
        counters.sort_unstable();
        counters.dedup();
        assert_eq!(counters.len(), 6);
        assert_ne!(paths.record(&sha256(b"a").0), paths.record(&sha256(b"b").0));
    }
}
