//! What every kind checks of the items that it names (`docs/EVENTS.md` section 4).
//!
//! In this order: it is there, where it is, its state, its lot and product, the sender's capacity.

use crate::{
    body::{Capacity, EventSalt, Items, Site},
    hold,
    item::{Above, Item, ItemLeaf},
    overlay::ReadError,
    refusal::{self, Fault, Level, refuse, require, state_code},
    table::{Cell, Column, goes_forward},
    turn::Turn,
};
use medproof_core::{
    custody,
    event::EventKind,
    hash::Digest,
    identity::{MemberId, PackId},
    leaf::{Leaf, MAX_UNIT_DEPTH, Parent, Prior, State, StateCode, UnitPlace},
    state::Path,
};

/// What a kind asks of an item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) column: Column,
    pub(crate) capacity: Capacity,
    /// Where, for what only the same place may do.
    pub(crate) site: Option<Site>,
    /// What is to be undone.
    pub(crate) undone: Option<EventKind>,
}

impl Ask {
    pub(crate) const fn new(column: Column, capacity: Capacity) -> Self {
        Self { column, capacity, site: None, undone: None }
    }

    pub(crate) const fn at(self, site: Site) -> Self {
        Self { site: Some(site), ..self }
    }

    pub(crate) const fn undoing(self, kind: EventKind) -> Self {
        Self { undone: Some(kind), ..self }
    }

    /// Whether the kind reaches into a live unit.
    const fn acts_in_place(self) -> bool {
        matches!(self.column, Column::Lock | Column::Unlock | Column::Quarantine | Column::Release | Column::Stolen)
    }
}

/// Where an item is.
#[derive(Clone, Debug)]
pub(crate) struct At {
    /// The unit that its leaf names.
    pub(crate) parent: Option<Above>,
    /// A unit above was stolen or destroyed.
    lost: Option<State>,
    /// The leaf in which the holder stands.
    holder_path: Path,
    holder: Digest,
}

impl At {
    /// Inside a unit that was not dissolved.
    pub(crate) fn is_inside(&self) -> bool {
        self.parent.as_ref().is_some_and(|parent| !parent.is_dissolved())
    }
}

impl Turn<'_, '_> {
    /// Checks each item, lets `act` change it, and writes it with this event in its chain.
    pub(crate) fn each(
        &mut self,
        items: &Items,
        ask: Ask,
        mut act: impl FnMut(&mut Self, &mut Item) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.each_opened(items, ask, |turn, mut item| {
            turn.settle(&mut item)?;
            act(turn, &mut item)?;
            turn.close(item);
            Ok(())
        })
    }

    /// Checks each item and hands it to `act`.
    pub(crate) fn each_opened(
        &mut self,
        items: &Items,
        ask: Ask,
        mut act: impl FnMut(&mut Self, Item) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        for (index, item) in items.units.iter().enumerate() {
            let opened = self.open_unit(item.unit, item.salt, &ask);
            opened.and_then(|item| act(self, item)).map_err(|fault| fault.at(index))?;
        }
        for (index, item) in (items.units.len()..).zip(&items.packs) {
            let opened = self.open_pack(&item.pack, item.salt, &ask);
            opened.and_then(|item| act(self, item)).map_err(|fault| fault.at(index))?;
        }
        Ok(())
    }

    /// A pack that passed all checks.
    pub(crate) fn open_pack(&mut self, pack: &PackId, salt: Option<EventSalt>, ask: &Ask) -> Result<Item, Fault> {
        let item = self.find_pack(pack)?;
        self.check(item, salt, ask)
    }

    /// A unit that passed all checks.
    pub(crate) fn open_unit(&mut self, unit: Parent, salt: Option<EventSalt>, ask: &Ask) -> Result<Item, Fault> {
        let item = self.find_unit(unit)?;
        self.check(item, salt, ask)
    }

