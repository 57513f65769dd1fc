//! The units and packs that an event names, in what capacity, and the salts that prove it.
//!
//! ```text
//! items = capacity u8 ‖ salts ‖ units ‖ packs                  (1 to 10,000 units and packs together)
//! salts = count u16 ‖ count × event salt 32, strictly ascending, each used
//! units = count u16 ‖ count × (unit ref ‖ salt index u16), strictly ascending
//! packs = count u16 ‖ count × (product code ‖ count u16 ≥ 1 ‖ count × (serial ‖ salt index u16))
//! ```

use super::field::{Field, MAX_ITEMS, words};
use medproof_core::{
    encoding::{DecodeError, Reader, Wire, put_count16},
    identity::{PackId, ProductCode, Serial},
    leaf::Parent,
};

words! {
    /// As what the sender acts on an item.
    Capacity {
        /// It holds the item; the salts open the holder commitments.
        Holder = 1,
        /// It issued the pack's lot or product.
        Issuer = 2,
        /// It is a regulator.
        Regulator = 3,
        /// It made the last change, which the salts open, at the same place.
        Shipper = 4,
    }
}

impl Capacity {
    /// The letter by which the table of roles names the capacity.
    pub const fn letter(self) -> char {
        match self {
            Self::Holder => 'h',
            Self::Issuer => 'i',
            Self::Regulator => 'r',
            Self::Shipper => 's',
        }
    }

    const fn has_salts(self) -> bool {
        matches!(self, Self::Holder | Self::Shipper)
    }
}

/// The salt of the event that set a holder or a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "32 bytes and nothing else")]
pub struct EventSalt(pub [u8; 32]);

/// A unit that an event names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a name and a salt")]
pub struct UnitItem {
    /// The unit.
    pub unit: Parent,
    /// What opens its holder or place, where the capacity asks for it.
    pub salt: Option<EventSalt>,
}

/// A pack that an event names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a name and a salt")]
pub struct PackItem {
    /// The pack.
    pub pack: PackId,
    /// What opens its holder or place, where the capacity asks for it.
    pub salt: Option<EventSalt>,
}

/// The units and packs of an event. The order in which they are added does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "items have these parts in rules version 0")]
pub struct Items {
    /// As what the sender acts.
    pub capacity: Capacity,
    /// The units.
    pub units: Vec<UnitItem>,
    /// The packs.
    pub packs: Vec<PackItem>,
}

impl Items {
    /// No items yet.
    pub const fn new(capacity: Capacity) -> Self {
        Self { capacity, units: Vec::new(), packs: Vec::new() }
    }

    /// Adds a pack.
    #[must_use]
    pub fn pack(mut self, pack: PackId, salt: impl Into<Option<EventSalt>>) -> Self {
        self.packs.push(PackItem { pack, salt: salt.into() });
        self
    }

    /// Adds a unit.
    #[must_use]
    pub fn unit(mut self, unit: Parent, salt: impl Into<Option<EventSalt>>) -> Self {
        self.units.push(UnitItem { unit, salt: salt.into() });
        self
    }

