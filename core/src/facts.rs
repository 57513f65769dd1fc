//! Which leaves a verdict needs, and what they say.
//!
//! The verifier derives every path; it never takes one from the proof. Starting from the keys of a
//! scan it asks a [`Source`] for leaf after leaf, each following from the one before:
//!
//! 1. *product*: the product, or the alias and then the product that it names;
//! 2. *pack*: the pack, or the alias and then the pack and product that it names; where the product
//!    was an alias and nothing was found, the same serial under the canonical code as well;
//! 3. *lot*: the one that the pack names (or, of a lot scan, the one under the canonical product);
//! 4. *units*: from the pack's parent upward until a holder or a dissolved generation stands;
//! 5. *issuer*: the member that released the lot, the key that signed the release, and the key that
//!    registered the pack where that is another.
//!
//! A leaf left out is [`ProofGap::Incomplete`]. A leaf that points to nothing, or to a leaf of the
//! wrong type, cannot come from an honest chain and is refused as well.

use crate::{
    encoding::DecodeError,
    event::MemberRole,
    identity::{Day, MemberId, PackId, ProductCode, Sscc},
    keys::KeyNumber,
    leaf::{self, Leaf, LeafError, MAX_UNIT_DEPTH, Parent, Paths, Place, UnitPlace},
    proof::Key,
    state::{Lookup, Path, StateError, StateProof},
};
use alloc::vec::Vec;

/// The value at a path, or `None` where the path is proved to be empty.
pub type Found<'a> = Option<&'a [u8]>;

/// The source does not say what is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a marker")]
pub struct Gap;

/// Where leaves come from: a state proof, the answers of a QR form, a tree.
pub trait Source<'a> {
    /// What is at `path`.
    fn find(&mut self, path: &Path) -> Result<Found<'a>, Gap>;
}

impl<'a> Source<'a> for &'a StateProof {
    fn find(&mut self, path: &Path) -> Result<Found<'a>, Gap> {
        match self.lookup(path) {
            Lookup::Present(value) => Ok(Some(value)),
            Lookup::Absent => Ok(None),
            Lookup::Missing => Err(Gap),
        }
    }
}

/// Why leaves do not answer a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProofGap {
    /// A required leaf is missing.
    Incomplete,
    /// A leaf is there that nothing requires.
    Superfluous,
    /// A leaf names another that is proved not to exist.
    Dangling,
    /// A leaf of another type lies at the path.
    LeafType,
    /// A leaf does not decode.
    Leaf(DecodeError),
    /// Units are nested deeper than four.
    TooDeep,
    /// Answers follow a leaf that only a newer client reads, so that they cannot be told apart.
    Newer,
    /// The compact form does not decode.
    Malformed(DecodeError),
    /// The state proof does not fold.
    State(StateError),
}

impl ProofGap {
    /// The stable reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Incomplete => "trust.proof.incomplete",
            Self::Superfluous => "trust.proof.superfluous",
            Self::Dangling => "trust.proof.dangling",
            Self::LeafType => "trust.proof.leaf-type",
            Self::Leaf(_) => "trust.proof.leaf",
            Self::TooDeep => "trust.proof.too-deep",
            Self::Newer => "trust.newer-client.leaf",
            Self::Malformed(error) => error.code(),
            Self::State(error) => error.code(),
        }
    }
}

/// Everything that the required leaves say about one scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Known products, canonical.
    pub(crate) products: Vec<(ProductCode, leaf::Product)>,
    /// Registered packs, canonical.
    pub(crate) packs: Vec<PackFact>,
    /// Lots of the packs, or of a lot scan.
    pub(crate) lots: Vec<leaf::Lot>,
    /// Units above the packs, or of an SSCC scan.
    pub(crate) units: Vec<(Parent, leaf::Unit)>,
    /// Who released the lots.
    pub(crate) issuers: Vec<IssuerFact>,
    /// The codes of one pack name several products.
    pub(crate) names_several: bool,
    /// A leaf or state code is newer than this client.
    pub(crate) newer: bool,
}

