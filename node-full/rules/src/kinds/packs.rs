//! Kinds 600 and 601: packs are registered, and named by other codes.

use super::{lots, products};
use crate::{
    body::field::{Entry, Field, fields},
    body::items::pack_order,
    effect::{Effect, PackEffect},
    item::ItemLeaf,
    refusal::{self, Fault, require},
    table::{Column, LotColumn, ProductColumn},
    turn::Turn,
};
use medproof_core::{
    custody::{Custody, Step},
    encoding::{DecodeError, Reader},
    identity::{Lot, PackId, ProductCode, Serial},
    leaf::{Leaf, Pack, Place, State},
};
use std::num::NonZeroU16;

fields! {
    /// Packs of one lot are registered by its issuer.
    PackRegister {
        /// Their product.
        product: ProductCode,
        /// Their lot.
        lot: Lot,
        /// Units in each pack.
        quantity: NonZeroU16,
        /// Their serials, 1 to 10,000.
        serials: Vec<Serial>,
    }
}

fields! {
    /// Other codes on packs, before anything else happened to them.
    PackAlias {
        /// Each with the identity under which the pack stands; 1 to 10,000.
        aliases: Vec<AliasPair>,
    }
}

fields! {
    /// Another code on a pack.
    AliasPair {
        /// The other identity, under an alias of the product.
        alias: PackId,
        /// The identity under which the pack stands.
        canonical: PackId,
    }
}

impl Entry for AliasPair {
    const MIN_LEN_BYTES: usize = 14;

    fn before(&self, other: &Self) -> bool {
        pack_order(&self.alias) < pack_order(&other.alias)
    }
}

impl Field for NonZeroU16 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.get().to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(reader.u16()?).ok_or(DecodeError::Value)
    }
}

pub(crate) fn register(turn: &mut Turn<'_, '_>, fields: &PackRegister) -> Result<(), Fault> {
    let product = turn.product(&fields.product)?;
    products::check_state(turn, &product, ProductColumn::PackRegister)?;
    let (_, lot) = lots::find(turn, &fields.product, &fields.lot)?;
    lots::check_state(turn, &lot, LotColumn::PackRegister)?;
    require(turn.now.0 < lot.expiry.end_ms(), refusal::EXPIRED)?;
    turn.require_issuer(&[lot.issuer])?;
    let custody = Custody::START.after(&turn.entry);
    let leaf = Pack {
        state: State::Active.into(),
        lot: turn.paths.lot_ref(&fields.product, &fields.lot),
        prior: None,
        quantity_left: fields.quantity.get(),
        since: turn.today,
        place: Place::Holder(custody.hash),
        registering_key: turn.head.key_number,
        registered: turn.today,
        events: custody.events,
        custody: custody.hash,
    };
    for (index, serial) in fields.serials.iter().enumerate() {
        let pack = PackId { product: fields.product.clone(), serial: serial.clone() };
        register_one(turn, pack, &fields.lot, &leaf).map_err(|fault| fault.at(index))?;
    }
    Ok(())
}

/// Registers one pack like `leaf`, but for its own holder commitment.
fn register_one(turn: &mut Turn<'_, '_>, pack: PackId, lot: &Lot, leaf: &Pack) -> Result<(), Fault> {
    let path = turn.paths.pack(&pack);
    turn.require_free_pack(&path)?;
    let after = Pack { place: Place::Holder(turn.holder(&path, turn.sender())), ..leaf.clone() };
    turn.put(path, Leaf::Pack(after.clone()));
    let (lot, held, steps) = (lot.clone(), Some(turn.held_by(turn.sender())), vec![Step::Own(turn.entry)]);
    turn.effects.push(Effect::Pack(PackEffect { pack, path, lot, before: None, after, held, undo: None, steps }));
    Ok(())
}

pub(crate) fn name_aliases(turn: &mut Turn<'_, '_>, fields: &PackAlias) -> Result<(), Fault> {
    for (index, pair) in fields.aliases.iter().enumerate() {
        name_alias(turn, pair).map_err(|fault| fault.at(index))?;
    }
    Ok(())
}

fn name_alias(turn: &mut Turn<'_, '_>, pair: &AliasPair) -> Result<(), Fault> {
    let canonical_path = turn.paths.pack(&pair.canonical);
    let is_alias = matches!(turn.leaves.leaf(&canonical_path)?, Some(Leaf::PackAlias(_)));
    require(!is_alias, refusal::ALIAS_OF_ALIAS)?;
    let mut item = turn.find_pack(&pair.canonical)?;
    item.check_state(Column::Alias)?;
    let issuers = turn.issuers(&item)?;
    turn.require_issuer(issuers.get(..1).unwrap_or(&[]))?;
    require(matches!(&item.leaf, ItemLeaf::Pack { leaf, .. } if leaf.events == 1), refusal::ALIAS_LATE)?;
    let product_path = turn.product_path(&pair.alias.product);
    let is_alias = matches!(
        turn.leaves.leaf(&product_path)?,
        Some(Leaf::ProductAlias(product)) if *product == pair.canonical.product
    );
    require(is_alias, refusal::ALIAS_PRODUCT)?;
    let path = turn.paths.pack(&pair.alias);
    turn.require_free_pack(&path)?;
    turn.put(path, Leaf::PackAlias(pair.canonical.clone()));
    let (alias, canonical) = (pair.alias.clone(), pair.canonical.clone());
    turn.effects.push(Effect::PackAlias { alias, canonical });
    Ok(())
}
