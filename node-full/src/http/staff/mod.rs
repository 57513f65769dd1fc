//! What people and programs with a token do.

pub(super) mod alert;
pub(super) mod event;
pub(super) mod figures;
pub(super) mod goods;
pub(super) mod me;
pub(super) mod medicine;
pub(super) mod packs;
pub(super) mod recall;
pub(super) mod trade;
pub(super) mod verify;

use super::{
    ask::{Asked, parameter},
    face::Face,
};
use crate::{access::page_role, fault::Result, genesis_file::Role, pool::Receipt, problem::Problem};
use medproof_core::event::{EventKind, MemberRole};
use medproof_rules::{
    body::{Act, Body, Capacity},
    kind,
};
use serde_json::{Value, json};

/// The member role in which the caller acts: `as` of the query, or the first that the rules allow this kind.
fn role(face: &Face, asked: &Asked, kind: EventKind, capacity: Option<Capacity>) -> std::result::Result<Role, Problem> {
    let roles = face.node.roles(asked.caller()?.member)?;
    if let Some(name) = asked.text("as") {
        let named = roles.into_iter().find(|role| page_role(*role) == name);
        return named.ok_or_else(|| parameter("as"));
    }
    let Some(kind) = kind::find(kind) else { return Err(Problem::new("rules.event.kind")) };
    let allows = |role: &Role| {
        let number = MemberRole(*role as u8);
        capacity.map_or_else(|| !kind.senders_of(number).is_empty(), |capacity| kind.allows(number, capacity))
    };
    // The regulator's office comes last: who has all roles acts as what it is in the trade.
    roles.into_iter().rev().find(allows).ok_or_else(|| Problem::new("rules.event.sender"))
}

/// Signs and sends one deed of the caller's member.
async fn deed(face: &Face, asked: &Asked, act: Act) -> std::result::Result<Receipt, Problem> {
    send(face, asked, Body::new(asked.idempotency, act), None).await
}

/// Signs and sends a body for the caller's member.
async fn send(
    face: &Face,
    asked: &Asked,
    body: Body,
    capacity: Option<Capacity>,
) -> std::result::Result<Receipt, Problem> {
    let (kind, member) = (body.kind(), asked.caller()?.member);
    let role = role(face, asked, kind, capacity)?;
    let receipt: Result<Receipt> = face.node.act(member, role, &body).await;
    receipt.map_err(|fault| Problem::from(fault).of_kind(kind))
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