/// A registered pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackFact {
    pub(crate) path: Path,
    pub(crate) leaf: PackLeaf,
}

/// A pack's leaf in one of its two forms; what a newer client would read is `Unread`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PackLeaf {
    Live(leaf::Pack),
    Retired(leaf::RetiredPack),
    Unread,
}

/// The issuer of a lot, and what is known of the keys that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IssuerFact {
    pub(crate) member: MemberId,
    pub(crate) role: MemberRole,
    /// `None` if only a newer client reads the leaf.
    pub(crate) leaf: Option<leaf::Member>,
    /// Whether the lot was released, or the pack registered, with a key that others may have had.
    pub(crate) was_compromised: bool,
    /// The release key, unless only a newer client reads its leaf.
    pub(crate) release_key: Option<leaf::Key>,
}

/// Derives every leaf that `keys`, the keys of one scan, require, and collects what they say.
pub fn derive<'a>(paths: &Paths<'_>, keys: &[Key], source: &mut dyn Source<'a>) -> Result<Facts, ProofGap> {
    let mut derivation = Derivation::new(paths, source);
    for key in keys {
        match key {
            Key::Product(code) => {
                derivation.product(code)?;
            }
            Key::Lot(code, lot) => derivation.lot_scan(code, lot)?,
            Key::Pack(pack) => derivation.pack_scan(pack)?,
            Key::Unit(sscc) => derivation.unit_scan(*sscc)?,
            Key::Record(id) => derivation.alone(paths.record(id), leaf::RECORD)?,
            Key::Member(member) => derivation.alone(paths.member(*member), leaf::MEMBER)?,
        }
    }
    Ok(derivation.facts)
}

/// Derives what the leaf at `path`, one of a bucket's packs or aliases, requires.
pub fn derive_pack<'a>(
    paths: &Paths<'_>,
    path: &Path,
    value: &'a [u8],
    source: &mut dyn Source<'a>,
) -> Result<Facts, ProofGap> {
    let mut derivation = Derivation::new(paths, source);
    match Leaf::from_value(value) {
        Ok(Leaf::PackAlias(canonical)) => derivation.canonical_pack(&canonical)?,
        Ok(leaf) => derivation.pack_leaf(*path, leaf)?,
        Err(LeafError::Newer) => derivation.facts.newer = true,
        Err(LeafError::Malformed(error)) => return Err(ProofGap::Leaf(error)),
    }
    Ok(derivation.facts)
}

struct Derivation<'d, 'a> {
    paths: &'d Paths<'d>,
    source: &'d mut dyn Source<'a>,
    facts: Facts,
    /// At the path asked last lies something that only a newer client reads.
    unread: bool,
    /// The product that the first pack key names.
    named: Option<ProductCode>,
}

impl<'d, 'a> Derivation<'d, 'a> {
    fn new(paths: &'d Paths<'d>, source: &'d mut dyn Source<'a>) -> Self {
        Self { paths, source, facts: Facts::default(), unread: false, named: None }
    }

    /// The leaf at a path; `None` if there is nothing, or something that only a newer client reads.
    fn at(&mut self, path: &Path) -> Result<Option<Leaf>, ProofGap> {
        self.unread = false;
        let Some(value) = self.source.find(path).map_err(|Gap| ProofGap::Incomplete)? else { return Ok(None) };
        match Leaf::from_value(value) {
            Ok(leaf) => Ok(Some(leaf)),
            Err(LeafError::Newer) => {
                (self.unread, self.facts.newer) = (true, true);
                Ok(None)
            }
            Err(LeafError::Malformed(error)) => Err(ProofGap::Leaf(error)),
        }
    }

    /// A leaf that another leaf names; `None` if only a newer client reads it.
    fn named(&mut self, path: &Path) -> Result<Option<Leaf>, ProofGap> {
        let leaf = self.at(path)?;
        if leaf.is_none() && !self.unread { Err(ProofGap::Dangling) } else { Ok(leaf) }
    }

