//! Products, for those who ask without a token: what the box should say.

use crate::{
    http::{
        answer::{self, Form, JSON, PROOF, choose},
        ask::{self, Asked},
        face::Shared,
    },
    index::Index,
    problem::Problem,
    proofs,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use medproof_core::{
    encoding::Message, header::Height, identity::ProductCode, info::ProductInfo, leaf, proof::Key, text,
};
use serde_json::{Value, json};

/// A product's information, or the proof of its leaf.
pub(in crate::http) async fn product(
    State(face): State<Shared>,
    Path((scheme, code)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Problem> {
    let form = choose(&asked.headers, &[(Form::Json, JSON), (Form::Bytes, PROOF)])?;
    let (code, view) = (ask::product(&format!("{scheme}:{code}"))?, face.node.view());
    if form == Form::Bytes {
        let proof = proofs::prove(&view, &[vec![Key::Product(code)]], asked.optional("have")?.map(Height))?;
        return Ok(answer::message(&proof, PROOF));
    }
    let index = Index::new(&view);
    let (canonical, leaf) = index.product(&code)?.ok_or_else(|| Problem::new("rules.product.absent"))?;
    Ok(answer::json(&describe(&index, &canonical, &leaf)?))
}

/// A product as JSON. `info_message` is what its leaf holds the hash of: a client shows names only after comparing.
pub(in crate::http) fn describe(
    index: &Index<'_>,
    product: &ProductCode,
    leaf: &leaf::Product,
) -> Result<Value, Problem> {
    let info = index.product_info(product)?;
    let aliases: Vec<_> = index.aliases(product)?.iter().map(ask::product_text).collect();
    Ok(json!({
        "product": ask::product_text(product),
        "aliases": aliases,
        "state": state_name(leaf.state),
        "issuer": leaf.issuer.0,
        "random_serials": leaf.random_serials,
        "info": info.as_ref().map(info_view),
        "info_message": info.map(|info| text::to_fragment(&info.to_bytes())),
    }))
}

/// A product's information as JSON.
pub(in crate::http) fn info_view(info: &ProductInfo) -> Value {
    json!({
        "name_zh": info.name_zh,
        "name_en": info.name_en,
        "holder": info.holder,
        "form": info.form,
        "strength": info.strength,
        "pack_size": info.pack_size,
        "approval_number": info.approval_number,
        "atc": info.atc,
        "limits": info.limits.map(|limits| json!({
            "min_decicelsius": limits.min_decicelsius,
            "max_decicelsius": limits.max_decicelsius,
            "cumulative_minutes": limits.cumulative_minutes,
        })),
    })
}

/// The stable name of a state; `newer` for one that this node does not know.
pub(in crate::http) fn state_name(code: leaf::StateCode) -> &'static str {
    code.known().map_or("newer", leaf::State::name)
}