    /// Number of items.
    pub const fn len(&self) -> usize {
        self.units.len() + self.packs.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Brings the items into the order of the body.
    pub(crate) fn sort(&mut self) {
        self.units.sort_by_key(|item| item.unit);
        self.packs.sort_by(|a, b| pack_order(&a.pack).cmp(&pack_order(&b.pack)));
    }

    /// The salts of the items and `of_unit`, ascending.
    fn salts(&self, of_unit: Option<EventSalt>) -> Vec<EventSalt> {
        let of_packs = self.packs.iter().filter_map(|item| item.salt);
        let mut salts: Vec<_> = self.units.iter().filter_map(|item| item.salt).chain(of_packs).chain(of_unit).collect();
        salts.sort_unstable();
        salts.dedup();
        salts
    }

    fn put_with(&self, salts: &[EventSalt], out: &mut Vec<u8>) {
        let mut sorted = self.clone();
        sorted.sort();
        self.capacity.put(out);
        put_count16(out, salts.len());
        salts.iter().for_each(|salt| out.extend_from_slice(&salt.0));
        put_count16(out, sorted.units.len());
        for item in &sorted.units {
            Wire::put(&item.unit, out);
            put_index(item.salt, salts, out);
        }
        put_packs(&sorted.packs, salts, out);
    }

    fn get_with(reader: &mut Reader<'_>, table: &mut Salts) -> Result<Self, DecodeError> {
        let capacity = Capacity::get(reader)?;
        table.read(reader)?;
        let count = reader.count16(0..=MAX_ITEMS, 14)?;
        let mut units = Vec::with_capacity(count);
        for _ in 0..count {
            units.push(UnitItem { unit: Wire::get(reader)?, salt: table.at(reader.u16()?)? });
        }
        if !units.is_sorted_by(|a, b| a.unit < b.unit) {
            return Err(DecodeError::Order);
        }
        let packs = get_packs(reader, table)?;
        let items = Self { capacity, units, packs };
        if (1..=MAX_ITEMS).contains(&items.len()) { Ok(items) } else { Err(DecodeError::Bounds) }
    }

    /// Whether exactly the items have salts whose capacity asks for them.
    fn check_salts(&self, is_salted: bool) -> Result<(), DecodeError> {
        let units = self.units.iter().map(|item| item.salt.is_some());
        let packs = self.packs.iter().map(|item| item.salt.is_some());
        if units.chain(packs).all(|has_salt| has_salt == is_salted) { Ok(()) } else { Err(DecodeError::Value) }
    }
}

impl Field for Items {
    fn put(&self, out: &mut Vec<u8>) {
        self.put_with(&self.salts(None), out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut table = Salts::default();
        let items = Self::get_with(reader, &mut table)?;
        items.check_salts(items.capacity.has_salts())?;
        table.check_used()?;
        Ok(items)
    }
}

/// Items together with the unit that they join or leave: unit ref ‖ salt index u16 ‖ items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents<const SALTED: bool> {
    pub(crate) unit: UnitItem,
    pub(crate) items: Items,
}

impl<const SALTED: bool> Field for Contents<SALTED> {
    fn put(&self, out: &mut Vec<u8>) {
        let salts = self.items.salts(self.unit.salt);
        Wire::put(&self.unit.unit, out);
        put_index(self.unit.salt, &salts, out);
        self.items.put_with(&salts, out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (unit, index) = (Wire::get(reader)?, reader.u16()?);
        let mut table = Salts::default();
        let items = Items::get_with(reader, &mut table)?;
        items.check_salts(SALTED)?;
        let salt = table.at(index)?;
        table.check_used()?;
        // Only a unit that does not exist yet has no holder.
        let is_opened = SALTED || salt.is_some();
        if is_opened { Ok(Self { unit: UnitItem { unit, salt }, items }) } else { Err(DecodeError::Value) }
    }
}

/// Packs without salts, as a suspicion names them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a list")]
pub struct Packs(pub Vec<PackId>);

impl Field for Packs {
    fn put(&self, out: &mut Vec<u8>) {
        let mut packs: Vec<_> = self.0.iter().map(|pack| PackItem { pack: pack.clone(), salt: None }).collect();
        packs.sort_by(|a, b| pack_order(&a.pack).cmp(&pack_order(&b.pack)));
        put_packs(&packs, &[], out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let packs = get_packs(reader, &mut Salts::default())?;
        if packs.is_empty() {
            Err(DecodeError::Bounds)
        } else {
            Ok(Self(packs.into_iter().map(|item| item.pack).collect()))
        }
    }
}

/// The salts of a body while its indices are read.
#[derive(Default)]
struct Salts {
    salts: Vec<EventSalt>,
    used: Vec<bool>,
}

impl Salts {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        let count = reader.count16(0..=MAX_ITEMS, 32)?;
        for _ in 0..count {
            self.salts.push(EventSalt(reader.array()?));
        }
        self.used = vec![false; count];
        if self.salts.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(DecodeError::Order) }
    }

    fn at(&mut self, index: u16) -> Result<Option<EventSalt>, DecodeError> {
        if index == NO_SALT {
            return Ok(None);
        }
        let index = usize::from(index);
        *self.used.get_mut(index).ok_or(DecodeError::Value)? = true;
        Ok(self.salts.get(index).copied())
    }

    fn check_used(&self) -> Result<(), DecodeError> {
        if self.used.iter().all(|used| *used) { Ok(()) } else { Err(DecodeError::Value) }
    }
}

/// Packs in the order of their bytes: the length byte of a code or serial comes before its characters.
pub(crate) fn pack_order(pack: &PackId) -> (u8, usize, &str, usize, &str) {
    let serial = pack.serial.as_str();
    let (scheme, len, code) = product_order(&pack.product);
    (scheme, len, code, serial.len(), serial)
}

fn product_order(product: &ProductCode) -> (u8, usize, &str) {
    (product.scheme() as u8, product.code().len(), product.code())
}

fn put_index(salt: Option<EventSalt>, salts: &[EventSalt], out: &mut Vec<u8>) {
    let index = salt.and_then(|salt| salts.binary_search(&salt).ok()).and_then(|index| u16::try_from(index).ok());
    index.unwrap_or(NO_SALT).put(out);
}

fn put_packs(packs: &[PackItem], salts: &[EventSalt], out: &mut Vec<u8>) {
    let products = || packs.chunk_by(|a, b| a.pack.product == b.pack.product);
    put_count16(out, products().count());
    for of_product in products() {
        if let Some(first) = of_product.first() {
            Wire::put(&first.pack.product, out);
        }
        put_count16(out, of_product.len());
        for item in of_product {
            Wire::put(&item.pack.serial, out);
            put_index(item.salt, salts, out);
        }
    }
}

fn get_packs(reader: &mut Reader<'_>, table: &mut Salts) -> Result<Vec<PackItem>, DecodeError> {
    let products = reader.count16(0..=MAX_ITEMS, 9)?;
    let mut packs: Vec<PackItem> = Vec::new();
    for _ in 0..products {
        let product: ProductCode = Wire::get(reader)?;
        if packs.last().is_some_and(|last| product_order(&last.pack.product) >= product_order(&product)) {
            return Err(DecodeError::Order);
        }
        let count = reader.count16(1..=MAX_ITEMS, 4)?;
        packs.reserve(count);
        let first = packs.len();
        for _ in 0..count {
            let serial: Serial = Wire::get(reader)?;
            let salt = table.at(reader.u16()?)?;
            packs.push(PackItem { pack: PackId { product: product.clone(), serial }, salt });
        }
        if packs.len() > MAX_ITEMS {
            return Err(DecodeError::Bounds);
        }
        if !packs.iter().skip(first).is_sorted_by(|a, b| pack_order(&a.pack) < pack_order(&b.pack)) {
            return Err(DecodeError::Order);
        }
    }
    Ok(packs)
}

/// The index that stands for no salt.
const NO_SALT: u16 = u16::MAX;