    /// A leaf of one type that need not be there; `None` also if only a newer client reads it.
    fn asked(&mut self, path: &Path, wanted: u8) -> Result<Option<Leaf>, ProofGap> {
        let leaf = self.at(path)?;
        if leaf.as_ref().is_some_and(|leaf| leaf.leaf_type() != wanted) { Err(ProofGap::LeafType) } else { Ok(leaf) }
    }

    /// As [`Self::asked`], a leaf that another leaf names.
    fn required(&mut self, path: &Path, wanted: u8) -> Result<Option<Leaf>, ProofGap> {
        let leaf = self.asked(path, wanted)?;
        if leaf.is_none() && !self.unread { Err(ProofGap::Dangling) } else { Ok(leaf) }
    }

    /// The canonical code of a known product.
    fn product(&mut self, code: &ProductCode) -> Result<Option<ProductCode>, ProofGap> {
        match self.at(&self.paths.product(code))? {
            None => Ok(None),
            Some(Leaf::Product(product)) => Ok(Some(self.add_product(code, product))),
            Some(Leaf::ProductAlias(canonical)) => self.canonical_product(&canonical).map(|()| Some(canonical)),
            Some(_) => Err(ProofGap::LeafType),
        }
    }

    fn canonical_product(&mut self, code: &ProductCode) -> Result<(), ProofGap> {
        if let Some(Leaf::Product(product)) = self.required(&self.paths.product(code), leaf::PRODUCT)? {
            self.add_product(code, product);
        }
        Ok(())
    }

    fn add_product(&mut self, code: &ProductCode, product: leaf::Product) -> ProductCode {
        if !self.facts.products.iter().any(|(known, _)| known == code) {
            self.facts.products.push((code.clone(), product));
        }
        code.clone()
    }

    fn pack_scan(&mut self, pack: &PackId) -> Result<(), ProofGap> {
        let canonical = self.product(&pack.product)?;
        if self.pack(pack)? {
            return Ok(());
        }
        let Some(product) = canonical else { return Ok(()) };
        let under_canonical = PackId { product, serial: pack.serial.clone() };
        if under_canonical.product == pack.product || !self.pack(&under_canonical)? {
            self.names(&under_canonical.product);
        }
        Ok(())
    }

    /// Notes which product a pack key names: that of its pack, or where there is none, that of the code.
    fn names(&mut self, product: &ProductCode) {
        match &self.named {
            Some(first) => self.facts.names_several |= first != product,
            None => self.named = Some(product.clone()),
        }
    }

    /// Whether a pack or an alias of one lies under this identity.
    fn pack(&mut self, pack: &PackId) -> Result<bool, ProofGap> {
        let path = self.paths.pack(pack);
        match self.at(&path)? {
            None if !self.unread => return Ok(false),
            None => self.add_pack(path, PackLeaf::Unread),
            Some(Leaf::PackAlias(canonical)) => {
                self.canonical_pack(&canonical)?;
                self.names(&canonical.product);
            }
            Some(leaf) => {
                self.pack_leaf(path, leaf)?;
                self.names(&pack.product);
            }
        }
        Ok(true)
    }

    fn canonical_pack(&mut self, pack: &PackId) -> Result<(), ProofGap> {
        self.canonical_product(&pack.product)?;
        let path = self.paths.pack(pack);
        match self.named(&path)? {
            Some(leaf) => self.pack_leaf(path, leaf),
            None => {
                self.add_pack(path, PackLeaf::Unread);
                Ok(())
            }
        }
    }