    /// A registered pack under its canonical identity.
    pub(crate) fn find_pack(&mut self, pack: &PackId) -> Result<Item, Fault> {
        let path = self.paths.pack(pack);
        let leaf = match self.leaves.leaf(&path)? {
            Some(Leaf::Pack(leaf)) => leaf.clone(),
            Some(Leaf::PackAlias(_)) => return refuse(refusal::ALIAS_NOT_CANONICAL),
            Some(Leaf::RetiredPack(_)) => return refuse(refusal::PACK_RETIRED),
            Some(_) => return Err(ReadError::Tree(path).into()),
            None => {
                self.product(&pack.product)?;
                return refuse(refusal::PACK_ABSENT);
            }
        };
        let lot_path = leaf.lot.path(&path);
        match self.leaves.leaf(&lot_path)? {
            Some(Leaf::Lot(lot)) => Ok(Item::of_pack(pack.clone(), path, leaf, lot.lot.clone())),
            _ => Err(ReadError::Tree(lot_path).into()),
        }
    }

    /// A unit of the present generation, not dissolved.
    pub(crate) fn find_unit(&mut self, unit: Parent) -> Result<Item, Fault> {
        let Some(generation) = self.unit_head(unit.sscc)? else { return refuse(refusal::UNIT_ABSENT) };
        require(generation == unit.generation, refusal::UNIT_GENERATION)?;
        let (path, leaf) = self.named_unit(unit)?;
        require(!matches!(leaf.place, UnitPlace::Dissolved(_)), refusal::UNIT_DISSOLVED)?;
        Ok(Item::of_unit(unit, path, leaf.clone(), Some(leaf)))
    }

    /// Looks upward until a holder stands.
    pub(crate) fn locate(&mut self, item: &Item) -> Result<At, Fault> {
        let (mut parent, mut lost, mut holder_path, mut place) = (None, None, item.path, item.place);
        for _ in 0..=MAX_UNIT_DEPTH {
            let unit = match place {
                UnitPlace::Holder(holder) | UnitPlace::Dissolved(holder) => {
                    return Ok(At { parent, lost, holder_path, holder });
                }
                UnitPlace::Inside(unit) => unit,
            };
            let (path, leaf) = self.named_unit(unit)?;
            lost = lost.max(leaf.state.known().filter(|state| matches!(state, State::Stolen | State::Destroyed)));
            (holder_path, place) = (path, leaf.place);
            parent.get_or_insert(Above { unit, path, leaf });
        }
        Err(ReadError::Tree(item.path).into())
    }

    /// Checks 2 to 5 of section 4.
    fn check(&mut self, mut item: Item, salt: Option<EventSalt>, ask: &Ask) -> Result<Item, Fault> {
        let at = self.locate(&item)?;
        let inside = match item.level() {
            Level::Unit => refusal::UNIT_INSIDE_UNIT,
            _ => refusal::PACK_INSIDE_UNIT,
        };
        require(!at.is_inside() || ask.acts_in_place(), inside)?;
        if ask.capacity == Capacity::Holder && !at.is_inside() {
            item.settling = at.parent.clone();
        }
        if let Some(above) = &item.settling {
            item.inherit_holds(above.leaf.prior, self.today);
        }
        item.check_state(ask.column)?;
        if let Some(lost) = at.lost {
            return refuse(state_code(lost, Level::Unit));
        }
        self.check_authorities(&item)?;
        self.check_undo(&item, ask)?;
        self.check_market(&item, ask.column)?;
        self.check_capacity(&item, &at, salt, ask)?;
        Ok(item)
    }

    /// What neither issuer nor regulator may be got around for.
    fn check_authorities(&self, item: &Item) -> Result<(), Fault> {
        let is_free = hold::bits(item.prior) & hold::AUTHORITIES == 0 || self.is_regulator();
        match item.cell {
            Cell::StaysByAuthority | Cell::BecomesByAuthority(_) => require(is_free, refusal::HOLD_AUTHORITY),
            _ => Ok(()),
        }
    }

