//! Whether the node is well, for those who run it.

use super::{answer, face::Shared, metrics::Gauge};
use crate::{chain::tip, clock::Clock, problem::Problem};
use axum::{extract::State, response::Response};
use medproof_core::header::UnixMillis;
use serde_json::json;

/// The program runs.
pub(super) async fn live() -> Response {
    answer::json(&json!({ "status": "live" }))
}

/// The node can be read, and its newest header is not old: heartbeats come.
pub(super) async fn ready(State(face): State<Shared>) -> Result<Response, Problem> {
    let header = tip(&face.node.view())?.clone();
    let parameters = face.node.ledger().parameters(&face.node.view())?;
    let age_ms = face.gate.clock.now().0.saturating_sub(header.time().0);
    let is_late = age_ms > u64::from(parameters.heartbeat_ms) * HEARTBEATS + SLACK_MS;
    if is_late {
        return Err(Problem::new("node.not-ready").extra("age_ms", age_ms).retry_after_s(5));
    }
    Ok(answer::json(&json!({ "status": "ready", "height": header.height().0, "age_ms": age_ms })))
}

/// Figures.
pub(super) async fn metrics(State(face): State<Shared>) -> Result<Response, Problem> {
    let view = face.node.view();
    let (header, now) = (tip(&view)?.clone(), face.gate.clock.now());
    let gauges = [
        Gauge { name: "height", about: "The newest height.", value: header.height().0 },
        Gauge { name: "header_age_ms", about: "Age of the newest header.", value: age(now, header.time()) },
        Gauge { name: "log_entries", about: "Events since the beginning.", value: view.log_size().0 },
        Gauge {
            name: "pool_events",
            about: "Events that wait for a block.",
            value: face.node.ledger().pool().len() as u64,
        },
        Gauge { name: "audit_entries", about: "Entries of the audit log.", value: face.gate.audit.head().count },
        Gauge { name: "clock_ms", about: "What the node takes for now.", value: now.0 },
        Gauge { name: "wall_clock_ms", about: "What the machine takes for now.", value: Clock::wall().now().0 },
    ];
    let text = face.gate.metrics.render(&gauges);
    Ok(answer::bytes(text.into_bytes(), "text/plain; version=0.0.4; charset=utf-8"))
}

const fn age(now: UnixMillis, time: UnixMillis) -> u64 {
    now.0.saturating_sub(time.0)
}

/// After so many heartbeats without a header something is wrong.
const HEARTBEATS: u64 = 3;
const SLACK_MS: u64 = 10_000;
