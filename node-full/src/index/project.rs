//! What a block changes in the index, from the effects of its events.

use super::tables::{self, ItemRow, LotCount, Opening, Standing, StepRow};
use crate::{
    chain::chain_id,
    fault::{Fault, Result},
};
use medproof_core::{
    encoding::{Reader, Wire},
    event::Event,
    hash::Digest,
    identity::{Lot, MemberId, ProductCode},
    leaf::{self, Leaf, Parent, Paths, Place, Prior, UnitPlace},
    log::LeafIndex,
    state::Path,
};
use medproof_rules::{
    Applied, Effect, ItemName, PackEffect, UnitEffect,
    body::{Act, TradeId},
};
use medproof_store::{Row, View};
use std::collections::BTreeMap;

/// Rows that a block writes, on top of those before it.
pub(crate) struct Projection<'a> {
    view: &'a View,
    paths: Paths<'a>,
    rows: BTreeMap<(&'static str, Vec<u8>), Option<Vec<u8>>>,
    /// Unit leaves as they stand after the events so far.
    units: BTreeMap<Path, leaf::Unit>,
}

/// Who holds something, and where that leaves it.
type Holding = (MemberId, Standing);

/// The unit that an item is in, and where the item is by its own leaf.
#[derive(Clone, Copy)]
struct Seat {
    parent: Option<Parent>,
    standing: Standing,
}

impl Seat {
    /// The unit in whose contents it counts: what has left the trade where it was counts in none.
    fn counted_in(self) -> Option<Parent> {
        self.parent.filter(|_| self.standing != Standing::Out)
    }
}

impl<'a> Projection<'a> {
    pub(crate) fn new(view: &'a View) -> Self {
        let paths = Paths::new(chain_id(view));
        Self { view, paths, rows: BTreeMap::new(), units: BTreeMap::new() }
    }

    /// Adds what `event`, at `index` of the log, changed.
    pub(crate) fn add(&mut self, index: LeafIndex, event: &Event, applied: &Applied) -> Result {
        let head = event.head();
        let place = index.0.to_be_bytes();
        self.put(tables::SALT, &place, head.salt.to_vec());
        self.put(tables::EVENT, &head.id().0, place.to_vec());
        let kind = tables::pair_key(&head.kind.0.to_be_bytes(), &place);
        self.put(tables::KIND, &kind, head.member.0.to_be_bytes().to_vec());
        if applied.body.idempotency != Digest::ZERO {
            let call = tables::call_key(head.member, &applied.body.idempotency);
            if self.view.row(tables::IDEMPOTENCY, &call)?.is_none() {
                self.rows.entry((tables::IDEMPOTENCY, call)).or_insert_with(|| Some(place.to_vec()));
            }
        }
        if let Some(TradeId(trade)) = trade_of(&applied.body.act) {
            self.put(tables::TRADE, &tables::pair_key(&trade, &place), Vec::new());
        }
        self.effects(index, head.member, &applied.effects)
    }

    /// The rows to write.
    pub(crate) fn into_rows(self) -> Vec<Row> {
        self.rows.into_iter().map(|((table, key), value)| Row { table, key, value }).collect()
    }

    /// First who held what, then the rows of items, then what follows from both: who holds an item may
    /// follow from a unit that the same event changed.
    fn effects(&mut self, index: LeafIndex, sender: MemberId, effects: &[Effect]) -> Result {
        let before = effects.iter().map(|effect| self.before(effect)).collect::<Result<Vec<_>>>()?;
        effects.iter().try_for_each(|effect| self.effect(index, sender, effect))?;
        let is_unit = |effect: &Effect| matches!(effect, Effect::Unit(_));
        for units in [true, false] {
            for (effect, before) in effects.iter().zip(&before).filter(|(effect, _)| is_unit(effect) == units) {
                self.moved(effect, *before)?;
            }
        }
        Ok(())
    }

    /// Who held an item before the event.
    fn before(&mut self, effect: &Effect) -> Result<Option<Holding>> {
        match effect {
            Effect::Pack(PackEffect { path, before: Some(before), .. }) => Ok(Some(self.pack_holding(path, before)?)),
            Effect::Unit(UnitEffect { path, before: Some(before), .. }) => Ok(Some(self.unit_holding(path, before)?)),
            _ => Ok(None),
        }
    }

