//! The REST binding of EPCIS 2.0: capture and query of the caller's own events.
//!
//! XML, stored queries and subscriptions are not served.

pub(super) mod capture;
pub(super) mod events;

use crate::{capture::fault_view, problem::Problem};
use axum::{
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use medproof_epcis::{document::Limits, fault::Fault};

/// The problem of a document: its first fault, and all of them as a list.
fn refused(faults: &[Fault]) -> Problem {
    let code = faults.first().map_or("request.body", |fault| fault.rule.code());
    let mut problem = Problem::new(code);
    if let Some(first) = faults.first() {
        problem = problem.with("pointer", &first.pointer).with("expected", &first.expected).with("found", &first.found);
        problem = problem.extra("pointer", first.pointer.clone());
    }
    problem.extra("errors", faults.iter().take(MOST_FAULTS).map(fault_view).collect::<Vec<_>>())
}

/// What the node speaks and takes, for `OPTIONS`.
pub(super) async fn options() -> Response {
    announced(StatusCode::NO_CONTENT.into_response())
}

/// The answer with the headers in which the standard announces versions and limits.
fn announced(mut response: Response) -> Response {
    let limits: Limits = crate::capture::limits();
    let numbers = [("gs1-epcis-capture-limit", limits.events), ("gs1-epcis-capture-file-size-limit", limits.bytes)];
    let headers = response.headers_mut();
    for (name, number) in numbers {
        headers.insert(name, HeaderValue::from(number));
    }
    for (name, text) in SPOKEN {
        headers.insert(name, HeaderValue::from_static(text));
    }
    response
}

const SPOKEN: [(&str, &str); 5] = [
    ("gs1-epcis-version", "2.0.0"),
    ("gs1-epcis-min", "2.0.0"),
    ("gs1-epcis-max", "2.0.0"),
    ("gs1-cbv-version", "2.0.0"),
    ("gs1-vendor-version", env!("CARGO_PKG_VERSION")),
];

/// Faults that an answer lists.
const MOST_FAULTS: usize = 100;
