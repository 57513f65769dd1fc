//! Kinds 700 to 702: packs and units go into units and come out (`docs/EVENTS.md` section 5).

use crate::{
    body::{
        Capacity, EventSalt, Items, UnitItem,
        field::{Field, fields},
        items::Contents,
    },
    check::Ask,
    exposure,
    item::{Item, ItemLeaf},
    overlay::ReadError,
    refusal::{self, Fault, refuse, require},
    table::Column,
    turn::Turn,
};
use medproof_core::{
    custody::Custody,
    encoding::{DecodeError, Reader},
    leaf::{Exposure, Leaf, MAX_UNIT_DEPTH, Parent, State, StorageLimits, Unit, UnitPlace},
};

/// Items go into a unit, which this makes if it is the next generation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a kind has these fields in rules version 0")]
pub struct Aggregate {
    /// Into which.
    pub unit: Parent,
    /// What opens its holder; `None` where this event makes the generation.
    pub unit_salt: Option<EventSalt>,
    /// What goes in, held by the sender.
    pub items: Items,
}

/// Items come out of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a kind has these fields in rules version 0")]
pub struct Disaggregate {
    /// Out of which.
    pub unit: Parent,
    /// What opens its holder.
    pub unit_salt: EventSalt,
    /// What comes out: direct children, without salts.
    pub items: Items,
}

fields! {
    /// Everything comes out of a unit, whose generation ends.
    Dissolve {
        /// Which.
        unit: Parent,
        /// What opens the holder, in the topmost unit's leaf.
        salt: EventSalt,
    }
}

const AS_PARENT: Ask = Ask::new(Column::DisaggregateParent, Capacity::Holder);

pub(crate) fn aggregate(turn: &mut Turn<'_, '_>, fields: &Aggregate) -> Result<(), Fault> {
    if let Some(index) = fields.items.units.iter().position(|item| item.unit == fields.unit) {
        return refuse(refusal::UNIT_SELF).map_err(|fault: Fault| fault.at(index));
    }
    let mut unit = parent(turn, fields)?;
    turn.settle(&mut unit)?;
    turn.append_once(&mut unit);
    let mut load = Load::of(turn, &unit)?;
    let ask = Ask::new(Column::AggregateChild, fields.items.capacity);
    turn.each_opened(&fields.items, ask, |turn, item| join(turn, item, fields.unit, &unit, &mut load))?;
    load.check()?;
    load.put(turn, &mut unit);
    turn.close(unit);
    Ok(())
}

pub(crate) fn disaggregate(turn: &mut Turn<'_, '_>, fields: &Disaggregate) -> Result<(), Fault> {
    let mut unit = turn.open_unit(fields.unit, Some(fields.unit_salt), &AS_PARENT)?;
    turn.settle(&mut unit)?;
    turn.append_once(&mut unit);
    let (units, packs) = (&fields.items.units, &fields.items.packs);
    for (index, child) in units.iter().enumerate() {
        let found = turn.find_unit(child.unit);
        found.and_then(|item| take_out(turn, item, fields.unit, &unit)).map_err(|fault| fault.at(index))?;
    }
    for (index, child) in (units.len()..).zip(packs) {
        let found = turn.find_pack(&child.pack);
        found.and_then(|item| take_out(turn, item, fields.unit, &unit)).map_err(|fault| fault.at(index))?;
    }
    drop_children(&mut unit, fields.items.len())?;
    turn.close(unit);
    Ok(())
}

pub(crate) fn dissolve(turn: &mut Turn<'_, '_>, fields: &Dissolve) -> Result<(), Fault> {
    let item = turn.find_unit(fields.unit)?;
    let at = turn.locate(&item)?;
    match at.parent.filter(|outer| !outer.is_dissolved()) {
        None => {
            let ask = Ask::new(Column::Dissolve, Capacity::Holder);
            let mut unit = turn.open_unit(fields.unit, Some(fields.salt), &ask)?;
            turn.settle(&mut unit)?;
            turn.give_contents(&mut unit);
            turn.close(unit);
            Ok(())
        }
        Some(outer) => dissolve_inside(turn, item, outer.unit, fields.salt),
    }
}