    /// Keeps contents and stock as an item moves.
    fn moved(&mut self, effect: &Effect, before: Option<Holding>) -> Result {
        match effect {
            Effect::Pack(pack) => self.pack_moved(pack, before),
            Effect::Unit(unit) => self.unit_moved(unit, before),
            _ => Ok(()),
        }
    }

    fn effect(&mut self, index: LeafIndex, sender: MemberId, effect: &Effect) -> Result {
        match effect {
            Effect::Member { member, info: Some(info), .. } => {
                self.put(tables::MEMBER, &member.0.to_be_bytes(), info.to_wire());
            }
            Effect::Product { product, info: Some(info), .. } => {
                self.put(tables::PRODUCT, &product.to_wire(), info.to_wire());
            }
            Effect::ProductAlias { alias, canonical } => {
                self.put(tables::ALIAS, &tables::pair_key(&canonical.to_wire(), &alias.to_wire()), Vec::new());
            }
            Effect::Lot { product, after, .. } => {
                self.put(tables::LOT, &tables::lot_key(product, &after.lot), Vec::new());
            }
            Effect::Pack(pack) => self.pack(index, sender, pack)?,
            Effect::Unit(unit) => self.unit(index, sender, unit)?,
            _ => {}
        }
        Ok(())
    }

    fn pack(&mut self, index: LeafIndex, sender: MemberId, effect: &PackEffect) -> Result {
        let held = effect.held.map(|held| Opening { member: held.member, index });
        let row = ItemRow {
            name: ItemName::Pack(effect.pack.clone()),
            lot: Some(effect.lot.clone()),
            held,
            undo: effect.undo.map(|_| Opening { member: sender, index }),
        };
        self.item(&effect.path, row, has_undo(effect.after.prior))?;
        self.steps(&effect.path, index, effect.after.events, &effect.steps);
        Ok(())
    }

    fn pack_moved(&mut self, effect: &PackEffect, before: Option<Holding>) -> Result {
        let one = [LotCount { product: effect.pack.product.clone(), lot: effect.lot.clone(), count: 1 }];
        let seat = |pack: &leaf::Pack| Seat { parent: pack_parent(pack), standing: pack_standing(pack) };
        self.move_inside(&effect.path, effect.before.as_ref().map(seat), seat(&effect.after), &one)?;
        let after = self.pack_holding(&effect.path, &effect.after)?;
        self.restock(before, after, &one)
    }

    fn unit(&mut self, index: LeafIndex, sender: MemberId, effect: &UnitEffect) -> Result {
        let row = ItemRow {
            name: ItemName::Unit(effect.unit),
            lot: None,
            held: effect.held.map(|held| Opening { member: held.member, index }),
            undo: effect.undo.map(|_| Opening { member: sender, index }),
        };
        self.item(&effect.path, row, has_undo(effect.after.prior))?;
        self.steps(&effect.path, index, effect.after.events, &effect.steps);
        self.units.insert(effect.path, effect.after.clone());
        Ok(())
    }

    fn unit_moved(&mut self, effect: &UnitEffect, before: Option<Holding>) -> Result {
        let contents = self.contents(&effect.path)?;
        let seat = |unit: &leaf::Unit| Seat { parent: unit_parent(unit), standing: unit_standing(unit) };
        self.move_inside(&effect.path, effect.before.as_ref().map(seat), seat(&effect.after), &contents)?;
        // What goes into a new unit counts by itself.
        let Some(before) = before else { return Ok(()) };
        let after = self.unit_holding(&effect.path, &effect.after)?;
        self.restock(Some(before), after, &contents)
    }

    /// Writes an item's row; who held it stays where the event did not change that.
    fn item(&mut self, path: &Path, mut row: ItemRow, has_undo: bool) -> Result {
        if let Some(before) = self.item_row(path)? {
            row.held = row.held.or(before.held);
            row.undo = row.undo.or(before.undo).filter(|_| has_undo);
        }
        self.put(tables::ITEM, path.as_bytes(), row.to_wire());
        Ok(())
    }

