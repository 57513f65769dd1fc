//! Kinds 1000 to 1006: what becomes of packs in the end, and how a slip is undone.

use crate::{
    body::{
        AtSite, Capacity, EventSalt, Items, PackItem, Site,
        field::{Field, fields, words},
        items::pack_order,
    },
    check::Ask,
    item::Item,
    refusal::{self, Fault, refuse},
    table::{Cell, Column},
    turn::Turn,
};
use medproof_core::{
    encoding::{DecodeError, Reader},
    event::EventKind,
    identity::PackId,
    leaf::Prior,
};
use std::num::NonZeroU16;

words! {
    /// Why packs are destroyed.
    DestroyReason {
        /// Not stated.
        NotStated = 0,
        /// Expired.
        Expired = 1,
        /// Damaged.
        Damaged = 2,
        /// Recalled.
        Recalled = 3,
        /// Returned by a patient.
        ReturnedByPatient = 4,
        /// Kept too warm or too cold.
        Excursion = 5,
        /// An authority ordered it.
        Order = 6,
    }
}

/// A country: two letters of ISO 3166-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Takes two letters `A-Z`.
    pub fn new(letters: [u8; 2]) -> Result<Self, DecodeError> {
        if letters.iter().all(u8::is_ascii_uppercase) { Ok(Self(letters)) } else { Err(DecodeError::Text) }
    }

    /// The two letters.
    pub const fn letters(self) -> [u8; 2] {
        self.0
    }
}

impl Field for Country {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(reader.array()?)
    }
}

/// Some of the contents of packs is given out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a kind has these fields in rules version 0")]
pub struct DispensePartly {
    /// Where.
    pub site: Site,
    /// From which packs, and how much. The order does not matter.
    pub portions: Vec<Portion>,
}

/// How much is taken from a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a portion is these three things")]
pub struct Portion {
    /// The pack.
    pub pack: PackId,
    /// What opens its holder.
    pub salt: EventSalt,
    /// How many units of its contents; less than what is left.
    pub amount: NonZeroU16,
}

fields! {
    /// Goods leave the market for another country.
    Export {
        /// Which.
        country: Country,
        /// From where.
        site: Site,
        /// What.
        items: Items,
    }
}

fields! {
    /// Goods are destroyed.
    Destroy {
        /// Why.
        reason: DestroyReason,
        /// Where.
        site: Site,
        /// What.
        items: Items,
    }
}

fields! {
    /// A slip is taken back where it was made, within the undo days.
    Undo {
        /// The kind of event that is undone.
        undone: EventKind,
        /// Where.
        site: Site,
        /// What.
        items: Items,
    }
}

pub(crate) fn dispense(turn: &mut Turn<'_, '_>, fields: &AtSite) -> Result<(), Fault> {
    turn.each(&fields.items, Ask::new(Column::Dispense, fields.items.capacity), |turn, item| {
        take_out(turn, item, fields.site);
        item.set_quantity(0);
        Ok(())
    })
}

pub(crate) fn dispense_partly(turn: &mut Turn<'_, '_>, fields: &DispensePartly) -> Result<(), Fault> {
    let mut amounts = fields.portions.iter().map(|portion| portion.amount.get());
    turn.each(&fields.items(), Ask::new(Column::DispensePartly, Capacity::Holder), |turn, item| {
        let amount = amounts.next().unwrap_or(0);
        // All of it is a dispense, which counts once.
        let Some(left) = item.quantity().checked_sub(amount).filter(|left| *left > 0) else {
            return refuse(refusal::QUANTITY_SHORT);
        };
        take_out(turn, item, fields.site);
        item.set_quantity(left);
        Ok(())
    })
}

pub(crate) fn sample(turn: &mut Turn<'_, '_>, fields: &AtSite) -> Result<(), Fault> {
    turn.each(&fields.items, Ask::new(Column::Sample, fields.items.capacity), |turn, item| {
        take_out(turn, item, fields.site);
        Ok(())
    })
}

pub(crate) fn export(turn: &mut Turn<'_, '_>, fields: &Export) -> Result<(), Fault> {
    turn.each(&fields.items, Ask::new(Column::Export, fields.items.capacity), |turn, item| {
        take_out(turn, item, fields.site);
        Ok(())
    })
}

pub(crate) fn destroy(turn: &mut Turn<'_, '_>, fields: &Destroy) -> Result<(), Fault> {
    turn.each(&fields.items, Ask::new(Column::Destroy, fields.items.capacity), |turn, item| {
        end(turn, item);
        Ok(())
    })
}

pub(crate) fn report_stolen(turn: &mut Turn<'_, '_>, fields: &AtSite) -> Result<(), Fault> {
    let ask = Ask::new(Column::Stolen, fields.items.capacity).at(fields.site);
    turn.each(&fields.items, ask, |turn, item| {
        end(turn, item);
        Ok(())
    })
}

pub(crate) fn undo(turn: &mut Turn<'_, '_>, fields: &Undo) -> Result<(), Fault> {
    let ask = Ask::new(Column::Undo, fields.items.capacity).at(fields.site).undoing(fields.undone);
    turn.each(&fields.items, ask, |turn, item| {
        if let Some(Prior::Undo { state, quantity, .. }) = item.prior.take() {
            item.become_state(state, turn.today);
            item.set_quantity(quantity);
        }
        Ok(())
    })
}

/// Leaves the market, and may come back at the same place.
fn take_out(turn: &Turn<'_, '_>, item: &mut Item, site: Site) {
    turn.keep_for_undo(item, site);
    if let Cell::Becomes(state) = item.cell {
        // From a partial dispense to the next the state stays, and the undo days begin anew.
        (item.state, item.since) = (state.into(), turn.today);
    }
}

/// Ends for good.
fn end(turn: &Turn<'_, '_>, item: &mut Item) {
    item.prior = None;
    if let Cell::Becomes(state) | Cell::BecomesByAuthority(state) = item.cell {
        item.become_state(state, turn.today);
    }
}

impl DispensePartly {
    /// The packs as items, in the order of the portions.
    pub(crate) fn items(&self) -> Items {
        let item = |portion: &Portion| PackItem { pack: portion.pack.clone(), salt: Some(portion.salt) };
        Items { packs: self.portions.iter().map(item).collect(), ..Items::new(Capacity::Holder) }
    }
}

/// site ‖ items ‖ amount u16 (≥ 1) per pack
impl Field for DispensePartly {
    fn put(&self, out: &mut Vec<u8>) {
        let mut sorted = self.clone();
        sorted.portions.sort_by(|a, b| pack_order(&a.pack).cmp(&pack_order(&b.pack)));
        self.site.put(out);
        sorted.items().put(out);
        sorted.portions.iter().for_each(|portion| portion.amount.put(out));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (site, items): (Site, Items) = (Field::get(reader)?, Field::get(reader)?);
        if items.capacity != Capacity::Holder || !items.units.is_empty() {
            return Err(DecodeError::Value);
        }
        let mut portions = Vec::with_capacity(items.packs.len());
        for PackItem { pack, salt } in items.packs {
            let salt = salt.ok_or(DecodeError::Value)?;
            portions.push(Portion { pack, salt, amount: Field::get(reader)? });
        }
        Ok(Self { site, portions })
    }
}
