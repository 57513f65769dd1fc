//! A delivery against what the ledger says was sent: what is missing, what is over, what does not agree.
//!
//! What was sent is what the movements name that belong to the despatch advice and made the caller's member the
//! holder; a closed case counts with everything in it. So the answer needs no document of the sender, and is the same
//! for both parties. It is asked before the cases are unpacked.

use super::{
    super::{
        answer,
        ask::{self, Asked, parameter},
        face::Shared,
    },
    scanned::{disagreement, read},
    trade,
};
use crate::{index::Index, items::Subject, problem::Problem};
use axum::{body::Bytes, extract::State, response::Response};
use medproof_core::{
    identity::{MemberId, PackId},
    leaf::Leaf,
    scan::Reading,
};
use medproof_rules::body::{Act, Body, Items, TradeId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What was sent under one despatch advice, and is still the caller's to receive or to keep.
struct Sent {
    /// Who sent it; more than one if several did.
    from: BTreeSet<MemberId>,
    packs: BTreeSet<PackId>,
}

/// What was found among the scans.
#[derive(Default)]
struct Count {
    agreed: BTreeSet<PackId>,
    misaligned: Vec<Value>,
    over: Vec<Value>,
    seen: BTreeSet<PackId>,
}

/// Compares the scans of the body with what was sent under the despatch advice that the query names.
pub(in crate::http) async fn check(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let scans: Vec<String> = ask::json(&asked, &bytes)?;
    if scans.len() > MOST_SCANS {
        return Err(Problem::new("proof.keys").with("most", MOST_SCANS));
    }
    let advice = asked.text("advice").and_then(trade::id).ok_or_else(|| parameter("advice"))?;
    let (view, member) = (face.node.view(), asked.caller()?.member);
    let index = Index::new(&view);
    let sent = Sent::find(&index, advice, member)?;
    let mut count = Count::default();
    for (place, scan) in scans.iter().enumerate() {
        count.add(&index, &sent, &asked, (place, scan))?;
    }
    let missing = sent.packs.difference(&count.seen).map(|pack| pack_view(&index, pack));
    Ok(answer::json(&json!({
        "advice": asked.text("advice"),
        "from": sent.from.iter().map(|member| member.0).collect::<Vec<_>>(),
        "advised": sent.packs.len(),
        "arrived": sent.packs.intersection(&count.seen).count(),
        "agreed": count.agreed.len(),
        "missing": missing.collect::<Result<Vec<_>, _>>()?,
        "over": count.over,
        "misaligned": count.misaligned,
    })))
}

impl Sent {
    fn find(index: &Index<'_>, advice: TradeId, member: MemberId) -> Result<Self, Problem> {
        let (mut from, mut packs, mut is_known) = (BTreeSet::new(), BTreeSet::new(), false);
        for place in index.of_trade(&advice.0)? {
            is_known = true;
            let event = index.event(place)?.ok_or_else(|| Problem::new("node.index"))?;
            let Ok(body) = Body::decode(event.head().kind, event.body()) else { continue };
            let items = match body.act {
                Act::Ship(fields) if fields.consignee == member => fields.items,
                Act::Return(fields) if fields.consignee == member => fields.items,
                _ => continue,
            };
            from.insert(event.head().member);
            named(index, &items, &mut packs)?;
        }
        if !is_known {
            return Err(parameter("advice"));
        }
        // What the sender took back since, or what was passed on, is not expected any more.
        let mut own = BTreeSet::new();
        for pack in packs {
            if holder(index, &pack)? == Some(member) {
                own.insert(pack);
            }
        }
        Ok(Self { from, packs: own })
    }
}

impl Count {
    fn add(
        &mut self,
        index: &Index<'_>,
        sent: &Sent,
        asked: &Asked,
        (place, scan): (usize, &str),
    ) -> Result<(), Problem> {
        match read(index, scan) {
            Err(problem) => self.over.push(refused(asked, place, &problem, json!({}))),
            Ok((Subject::Pack(pack), reading)) => self.add_pack(index, sent, asked, (place, &pack, &reading))?,
            Ok((Subject::Unit(sscc), _)) => {
                let found = index.unit(sscc)?.map(|unit| index.packs_in(unit)).transpose()?;
                match found {
                    Some(packs) if packs.iter().any(|pack| sent.packs.contains(pack)) => {
                        self.agreed.extend(packs.iter().filter(|pack| sent.packs.contains(pack)).cloned());
                        self.seen.extend(packs);
                    }
                    known => {
                        let code = if known.is_some() { NOT_SENT } else { "rules.unit.absent" };
                        let item = json!({ "sscc": sscc.digits() });
                        self.over.push(refused(asked, place, &Problem::new(code), item));
                    }
                }
            }
        }
        Ok(())
    }

    fn add_pack(
        &mut self,
        index: &Index<'_>,
        sent: &Sent,
        asked: &Asked,
        (place, scanned, reading): (usize, &PackId, &Reading),
    ) -> Result<(), Problem> {
        let Some(pack) = index.canonical_pack(scanned)? else {
            let is_known = index.product(&scanned.product)?.is_some();
            let problem = Problem::new(if is_known { "rules.pack.absent" } else { "rules.product.absent" });
            self.over.push(refused(asked, place, &problem, id_view(scanned)));
            return Ok(());
        };
        if !self.seen.insert(pack.clone()) {
            self.over.push(refused(asked, place, &Problem::new("node.item.twice"), id_view(&pack)));
        } else if !sent.packs.contains(&pack) {
            self.over.push(refused(asked, place, &Problem::new(NOT_SENT), pack_view(index, &pack)?));
        } else if let Some(code) = disagreement(index, &pack, reading)? {
            let mut item = pack_view(index, &pack)?;
            answer::set(&mut item, "lot_printed", reading.lot.as_ref().map(|lot| lot.as_str()));
            answer::set(&mut item, "expiry_printed", reading.expiry.map(ask::day_text));
            self.misaligned.push(refused(asked, place, &Problem::new(code), item));
        } else {
            self.agreed.insert(pack);
        }
        Ok(())
    }
}

/// The packs that an event names, those in its units included.
fn named(index: &Index<'_>, items: &Items, packs: &mut BTreeSet<PackId>) -> Result<(), Problem> {
    packs.extend(items.packs.iter().map(|item| item.pack.clone()));
    for item in &items.units {
        packs.extend(index.packs_in(item.unit)?);
    }
    Ok(())
}

fn holder(index: &Index<'_>, pack: &PackId) -> Result<Option<MemberId>, Problem> {
    let path = index.paths().pack(pack);
    match index.leaf(&path)? {
        Some(Leaf::Pack(leaf)) => Ok(Some(index.pack_whereabouts(&path, &leaf)?.member)),
        _ => Ok(None),
    }
}

/// One scan that is over or does not agree, with the sentences for the caller.
fn refused(asked: &Asked, place: usize, problem: &Problem, item: Value) -> Value {
    let mut view = problem.to_item(asked.language);
    answer::set(&mut view, "item", place);
    if let (Value::Object(view), Value::Object(item)) = (&mut view, item) {
        view.extend(item);
    }
    view
}

fn pack_view(index: &Index<'_>, pack: &PackId) -> Result<Value, Problem> {
    let (path, mut view) = (index.paths().pack(pack), id_view(pack));
    if let (Some(Leaf::Pack(leaf)), Some(lot)) = (index.leaf(&path)?, index.item(&path)?.and_then(|row| row.lot)) {
        answer::set(&mut view, "lot", lot.as_str());
        answer::set(&mut view, "state", super::super::open::product::state_name(leaf.state));
        if let Some(Leaf::Lot(lot)) = index.leaf(&index.paths().lot(&pack.product, &lot))? {
            answer::set(&mut view, "expiry", ask::day_text(lot.expiry));
        }
    }
    Ok(view)
}

fn id_view(pack: &PackId) -> Value {
    json!({ "product": ask::product_text(&pack.product), "serial": pack.serial.as_str() })
}

/// A pack or case that the despatch advice does not cover.
const NOT_SENT: &str = "node.item.not-sent";

/// The most scans of one call.
const MOST_SCANS: usize = 10_000;
