//! The interface for programs and pages.
//!
//! ```text
//! connection ─► observe ─► gate ─► handler
//! stream.rs     id, log,    row, token, quota,   open.rs, …
//! server.rs     language    body, repetition
//! ```

pub mod body;
pub mod gate;
mod headers;
pub mod limits;
pub mod metrics;
mod observe;
mod replay;
pub mod server;
mod stream;

pub use replay::{Key, Replay};

use axum::{Router, middleware};
use gate::Gate;
use std::sync::Arc;

/// Puts `routes` behind the gate.
pub fn guarded(routes: Router, gate: &Arc<Gate>) -> Router {
    routes
        .fallback(|| async { crate::problem::Problem::new("request.path") })
        .layer(middleware::from_fn_with_state(Arc::clone(gate), gate::pass))
        .layer(middleware::from_fn_with_state(Arc::clone(gate), observe::observe))
}
