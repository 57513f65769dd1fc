//! The alert inbox: what somebody has to look at, and what became of it.

use crate::{
    fault::{Fault, Result},
    http::{
        answer,
        ask::{self, Asked, parameter},
        face::{Shared, absent},
    },
    keyring,
    problem::Problem,
    rows::{Change, Rows},
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use medproof_core::header::UnixMillis;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Something to look at.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::http) struct Alert {
    /// Its name: time and chance.
    pub(in crate::http) id: String,
    /// When, in ms since 1970.
    time_ms: u64,
    /// From where: `report`, `refusal`, `fork`, `outbox`.
    cause: String,
    /// What, as a code of the catalogue.
    code: String,
    /// What belongs to it.
    details: Value,
    /// What became of it, once somebody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Outcome {
    what: What,
    by: String,
    time_ms: u64,
}

/// What became of an alert. EMVS: an alert is a potential suspicion until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    /// A slip: scanned twice, wrong data.
    Procedural,
    /// Somebody's system was wrong.
    Technical,
    /// It was what it looked like; the authority was told.
    Confirmed,
    /// Somebody looks at it.
    UnderInvestigation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settled {
    outcome: What,
}

impl Alert {
    /// A new alert.
    pub(in crate::http) fn new(cause: &str, code: &str, now: UnixMillis, details: Value) -> Result<Self> {
        let chance: [u8; 32] = keyring::random()?;
        let chance = keyring::to_hex(chance.get(..8).unwrap_or_default());
        let id = format!("{:016x}-{chance}", now.0);
        Ok(Self { id, time_ms: now.0, cause: cause.into(), code: code.into(), details, outcome: None })
    }

    fn change(&self) -> Result<Change> {
        let value = serde_json::to_vec(self).map_err(|cause| Fault::new("node.store").with("cause", cause))?;
        Ok(Change { table: TABLE, key: self.id.clone().into_bytes(), value: Some(value) })
    }
}

/// Puts an alert into the inbox.
pub(in crate::http) fn raise(rows: &dyn Rows, alert: &Alert) -> Result {
    rows.put(vec![alert.change()?])
}

/// The newest alerts, of one `cause` if it is given.
pub(in crate::http) async fn list(State(face): State<Shared>, asked: Asked) -> std::result::Result<Response, Problem> {
    let cause = asked.text("cause");
    let rows = face.rows.last(TABLE, MOST)?;
    let alerts = rows.iter().filter_map(|(_, value)| serde_json::from_slice::<Alert>(value).ok());
    let alerts: Vec<_> = alerts.filter(|alert| cause.is_none_or(|cause| alert.cause == cause)).collect();
    Ok(answer::json(&json!({ "alerts": alerts })))
}

/// Says what became of an alert.
pub(in crate::http) async fn settle(
    State(face): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
    bytes: Bytes,
) -> std::result::Result<Response, Problem> {
    let Settled { outcome: what } = ask::json(&asked, &bytes)?;
    let stored = face.rows.get(TABLE, id.as_bytes())?.ok_or_else(absent)?;
    let mut alert: Alert = serde_json::from_slice(&stored).map_err(|_| parameter("id"))?;
    alert.outcome = Some(Outcome { what, by: asked.caller()?.subject.clone(), time_ms: face.gate.clock.now().0 });
    raise(&*face.rows, &alert)?;
    Ok(answer::json(&serde_json::to_value(&alert).unwrap_or_default()))
}

const TABLE: &str = "alert";

/// The most alerts in one answer.
const MOST: usize = 500;
