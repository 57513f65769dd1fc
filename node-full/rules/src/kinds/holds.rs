//! Kinds 1100 to 1103: items are held back and let go, each authority by its own bit.

use crate::{
    body::{
        Capacity, Items,
        field::{fields, words},
    },
    check::Ask,
    exposure, hold,
    refusal::{self, Fault, require},
    table::Column,
    turn::Turn,
};
use medproof_core::leaf::Holds;

words! {
    /// Why an item is held back.
    PackHoldReason {
        /// Not stated.
        NotStated = 0,
        /// Quality.
        Quality = 1,
        /// Suspected falsification.
        SuspectedFalsification = 2,
        /// Damaged.
        Damaged = 3,
        /// Documents.
        Documents = 4,
        /// A recall is expected.
        RecallExpected = 5,
        /// Temperature.
        Temperature = 6,
        /// Inspection.
        Inspection = 7,
    }
}

fields! {
    /// Items are locked by their holder, issuer or a regulator.
    Lock {
        /// Why.
        reason: PackHoldReason,
        /// What.
        items: Items,
    }
}

fields! {
    /// Items are unlocked by who locked them, or by a regulator.
    Unlock {
        /// What.
        items: Items,
    }
}

fields! {
    /// Items are quarantined by their holder.
    Quarantine {
        /// Why.
        reason: PackHoldReason,
        /// What.
        items: Items,
    }
}

fields! {
    /// Quality assurance lets items go.
    Release {
        /// Minutes out of range that are accepted beyond those that there were.
        allowance_minutes: u16,
        /// What.
        items: Items,
    }
}

pub(crate) fn lock(turn: &mut Turn<'_, '_>, fields: &Lock) -> Result<(), Fault> {
    let bit = match fields.items.capacity {
        Capacity::Issuer => Holds::ISSUER,
        Capacity::Regulator => Holds::REGULATOR,
        _ => Holds::HOLDER,
    };
    set(turn, &fields.items, Column::Lock, bit)
}

pub(crate) fn quarantine(turn: &mut Turn<'_, '_>, fields: &Quarantine) -> Result<(), Fault> {
    set(turn, &fields.items, Column::Quarantine, Holds::QUARANTINE)
}

/// The regulator clears all locks, so that no holder is locked in by an absent issuer.
pub(crate) fn unlock(turn: &mut Turn<'_, '_>, fields: &Unlock) -> Result<(), Fault> {
    let bits = match fields.items.capacity {
        Capacity::Issuer => Holds::ISSUER,
        Capacity::Regulator => hold::LOCKS,
        _ => Holds::HOLDER,
    };
    turn.each(&fields.items, Ask::new(Column::Unlock, fields.items.capacity), |turn, item| {
        let held = hold::bits(item.prior);
        require(held & bits != 0, refusal::HOLD_NONE)?;
        item.set_holds(held & !bits, turn.today);
        Ok(())
    })
}

pub(crate) fn release(turn: &mut Turn<'_, '_>, fields: &Release) -> Result<(), Fault> {
    turn.each(&fields.items, Ask::new(Column::Release, fields.items.capacity), |turn, item| {
        // An item in state 8 has at least one of these; in other states the table refuses.
        item.set_holds(hold::bits(item.prior) & !hold::QUARANTINES, turn.today);
        let path = turn.exposure_path(&item.leaf);
        let exposure = turn.exposure_at(&path)?;
        if let Some(accepted) = exposure.and_then(|exposure| exposure::accept(&exposure, fields.allowance_minutes)) {
            turn.put_exposure(item.leaf.name(), path, accepted);
        }
        Ok(())
    })
}

fn set(turn: &mut Turn<'_, '_>, items: &Items, column: Column, bit: u8) -> Result<(), Fault> {
    turn.each(items, Ask::new(column, items.capacity), |turn, item| {
        let held = hold::bits(item.prior);
        require(held & bit == 0, refusal::HOLD_ALREADY)?;
        item.set_holds(held | bit, turn.today);
        Ok(())
    })
}
