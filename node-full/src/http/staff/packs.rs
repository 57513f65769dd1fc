//! What is done to packs and units: an array of scans in, one answer for each out.

use super::{
    super::{
        answer::{self, set},
        ask::{self, Asked, parameter},
        face::{Face, Shared},
        replay::Passing,
    },
    alert::{self, Alert},
    receipt_view, role,
    scanned::{disagreement, read},
    send, sent_before,
};
use crate::{
    access::Staff,
    index::Index,
    items::{self, Canonical, Subject},
    keyring::to_hex,
    node::Acted,
    problem::Problem,
};
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use medproof_core::{
    event::{Event, EventKind},
    hash::Digest,
    identity::MemberId,
    scan::Reading,
};
use medproof_rules::body::{
    Act, AtSite, Body, Capacity, Country, Destroy, DestroyReason, DispensePartly, Export, Items, Lock, PackHoldReason,
    Portion, Quarantine, Receive, Release, Return, ReturnReason, Ship, Site, Undo, Unlock, number,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{num::NonZeroU16, time::Duration};
use tokio::task::block_in_place;

/// One of the array: a scan, or a scan with how much is taken from the pack.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Item {
    Code(String),
    Portion {
        code: String,
        #[serde(default)]
        amount: Option<NonZeroU16>,
    },
}

/// An item on its way to an answer.
struct Entry {
    /// How the scan was read.
    read: Result<(Subject, Reading), Problem>,
    amount: Option<NonZeroU16>,
    problem: Option<Problem>,
}

/// Does `kind` to every item of the body, leaving out those that cannot be.
pub(in crate::http) async fn act(
    kind: EventKind,
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let items: Vec<Item> = ask::json(&asked, &bytes)?;
    if items.is_empty() || items.len() > MOST_ITEMS {
        return Err(Problem::new("proof.keys").with("most", MOST_ITEMS));
    }
    let capacity = capacity(kind, &asked)?;
    let mut entries = entries(&face, items, kind);
    if let Some((event, receipt)) = sent_before(&face, &asked)? {
        leave_out(&face, &event, &mut entries)?;
        return Ok(answer(&asked, kind, Some(Acted::Accepted(receipt)), entries));
    }
    if let Some(event) = face.outbox.of_call(asked.caller()?.member, &asked.call)? {
        leave_out(&face, &event, &mut entries)?;
        return Ok(answer(&asked, kind, Some(Acted::Waiting(event)), entries));
    }
    let acted = send_fitting(&face, &asked, kind, capacity, &mut entries).await?;
    raise_alerts(&face, &asked, kind, &entries)?;
    Ok(answer(&asked, kind, acted, entries))
}

fn entries(face: &Face, items: Vec<Item>, kind: EventKind) -> Vec<Entry> {
    let view = face.node.view();
    let index = Index::new(&view);
    items.into_iter().map(|item| Entry::new(&index, item, kind)).collect()
}

/// Marks what an event does not name: it was left out when the event was sent.
fn leave_out(face: &Face, event: &Event, entries: &mut [Entry]) -> Result<(), Problem> {
    let body = Body::decode(event.head().kind, event.body()).map_err(|_| Problem::new("node.index"))?;
    let (view, named) = (face.node.view(), in_body_order(&body));
    let index = Index::new(&view);
    for entry in entries {
        let is_named = match &entry.read {
            Ok((Subject::Pack(pack), _)) => {
                index.canonical_pack(pack)?.is_some_and(|pack| named.contains(&Canonical::Pack(pack)))
            }
            Ok((Subject::Unit(sscc), _)) => {
                named.iter().any(|name| matches!(name, Canonical::Unit(unit) if unit.sscc == *sscc))
            }
            Err(_) => true,
        };
        if !is_named && entry.problem.is_none() {
            entry.problem = Some(Problem::new("request.item-left-out"));
        }
    }
    Ok(())
}

