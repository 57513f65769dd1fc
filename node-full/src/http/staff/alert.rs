//! The alert inbox: what somebody has to look at, and what became of it.
//!
//! | table | key | value |
//! |---|---|---|
//! | alert | id | [`Alert`] |
//! | alert-open | cause ‖ 0 ‖ id, until somebody said what became of it | nothing |
//! | alert-same | SHA-256(cause ‖ 0 ‖ code ‖ 0 ‖ details), of what everybody may hand in | time, ms, u64 ‖ id, of the newest |
//!
//! Refusals and what waited in vain belong to the member whose staff it was about; what everybody may hand in, to all
//! whom the node serves.

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
use medproof_core::{header::UnixMillis, identity::MemberId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

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
    /// The member whose it is; nobody's is everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    member: Option<u32>,
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
        Ok(Self { id, time_ms: now.0, cause: cause.into(), code: code.into(), member: None, details, outcome: None })
    }

    /// The same alert, of one member.
    #[must_use]
    pub(in crate::http) fn of(self, member: MemberId) -> Self {
        Self { member: Some(member.0), ..self }
    }

    fn is_seen_by(&self, member: MemberId) -> bool {
        self.member.is_none_or(|own| own == member.0)
    }

    /// The rows that keep it.
    fn changes(&self) -> Result<Vec<Change>> {
        let value = serde_json::to_vec(self).map_err(|cause| Fault::new("node.store").with("cause", cause))?;
        let is_open = self.outcome.is_none();
        Ok(vec![
            Change { table: TABLE, key: self.id.clone().into_bytes(), value: Some(value) },
            Change { table: OPEN, key: open_key(&self.cause, &self.id), value: is_open.then(Vec::new) },
        ])
    }

    /// What is the same where the same was handed in.
    fn digest(&self) -> [u8; 32] {
        Sha256::digest(format!("{}\0{}\0{}", self.cause, self.code, self.details)).into()
    }
}

/// Puts an alert into the inbox.
pub(in crate::http) fn raise(rows: &dyn Rows, alert: &Alert) -> Result {
    rows.put(alert.changes()?)
}

/// Puts what anybody may hand in into the inbox; answers its id, or that of the same from a moment ago. Later the same is
/// another alert: a code that was copied is reported by more than one. Refused while too much of the kind waits for
/// somebody to look at it: whoever floods the node fills no disk.
pub(in crate::http) fn hand_in(rows: &dyn Rows, alert: &Alert) -> std::result::Result<String, Problem> {
    let same = alert.digest();
    let known = rows.get(SAME, &same)?;
    if let Some((time, id)) = known.as_deref().and_then(<[u8]>::split_first_chunk::<8>)
        && alert.time_ms < u64::from_be_bytes(*time) + A_MOMENT_MS
    {
        return Ok(String::from_utf8_lossy(id).into_owned());
    }
    let first = open_key(&alert.cause, "");
    let waiting = rows.from(OPEN, &first, MOST_HANDED_IN)?;
    if waiting.last().is_some_and(|(key, _)| waiting.len() == MOST_HANDED_IN && key.starts_with(&first)) {
        return Err(Problem::new("node.busy").retry_after_s(3_600));
    }
    let mut changes = alert.changes()?;
    let value = [&alert.time_ms.to_be_bytes()[..], alert.id.as_bytes()].concat();
    changes.push(Change { table: SAME, key: same.to_vec(), value: Some(value) });
    rows.put(changes)?;
    Ok(alert.id.clone())
}

/// The newest alerts that concern the caller's member, of one `cause` if it is given, from before the alert `before`.
pub(in crate::http) async fn list(State(face): State<Shared>, asked: Asked) -> std::result::Result<Response, Problem> {
    let (cause, member) = (asked.text("cause"), asked.caller()?.member);
    let mut end = asked.text("before").map(|id| id.as_bytes().to_vec());
    let mut alerts: Vec<Alert> = Vec::new();
    let mut is_more = true;
    while is_more && alerts.len() < MOST {
        let rows = face.rows.last(TABLE, end.as_deref(), MOST)?;
        is_more = rows.len() == MOST;
        for (key, value) in rows {
            if alerts.len() == MOST {
                is_more = true;
                break;
            }
            let alert = serde_json::from_slice::<Alert>(&value).ok();
            let wanted = |alert: &Alert| cause.is_none_or(|cause| alert.cause == cause) && alert.is_seen_by(member);
            alerts.extend(alert.filter(wanted));
            end = Some(key);
        }
    }
    let next = alerts.last().filter(|_| is_more).map(|alert| alert.id.clone());
    Ok(answer::json(&json!({ "alerts": alerts, "next": next })))
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
    if !alert.is_seen_by(asked.caller()?.member) {
        return Err(absent().into());
    }
    alert.outcome = Some(Outcome { what, by: asked.caller()?.subject.clone(), time_ms: face.gate.clock.now().0 });
    raise(&*face.rows, &alert)?;
    Ok(answer::json(&serde_json::to_value(&alert).unwrap_or_default()))
}

fn open_key(cause: &str, id: &str) -> Vec<u8> {
    [cause.as_bytes(), &[0], id.as_bytes()].concat()
}

const TABLE: &str = "alert";
const OPEN: &str = "alert-open";
const SAME: &str = "alert-same";

/// The most alerts in one answer.
const MOST: usize = 500;

/// For so long the same is a second press of a button.
const A_MOMENT_MS: u64 = 10 * 60_000;

/// The most alerts of one kind by people without a token that nobody has looked at.
const MOST_HANDED_IN: usize = 5_000;

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    fn report(serial: usize, time_ms: u64) -> Alert {
        Alert::new("report", "report.suspected", UnixMillis(time_ms), json!({ "code": serial })).expect("an alert")
    }

    #[test]
    fn the_same_report_is_one_for_a_moment_and_too_many_are_refused_until_somebody_looks() {
        let rows = MemoryRows::default();
        let hand_in = |alert: &Alert| hand_in(&rows, alert).map_err(|problem| problem.code().to_owned());
        let first = hand_in(&report(0, 1_000)).expect("kept");
        assert_eq!(hand_in(&report(0, 1_000 + A_MOMENT_MS - 1)), Ok(first.clone()));
        let later = report(0, 1_000 + A_MOMENT_MS);
        assert_ne!(hand_in(&later), Ok(first));
        for serial in 2..MOST_HANDED_IN {
            let alert = report(serial, 2_000);
            rows.put(alert.changes().expect("rows")).expect("kept");
        }
        assert_eq!(hand_in(&report(1, 3_000)), Err("node.busy".into()));
        // Forks are counted by themselves, and what was looked at is not counted.
        let fork = Alert::new("fork", "trust.fork", UnixMillis(1), Value::Null).expect("an alert");
        assert!(hand_in(&fork).is_ok());
        let settled = Outcome { what: What::Technical, by: "qa".into(), time_ms: 4_000 };
        raise(&rows, &Alert { outcome: Some(settled), ..later }).expect("settled");
        assert!(hand_in(&report(1, 5_000)).is_ok());
    }
}
