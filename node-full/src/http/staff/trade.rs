//! Trades: orders, confirmations, sales, despatch advices, deliveries, discrepancies.
//!
//! The ledger holds a step's id, which step it follows, the other party, and a commitment to its document. The
//! document, with its lines and volumes, stays with those who have it.

use super::super::{
    answer::{self, set},
    ask::{self, Asked, parameter},
    face::{Face, Shared},
};
use super::{placed, receipt_view, send, sent_before};
use crate::{
    documents,
    index::Index,
    keyring::{self, from_hex, to_hex},
    pool::Receipt,
    problem::Problem,
};
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use medproof_core::{event::Event, hash::Digest, identity::MemberId, log::LeafIndex};
use medproof_rules::{
    body::{Act, Body, TradeId, TradeStep, number},
    kind,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStep {
    step: Step,
    counterparty: u32,
    /// The id of the step that this one follows.
    follows: Option<String>,
    /// The document: lines, volumes, whatever the two parties agreed on.
    document: Value,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Step {
    Order,
    Confirmation,
    Sale,
    DespatchAdvice,
    Delivery,
    Discrepancy,
}

/// Takes a step of a trade: keeps its document and puts its commitment on the ledger.
pub(in crate::http) async fn step(State(face): State<Shared>, asked: Asked, bytes: Bytes) -> Result<Response, Problem> {
    let new: NewStep = ask::json(&asked, &bytes)?;
    let follows = new.follows.as_deref().map(|text| id(text).ok_or_else(|| parameter("follows"))).transpose()?;
    let receipt = match sent_before(&face, &asked)? {
        Some((_, receipt)) => receipt,
        None => {
            let fields =
                TradeStep { trade: TradeId(keyring::random()?), follows, counterparty: MemberId(new.counterparty) };
            taken(&face, &asked, new.step.act(fields), &new.document).await?
        }
    };
    let (event, _) = placed(&face, receipt.index)?;
    let (fields, commitments) = read(&event).ok_or_else(|| Problem::new("node.index"))?;
    let mut view = receipt_view(&receipt);
    set(&mut view, "trade", to_hex(&fields.trade.0));
    set(&mut view, "document", commitments.first().map(|commitment| to_hex(&commitment.0)));
    Ok(answer::with_status(StatusCode::CREATED, &view))
}

/// Keeps the document of a step and sends the step. A document whose step may still get to the ledger stays.
async fn taken(face: &Face, asked: &Asked, act: Act, document: &Value) -> Result<Receipt, Problem> {
    let commitment = documents::keep(&*face.rows, document)?;
    let body = Body::new(asked.call, act).with_documents(vec![commitment]);
    let sent = send(face, asked, body, None).await;
    if sent.as_ref().is_err_and(|problem| problem.code() != "node.stopped") {
        documents::forget(&*face.rows, &commitment)?;
    }
    sent
}

/// The steps that the caller's member took or that name it, newest first, with the documents that this node has.
pub(in crate::http) async fn list(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let (view, member) = (face.node.view(), asked.caller()?.member);
    let index = Index::new(&view);
    let mut places: Vec<LeafIndex> = Vec::new();
    for kind in KINDS {
        places.extend(index.of_kind(kind)?);
    }
    places.sort_by_key(|place| std::cmp::Reverse(place.0));
    let mut steps = Vec::new();
    for place in places {
        let Some(event) = index.event(place)? else { continue };
        let Some((fields, documents)) = read(&event) else { continue };
        if event.head().member == member || fields.counterparty == member {
            steps.push(step_view(&face, place, &event, &fields, &documents)?);
        }
        if steps.len() >= MOST {
            break;
        }
    }
    Ok(answer::json(&json!({ "steps": steps })))
}

/// The trade that a movement belongs to, as the query names it.
pub(super) fn named(asked: &Asked) -> Result<Option<TradeId>, Problem> {
    asked.text("trade").map(|text| id(text).ok_or_else(|| parameter("trade"))).transpose()
}

/// A trade id, as answers write it.
pub(super) fn id(text: &str) -> Option<TradeId> {
    from_hex(text).map(TradeId)
}

fn read(event: &Event) -> Option<(TradeStep, Vec<Digest>)> {
    let body = Body::decode(event.head().kind, event.body()).ok()?;
    let fields = match body.act {
        Act::Order(fields)
        | Act::Confirmation(fields)
        | Act::Sale(fields)
        | Act::DespatchAdvice(fields)
        | Act::Delivery(fields)
        | Act::Discrepancy(fields) => fields,
        _ => return None,
    };
    Some((fields, body.documents))
}

fn step_view(
    face: &Face,
    place: LeafIndex,
    event: &Event,
    fields: &TradeStep,
    documents: &[Digest],
) -> Result<Value, Problem> {
    let mut kept = Vec::new();
    for commitment in documents {
        let document = documents::find(&*face.rows, commitment)?;
        kept.push(json!({ "commitment": to_hex(&commitment.0), "document": document }));
    }
    let head = event.head();
    Ok(json!({
        "index": place.0,
        "step": kind::find(head.kind).map(|kind| kind.name),
        "day": ask::day_text(head.day),
        "member": head.member.0,
        "counterparty": fields.counterparty.0,
        "trade": to_hex(&fields.trade.0),
        "follows": fields.follows.map(|follows| to_hex(&follows.0)),
        "documents": kept,
    }))
}

impl Step {
    const fn act(self, fields: TradeStep) -> Act {
        match self {
            Self::Order => Act::Order(fields),
            Self::Confirmation => Act::Confirmation(fields),
            Self::Sale => Act::Sale(fields),
            Self::DespatchAdvice => Act::DespatchAdvice(fields),
            Self::Delivery => Act::Delivery(fields),
            Self::Discrepancy => Act::Discrepancy(fields),
        }
    }
}

const KINDS: [medproof_core::event::EventKind; 6] =
    [number::ORDER, number::CONFIRMATION, number::SALE, number::DESPATCH_ADVICE, number::DELIVERY, number::DISCREPANCY];

/// The most steps in one answer.
const MOST: usize = 500;