/// Sends what is left after each refusal of a single item, until nothing is refused or nothing is left. At the first
/// refusal all items are looked at, each by itself: a round for each of thousands would take too long.
async fn send_fitting(
    face: &Face,
    asked: &Asked,
    kind: EventKind,
    capacity: Capacity,
    entries: &mut [Entry],
) -> Result<Option<Acted>, Problem> {
    for round in 0..MOST_ROUNDS {
        let (items, places) = name(face, kind, capacity, entries)?;
        if items.is_empty() {
            return Ok(None);
        }
        let body = Body::new(asked.call, build(face, kind, asked, items, entries, &places)?);
        let order = in_body_order(&body);
        let sent = if is_dispensing(kind) {
            dispense(face, asked, &body, &order, capacity).await
        } else {
            send(face, asked, body, Some(capacity)).await.map(Acted::Accepted)
        };
        let problem = match sent {
            Ok(acted) => return Ok(Some(acted)),
            Err(problem) => problem,
        };
        let culprit =
            problem.item().and_then(|item| order.get(item)).and_then(|name| places.iter().find(|(_, of)| of == name));
        let Some((place, _)) = culprit else { return Err(problem) };
        refuse(face, asked, kind, entries.get_mut(*place), problem)?;
        if round == 0 {
            for (place, problem) in block_in_place(|| unfit(face, kind, asked, capacity, entries))? {
                refuse(face, asked, kind, entries.get_mut(place), problem)?;
            }
        }
    }
    Err(Problem::new("node.busy").retry_after_s(1))
}

/// The items that the newest state refuses by themselves, each by its place in the array.
fn unfit(
    face: &Face,
    kind: EventKind,
    asked: &Asked,
    capacity: Capacity,
    entries: &mut [Entry],
) -> Result<Vec<(usize, Problem)>, Problem> {
    let (items, places) = name(face, kind, capacity, entries)?;
    let (mut packs, mut units) = (items.packs.into_iter(), items.units.into_iter());
    let mut bodies = Vec::with_capacity(places.len());
    for (_, canonical) in &places {
        let mut alone = Items::new(capacity);
        match canonical {
            Canonical::Pack(_) => alone.packs.extend(packs.next()),
            Canonical::Unit(_) => alone.units.extend(units.next()),
        }
        bodies.push(Body::new(Digest::ZERO, build(face, kind, asked, alone, entries, &places)?));
    }
    let role = role(face, asked, kind, Some(capacity))?;
    let checked = face.node.check_each(asked.caller()?.member, role, &bodies)?;
    let refused = places.into_iter().zip(checked).filter_map(|((place, _), checked)| Some((place, checked.err()?)));
    Ok(refused.map(|(place, fault)| (place, Problem::from(fault).of_kind(kind))).collect())
}

/// Keeps why an item is left out.
fn refuse(
    face: &Face,
    asked: &Asked,
    kind: EventKind,
    entry: Option<&mut Entry>,
    problem: Problem,
) -> Result<(), Problem> {
    let Some(entry) = entry else { return Err(problem) };
    entry.problem = Some(if is_own_last(face, asked, entry)? { problem.by_own_event(kind) } else { problem });
    Ok(())
}

/// Sends what is given out to a patient. A ward does not wait for a quorum: what the ledger does not have soon is kept
/// until it does.
async fn dispense(
    face: &Face,
    asked: &Asked,
    body: &Body,
    order: &[Canonical],
    capacity: Capacity,
) -> Result<Acted, Problem> {
    let (kind, member) = (body.kind(), asked.caller()?.member);
    let role = role(face, asked, kind, Some(capacity))?;
    let pack = |name: &Canonical| if let Canonical::Pack(pack) = name { Some(pack.clone()) } else { None };
    let held = face
        .outbox
        .hold(&order.iter().filter_map(pack).collect::<Vec<_>>())
        .await
        .map_err(|fault| Problem::from(fault).of_kind(kind))?;
    let acted = face.node.act_within(member, role, body, PATIENCE).await;
    let acted = acted.map_err(|fault| Problem::from(fault).of_kind(kind))?;
    if let Acted::Waiting(event) = &acted {
        face.outbox.keep(&held, event.clone())?;
    }
    Ok(acted)
}

