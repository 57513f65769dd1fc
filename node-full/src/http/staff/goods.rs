//! Making lots, packs and units.

use super::super::{
    answer,
    ask::{self, Asked, parameter},
    face::{Face, Shared},
};
use super::{deed, receipt_view, scanned, sent_before};
use crate::{
    index::Index,
    items::{self, Subject},
    problem::Problem,
};
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use medproof_core::identity::Serial;
use medproof_rules::body::{
    Act, Aggregate, AliasPair, Capacity, Disaggregate, Dissolve, LotRelease, PackAlias, PackRegister,
};
use serde::Deserialize;
use std::num::NonZeroU16;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLot {
    product: String,
    lot: String,
    expiry: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPacks {
    product: String,
    lot: String,
    #[serde(default = "one")]
    quantity: NonZeroU16,
    serials: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAliases {
    aliases: Vec<NewAlias>,
}

/// Scans of the two codes on one pack.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAlias {
    alias: String,
    pack: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unit {
    sscc: String,
    /// Scans of what goes in or out; when unpacking, all of it if there are none.
    #[serde(default)]
    items: Vec<String>,
}

const fn one() -> NonZeroU16 {
    NonZeroU16::MIN
}

/// Releases a lot.
pub(in crate::http) async fn release(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let NewLot { product, lot, expiry } = ask::json(&asked, &bytes)?;
    let lot = LotRelease { product: ask::product(&product)?, lot: ask::lot(&lot)?, expiry: ask::day(&expiry)? };
    created(&face, &asked, || Ok(Act::LotRelease(lot))).await
}

/// Registers serials of a lot.
pub(in crate::http) async fn register(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let NewPacks { product, lot, quantity, serials } = ask::json(&asked, &bytes)?;
    let serials: Result<Vec<_>, _> = serials.iter().map(|serial| Serial::new(serial)).collect();
    let serials = serials.map_err(|_| parameter("serials"))?;
    let packs = PackRegister { product: ask::product(&product)?, lot: ask::lot(&lot)?, quantity, serials };
    created(&face, &asked, || Ok(Act::PackRegister(packs))).await
}

/// Registers other codes on packs; the codes are those of an alias of the product.
pub(in crate::http) async fn alias(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let aliases = aliases(&face, ask::json(&asked, &bytes)?)?;
    created(&face, &asked, || Ok(Act::PackAlias(PackAlias { aliases }))).await
}

fn aliases(face: &Face, NewAliases { aliases }: NewAliases) -> Result<Vec<AliasPair>, Problem> {
    let view = face.node.view();
    let index = Index::new(&view);
    let pack = |scan: &str| match scanned::subject(&index, scan)? {
        Subject::Pack(pack) => Ok(pack),
        Subject::Unit(_) => Err(parameter("aliases")),
    };
    let pair = |new: &NewAlias| Ok(AliasPair { alias: pack(&new.alias)?, canonical: pack(&new.pack)? });
    aliases.iter().map(pair).collect()
}

/// Puts packs and units into a unit, which is made if it is not there.
pub(in crate::http) async fn pack(State(face): State<Shared>, asked: Asked, bytes: Bytes) -> Result<Response, Problem> {
    let unit = ask::json(&asked, &bytes)?;
    created(&face, &asked, || packing(&face, &unit)).await
}

/// Takes packs and units out of a unit, or everything.
pub(in crate::http) async fn unpack(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let unit = ask::json(&asked, &bytes)?;
    created(&face, &asked, || unpacking(&face, &unit)).await
}

fn packing(face: &Face, Unit { sscc, items }: &Unit) -> Result<Act, Problem> {
    let view = face.node.view();
    let index = Index::new(&view);
    let (unit, subjects) = (ask::sscc(sscc)?, subjects(&index, items)?);
    let (unit, unit_salt) = items::unit_to_pack(&index, unit)?;
    let items = all_named(&index, &subjects)?;
    Ok(Act::Aggregate(Aggregate { unit, unit_salt, items }))
}

fn unpacking(face: &Face, Unit { sscc, items }: &Unit) -> Result<Act, Problem> {
    let view = face.node.view();
    let index = Index::new(&view);
    let subjects = subjects(&index, items)?;
    let unit = items::unit_item(&index, Capacity::Holder, ask::sscc(sscc)?)?;
    let salt = unit.salt.ok_or_else(|| Problem::new("node.index"))?;
    if subjects.is_empty() {
        return Ok(Act::Dissolve(Dissolve { unit: unit.unit, salt }));
    }
    let items = items::without_salts(all_named(&index, &subjects)?);
    Ok(Act::Disaggregate(Disaggregate { unit: unit.unit, unit_salt: salt, items }))
}

/// Does what `act` says, which is looked up on the state before; a call that was done before has changed it.
async fn created(face: &Face, asked: &Asked, act: impl FnOnce() -> Result<Act, Problem>) -> Result<Response, Problem> {
    let receipt = match sent_before(face, asked)? {
        Some((_, receipt)) => receipt,
        None => deed(face, asked, act()?).await?,
    };
    Ok(answer::with_status(StatusCode::CREATED, &receipt_view(&receipt)))
}

fn subjects(index: &Index<'_>, scans: &[String]) -> Result<Vec<Subject>, Problem> {
    scans.iter().map(|scan| scanned::subject(index, scan)).collect()
}

/// What a unit's event names: all of it or nothing.
fn all_named(index: &Index<'_>, subjects: &[Subject]) -> Result<medproof_rules::body::Items, Problem> {
    let named = items::name(index, Capacity::Holder, subjects)?;
    for (place, found) in named.found.into_iter().enumerate() {
        found.map_err(|fault| Problem::from(fault).extra("item", place))?;
    }
    Ok(named.items)
}
