//! The chain itself: anchor, headers, updates.

use crate::{
    chain::tip,
    http::{
        answer::{self, ANCHOR, Form, JSON, UPDATE, choose, set},
        ask::{Asked, parameter},
        face::{Shared, absent},
    },
    keyring::to_hex,
    problem::Problem,
    proofs,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use medproof_core::{
    client::Update,
    header::{Header, Height},
    log::TreeSize,
};
use medproof_store::View;
use serde_json::{Value, json};

/// The anchor at the beginning of the chain.
pub(in crate::http) async fn anchor(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let anchor = face.node.anchor();
    if choose(&asked.headers, &[(Form::Bytes, ANCHOR), (Form::Json, JSON)])? == Form::Bytes {
        return Ok(answer::message(anchor, ANCHOR));
    }
    let genesis = face.node.genesis();
    Ok(answer::json(&json!({
        "chain_id": to_hex(&anchor.chain_id().0),
        "name": anchor.name(),
        "fingerprint": anchor.fingerprint(),
        "demo": genesis.demo,
        "checkpoint_key": super::tile::verifier_key(&face)?,
        "now_ms": face.gate.clock.now().0,
    })))
}

/// What a client at `from` needs to reach the newest header; `size` is its log's, where it is not the header's.
pub(in crate::http) async fn update(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let form = choose(&asked.headers, &[(Form::Bytes, UPDATE), (Form::Json, JSON)])?;
    let from = Height(asked.optional("from")?.unwrap_or(0));
    let size = asked.optional("size")?.map(TreeSize);
    let update = proofs::update(&face.node.view(), from, size)?;
    if form == Form::Bytes {
        return Ok(answer::message(&update, UPDATE));
    }
    let mut view = header_view(&update.header);
    set(&mut view, "hand_overs", update.hand_overs.len());
    set(&mut view, "history_shown", update.consistency.is_some());
    Ok(answer::json(&view))
}

/// A header with its certificate, as an update that leads nowhere else.
pub(in crate::http) async fn header(
    State(face): State<Shared>,
    Path(height): Path<String>,
    asked: Asked,
) -> Result<Response, Problem> {
    let form = choose(&asked.headers, &[(Form::Bytes, UPDATE), (Form::Json, JSON)])?;
    let view = face.node.view();
    let newest = tip(&view)?.height();
    let (height, is_newest) = match height.as_str() {
        "latest" => (newest, true),
        text => (Height(text.parse().map_err(|_| parameter("height"))?), false),
    };
    let header = view.header(height).map_err(crate::fault::Fault::from)?.ok_or_else(absent)?;
    let response = match form {
        Form::Bytes => answer::message(&bare(&view, header)?, UPDATE),
        _ => answer::json(&header_view(&header)),
    };
    Ok(if is_newest { response } else { answer::kept_for(A_DAY_S, response) })
}

fn bare(view: &View, header: Header) -> Result<Update, Problem> {
    let certificate = view.certificate(header.height()).map_err(crate::fault::Fault::from)?;
    let certificate = certificate.ok_or_else(|| Problem::new("proof.no-block"))?;
    Ok(Update { hand_overs: Vec::new(), header, certificate, consistency: None })
}

fn header_view(header: &Header) -> Value {
    json!({
        "height": header.height().0,
        "time_ms": header.time().0,
        "hash": to_hex(&header.hash().0),
        "chain_id": to_hex(&header.chain_id().0),
        "log_size": header.log().map(|(size, _)| size.0),
    })
}

const A_DAY_S: u32 = 86_400;
