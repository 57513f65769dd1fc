//! What people without a token hand in: suspected falsifications, and evidence of a fork.

use crate::{
    chain,
    fault::Fault,
    http::{
        answer::{self, FORK},
        ask::{self, Asked},
        face::Shared,
        staff::alert::{self, Alert},
    },
    problem::Problem,
    proofs,
};
use axum::{
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::Response,
};
use medproof_core::{encoding::Message, fork::Fork};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A suspicion. No names, no free text: nobody can write a patient's data into it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Report {
    /// The scan as it was read.
    code: String,
    /// What looked wrong.
    #[serde(default)]
    signs: Vec<Sign>,
    /// The verdict that was shown.
    #[serde(default)]
    overall: Option<String>,
    /// Its reasons.
    #[serde(default)]
    reasons: Vec<String>,
    /// The proof that it rests on, as `mp1=` text.
    #[serde(default)]
    proof: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Sign {
    NotGivenToMe,
    SealBroken,
    PackLooksWrong,
    MedicineLooksWrong,
    UnexpectedEffect,
    BoughtOnline,
    Other,
}

/// Takes a report into the alert inbox.
pub(in crate::http) async fn report(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let report: Report = ask::json(&asked, &bytes)?;
    let is_short = report.reasons.iter().chain(&report.overall).all(|code| code.len() <= 64 && code.is_ascii());
    if !is_short || report.signs.len() > 8 || report.reasons.len() > 32 {
        return Err(Problem::new("request.body").with("cause", "a code or a list is too long"));
    }
    // A scan with a patient's data is refused here; one that cannot be read is a report all the same.
    if let Err(fault) = proofs::questions(&report.code)
        && fault.code() == "identifier.scan.patient-data"
    {
        return Err(fault.into());
    }
    let details = serde_json::to_value(&report).map_err(|cause| Problem::new("request.body").with("cause", cause))?;
    let alert = Alert::new("report", "report.suspected", face.gate.clock.now(), details)?;
    let id = alert::hand_in(&*face.rows, &alert)?;
    Ok(answer::with_status(StatusCode::ACCEPTED, &json!({ "id": id })))
}

/// Takes two certified headers of one height: the worst that can happen to a chain.
pub(in crate::http) async fn fork(State(face): State<Shared>, asked: Asked, bytes: Bytes) -> Result<Response, Problem> {
    if asked.headers.get(header::CONTENT_TYPE).is_none_or(|value| value != FORK) {
        return Err(Problem::new("request.media-type"));
    }
    let fork = Fork::from_bytes(&bytes).map_err(|cause| Problem::new("request.body").with("cause", cause.code()))?;
    fork.verify().map_err(|cause| Problem::new("request.body").with("cause", cause.code()))?;
    let (view, height) = (face.node.view(), fork.height());
    let own = view.header(height).map_err(Fault::from)?;
    let [(header, _), _] = fork.sides();
    // Above what this node knows only the set that signs next can have signed.
    let next = chain::tip(&view)?.next_set_hash();
    let set_hash = own.as_ref().map_or(next, |own| own.set_hash());
    let is_ours = header.chain_id() == face.node.ledger().chain_id() && set_hash == fork.set().hash();
    if !is_ours {
        return Err(Problem::new("trust.header.other-chain"));
    }
    tracing::error!(height = height.0, "two certified headers of one height were handed in");
    let details = json!({ "height": height.0, "fork": medproof_core::text::to_fragment(&bytes) });
    let alert = Alert::new("fork", "trust.fork", face.gate.clock.now(), details)?;
    let id = alert::hand_in(&*face.rows, &alert)?;
    Ok(answer::with_status(StatusCode::ACCEPTED, &json!({ "id": id, "height": height.0 })))
}
