//! Kinds 500 to 507: lots.

use super::products::{Depth, HoldReason, Severity, check_state as check_product};
use crate::{
    body::field::fields,
    effect::Effect,
    refusal::{self, Fault, Level, refuse, require, state_code},
    table::{Cell, LotColumn, ProductColumn, lot_cell},
    turn::Turn,
};
use medproof_core::{
    identity::{Day, Lot, ProductCode},
    leaf::{self, Leaf, State},
    state::Path,
};

fields! {
    /// A lot is released by its product's issuer.
    LotRelease {
        /// Its product.
        product: ProductCode,
        /// The lot as on the packs.
        lot: Lot,
        /// The last day on which it may be used; never changed.
        expiry: Day,
    }
}

fields! {
    /// A lot is quarantined, locked, or let go.
    LotHold {
        /// Its product.
        product: ProductCode,
        /// The lot.
        lot: Lot,
        /// Why.
        reason: HoldReason,
    }
}

fields! {
    /// A lot is withdrawn or recalled.
    LotMeasure {
        /// Its product.
        product: ProductCode,
        /// The lot.
        lot: Lot,
        /// How severe.
        severity: Severity,
        /// How far down the chain.
        depth: Depth,
    }
}

pub(crate) fn release(turn: &mut Turn<'_, '_>, fields: &LotRelease) -> Result<(), Fault> {
    let product = turn.product(&fields.product)?;
    check_product(turn, &product, ProductColumn::LotRelease)?;
    let path = turn.paths.lot(&fields.product, &fields.lot);
    require(turn.lot_at(&path)?.is_none(), refusal::LOT_PRESENT)?;
    require(fields.expiry >= turn.today, refusal::EXPIRED)?;
    turn.require_issuer(&[product.issuer])?;
    let after = leaf::Lot {
        state: State::Active.into(),
        expiry: fields.expiry,
        issuer: turn.sender(),
        issuer_role: turn.head.role,
        key_number: turn.head.key_number,
        released: turn.today,
        lot: fields.lot.clone(),
    };
    put(turn, &fields.product, path, None, after);
    Ok(())
}

pub(crate) fn hold(turn: &mut Turn<'_, '_>, fields: &LotHold, column: LotColumn) -> Result<(), Fault> {
    step(turn, &fields.product, &fields.lot, column)
}

pub(crate) fn measure(turn: &mut Turn<'_, '_>, fields: &LotMeasure, column: LotColumn) -> Result<(), Fault> {
    step(turn, &fields.product, &fields.lot, column)
}

/// A lot, with its path.
pub(crate) fn find(turn: &mut Turn<'_, '_>, product: &ProductCode, lot: &Lot) -> Result<(Path, leaf::Lot), Fault> {
    let path = turn.paths.lot(product, lot);
    match turn.lot_at(&path)? {
        Some(leaf) => Ok((path, leaf)),
        None => refuse(refusal::LOT_ABSENT),
    }
}

/// Refuses what the state of the lot excludes.
pub(crate) fn check_state(turn: &mut Turn<'_, '_>, leaf: &leaf::Lot, column: LotColumn) -> Result<Cell, Fault> {
    let state = turn.known(leaf.state)?;
    match lot_cell(state, column) {
        Cell::Refused => refuse(state_code(state, Level::Lot)),
        cell => Ok(cell),
    }
}

fn step(turn: &mut Turn<'_, '_>, product: &ProductCode, lot: &Lot, column: LotColumn) -> Result<(), Fault> {
    let of_product = turn.product(product)?;
    let (path, before) = find(turn, product, lot)?;
    let cell = check_state(turn, &before, column)?;
    if !turn.is_regulator() {
        turn.require_issuer(&[before.issuer, of_product.issuer])?;
    }
    let state = if let Cell::Becomes(state) = cell { state.into() } else { before.state };
    let after = leaf::Lot { state, ..before.clone() };
    put(turn, product, path, Some(before), after);
    Ok(())
}

fn put(turn: &mut Turn<'_, '_>, product: &ProductCode, path: Path, before: Option<leaf::Lot>, after: leaf::Lot) {
    turn.put(path, Leaf::Lot(after.clone()));
    turn.effects.push(Effect::Lot { product: product.clone(), before, after });
}
