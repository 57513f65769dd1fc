//! The interface for programs and pages.
//!
//! ```text
//! connection ─► observe ─► gate ─► handler
//! stream.rs     id, log,    row, token, quota,   open.rs, …
//! server.rs     language    body, repetition
//! ```

mod answer;
mod ask;
pub mod body;
mod epcis;
mod face;
pub mod gate;
mod headers;
mod health;
pub mod limits;
pub mod metrics;
mod observe;
mod open;
pub mod openapi;
mod pages;
mod replay;
pub mod server;
mod staff;
mod stream;

pub use epcis::capture::encoded as path_segment;
pub use face::{Face, Shared, issuer, issuer_in};
pub use pages::Pages;
pub use replay::{Call, Replay};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use gate::Gate;
use std::sync::Arc;

/// Puts `routes` behind the gate.
pub fn guarded(routes: Router, gate: &Arc<Gate>) -> Router {
    routes
        // The gate reads bodies, each up to what its row says.
        .layer(DefaultBodyLimit::disable())
        .fallback(|| async { crate::problem::Problem::new("request.path") })
        .layer(middleware::from_fn_with_state(Arc::clone(gate), gate::pass))
        .layer(middleware::from_fn_with_state(Arc::clone(gate), observe::observe))
}
