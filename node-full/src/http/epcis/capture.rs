//! `/epcis/capture`: documents as jobs; `POST /epcis/events`: one event.

use super::{
    super::{
        answer::{self, set},
        ask::{Asked, parameter},
        face::{Face, Shared, absent},
    },
    announced, refused,
};
use crate::{
    access::Staff,
    capture::{Capture, find_job},
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
    Capture::check(&bytes, proceed).map_err(|faults| refused(&faults))?;
    let capture = captor(&face, &asked)?;
    let job = capture.begin(proceed)?;
    let place = format!("/epcis/capture/{}", job.id);
    tokio::spawn(async move {
        if let Err(fault) = capture.run(job, &bytes).await {
            tracing::error!(code = fault.code(), "a capture job was cut off");
        }
    });
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

/// Takes one event: 201 with its address, when the ledger has it.
pub(in crate::http) async fn event(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    is_json(&asked)?;
    let document = Capture::check(&bytes, false).map_err(|faults| refused(&faults))?;
    if document.events.len() != 1 {
        return Err(Problem::new("request.body").with("cause", "not exactly one event"));
    }
    let capture = captor(&face, &asked)?;
    let job = capture.begin(false)?;
    let job = capture.run(job, &bytes).await?;
    let mut view = job.events.into_iter().next().unwrap_or_default();
    let id = view.get("eventID").and_then(|id| id.as_str()).unwrap_or_default().to_owned();
    set(&mut view, "captureID", job.id);
    let place = format!("/epcis/events/{}", encoded(&id));
    Ok(announced(located(answer::with_status(StatusCode::CREATED, &view), &place)))
}

fn captor(face: &Face, asked: &Asked) -> Result<Capture, Problem> {
    let caller = asked.caller()?;
    let is_qa = caller.staff.contains(&Staff::Qa);
    Ok(Capture::new(Arc::clone(&face.node), Arc::clone(&face.rows), caller.member, is_qa))
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
pub(super) fn encoded(text: &str) -> String {
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
