//! What people and programs with a token do.

pub(super) mod alert;
pub(super) mod delivery;
pub(super) mod event;
pub(super) mod figures;
pub(super) mod goods;
pub(super) mod me;
pub(super) mod medicine;
pub(super) mod member;
pub(super) mod outbox;
pub(super) mod packs;
pub(super) mod recall;
mod scanned;
pub(super) mod trade;
pub(super) mod verify;

use super::{
    ask::{Asked, parameter},
    face::Face,
};
use crate::{
    access::{Staff, page_role},
    fault::{Fault, Result},
    genesis_file::Role,
    index::Index,
    pool::Receipt,
    problem::Problem,
};
use medproof_core::{
    encoding::Message,
    event::{Event, EventKind},
    log::LeafIndex,
};
use medproof_rules::body::{Act, Body, Capacity};
use serde_json::{Value, json};

/// The member role in which the caller acts: `as` of the query, or the first that the rules allow this kind.
fn role(face: &Face, asked: &Asked, kind: EventKind, capacity: Option<Capacity>) -> std::result::Result<Role, Problem> {
    if let Some(name) = asked.text("as") {
        let roles = face.node.roles(asked.caller()?.member)?;
        let named = roles.into_iter().find(|role| page_role(*role) == name).ok_or_else(|| parameter("as"))?;
        // A member that is the regulator as well does not make regulators of all its staff.
        let may = named != Role::Regulator || asked.caller()?.staff.contains(&Staff::Regulator);
        return if may { Ok(named) } else { Err(Problem::new("access.staff-role")) };
    }
    Ok(face.node.role_for(asked.caller()?.member, kind, capacity)?)
}

/// Signs and sends one deed of the caller's member.
async fn deed(face: &Face, asked: &Asked, act: Act) -> std::result::Result<Receipt, Problem> {
    send(face, asked, Body::new(asked.call, act), None).await
}

/// Signs and sends a body for the caller's member.
async fn send(
    face: &Face,
    asked: &Asked,
    body: Body,
    capacity: Option<Capacity>,
) -> std::result::Result<Receipt, Problem> {
    send_as(face, asked, body, |kind| role(face, asked, kind, capacity)).await
}

/// [`send`], in the role that `role` gives for the kind of event.
async fn send_as(
    face: &Face,
    asked: &Asked,
    body: Body,
    role: impl FnOnce(EventKind) -> std::result::Result<Role, Problem>,
) -> std::result::Result<Receipt, Problem> {
    let (kind, member) = (body.kind(), asked.caller()?.member);
    if let Some((_, receipt)) = sent_before(face, asked)? {
        return Ok(receipt);
    }
    let role = role(kind)?;
    let receipt: Result<Receipt> = face.node.act(member, role, &body).await;
    receipt.map_err(|fault| Problem::from(fault).of_kind(kind))
}

/// The event of the same call, if it is on the ledger already: the node fell between the block and its answer, or the
/// call was made at another node of the member first.
fn sent_before(face: &Face, asked: &Asked) -> std::result::Result<Option<(Event, Receipt)>, Problem> {
    let index = Index::new(&face.node.view()).of_call(asked.caller()?.member, &asked.call)?;
    index.map(|index| placed(face, index)).transpose()
}

/// The event at a place in the log, and the receipt for it.
fn placed(face: &Face, index: LeafIndex) -> std::result::Result<(Event, Receipt), Problem> {
    let view = face.node.view();
    let fault = |cause| Problem::from(Fault::from(cause));
    let placed = view.event(index).map_err(fault)?.ok_or_else(|| Problem::new("node.index"))?;
    let header = view.header(placed.height).map_err(fault)?.ok_or_else(|| Problem::new("node.index"))?;
    let event = Event::from_bytes(&placed.event).map_err(|_| Problem::new("node.index"))?;
    let receipt = Receipt { id: event.head().id(), height: placed.height, time: header.time(), index };
    Ok((event, receipt))
}

/// Where what was done stands.
fn receipt_view(receipt: &Receipt) -> Value {
    json!({
        "event": crate::keyring::to_hex(&receipt.id.0),
        "height": receipt.height.0,
        "index": receipt.index.0,
        "time_ms": receipt.time.0,
    })
}
