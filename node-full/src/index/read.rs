//! Reading the index at one height.

use super::tables::{self, ItemRow, LotCount, Opening, Standing, StepRow};
use crate::{
    chain::chain_id,
    fault::{Fault, Result},
};
use medproof_core::{
    custody::Chain,
    encoding::{Message, Reader, Wire},
    event::{Event, EventKind, LogEntry},
    hash::Digest,
    identity::{Lot, MemberId, PackId, ProductCode},
    info::{MemberInfo, ProductInfo},
    leaf::{self, Leaf, Parent, Paths, Place, UnitPlace},
    log::LeafIndex,
    state::Path,
};
use medproof_rules::{ItemName, body::EventSalt};
use medproof_store::{KeyValue, RowRange, View};

/// The index at one height, or with a draft on top of it.
#[derive(Clone, Copy)]
pub struct Index<'a> {
    view: &'a View,
    paths: Paths<'a>,
    above: Option<&'a dyn Above>,
}

/// Leaves and rows as events leave them that are in no block yet.
pub(crate) trait Above {
    /// The leaf at `path`.
    fn leaf(&self, path: &Path) -> Result<Option<Leaf>>;

    /// The row at `key` of `table`.
    fn row(&self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>>;
}

/// Where an item is, and what opens the commitment of who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// Who holds it.
    pub member: MemberId,
    /// The salt of the event that made the member its holder.
    pub salt: EventSalt,
    /// The live unit that it is in.
    pub inside: Option<Parent>,
}

/// Packs of one lot with one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    /// The product.
    pub product: ProductCode,
    /// The lot.
    pub lot: Lot,
    /// The member.
    pub member: MemberId,
    /// How they stand with it.
    pub standing: Standing,
    /// Number of packs.
    pub packs: u64,
}

impl<'a> Index<'a> {
    /// The index as `view` shows it.
    pub fn new(view: &'a View) -> Self {
        Self { view, paths: Paths::new(chain_id(view)), above: None }
    }

    /// The index with what `above` has on top of `view`. Lists, such as of what is in a unit, are those of `view`.
    pub(crate) fn over(view: &'a View, above: &'a dyn Above) -> Self {
        Self { above: Some(above), ..Self::new(view) }
    }