/// It leaves the unit around it first, which must itself be in none.
fn dissolve_inside(turn: &mut Turn<'_, '_>, mut item: Item, outer: Parent, salt: EventSalt) -> Result<(), Fault> {
    let mut around = turn.open_unit(outer, Some(salt), &AS_PARENT)?;
    turn.settle(&mut around)?;
    turn.append_once(&mut around);
    item.inherit_holds(around.prior, turn.today);
    item.check_state(Column::Dissolve)?;
    turn.inherit_exposure(&item, outer)?;
    turn.append_through(&mut item, &around.path, around.custody);
    turn.give_contents(&mut item);
    drop_children(&mut around, 1)?;
    turn.close(around);
    turn.close(item);
    Ok(())
}

/// The unit that takes items in: the present generation, or the next.
fn parent(turn: &mut Turn<'_, '_>, fields: &Aggregate) -> Result<Item, Fault> {
    let head = turn.unit_head(fields.unit.sscc)?;
    if head == Some(fields.unit.generation) {
        let ask = Ask::new(Column::AggregateParent, Capacity::Holder);
        return turn.open_unit(fields.unit, fields.unit_salt, &ask);
    }
    let next = head.unwrap_or(0).checked_add(1);
    require(next == Some(fields.unit.generation), refusal::UNIT_GENERATION)?;
    if let Some(generation) = head {
        check_last(turn, Parent { generation, ..fields.unit })?;
    }
    require(fields.unit_salt.is_none(), refusal::EVENT_BODY)?;
    Ok(new_generation(turn, fields.unit))
}

/// A generation is followed by another only when it was dissolved.
fn check_last(turn: &mut Turn<'_, '_>, last: Parent) -> Result<(), Fault> {
    let (path, leaf) = turn.named_unit(last)?;
    if matches!(leaf.place, UnitPlace::Dissolved(_)) {
        return Ok(());
    }
    match leaf.state.known() {
        Some(State::Stolen | State::Destroyed) => refuse(refusal::UNIT_FINAL),
        Some(_) => refuse(refusal::UNIT_LIVE),
        None => Err(ReadError::Tree(path).into()),
    }
}

fn new_generation(turn: &mut Turn<'_, '_>, unit: Parent) -> Item {
    let path = turn.paths.unit(unit);
    let leaf = Unit {
        state: State::Active.into(),
        prior: None,
        since: turn.today,
        place: UnitPlace::Holder(turn.holder(&path, turn.sender())),
        children: 0,
        levels: 1,
        limits: None,
        events: Custody::START.events,
        custody: Custody::START.hash,
    };
    turn.put(turn.paths.unit_head(unit.sscc), Leaf::UnitHead(unit.generation));
    let mut item = Item::of_unit(unit, path, leaf, None);
    turn.give(&mut item, turn.sender());
    item
}

/// What a unit carries while items go in.
struct Load {
    children: u32,
    levels: u8,
    limits: Option<StorageLimits>,
    exposure: Option<Exposure>,
    exposure_before: Option<Exposure>,
}

impl Load {
    fn of(turn: &mut Turn<'_, '_>, unit: &Item) -> Result<Self, Fault> {
        let path = turn.exposure_path(&unit.leaf);
        let exposure = turn.exposure_at(&path)?;
        let ItemLeaf::Unit { leaf, .. } = &unit.leaf else { return Err(ReadError::Tree(unit.path).into()) };
        let (children, levels, limits) = (leaf.children, leaf.levels, leaf.limits);
        Ok(Self { children, levels, limits, exposure_before: exposure.clone(), exposure })
    }

