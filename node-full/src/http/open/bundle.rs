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
use medproof_core::{encoding::Message, header::Height, info::is_domain};
use serde_json::{Value, json};

/// The bundle about one scan, `code`, or about the member that states the domain `seller` as its own.
pub(in crate::http) async fn bundle(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let form = choose(&asked.headers, &[(Form::Bytes, BUNDLE), (Form::Json, JSON)])?;
    let have = asked.optional("have")?.map(Height);
    let view = face.node.view();
    let bundle = match (asked.text("code"), asked.text("seller")) {
        (Some(code), None) => {
            count_guessable(&face, &asked, &Index::new(&view), proofs::questions(code)?.iter())?;
            bundles::bundle(&view, code, have)?
        }
        (None, Some(domain)) if is_domain(domain) => {
            bundles::seller(&view, domain, have)?.ok_or_else(|| Problem::new("request.not-found"))?
        }
        (None, None) => return Err(parameter("code")),
        _ => return Err(parameter("seller")),
    };
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