    /// The paths of the chain.
    pub const fn paths(&self) -> Paths<'a> {
        self.paths
    }

    /// The leaf at `path`.
    pub fn leaf(&self, path: &Path) -> Result<Option<Leaf>> {
        if let Some(above) = self.above {
            return above.leaf(path);
        }
        let Some(value) = self.view.leaf(path)? else { return Ok(None) };
        Leaf::from_value(&value).map(Some).map_err(|_| Fault::new("node.state").with("leaf", "unread"))
    }

    /// A product's leaf, through an alias if need be, with its canonical code.
    pub fn product(&self, code: &ProductCode) -> Result<Option<(ProductCode, leaf::Product)>> {
        match self.leaf(&self.paths.product(code))? {
            Some(Leaf::Product(product)) => Ok(Some((code.clone(), product))),
            Some(Leaf::ProductAlias(canonical)) => match self.leaf(&self.paths.product(&canonical))? {
                Some(Leaf::Product(product)) => Ok(Some((canonical, product))),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// The canonical identity of a pack, if it is registered: by its own leaf, by an alias of it, or
    /// by the canonical code of an alias of its product.
    pub fn canonical_pack(&self, pack: &PackId) -> Result<Option<PackId>> {
        match self.leaf(&self.paths.pack(pack))? {
            Some(Leaf::Pack(_) | Leaf::RetiredPack(_)) => return Ok(Some(pack.clone())),
            Some(Leaf::PackAlias(canonical)) => return Ok(Some(canonical)),
            _ => {}
        }
        let Some((product, _)) = self.product(&pack.product)? else { return Ok(None) };
        let same = PackId { product, serial: pack.serial.clone() };
        match self.leaf(&self.paths.pack(&same))? {
            Some(Leaf::Pack(_) | Leaf::RetiredPack(_)) if same != *pack => Ok(Some(same)),
            _ => Ok(None),
        }
    }

    /// The current generation of an SSCC.
    pub fn unit(&self, sscc: medproof_core::identity::Sscc) -> Result<Option<Parent>> {
        match self.leaf(&self.paths.unit_head(sscc))? {
            Some(Leaf::UnitHead(generation)) => Ok(Some(Parent { sscc, generation })),
            _ => Ok(None),
        }
    }

    /// What the node knows of the item at `path`.
    pub fn item(&self, path: &Path) -> Result<Option<ItemRow>> {
        let bytes = self.row(tables::ITEM, path.as_bytes())?;
        bytes.map(|bytes| super::decoded(tables::ITEM, ItemRow::from_wire(&bytes))).transpose()
    }

    /// Where the pack at `path` is and who holds it.
    pub fn pack_whereabouts(&self, path: &Path, pack: &leaf::Pack) -> Result<Whereabouts> {
        match pack.place {
            Place::Holder(_) => self.opened(path, None),
            Place::Inside(parent) => self.above(parent),
        }
    }

    /// Where the unit at `path` is and who holds it.
    pub fn unit_whereabouts(&self, path: &Path, unit: &leaf::Unit) -> Result<Whereabouts> {
        match unit.place {
            UnitPlace::Holder(_) | UnitPlace::Dissolved(_) => self.opened(path, None),
            UnitPlace::Inside(parent) => self.above(parent),
        }
    }

    /// The salt of the event at `index`.
    pub fn salt(&self, index: LeafIndex) -> Result<EventSalt> {
        let bytes = self.row(tables::SALT, &index.0.to_be_bytes())?;
        let salt = bytes.and_then(|bytes| bytes.try_into().ok()).map(EventSalt);
        salt.ok_or_else(|| Fault::new("node.index").with("table", tables::SALT))
    }

    /// What opens the undo of an item.
    pub fn undo(&self, path: &Path) -> Result<Option<(MemberId, EventSalt)>> {
        let undo = self.item(path)?.and_then(|row| row.undo);
        undo.map(|undo| Ok((undo.member, self.salt(undo.index)?))).transpose()
    }

    /// The items directly in a unit.
    pub fn children(&self, unit: Parent) -> Result<Vec<ItemRow>> {
        let prefix = *self.paths.unit(unit).as_bytes();
        let mut children = Vec::new();
        for (key, _) in self.rows(tables::INSIDE, &prefix)? {
            let path: Option<[u8; 32]> = key.get(prefix.len()..).and_then(|path| path.try_into().ok());
            let row = path.map(|path| self.item(&Path::new(path))).transpose()?.flatten();
            children.push(row.ok_or_else(|| Fault::new("node.index").with("table", tables::INSIDE))?);
        }
        Ok(children)
    }

    /// The packs in a unit, at any depth.
    pub fn packs_in(&self, unit: Parent) -> Result<Vec<PackId>> {
        let (mut packs, mut units) = (Vec::new(), vec![unit]);
        while let Some(unit) = units.pop() {
            for child in self.children(unit)? {
                match child.name {
                    ItemName::Pack(pack) => packs.push(pack),
                    ItemName::Unit(unit) => units.push(unit),
                }
            }
        }
        Ok(packs)
    }

    /// How many packs of which lots are in a unit, at any depth.
    pub fn contents(&self, unit: Parent) -> Result<Vec<(ProductCode, Lot, u32)>> {
        let path = self.paths.unit(unit);
        let bytes = self.row(tables::CONTENTS, path.as_bytes())?.unwrap_or_default();
        let (mut reader, mut contents) = (Reader::new(&bytes), Vec::new());
        while !reader.rest().is_empty() {
            let LotCount { product, lot, count } = super::decoded(tables::CONTENTS, LotCount::get(&mut reader))?;
            contents.push((product, lot, count));
        }
        Ok(contents)
    }

    /// The custody chain of the item at `path`, which ends at its leaf's count and running hash.
    pub fn chain(&self, path: &Path) -> Result<Chain> {
        self.custody(path).map(|steps| Chain(steps.into_iter().map(|(_, step)| step).collect()))
    }

    /// The custody steps of the item at `path`, each with its event's place in the log.
    pub fn custody(&self, path: &Path) -> Result<Vec<(LeafIndex, medproof_core::custody::Step)>> {
        let mut steps = Vec::new();
        for (_, value) in self.rows(tables::STEP, path.as_bytes())? {
            let row = super::decoded(tables::STEP, StepRow::from_wire(&value))?;
            let entry = self.view.entry(row.index)?;
            let entry = entry.ok_or_else(|| Fault::new("node.index").with("table", tables::STEP))?;
            let entry = super::decoded("entries", LogEntry::from_wire(&entry))?;
            steps.push((row.index, row.step(entry)));
        }
        Ok(steps)
    }

    /// A product's information, by its canonical code.
    pub fn product_info(&self, product: &ProductCode) -> Result<Option<ProductInfo>> {
        let bytes = self.row(tables::PRODUCT, &product.to_wire())?;
        bytes.map(|bytes| super::decoded(tables::PRODUCT, ProductInfo::from_wire(&bytes))).transpose()
    }

    /// All products, by their canonical codes.
    pub fn products(&self) -> Result<Vec<(ProductCode, ProductInfo)>> {
        let mut products = Vec::new();
        for (key, value) in self.rows(tables::PRODUCT, &[])? {
            let product = super::decoded(tables::PRODUCT, ProductCode::from_wire(&key))?;
            products.push((product, super::decoded(tables::PRODUCT, ProductInfo::from_wire(&value))?));
        }
        Ok(products)
    }

    /// Other codes of a product.
    pub fn aliases(&self, product: &ProductCode) -> Result<Vec<ProductCode>> {
        let prefix = product.to_wire();
        let rows = self.rows(tables::ALIAS, &prefix)?;
        let alias = |key: &[u8]| ProductCode::from_wire(key.get(prefix.len()..).unwrap_or_default());
        rows.iter().map(|(key, _)| super::decoded(tables::ALIAS, alias(key))).collect()
    }

    /// The lots of a product, with their leaves.
    pub fn lots(&self, product: &ProductCode) -> Result<Vec<leaf::Lot>> {
        let prefix = product.to_wire();
        let mut lots = Vec::new();
        for (key, _) in self.rows(tables::LOT, &prefix)? {
            let lot = super::decoded(tables::LOT, Lot::from_wire(key.get(prefix.len()..).unwrap_or_default()))?;
            if let Some(Leaf::Lot(leaf)) = self.leaf(&self.paths.lot(product, &lot))? {
                lots.push(leaf);
            }
        }
        Ok(lots)
    }

    /// Who has how many packs: of one lot, of one product, or of all.
    pub fn stock(&self, product: Option<&ProductCode>, lot: Option<&Lot>) -> Result<Vec<Stock>> {
        let mut prefix = product.map(Wire::to_wire).unwrap_or_default();
        if let (Some(lot), Some(_)) = (lot, product) {
            lot.put(&mut prefix);
        }
        let rows = self.rows(tables::STOCK, &prefix)?;
        rows.iter().map(|(key, value)| stock_row(key, value)).collect()
    }

    /// A member's information.
    pub fn member(&self, member: MemberId) -> Result<Option<MemberInfo>> {
        let bytes = self.row(tables::MEMBER, &member.0.to_be_bytes())?;
        bytes.map(|bytes| super::decoded(tables::MEMBER, MemberInfo::from_wire(&bytes))).transpose()
    }

    /// All members that the node has information of.
    pub fn members(&self) -> Result<Vec<(MemberId, MemberInfo)>> {
        let mut members = Vec::new();
        for (key, value) in self.rows(tables::MEMBER, &[])? {
            let member = super::decoded(tables::MEMBER, Reader::new(&key).u32())?;
            members.push((MemberId(member), super::decoded(tables::MEMBER, MemberInfo::from_wire(&value))?));
        }
        Ok(members)
    }

    /// An event, by its place in the log.
    pub fn event(&self, index: LeafIndex) -> Result<Option<Event>> {
        let Some(placed) = self.view.event(index)? else { return Ok(None) };
        super::decoded("events", Event::from_bytes(&placed.event)).map(Some)
    }

    /// Where the event with this id stands.
    pub fn event_index(&self, id: &Digest) -> Result<Option<LeafIndex>> {
        let bytes = self.row(tables::EVENT, &id.0)?;
        Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map(|bytes| LeafIndex(u64::from_be_bytes(bytes))))
    }

    /// Where the first event of `member` stands whose body carries this of a call; nothing for a call without key.
    pub fn of_call(&self, member: MemberId, call: &Digest) -> Result<Option<LeafIndex>> {
        let bytes = self.row(tables::IDEMPOTENCY, &tables::call_key(member, call))?;
        Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map(|bytes| LeafIndex(u64::from_be_bytes(bytes))))
    }

    /// Where the events of one kind stand, oldest first.
    pub fn of_kind(&self, kind: EventKind) -> Result<Vec<LeafIndex>> {
        self.places(tables::KIND, &kind.0.to_be_bytes())
    }

    /// Where a step of a trade and the movements that name it stand, oldest first.
    pub fn of_trade(&self, trade: &[u8; 32]) -> Result<Vec<LeafIndex>> {
        self.places(tables::TRADE, trade)
    }

    fn places(&self, table: &'static str, prefix: &[u8]) -> Result<Vec<LeafIndex>> {
        let rows = self.rows(table, prefix)?;
        let place = |key: &[u8]| Reader::new(key.get(prefix.len()..).unwrap_or_default()).u64();
        rows.iter().map(|(key, _)| super::decoded(table, place(key)).map(LeafIndex)).collect()
    }

    fn row(&self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>> {
        match self.above {
            Some(above) => above.row(table, key),
            None => Ok(self.view.row(table, key)?),
        }
    }

    fn rows(&self, table: &'static str, prefix: &[u8]) -> Result<Vec<KeyValue>> {
        Ok(self.view.rows(table, &RowRange::prefix(prefix, usize::MAX))?)
    }

    fn above(&self, parent: Parent) -> Result<Whereabouts> {
        let mut next = parent;
        loop {
            let path = self.paths.unit(next);
            let Some(Leaf::Unit(unit)) = self.leaf(&path)? else {
                return Err(Fault::new("node.state").with("leaf", "unit"));
            };
            match unit.place {
                UnitPlace::Inside(above) => next = above,
                UnitPlace::Holder(_) => return self.opened(&path, Some(parent)),
                UnitPlace::Dissolved(_) => return self.opened(&path, None),
            }
        }
    }

    fn opened(&self, path: &Path, inside: Option<Parent>) -> Result<Whereabouts> {
        let held: Option<Opening> = self.item(path)?.and_then(|row| row.held);
        let held = held.ok_or_else(|| Fault::new("node.index").with("table", tables::ITEM))?;
        Ok(Whereabouts { member: held.member, salt: self.salt(held.index)?, inside })
    }
}

fn stock_row(key: &[u8], value: &[u8]) -> Result<Stock> {
    let mut reader = Reader::new(key);
    let mut read = || {
        let (product, lot) = (ProductCode::get(&mut reader)?, Lot::get(&mut reader)?);
        Ok((product, lot, MemberId(reader.u32()?), Standing::from_number(reader.u8()?)))
    };
    let (product, lot, member, standing) = super::decoded(tables::STOCK, read())?;
    let packs = value.try_into().ok().map(u64::from_be_bytes);
    match (standing, packs) {
        (Some(standing), Some(packs)) => Ok(Stock { product, lot, member, standing, packs }),
        _ => Err(Fault::new("node.index").with("table", tables::STOCK)),
    }
}