    fn pack_leaf(&mut self, path: Path, leaf: Leaf) -> Result<(), ProofGap> {
        match leaf {
            Leaf::Pack(pack) => {
                let lot = self.lot(&pack.lot.path(&path))?;
                if let Place::Inside(parent) = pack.place {
                    self.units(parent)?;
                }
                if let Some(lot) = lot {
                    self.issuer(lot, Some((pack.registering_key, pack.registered)))?;
                }
                self.add_pack(path, PackLeaf::Live(pack));
            }
            Leaf::RetiredPack(pack) => {
                if let Some(lot) = self.lot(&pack.lot.path(&path))? {
                    self.issuer(lot, None)?;
                }
                self.add_pack(path, PackLeaf::Retired(pack));
            }
            _ => return Err(ProofGap::LeafType),
        }
        Ok(())
    }

    fn add_pack(&mut self, path: Path, leaf: PackLeaf) {
        if !self.facts.packs.iter().any(|known| known.path == path) {
            self.facts.packs.push(PackFact { path, leaf });
        }
    }

    fn lot_scan(&mut self, code: &ProductCode, lot: &crate::identity::Lot) -> Result<(), ProofGap> {
        let Some(product) = self.product(code)? else { return Ok(()) };
        match self.asked(&self.paths.lot(&product, lot), leaf::LOT)? {
            Some(Leaf::Lot(lot)) => self.issuer(lot, None),
            _ => Ok(()),
        }
    }

    fn lot(&mut self, path: &Path) -> Result<Option<leaf::Lot>, ProofGap> {
        Ok(match self.required(path, leaf::LOT)? {
            Some(Leaf::Lot(lot)) => Some(lot),
            _ => None,
        })
    }

    fn unit_scan(&mut self, sscc: Sscc) -> Result<(), ProofGap> {
        match self.asked(&self.paths.unit_head(sscc), leaf::UNIT_HEAD)? {
            Some(Leaf::UnitHead(generation)) => self.units(Parent { sscc, generation }),
            _ => Ok(()),
        }
    }

    fn units(&mut self, lowest: Parent) -> Result<(), ProofGap> {
        let mut next = Some(lowest);
        for _ in 0..MAX_UNIT_DEPTH {
            let Some(parent) = next else { return Ok(()) };
            let Some(Leaf::Unit(unit)) = self.required(&self.paths.unit(parent), leaf::UNIT)? else { return Ok(()) };
            next = match unit.place {
                UnitPlace::Inside(above) => Some(above),
                UnitPlace::Holder(_) | UnitPlace::Dissolved(_) => None,
            };
            if !self.facts.units.iter().any(|(known, _)| *known == parent) {
                self.facts.units.push((parent, unit));
            }
        }
        if next.is_some() { Err(ProofGap::TooDeep) } else { Ok(()) }
    }

    fn issuer(&mut self, lot: leaf::Lot, registered: Option<(KeyNumber, Day)>) -> Result<(), ProofGap> {
        let member = lot.issuer;
        let leaf = match self.required(&self.paths.member(member), leaf::MEMBER)? {
            Some(Leaf::Member(leaf)) => Some(leaf),
            _ => None,
        };
        let release_key = self.key(member, lot.key_number)?;
        let mut was_compromised = release_key.as_ref().is_some_and(|key| key.is_compromised_on(lot.released));
        if let Some((number, day)) = registered {
            let other = if number == lot.key_number { None } else { self.key(member, number)? };
            let key = if number == lot.key_number { &release_key } else { &other };
            was_compromised |= key.as_ref().is_some_and(|key| key.is_compromised_on(day));
        }
        self.facts.issuers.push(IssuerFact { member, role: lot.issuer_role, leaf, was_compromised, release_key });
        self.facts.lots.push(lot);
        Ok(())
    }

    fn key(&mut self, member: MemberId, number: KeyNumber) -> Result<Option<leaf::Key>, ProofGap> {
        Ok(match self.required(&self.paths.key(member, number), leaf::KEY)? {
            Some(Leaf::Key(key)) => Some(key),
            _ => None,
        })
    }

    /// A leaf that is no part of a scan's answer: whoever asks for it reads it from the proof.
    fn alone(&mut self, path: Path, wanted: u8) -> Result<(), ProofGap> {
        self.asked(&path, wanted)?;
        Ok(())
    }
}