    fn check_undo(&mut self, item: &Item, ask: &Ask) -> Result<(), Fault> {
        let (Cell::Prior, Some(undone)) = (item.cell, ask.undone) else { return Ok(()) };
        require(matches!(item.prior, Some(Prior::Undo { .. })), refusal::UNDO_NOTHING)?;
        require(kind_that_made(item.known_state()?) == Some(undone.0), refusal::UNDO_KIND)?;
        let last = item.since.0.saturating_add(self.parameters()?.undo_days.into());
        require(self.today.0 <= last, refusal::UNDO_DAYS)
    }

    /// Section 6.5: goods under recall come back, are counted and destroyed; they do not go forward.
    fn check_market(&mut self, item: &Item, column: Column) -> Result<(), Fault> {
        let ItemLeaf::Pack { leaf, pack, .. } = &item.leaf else { return Ok(()) };
        if !goes_forward(column) {
            return Ok(());
        }
        let lot_path = leaf.lot.path(&item.path);
        let lot = self.lot_at(&lot_path)?.ok_or(ReadError::Tree(lot_path))?;
        refuse_unless_active(lot.state, Level::Lot)?;
        let product = self.product(&pack.product)?;
        refuse_unless_active(product.state, Level::Product)?;
        require(self.now.0 < lot.expiry.end_ms(), refusal::EXPIRED)
    }

    fn check_capacity(&mut self, item: &Item, at: &At, salt: Option<EventSalt>, ask: &Ask) -> Result<(), Fault> {
        match ask.capacity {
            Capacity::Holder => require(self.opens_holder(at, salt), refusal::HOLDER_OTHER),
            Capacity::Issuer => {
                let issuers = self.issuers(item)?;
                self.require_issuer(&issuers)
            }
            Capacity::Regulator => require(self.is_regulator(), refusal::REGULATOR_ONLY),
            Capacity::Shipper => require(self.opens_place(item, salt, ask), refusal::UNDO_PLACE),
        }
    }

    fn opens_holder(&self, at: &At, salt: Option<EventSalt>) -> bool {
        let opens = |EventSalt(salt)| {
            custody::holder(&custody::holder_salt(&salt, &at.holder_path), self.sender()) == at.holder
        };
        salt.is_some_and(opens)
    }

    fn opens_place(&self, item: &Item, salt: Option<EventSalt>, ask: &Ask) -> bool {
        let (Some(Prior::Undo { place, .. }), Some(EventSalt(salt)), Some(site)) = (item.prior, salt, ask.site) else {
            return false;
        };
        // What was dispensed, sampled or exported is undone, not reported stolen, by who did it.
        let is_meant = ask.column != Column::Stolen || item.state == State::InTransit.into();
        is_meant && custody::place(&custody::holder_salt(&salt, &item.path), self.sender(), site.0) == place
    }

    /// The members that issued a pack's lot and product.
    pub(crate) fn issuers(&mut self, item: &Item) -> Result<Vec<MemberId>, Fault> {
        let ItemLeaf::Pack { leaf, pack, .. } = &item.leaf else {
            return Ok(Vec::new());
        };
        let lot_path = leaf.lot.path(&item.path);
        let lot = self.lot_at(&lot_path)?.ok_or(ReadError::Tree(lot_path))?;
        Ok(vec![lot.issuer, self.product(&pack.product)?.issuer])
    }
}

/// The kind that leads into a state that can be undone.
const fn kind_that_made(state: State) -> Option<u16> {
    match state {
        State::PartlyDispensed => Some(1001),
        State::Dispensed => Some(1000),
        State::Sample => Some(1002),
        State::Exported => Some(1003),
        _ => None,
    }
}

fn refuse_unless_active(state: StateCode, level: Level) -> Result<(), Fault> {
    match state.known() {
        Some(State::Active) => Ok(()),
        Some(state) => refuse(state_code(state, level)),
        None => Err(ReadError::State(state).into()),
    }
}