/// Whether the last change of an entry's pack that can be undone was made by the caller's own member.
fn is_own_last(face: &Face, asked: &Asked, entry: &Entry) -> Result<bool, Problem> {
    let (view, caller) = (face.node.view(), asked.caller()?);
    let index = Index::new(&view);
    let Ok((Subject::Pack(pack), _)) = &entry.read else { return Ok(false) };
    let Some(canonical) = index.canonical_pack(pack)? else { return Ok(false) };
    Ok(index.undo(&index.paths().pack(&canonical))?.is_some_and(|(member, _)| member == caller.member))
}

/// The items that are not refused yet, with the place of each in the array.
fn name(
    face: &Face,
    kind: EventKind,
    capacity: Capacity,
    entries: &mut [Entry],
) -> Result<(Items, Vec<(usize, Canonical)>), Problem> {
    let view = face.node.view();
    let index = Index::new(&view);
    let open: Vec<(usize, Subject)> =
        entries.iter().enumerate().filter_map(|(place, entry)| entry.open(place)).collect();
    let subjects: Vec<Subject> = open.iter().map(|(_, subject)| subject.clone()).collect();
    let named = items::name(&index, capacity, &subjects)?;
    let mut places = Vec::new();
    for ((place, _), found) in open.iter().zip(named.found) {
        let Some(entry) = entries.get_mut(*place) else { continue };
        match found {
            Ok(canonical) => places.push((*place, canonical)),
            Err(fault) => entry.problem = Some(Problem::from(fault).of_kind(kind)),
        }
    }
    let mismatched = mismatches(face, &index, kind, entries, &places)?;
    if mismatched.is_empty() {
        return Ok((named.items, places));
    }
    for (place, problem) in mismatched {
        if let Some(entry) = entries.get_mut(place) {
            entry.problem = Some(problem);
        }
    }
    name(face, kind, capacity, entries)
}

/// Packs on whose box stands another lot or expiry than on the ledger, and those that were given out and wait for it:
/// checked where the pack leaves the trade.
fn mismatches(
    face: &Face,
    index: &Index<'_>,
    kind: EventKind,
    entries: &[Entry],
    places: &[(usize, Canonical)],
) -> Result<Vec<(usize, Problem)>, Problem> {
    let mut found = Vec::new();
    if !is_outcome(kind) {
        return Ok(found);
    }
    for (place, canonical) in places {
        let (Canonical::Pack(pack), Some(Ok((_, reading)))) = (canonical, entries.get(*place).map(|entry| &entry.read))
        else {
            continue;
        };
        if face.outbox.holds(&index.paths().pack(pack))? {
            found.push((*place, Problem::new("node.outbox.waiting").of_kind(kind)));
        } else if let Some(code) = disagreement(index, pack, reading)? {
            found.push((*place, Problem::new(code).of_kind(kind)));
        }
    }
    Ok(found)
}

fn build(
    face: &Face,
    kind: EventKind,
    asked: &Asked,
    items: Items,
    entries: &[Entry],
    places: &[(usize, Canonical)],
) -> Result<Act, Problem> {
    let site = Site(asked.optional("site")?.unwrap_or(face.node.config().member.site));
    let consignee = || asked.required("consignee").map(MemberId);
    let at = |items| AtSite { site, items };
    Ok(match kind {
        number::SHIP => Act::Ship(Ship { consignee: consignee()?, site, trade: super::trade::named(asked)?, items }),
        number::SHIP_CANCEL => Act::ShipCancel(at(items)),
        number::RETURN => {
            let reason = word(asked, ReturnReason::from_number)?.unwrap_or(ReturnReason::NotStated);
            Act::Return(Return { reason, consignee: consignee()?, site, trade: super::trade::named(asked)?, items })
        }
        number::RECEIVE => Act::Receive(Receive { site, trade: super::trade::named(asked)?, items }),
        number::PUT_AWAY => Act::PutAway(at(items)),
        number::WARD_ISSUE => Act::WardIssue(at(items)),
        number::DISPENSE => Act::Dispense(at(items)),
        number::DISPENSE_PARTLY => {
            Act::DispensePartly(DispensePartly { site, portions: portions(items, entries, places)? })
        }
        number::SAMPLE => Act::Sample(at(items)),
        number::EXPORT => Act::Export(Export { country: country(asked)?, site, items }),
        number::DESTROY => {
            let reason = word(asked, DestroyReason::from_number)?.unwrap_or(DestroyReason::NotStated);
            Act::Destroy(Destroy { reason, site, items })
        }
        number::STOLEN => Act::Stolen(at(items)),
        number::UNDO => {
            Act::Undo(Undo { undone: EventKind(asked.optional("kind")?.unwrap_or(number::DISPENSE.0)), site, items })
        }
        number::LOCK => Act::Lock(Lock { reason: hold_reason(asked)?, items }),
        number::UNLOCK => Act::Unlock(Unlock { items }),
        number::QUARANTINE => Act::Quarantine(Quarantine { reason: hold_reason(asked)?, items }),
        number::RELEASE => {
            Act::Release(Release { allowance_minutes: asked.optional("allowance_minutes")?.unwrap_or(0), items })
        }
        _ => return Err(Problem::new("rules.event.kind")),
    })
}