    /// One more child with these levels of packing, limits and exposure.
    fn add(&mut self, levels: u8, limits: Option<StorageLimits>, exposure: Option<&Exposure>) -> Result<(), Fault> {
        let is_first = self.children == 0 && self.exposure.is_none();
        let Some(children) = self.children.checked_add(1) else { return refuse(refusal::UNIT_FULL) };
        self.children = children;
        self.levels = self.levels.max(levels);
        require(usize::from(self.levels) <= MAX_UNIT_DEPTH, refusal::UNIT_TOO_DEEP)?;
        self.limits = match (self.limits, limits) {
            (Some(own), Some(of_child)) => match exposure::narrow(&own, &of_child) {
                None => return refuse(refusal::UNIT_LIMITS),
                narrowed => narrowed,
            },
            (own, of_child) => own.or(of_child),
        };
        self.exposure = exposure::joined(self.exposure.as_ref(), exposure, is_first);
        Ok(())
    }

    /// Whether all together were outside for longer than the narrowest limits allow.
    fn check(&self) -> Result<(), Fault> {
        let is_over =
            self.limits.zip(self.exposure.as_ref()).is_some_and(|(limits, of)| exposure::is_over(of, &limits));
        require(!is_over, refusal::UNIT_EXPOSURE)
    }

    fn put(self, turn: &mut Turn<'_, '_>, unit: &mut Item) {
        if let ItemLeaf::Unit { leaf, .. } = &mut unit.leaf {
            (leaf.children, leaf.levels, leaf.limits) = (self.children, self.levels, self.limits);
        }
        if let Some(exposure) = self.exposure.filter(|exposure| Some(exposure) != self.exposure_before.as_ref()) {
            let path = turn.exposure_path(&unit.leaf);
            turn.put_exposure(unit.leaf.name(), path, exposure);
        }
    }
}

/// A child goes in.
fn join(turn: &mut Turn<'_, '_>, mut item: Item, into: Parent, unit: &Item, load: &mut Load) -> Result<(), Fault> {
    turn.settle(&mut item)?;
    let (levels, limits) = match &item.leaf {
        ItemLeaf::Unit { leaf, .. } => (leaf.levels.saturating_add(1), leaf.limits),
        ItemLeaf::Pack { pack, .. } => (1, turn.product(&pack.product)?.limits),
    };
    let exposure_path = turn.exposure_path(&item.leaf);
    let exposure = turn.exposure_at(&exposure_path)?;
    load.add(levels, limits, exposure.as_ref())?;
    item.end_undo();
    turn.put_inside(&mut item, into);
    turn.append_through(&mut item, &unit.path, unit.custody);
    turn.close(item);
    Ok(())
}

/// A direct child comes out, held by the sender, with what it inherits.
fn take_out(turn: &mut Turn<'_, '_>, mut item: Item, from: Parent, unit: &Item) -> Result<(), Fault> {
    require(item.place == UnitPlace::Inside(from), refusal::UNIT_NOT_CHILD)?;
    item.check_state(Column::DisaggregateChild)?;
    item.inherit_holds(unit.prior, turn.today);
    turn.inherit_exposure(&item, from)?;
    turn.give(&mut item, turn.sender());
    turn.append_through(&mut item, &unit.path, unit.custody);
    turn.close(item);
    Ok(())
}

fn drop_children(unit: &mut Item, count: usize) -> Result<(), Fault> {
    let path = unit.path;
    let ItemLeaf::Unit { leaf, .. } = &mut unit.leaf else { return Err(ReadError::Tree(path).into()) };
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    leaf.children = leaf.children.checked_sub(count).ok_or(ReadError::Tree(path))?;
    Ok(())
}

impl Field for Aggregate {
    fn put(&self, out: &mut Vec<u8>) {
        let unit = UnitItem { unit: self.unit, salt: self.unit_salt };
        Contents::<true> { unit, items: self.items.clone() }.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let Contents::<true> { unit, items } = Field::get(reader)?;
        Ok(Self { unit: unit.unit, unit_salt: unit.salt, items })
    }
}

impl Field for Disaggregate {
    fn put(&self, out: &mut Vec<u8>) {
        let unit = UnitItem { unit: self.unit, salt: Some(self.unit_salt) };
        Contents::<false> { unit, items: self.items.clone() }.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let Contents::<false> { unit, items } = Field::get(reader)?;
        Ok(Self { unit: unit.unit, unit_salt: unit.salt.ok_or(DecodeError::Value)?, items })
    }
}
