//! How an event changes an item: settling, a new holder, its custody chain, and the leaf written at the end.

use crate::{
    body::Site,
    effect::{Effect, PackEffect, UnitEffect},
    exposure,
    item::{Item, ItemLeaf},
    refusal::Fault,
    turn::Turn,
};
use medproof_core::{
    custody::{Custody, Step},
    identity::MemberId,
    leaf::{Exposure, Leaf, Parent, Prior, StateCode, UnitPlace},
    state::Path,
};
use std::mem;

impl Turn<'_, '_> {
    /// The holder's first touch of an item whose unit was dissolved: it leaves, and takes along what the unit had.
    pub(crate) fn settle(&mut self, item: &mut Item) -> Result<(), Fault> {
        let Some(above) = item.settling.take() else { return Ok(()) };
        self.inherit_exposure(item, above.unit)?;
        self.give(item, self.sender());
        let unit = Custody { events: above.leaf.events, hash: above.leaf.custody };
        self.append_through(item, &above.path, unit);
        Ok(())
    }

    /// Takes over the exposure of the unit that it leaves.
    pub(crate) fn inherit_exposure(&mut self, item: &Item, unit: Parent) -> Result<(), Fault> {
        let of_unit = self.exposure_at(&self.paths.exposure(unit))?;
        if of_unit.is_none() {
            return Ok(());
        }
        let path = self.exposure_path(&item.leaf);
        let own = self.exposure_at(&path)?;
        let merged = exposure::merge(own.as_ref(), of_unit.as_ref());
        if let Some(merged) = merged.filter(|merged| Some(merged) != own.as_ref()) {
            self.put_exposure(item.leaf.name(), path, merged);
        }
        Ok(())
    }

    /// The item's exposure, with that of the unit which it is still to leave.
    pub(crate) fn exposure_with_inherited(&mut self, item: &Item) -> Result<Option<Exposure>, Fault> {
        let own = self.exposure_at(&self.exposure_path(&item.leaf))?;
        let Some(above) = &item.settling else { return Ok(own) };
        let of_unit = self.exposure_at(&self.paths.exposure(above.unit))?;
        Ok(exposure::merge(own.as_ref(), of_unit.as_ref()))
    }

    /// `member` holds the item from now on.
    pub(crate) fn give(&self, item: &mut Item, member: MemberId) {
        item.place = UnitPlace::Holder(self.holder(&item.path, member));
        item.held = Some(self.held_by(member));
    }

    /// The unit is dissolved; what is inside is the sender's.
    pub(crate) fn give_contents(&self, item: &mut Item) {
        item.place = UnitPlace::Dissolved(self.holder(&item.path, self.sender()));
        item.held = Some(self.held_by(self.sender()));
    }

    /// The item goes into a unit.
    pub(crate) const fn put_inside(&self, item: &mut Item, unit: Parent) {
        item.place = UnitPlace::Inside(unit);
        item.held = None;
    }

    /// What is now can be undone at `site` later.
    pub(crate) fn keep_for_undo(&self, item: &mut Item, site: Site) {
        let (state, quantity) = (item.state, item.quantity());
        self.keep_for_undo_as(item, state, quantity, site);
    }

    /// As [`Self::keep_for_undo`], with what to go back to.
    pub(crate) fn keep_for_undo_as(&self, item: &mut Item, state: StateCode, quantity: u16, site: Site) {
        item.prior = Some(Prior::Undo { state, quantity, place: self.place(&item.path, site) });
        item.undo = Some(self.salt());
    }

    /// Appends the event to the item's own chain.
    pub(crate) fn append(&self, item: &mut Item) {
        item.custody = item.custody.after(&self.entry);
        item.steps.push(Step::Own(self.entry));
    }

    /// Appends the event through the unit that the item joins or leaves.
    pub(crate) fn append_through(&self, item: &mut Item, unit_path: &Path, unit: Custody) {
        item.custody = item.custody.after_unit(unit_path, &unit, &self.entry);
        item.steps.push(Step::Unit(*unit_path, unit, self.entry));
    }

    /// Appends the event to the item's chain, unless it settled: once per event.
    pub(crate) fn append_once(&self, item: &mut Item) {
        if item.steps.is_empty() {
            self.append(item);
        }
    }

    /// Writes the item, with this event in its chain.
    pub(crate) fn close(&mut self, mut item: Item) {
        self.append_once(&mut item);
        let undo = item.undo.filter(|_| matches!(item.prior, Some(Prior::Undo { .. })));
        let (path, held, steps) = (item.path, item.held, mem::take(&mut item.steps));
        match &item.leaf {
            ItemLeaf::Pack { pack, lot, leaf, before } => {
                let (after, before) = (item.pack_leaf(leaf), Some(before.clone()));
                let (pack, lot) = (pack.clone(), lot.clone());
                self.put(path, Leaf::Pack(after.clone()));
                self.effects.push(Effect::Pack(PackEffect { pack, path, lot, before, after, held, undo, steps }));
            }
            ItemLeaf::Unit { unit, leaf, before } => {
                let (after, before) = (item.unit_leaf(leaf), before.clone());
                self.put(path, Leaf::Unit(after.clone()));
                self.effects.push(Effect::Unit(UnitEffect { unit: *unit, path, before, after, held, undo, steps }));
            }
        }
    }
}