fn portions(items: Items, entries: &[Entry], places: &[(usize, Canonical)]) -> Result<Vec<Portion>, Problem> {
    let portion = |item: medproof_rules::body::PackItem| {
        let place = places.iter().find(|(_, name)| matches!(name, Canonical::Pack(pack) if *pack == item.pack));
        let amount = place.and_then(|(place, _)| entries.get(*place)).and_then(|entry| entry.amount);
        let (Some(amount), Some(salt)) = (amount, item.salt) else { return Err(parameter("amount")) };
        Ok(Portion { pack: item.pack, salt, amount })
    };
    items.packs.into_iter().map(portion).collect()
}

/// The items as the rules count them: the body's own order.
fn in_body_order(body: &Body) -> Vec<Canonical> {
    let Ok(read) = Body::decode(body.kind(), &body.to_bytes()) else { return Vec::new() };
    if let Act::DispensePartly(partly) = &read.act {
        return partly.portions.iter().map(|portion| Canonical::Pack(portion.pack.clone())).collect();
    }
    let items = read.act.items().cloned().unwrap_or_else(|| Items::new(Capacity::Holder));
    let units = items.units.into_iter().map(|item| Canonical::Unit(item.unit));
    units.chain(items.packs.into_iter().map(|item| Canonical::Pack(item.pack))).collect()
}

fn answer(asked: &Asked, kind: EventKind, acted: Option<Acted>, entries: Vec<Entry>) -> Response {
    let (mut refused, mut first) = (0_usize, None);
    let well = if matches!(acted, Some(Acted::Waiting(_))) { StatusCode::ACCEPTED } else { StatusCode::OK };
    let views: Vec<Value> = entries
        .into_iter()
        .map(|entry| match entry.problem() {
            None => json!({ "status": well.as_u16() }),
            Some(problem) => {
                refused += 1;
                let mut view = problem.to_item(asked.language);
                set(&mut view, "status", problem.status().as_u16());
                first.get_or_insert(problem);
                view
            }
        })
        .collect();
    let Some(acted) = acted else {
        let problem = first.unwrap_or_else(|| Problem::new("rules.event.body"));
        return axum::response::IntoResponse::into_response(problem.extra("items", views));
    };
    let mut view = match &acted {
        Acted::Accepted(receipt) => receipt_view(receipt),
        Acted::Waiting(event) => json!({ "event": to_hex(&event.head().id().0), "ledger": "pending" }),
    };
    set(&mut view, "kind", kind.0);
    set(&mut view, "items", views);
    let mut response = answer::with_status(if refused == 0 { well } else { StatusCode::MULTI_STATUS }, &view);
    if matches!(acted, Acted::Waiting(_)) {
        response.extensions_mut().insert(Passing);
    }
    response
}

