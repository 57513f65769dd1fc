//! Verdicts for programs that cannot verify themselves. They trust this node, and the answer says so.

use super::super::{
    answer::{self, set},
    ask::{self, Asked},
    face::{Face, Shared},
};
use super::scanned;
use crate::{fault::Fault, index::Index, items::Subject, problem::Problem, proofs};
use axum::{body::Bytes, extract::State, response::Response};
use medproof_core::{
    encoding::Message,
    header::Height,
    plain::{Client, Policy},
};
use serde_json::{Value, json};

/// A verdict about each scan of the body, for the purpose that the query names: `dispenser` unless it says otherwise.
/// `waiting` beside it: this node gave the pack out already, which the ledger does not know yet.
pub(in crate::http) async fn verify(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let scans: Vec<String> = ask::json(&asked, &bytes)?;
    let work = tokio::task::spawn_blocking(move || verdicts(&face, &asked, &scans));
    work.await.unwrap_or_else(|_| Err(Problem::new("node.busy")))
}

fn verdicts(face: &Face, asked: &Asked, scans: &[String]) -> Result<Response, Problem> {
    let questions: Result<Vec<_>, Fault> = scans.iter().map(|scan| proofs::questions(scan)).collect();
    // The node asks itself as a client that has nothing but the anchor.
    let proof = proofs::prove(&face.node.view(), &questions?, Some(Height(0)))?;
    let mut client = Client::new(&face.node.anchor().to_bytes()).map_err(|_| Problem::new("node.state"))?;
    let policy = Policy {
        purpose: asked.text("purpose").unwrap_or("dispenser").into(),
        mode: "online".into(),
        max_age_online_ms: None,
        max_age_carried_ms: None,
        clock_tolerance_ms: None,
    };
    let many = client.verify_many(scans, &proof.to_bytes(), face.gate.clock.now().0, &policy);
    let many = many.map_err(|problem| Problem::new("request.body").with("cause", problem.code))?;
    let mut verdicts = serde_json::to_value(&many.verdicts).unwrap_or_default();
    for (verdict, scan) in verdicts.as_array_mut().into_iter().flatten().zip(scans) {
        set(verdict, "waiting", waits(face, scan)?);
    }
    let contents: Value = serde_json::to_value(&many.contents).unwrap_or_default();
    Ok(answer::json(&json!({ "verdicts": verdicts, "contents": contents, "height": proof.header().height().0 })))
}

fn waits(face: &Face, scan: &str) -> Result<bool, Problem> {
    let view = face.node.view();
    let index = Index::new(&view);
    let Ok(Subject::Pack(pack)) = scanned::subject(&index, scan) else { return Ok(false) };
    let canonical = index.canonical_pack(&pack)?;
    Ok(canonical.map(|pack| face.outbox.holds(&index.paths().pack(&pack))).transpose()?.unwrap_or_default())
}
