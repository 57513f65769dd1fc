//! Bundles: what a device keeps to check again later, with names and a timeline.

use super::{product::info_view, proof::count_guessable, timeline::entry_view};
use crate::{
    bundles,
    http::{
        answer::{self, BUNDLE, Form, JSON, choose},
        ask::{Asked, parameter},
        face::Shared,
    },
    index::Index,
    problem::Problem,
    proofs,
};
use axum::{extract::State, response::Response};
use medproof_core::{encoding::Message, header::Height};
use serde_json::{Value, json};

/// The bundle about one scan, `code`.
pub(in crate::http) async fn bundle(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let form = choose(&asked.headers, &[(Form::Bytes, BUNDLE), (Form::Json, JSON)])?;
    let code = asked.text("code").ok_or_else(|| parameter("code"))?;
    let have = asked.optional("have")?.map(Height);
    let view = face.node.view();
    count_guessable(&face, &asked, &Index::new(&view), proofs::questions(code)?.iter())?;
    let bundle = bundles::bundle(&view, code, have)?;
    if form == Form::Bytes {
        return Ok(answer::message(&bundle, BUNDLE));
    }
    let chains: Vec<Value> =
        bundle.chains.iter().map(|(_, chain)| chain.0.iter().map(|step| entry_view(step.entry())).collect()).collect();
    Ok(answer::json(&json!({
        "len_bytes": bundle.to_bytes().len(),
        "product": bundle.product.as_ref().map(info_view),
        "issuer": bundle.issuer.map(|issuer| json!({ "name_zh": issuer.name_zh, "name_en": issuer.name_en })),
        "chains": chains,
    })))
}
