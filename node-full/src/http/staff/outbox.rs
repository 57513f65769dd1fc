//! What was given out while no quorum answered.

use super::alert::{self, Alert};
use crate::{
    fault::Result,
    http::{
        answer,
        ask::{self, Asked},
        face::{Face, Shared},
    },
    keyring::to_hex,
    outbox::given_out,
    problem::Problem,
};
use axum::{extract::State, response::Response};
use medproof_core::event::Event;
use serde_json::{Value, json};

/// What the caller's member gave out that the ledger does not have yet.
pub(in crate::http) async fn list(State(face): State<Shared>, asked: Asked) -> std::result::Result<Response, Problem> {
    let waiting = face.outbox.of_member(asked.caller()?.member)?;
    let views = waiting.iter().map(|waiting| {
        let mut view = view(&waiting.event);
        answer::set(&mut view, "since_ms", waiting.since.0);
        view
    });
    Ok(answer::json(&json!({ "waiting": views.collect::<Vec<_>>() })))
}

/// Sends what waits once more; what the rules refuse by then is for people to look at.
pub(in crate::http) async fn tend(face: &Face) -> Result {
    for (event, fault) in face.outbox.tend().await? {
        let alert = Alert::new("outbox", fault.code(), face.gate.clock.now(), view(&event))?.of(event.head().member);
        alert::raise(&*face.rows, &alert)?;
    }
    Ok(())
}

fn view(event: &Event) -> Value {
    let head = event.head();
    let pack = |pack: &medproof_core::identity::PackId| json!({ "product": ask::product_text(&pack.product), "serial": pack.serial.as_str() });
    let items: Vec<Value> = given_out(event).iter().map(pack).collect();
    json!({ "event": to_hex(&head.id().0), "kind": head.kind.0, "member": head.member.0, "items": items })
}
