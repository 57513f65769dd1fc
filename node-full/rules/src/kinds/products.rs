//! Kinds 400 to 405: products.

use crate::{
    body::field::{fields, words},
    effect::Effect,
    refusal::{self, Fault, Level, refuse, require, state_code},
    table::{Cell, ProductColumn, product_cell},
    turn::Turn,
};
use medproof_core::{
    identity::{MemberId, ProductCode},
    info::ProductInfo,
    leaf::{Leaf, Product, State},
};

words! {
    /// How severe a recall or withdrawal is; 1 is the worst.
    Severity {
        /// Not stated.
        NotStated = 0,
        /// May be fatal or cause serious harm.
        One = 1,
        /// May cause illness or mistreatment.
        Two = 2,
        /// May not pose a significant risk.
        Three = 3,
    }
}

words! {
    /// How far down the chain a recall or withdrawal reaches.
    Depth {
        /// To wholesalers.
        Wholesalers = 1,
        /// To those who dispense.
        Dispensers = 2,
        /// To patients.
        Patients = 3,
    }
}

words! {
    /// Why a lot or product is held back, or let go.
    HoldReason {
        /// Not stated.
        NotStated = 0,
        /// Quality.
        Quality = 1,
        /// Inspection.
        Inspection = 2,
        /// Suspected falsification.
        SuspectedFalsification = 3,
        /// Documents.
        Documents = 4,
        /// Cleared.
        Cleared = 5,
        /// Entered by mistake.
        Mistake = 6,
    }
}

fields! {
    /// A new product under its canonical code.
    ProductRegister {
        /// Its code.
        product: ProductCode,
        /// Names, particulars and storage limits.
        info: ProductInfo,
        /// Whether serials carry at least 64 random bits.
        random_serials: bool,
    }
}

fields! {
    /// Other particulars or another issuer.
    ProductChange {
        /// Which.
        product: ProductCode,
        /// All of its information anew.
        info: ProductInfo,
        /// Whether serials carry at least 64 random bits; once given up, for good.
        random_serials: bool,
        /// The issuer from now on, if it changes.
        new_issuer: Option<MemberId>,
    }
}

fields! {
    /// A product is withdrawn or recalled.
    ProductMeasure {
        /// Which.
        product: ProductCode,
        /// How severe.
        severity: Severity,
        /// How far down the chain.
        depth: Depth,
    }
}

fields! {
    /// A recall or withdrawal ends.
    ProductLift {
        /// Which.
        product: ProductCode,
        /// Why.
        reason: HoldReason,
    }
}

fields! {
    /// Another code of a product.
    ProductAlias {
        /// The other code.
        alias: ProductCode,
        /// The code under which the product stands.
        canonical: ProductCode,
    }
}

pub(crate) fn register(turn: &mut Turn<'_, '_>, fields: &ProductRegister) -> Result<(), Fault> {
    let path = turn.require_free_product(&fields.product)?;
    let after = Product {
        state: State::Active.into(),
        issuer: turn.sender(),
        info_hash: fields.info.hash(),
        random_serials: fields.random_serials,
        limits: fields.info.limits,
    };
    turn.put(path, Leaf::Product(after.clone()));
    let (product, info) = (fields.product.clone(), Some(fields.info.clone()));
    turn.effects.push(Effect::Product { product, before: None, after, info });
    Ok(())
}

pub(crate) fn change(turn: &mut Turn<'_, '_>, fields: &ProductChange) -> Result<(), Fault> {
    let before = turn.product(&fields.product)?;
    check_state(turn, &before, ProductColumn::Change)?;
    require_issuer_or_regulator(turn, &before)?;
    require(before.random_serials || !fields.random_serials, refusal::PRODUCT_RANDOM_SERIALS)?;
    if let Some(issuer) = fields.new_issuer {
        turn.admitted(issuer)?;
    }
    let after = Product {
        issuer: fields.new_issuer.unwrap_or(before.issuer),
        info_hash: fields.info.hash(),
        random_serials: fields.random_serials,
        limits: fields.info.limits,
        ..before.clone()
    };
    put(turn, &fields.product, before, after, Some(fields.info.clone()));
    Ok(())
}

pub(crate) fn withdraw(turn: &mut Turn<'_, '_>, fields: &ProductMeasure) -> Result<(), Fault> {
    step(turn, &fields.product, ProductColumn::Withdraw)
}

pub(crate) fn recall(turn: &mut Turn<'_, '_>, fields: &ProductMeasure) -> Result<(), Fault> {
    step(turn, &fields.product, ProductColumn::Recall)
}

pub(crate) fn lift(turn: &mut Turn<'_, '_>, fields: &ProductLift) -> Result<(), Fault> {
    step(turn, &fields.product, ProductColumn::Lift)
}

pub(crate) fn name_alias(turn: &mut Turn<'_, '_>, fields: &ProductAlias) -> Result<(), Fault> {
    let canonical_path = turn.product_path(&fields.canonical);
    let is_alias = matches!(turn.leaves.leaf(&canonical_path)?, Some(Leaf::ProductAlias(_)));
    require(!is_alias, refusal::ALIAS_OF_ALIAS)?;
    let product = turn.product(&fields.canonical)?;
    check_state(turn, &product, ProductColumn::Alias)?;
    require_issuer_or_regulator(turn, &product)?;
    let path = turn.require_free_product(&fields.alias)?;
    turn.put(path, Leaf::ProductAlias(fields.canonical.clone()));
    let (alias, canonical) = (fields.alias.clone(), fields.canonical.clone());
    turn.effects.push(Effect::ProductAlias { alias, canonical });
    Ok(())
}

/// Refuses what the state of the product excludes.
pub(crate) fn check_state(turn: &mut Turn<'_, '_>, leaf: &Product, column: ProductColumn) -> Result<Cell, Fault> {
    let state = turn.known(leaf.state)?;
    match product_cell(state, column) {
        Cell::Refused => refuse(state_code(state, Level::Product)),
        cell => Ok(cell),
    }
}

fn step(turn: &mut Turn<'_, '_>, product: &ProductCode, column: ProductColumn) -> Result<(), Fault> {
    let before = turn.product(product)?;
    let cell = check_state(turn, &before, column)?;
    require_issuer_or_regulator(turn, &before)?;
    let state = if let Cell::Becomes(state) = cell { state.into() } else { before.state };
    let after = Product { state, ..before.clone() };
    put(turn, product, before, after, None);
    Ok(())
}

fn put(turn: &mut Turn<'_, '_>, product: &ProductCode, before: Product, after: Product, info: Option<ProductInfo>) {
    let path = turn.product_path(product);
    turn.put(path, Leaf::Product(after.clone()));
    turn.effects.push(Effect::Product { product: product.clone(), before: Some(before), after, info });
}

fn require_issuer_or_regulator(turn: &Turn<'_, '_>, product: &Product) -> Result<(), Fault> {
    if turn.is_regulator() { Ok(()) } else { turn.require_issuer(&[product.issuer]) }
}
