//! Figures: stock and statistics.

use super::super::{
    answer,
    ask::{self, Asked},
    face::Shared,
};
use crate::{
    chain::tip,
    index::{Index, Stock},
    problem::Problem,
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The packs of the caller's member, by product and lot.
pub(in crate::http) async fn stock(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let (view, member) = (face.node.view(), asked.caller()?.member);
    let product = asked.text("product").map(ask::product).transpose()?;
    let rows = Index::new(&view).stock(product.as_ref(), None)?;
    let own: Vec<Value> = rows.iter().filter(|row| row.member == member).map(stock_view).collect();
    Ok(answer::json(&json!({ "stock": own })))
}

/// Figures of the chain and of the caller's member.
pub(in crate::http) async fn stats(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let (view, member) = (face.node.view(), asked.caller()?.member);
    let index = Index::new(&view);
    let (mut all, mut own) = (BTreeMap::<&str, u64>::new(), BTreeMap::<&str, u64>::new());
    for row in index.stock(None, None)? {
        *all.entry(row.standing.name()).or_default() += row.packs;
        if row.member == member {
            *own.entry(row.standing.name()).or_default() += row.packs;
        }
    }
    let header = tip(&view)?;
    Ok(answer::json(&json!({
        "height": header.height().0,
        "time_ms": header.time().0,
        "events": view.log_size().0,
        "waiting": face.node.ledger().pool().len(),
        "products": index.products()?.len(),
        "members": index.members()?.len(),
        "packs": all,
        "own_packs": own,
    })))
}

/// A row of stock as JSON.
pub(super) fn stock_view(row: &Stock) -> Value {
    json!({
        "product": ask::product_text(&row.product),
        "lot": row.lot.as_str(),
        "member": row.member.0,
        "standing": row.standing.name(),
        "packs": row.packs,
    })
}
