//! `/epcis/capture`: documents as jobs; `POST /epcis/events`: one event.

use super::{
    super::{
        answer::{self, set},
        ask::{Asked, parameter},
        face::{Shared, absent},
    },
    announced, refused,
};
use crate::{
    capture::{Captures, find_job},
    problem::Problem,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// Takes a document: 202 with the job's address, or what is wrong with it and nothing kept.
pub(in crate::http) async fn capture(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let proceed = proceeds(&asked)?;
    is_json(&asked)?;
    Captures::check(&bytes, proceed).map_err(|faults| refused(&faults))?;
    let order = face.captures.begin(asked.caller()?, proceed, &bytes)?;
    let place = format!("/epcis/capture/{}", order.job);
    let captures = Arc::clone(&face.captures);
    tokio::spawn(async move { captures.run_to_end(order, &bytes).await });
    Ok(announced(located(StatusCode::ACCEPTED.into_response(), &place)))
}

/// A job, as it stands.
pub(in crate::http) async fn job(
    State(face): State<Shared>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let job = find_job(&*face.rows, asked.caller()?.member, &id)?.ok_or_else(absent)?;
    Ok(announced(answer::bytes(job, answer::JSON)))
}

/// Takes one event: 201 with its address, when the ledger has it. What the rules refuse is refused, unless the caller
/// says `proceed`: then it is stored only.
pub(in crate::http) async fn event(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let proceed = proceeds(&asked)?;
    is_json(&asked)?;
    let document = Captures::check(&bytes, false).map_err(|faults| refused(&faults))?;
    if document.events.len() != 1 {
        return Err(Problem::new("request.body").with("cause", "not exactly one event"));
    }
    let order = face.captures.begin(asked.caller()?, proceed, &bytes)?;
    let job = face.captures.run(order, &bytes).await?;
    if let Some(fault) = job.refused {
        return Err(fault.into());
    }
    let mut view = job.events.into_iter().next().unwrap_or_default();
    let id = view.get("eventID").and_then(|id| id.as_str()).unwrap_or_default().to_owned();
    set(&mut view, "captureID", job.id);
    let place = format!("/epcis/events/{}", encoded(&id));
    Ok(announced(located(answer::with_status(StatusCode::CREATED, &view), &place)))
}

fn proceeds(asked: &Asked) -> Result<bool, Problem> {
    match asked.headers.get(BEHAVIOUR).map(HeaderValue::as_bytes) {
        None | Some(b"rollback") => Ok(false),
        Some(b"proceed") => Ok(true),
        Some(_) => Err(parameter("GS1-Capture-Error-Behaviour")),
    }
}

fn is_json(asked: &Asked) -> Result<(), Problem> {
    let media_type = asked.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let is_json =
        essence.eq_ignore_ascii_case("application/json") || essence.eq_ignore_ascii_case("application/ld+json");
    if is_json { Ok(()) } else { Err(Problem::new("request.media-type")) }
}

fn located(mut response: Response, place: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// Text as one segment of a path.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

const BEHAVIOUR: &str = "gs1-capture-error-behaviour";
