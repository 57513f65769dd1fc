//! A wish of an EPCIS event as a deed that the rules know.

use crate::{
    fault::{Fault, Result},
    index::Index,
    items::{self, Subject, unit_item},
    keyring,
};
use medproof_core::{header::UnixMillis, identity::Sscc, leaf::Parent};
use medproof_epcis::mapping::{Detail, Kind, Wish};
use medproof_rules::body::{
    Act, Aggregate, AtSite, Capacity, Country, Depth, Destroy, DestroyReason, Disaggregate, DispensePartly, Dissolve,
    Export, HoldReason, Items, LotHold, LotMeasure, LotRelease, PackHoldReason, PackRegister, Portion, Quarantine,
    Reading, Receive, Release, Return, ReturnReason, Severity, Ship, Site, Temperature, TradeId, TradeStep,
};
use std::num::NonZeroU16;

/// The deed that `wish` asks for, with the salts that show who holds its items.
pub(super) fn act(index: &Index<'_>, wish: &Wish, site: Option<u64>) -> Result<Act> {
    let site = Site(site.unwrap_or(OWN_PLACE));
    match &wish.detail {
        Detail::Release { product, lot, expiry } => {
            Ok(Act::LotRelease(LotRelease { product: product.clone(), lot: lot.clone(), expiry: *expiry }))
        }
        Detail::Register { product, lot, quantity, serials } => Ok(Act::PackRegister(PackRegister {
            product: product.clone(),
            lot: lot.clone(),
            quantity: *quantity,
            serials: serials.clone(),
        })),
        Detail::Lot { product, lot } if wish.kind == Kind::LotRecall => Ok(Act::LotRecall(LotMeasure {
            product: product.clone(),
            lot: lot.clone(),
            severity: Severity::NotStated,
            // The event sets no bound.
            depth: Depth::Patients,
        })),
        Detail::Lot { product, lot } => {
            Ok(Act::LotLift(LotHold { product: product.clone(), lot: lot.clone(), reason: HoldReason::NotStated }))
        }
        Detail::Unit(unit) => with_unit(index, wish, *unit),
        Detail::Trade { counterparty, .. } => {
            let step = TradeStep { trade: TradeId(keyring::random()?), follows: None, counterparty: *counterparty };
            trade(wish.kind, step)
        }
        detail => moved(wish.kind, detail, site, named(index, wish)?),
    }
}

fn trade(kind: Kind, step: TradeStep) -> Result<Act> {
    Ok(match kind {
        Kind::Order => Act::Order(step),
        Kind::Confirmation => Act::Confirmation(step),
        Kind::Sale => Act::Sale(step),
        Kind::DespatchAdvice => Act::DespatchAdvice(step),
        Kind::Delivery => Act::Delivery(step),
        _ => return Err(unknown()),
    })
}

fn with_unit(index: &Index<'_>, wish: &Wish, sscc: Sscc) -> Result<Act> {
    match wish.kind {
        Kind::Aggregate => {
            let items = named(index, wish)?;
            let (unit, unit_salt) = items::unit_to_pack(index, sscc)?;
            Ok(Act::Aggregate(Aggregate { unit, unit_salt, items }))
        }
        Kind::Disaggregate => {
            let (unit, unit_salt) = opened(index, sscc)?;
            Ok(Act::Disaggregate(Disaggregate { unit, unit_salt, items: items::without_salts(named(index, wish)?) }))
        }
        Kind::Dissolve => {
            let (unit, salt) = opened(index, sscc)?;
            Ok(Act::Dissolve(Dissolve { unit, salt }))
        }
        _ => Err(unknown()),
    }
}

fn opened(index: &Index<'_>, sscc: Sscc) -> Result<(Parent, medproof_rules::body::EventSalt)> {
    let item = unit_item(index, Capacity::Holder, sscc)?;
    Ok((item.unit, item.salt.ok_or_else(|| Fault::new("rules.unit.absent"))?))
}