    fn steps(&mut self, path: &Path, index: LeafIndex, events_after: u32, steps: &[medproof_core::custody::Step]) {
        let first = events_after.saturating_sub(steps.len() as u32);
        for (place, step) in (first..).zip(steps) {
            self.put(tables::STEP, &tables::step_key(path, place), StepRow::new(index, step).to_wire());
        }
    }

    /// Keeps children and contents of units as an item joins or leaves one, or leaves the trade where it is.
    fn move_inside(&mut self, child: &Path, from: Option<Seat>, to: Seat, what: &[LotCount]) -> Result {
        let (was_in, is_in) = (from.and_then(|seat| seat.parent), to.parent);
        if was_in != is_in {
            for (parent, is_in) in [(was_in, false), (is_in, true)] {
                let Some(parent) = parent else { continue };
                let key = tables::pair_key(self.paths.unit(parent).as_bytes(), child.as_bytes());
                self.rows.insert((tables::INSIDE, key), is_in.then(Vec::new));
            }
        }
        let (was_counted, is_counted) = (from.and_then(Seat::counted_in), to.counted_in());
        if was_counted != is_counted {
            for (parent, is_more) in [(was_counted, false), (is_counted, true)] {
                if let Some(parent) = parent {
                    self.change_contents_upward(parent, what, is_more)?;
                }
            }
        }
        Ok(())
    }

    /// Adds to, or takes from, what is in a unit and in those above it, as far as it counts there.
    fn change_contents_upward(&mut self, first: Parent, what: &[LotCount], is_more: bool) -> Result {
        let mut next = Some(first);
        while let Some(parent) = next {
            let path = self.paths.unit(parent);
            let mut contents = self.contents(&path)?;
            what.iter().for_each(|change| change_count(&mut contents, change, is_more));
            let bytes: Vec<u8> = contents.iter().flat_map(Wire::to_wire).collect();
            self.put(tables::CONTENTS, path.as_bytes(), bytes);
            let unit = self.unit_leaf(&path)?;
            next = Seat { parent: unit_parent(&unit), standing: unit_standing(&unit) }.counted_in();
        }
        Ok(())
    }

    fn restock(&mut self, before: Option<Holding>, after: Holding, what: &[LotCount]) -> Result {
        if before == Some(after) {
            return Ok(());
        }
        for (holding, is_more) in [(before, false), (Some(after), true)] {
            let Some((member, standing)) = holding else { continue };
            for LotCount { product, lot, count } in what {
                self.change_stock(product, lot, (member, standing), *count, is_more)?;
            }
        }
        Ok(())
    }

    fn change_stock(
        &mut self,
        product: &ProductCode,
        lot: &Lot,
        (member, standing): Holding,
        count: u32,
        is_more: bool,
    ) -> Result {
        let key = tables::stock_key(product, lot, member, standing);
        let old = self.get(tables::STOCK, &key)?.and_then(|bytes| Some(u64::from_be_bytes(bytes.try_into().ok()?)));
        let (old, count) = (old.unwrap_or(0), u64::from(count));
        let new = if is_more { old.saturating_add(count) } else { old.saturating_sub(count) };
        self.rows.insert((tables::STOCK, key), (new > 0).then(|| new.to_be_bytes().to_vec()));
        Ok(())
    }

    fn pack_holding(&mut self, path: &Path, pack: &leaf::Pack) -> Result<Holding> {
        self.holding(path, pack_parent(pack), pack_standing(pack))
    }

    fn unit_holding(&mut self, path: &Path, unit: &leaf::Unit) -> Result<Holding> {
        self.holding(path, unit_parent(unit), unit_standing(unit))
    }

    /// Who holds an item, by the topmost unit above it, and where that leaves it: as far away as any of them.
    fn holding(&mut self, path: &Path, parent: Option<Parent>, own: Standing) -> Result<Holding> {
        let (mut path, mut parent, mut standing) = (*path, parent, own);
        while let Some(above) = parent {
            path = self.paths.unit(above);
            let unit = self.unit_leaf(&path)?;
            standing = standing.max(unit_standing(&unit));
            parent = unit_parent(&unit);
        }
        Ok((self.own_holder(&path)?, standing))
    }

