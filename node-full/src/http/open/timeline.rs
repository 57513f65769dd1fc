//! Timelines: what happened to a pack or unit, which day, by which role. Not who: that is for members.

use super::proof::count_guessable;
use crate::{
    bundles,
    chain::tip,
    http::{
        answer::{self, set},
        ask::{self, Asked, parameter},
        face::Shared,
    },
    index::Index,
    keyring::to_hex,
    problem::Problem,
    proofs,
};
use axum::{extract::State, response::Response};
use medproof_core::{custody::Step, encoding::Wire, event::LogEntry, log::LeafIndex};
use medproof_store::View;
use serde_json::{Value, json};

/// The steps of a pack's or unit's custody chain, oldest first, with what a client needs to fold them into the
/// running hash of the leaf.
pub(in crate::http) async fn timeline(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let code = asked.text("code").ok_or_else(|| parameter("code"))?;
    let view = face.node.view();
    let index = Index::new(&view);
    let keys = proofs::questions(code)?;
    count_guessable(&face, &asked, &index, keys.iter())?;
    let path = bundles::item_path(&index, &keys)?.ok_or_else(|| Problem::new("rules.pack.absent"))?;
    let steps: Result<Vec<Value>, Problem> =
        index.custody(&path)?.iter().map(|(place, step)| step_view(&view, *place, step)).collect();
    Ok(answer::json(&json!({ "height": tip(&view)?.height().0, "path": to_hex(path.as_bytes()), "steps": steps? })))
}

fn step_view(view: &View, place: LeafIndex, step: &Step) -> Result<Value, Problem> {
    let entry = step.entry();
    let height = view.height_of(place).map_err(crate::fault::Fault::from)?;
    let mut shown = entry_view(entry);
    set(&mut shown, "index", place.0);
    set(&mut shown, "height", height.map(|height| height.0));
    set(&mut shown, "entry", to_hex(&entry.to_wire()));
    if let Step::Unit(path, unit, _) = step {
        set(
            &mut shown,
            "unit",
            json!({ "path": to_hex(path.as_bytes()), "events": unit.events, "hash": to_hex(&unit.hash.0) }),
        );
    }
    Ok(shown)
}

/// What a log entry says in the open.
pub(in crate::http) fn entry_view(entry: &LogEntry) -> Value {
    let kind = medproof_rules::kind::find(entry.kind).map_or("other", |kind| kind.name);
    json!({ "kind": entry.kind.0, "name": kind, "day": ask::day_text(entry.day), "role": entry.role.0 })
}