fn moved(kind: Kind, detail: &Detail, site: Site, items: Items) -> Result<Act> {
    Ok(match (kind, detail) {
        (Kind::Ship, Detail::Consignee(consignee)) => {
            Act::Ship(Ship { consignee: *consignee, site, trade: None, items })
        }
        (Kind::Return, Detail::Return { consignee, reason }) => {
            let reason = ReturnReason::from_number(*reason).unwrap_or(ReturnReason::NotStated);
            Act::Return(Return { reason, consignee: *consignee, site, trade: None, items })
        }
        (Kind::DispensePartly, Detail::Amounts(amounts)) => {
            Act::DispensePartly(DispensePartly { site, portions: portions(items, amounts)? })
        }
        (Kind::Export, Detail::Country(letters)) => {
            let country = Country::new(*letters).map_err(|_| unknown())?;
            Act::Export(Export { country, site, items })
        }
        (Kind::Destroy, Detail::Reason(reason)) => {
            let reason = DestroyReason::from_number(*reason).unwrap_or(DestroyReason::NotStated);
            Act::Destroy(Destroy { reason, site, items })
        }
        (Kind::Quarantine, Detail::Reason(reason)) => {
            let reason = PackHoldReason::from_number(*reason).unwrap_or(PackHoldReason::NotStated);
            Act::Quarantine(Quarantine { reason, items })
        }
        (Kind::Reading, Detail::Readings(readings)) => {
            let temperatures = readings.iter().map(|reading| Temperature {
                start: UnixMillis(reading.start_ms),
                end: UnixMillis(reading.end_ms),
                lowest_decicelsius: reading.lowest_decicelsius,
                highest_decicelsius: reading.highest_decicelsius,
            });
            Act::Reading(Reading { items, temperatures: temperatures.collect() })
        }
        (kind, _) => at_site(kind, site, items)?,
    })
}

fn at_site(kind: Kind, site: Site, items: Items) -> Result<Act> {
    Ok(match kind {
        Kind::Receive => Act::Receive(Receive { site, trade: None, items }),
        Kind::Release => Act::Release(Release { allowance_minutes: 0, items }),
        Kind::ShipCancel => Act::ShipCancel(AtSite { site, items }),
        Kind::PutAway => Act::PutAway(AtSite { site, items }),
        Kind::WardIssue => Act::WardIssue(AtSite { site, items }),
        Kind::Dispense => Act::Dispense(AtSite { site, items }),
        Kind::Sample => Act::Sample(AtSite { site, items }),
        Kind::Stolen => Act::Stolen(AtSite { site, items }),
        _ => return Err(unknown()),
    })
}

/// The wish's items; one that the ledger does not have refuses them all.
fn named(index: &Index<'_>, wish: &Wish) -> Result<Items> {
    let capacity = if wish.kind == Kind::ShipCancel { Capacity::Shipper } else { Capacity::Holder };
    let units = wish.items.units.iter().map(|unit| Subject::Unit(*unit));
    let packs = wish.items.packs.iter().map(|pack| Subject::Pack(pack.clone()));
    let named = items::name(index, capacity, &units.chain(packs).collect::<Vec<_>>())?;
    named.found.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(named.items)
}

fn portions(items: Items, amounts: &[u16]) -> Result<Vec<Portion>> {
    let portion = |(item, amount): (medproof_rules::body::PackItem, &u16)| {
        let (Some(salt), Some(amount)) = (item.salt, NonZeroU16::new(*amount)) else { return Err(unknown()) };
        Ok(Portion { pack: item.pack, salt, amount })
    };
    items.packs.into_iter().zip(amounts).map(portion).collect()
}

const fn unknown() -> Fault {
    Fault::new("epcis.stored.no-kind")
}

/// The sender's own place without a name, where the event says none.
const OWN_PLACE: u64 = 10_000_000_000_000;