    fn own_holder(&self, path: &Path) -> Result<MemberId> {
        let row = self.item_row(path)?;
        row.and_then(|row| row.held)
            .map(|held| held.member)
            .ok_or_else(|| Fault::new("node.index").with("table", tables::ITEM))
    }

    fn unit_leaf(&mut self, path: &Path) -> Result<leaf::Unit> {
        if let Some(unit) = self.units.get(path) {
            return Ok(unit.clone());
        }
        let value = self.view.leaf(path)?;
        match value.map(|value| Leaf::from_value(&value)) {
            Some(Ok(Leaf::Unit(unit))) => {
                self.units.insert(*path, unit.clone());
                Ok(unit)
            }
            _ => Err(Fault::new("node.state").with("leaf", "unit")),
        }
    }

    fn contents(&self, path: &Path) -> Result<Vec<LotCount>> {
        let Some(bytes) = self.get(tables::CONTENTS, path.as_bytes())? else { return Ok(Vec::new()) };
        let mut reader = Reader::new(&bytes);
        let mut contents = Vec::new();
        while !reader.rest().is_empty() {
            contents.push(super::decoded(tables::CONTENTS, LotCount::get(&mut reader))?);
        }
        Ok(contents)
    }

    fn item_row(&self, path: &Path) -> Result<Option<ItemRow>> {
        let bytes = self.get(tables::ITEM, path.as_bytes())?;
        bytes.map(|bytes| super::decoded(tables::ITEM, ItemRow::from_wire(&bytes))).transpose()
    }

    /// A row as the events so far leave it.
    pub(crate) fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>> {
        match self.rows.get(&(table, key.to_vec())) {
            Some(value) => Ok(value.clone()),
            None => Ok(self.view.row(table, key)?),
        }
    }

    fn put(&mut self, table: &'static str, key: &[u8], value: Vec<u8>) {
        self.rows.insert((table, key.to_vec()), Some(value));
    }
}

/// The step of a trade that an event is, or that it belongs to.
const fn trade_of(act: &Act) -> Option<TradeId> {
    match act {
        Act::Order(step)
        | Act::Confirmation(step)
        | Act::Sale(step)
        | Act::DespatchAdvice(step)
        | Act::Delivery(step)
        | Act::Discrepancy(step) => Some(step.trade),
        Act::Ship(fields) => fields.trade,
        Act::Return(fields) => fields.trade,
        Act::Receive(fields) => fields.trade,
        _ => None,
    }
}

/// Whether the last change can still be undone.
const fn has_undo(prior: Option<Prior>) -> bool {
    matches!(prior, Some(Prior::Undo { .. }))
}

/// Where a pack is, by its own leaf.
pub(crate) fn pack_standing(pack: &leaf::Pack) -> Standing {
    Standing::of(pack.state, held_under(pack.prior))
}

/// Where a unit is, by its own leaf.
pub(crate) fn unit_standing(unit: &leaf::Unit) -> Standing {
    Standing::of(unit.state, held_under(unit.prior))
}

const fn held_under(prior: Option<Prior>) -> Option<leaf::StateCode> {
    match prior {
        Some(Prior::Held { state, .. }) => Some(state),
        _ => None,
    }
}

const fn pack_parent(pack: &leaf::Pack) -> Option<Parent> {
    match pack.place {
        Place::Inside(parent) => Some(parent),
        Place::Holder(_) => None,
    }
}

const fn unit_parent(unit: &leaf::Unit) -> Option<Parent> {
    match unit.place {
        UnitPlace::Inside(parent) => Some(parent),
        UnitPlace::Holder(_) | UnitPlace::Dissolved(_) => None,
    }
}

fn change_count(contents: &mut Vec<LotCount>, change: &LotCount, is_more: bool) {
    let known = contents.iter_mut().find(|known| known.product == change.product && known.lot == change.lot);
    match known {
        Some(known) if is_more => known.count = known.count.saturating_add(change.count),
        Some(known) => known.count = known.count.saturating_sub(change.count),
        None if is_more => contents.push(change.clone()),
        None => {}
    }
    contents.retain(|known| known.count > 0);
}