/// Refusals that raise an alert in the European system go into the inbox.
fn raise_alerts(face: &Face, asked: &Asked, kind: EventKind, entries: &[Entry]) -> Result<(), Problem> {
    for entry in entries {
        let (Some(problem), Ok((subject, _))) = (&entry.problem, &entry.read) else { continue };
        let Some(code) = problem.member("emvs_alert") else { continue };
        let item = match subject {
            Subject::Pack(pack) => {
                json!({ "product": ask::product_text(&pack.product), "serial": pack.serial.as_str() })
            }
            Subject::Unit(sscc) => json!({ "sscc": sscc.digits() }),
        };
        let details = json!({ "emvs_alert": code, "kind": kind.0, "member": asked.caller()?.member.0, "item": item });
        let alert = Alert::new("refusal", problem.code(), face.gate.clock.now(), details)?;
        alert::raise(&*face.rows, &alert.of(asked.caller()?.member))?;
    }
    Ok(())
}

/// As what the caller acts: `capacity` of the query, or what the kind and the caller's office say.
fn capacity(kind: EventKind, asked: &Asked) -> Result<Capacity, Problem> {
    let is_regulator = asked.caller()?.staff.contains(&Staff::Regulator);
    match asked.text("capacity") {
        Some("holder") => return Ok(Capacity::Holder),
        Some("issuer") => return Ok(Capacity::Issuer),
        Some("regulator") if is_regulator => return Ok(Capacity::Regulator),
        Some("regulator") => return Err(Problem::new("access.staff-role")),
        Some("shipper") => return Ok(Capacity::Shipper),
        Some(_) => return Err(parameter("capacity")),
        None => {}
    }
    Ok(match kind {
        number::SHIP_CANCEL | number::UNDO => Capacity::Shipper,
        number::LOCK | number::UNLOCK | number::RELEASE | number::SAMPLE | number::DESTROY | number::STOLEN
            if is_regulator =>
        {
            Capacity::Regulator
        }
        _ => Capacity::Holder,
    })
}

fn word<T>(asked: &Asked, from_number: impl Fn(u8) -> Option<T>) -> Result<Option<T>, Problem> {
    let number = asked.optional("reason")?;
    number.map(|number| from_number(number).ok_or_else(|| parameter("reason"))).transpose()
}

fn hold_reason(asked: &Asked) -> Result<PackHoldReason, Problem> {
    Ok(word(asked, PackHoldReason::from_number)?.unwrap_or(PackHoldReason::NotStated))
}

fn country(asked: &Asked) -> Result<Country, Problem> {
    let letters = asked.text("country").and_then(|text| text.as_bytes().try_into().ok());
    letters.and_then(|letters| Country::new(letters).ok()).ok_or_else(|| parameter("country"))
}

impl Entry {
    fn new(index: &Index<'_>, item: Item, kind: EventKind) -> Self {
        let (code, amount) = match item {
            Item::Code(code) => (code, None),
            Item::Portion { code, amount } => (code, amount),
        };
        let is_packs_only = medproof_rules::kind::find(kind).is_some_and(|kind| kind.is_packs_only);
        let read = read(index, &code);
        let problem = match &read {
            Ok((Subject::Unit(_), _)) if is_packs_only => Some(Problem::new("request.packs-only")),
            Ok(_) if kind == number::DISPENSE_PARTLY && amount.is_none() => Some(parameter("amount")),
            _ => None,
        };
        Self { read, amount, problem }
    }

    /// Its subject, if nothing speaks against it yet.
    fn open(&self, place: usize) -> Option<(usize, Subject)> {
        let subject = self.read.as_ref().ok().filter(|_| self.problem.is_none()).map(|(subject, _)| subject.clone());
        subject.map(|subject| (place, subject))
    }

    fn problem(self) -> Option<Problem> {
        self.problem.or_else(|| self.read.err())
    }
}

/// Kinds after which a pack has left the trade.
const fn is_outcome(kind: EventKind) -> bool {
    matches!(kind, number::DISPENSE | number::DISPENSE_PARTLY | number::SAMPLE | number::EXPORT)
}

const fn is_dispensing(kind: EventKind) -> bool {
    matches!(kind, number::DISPENSE | number::DISPENSE_PARTLY)
}

/// How long a call waits for the ledger before what was given out is kept for it.
const PATIENCE: Duration = Duration::from_secs(3);

/// The most items of one call.
const MOST_ITEMS: usize = 10_000;

/// After so many refused items the caller is asked to come again.
const MOST_ROUNDS: usize = 200;
