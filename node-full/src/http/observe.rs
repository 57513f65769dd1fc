//! Around every call: its id, its figures, one line in the log, the caller's language, and the headers of every answer.
//!
//! The log names the row of the access table, never the path that was asked for: that would name serials.

use super::{
    gate::{Gate, PAGES, RequestId},
    headers,
};
use crate::{keyring, messages::Language, problem::Problem};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};
use std::{sync::Arc, time::Instant};

/// Takes a call through the gate and writes down how it went.
pub(super) async fn observe(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id();
    let path = request.extensions().get::<MatchedPath>().map_or(PAGES, MatchedPath::as_str).to_owned();
    let (method, uri) = (request.method().clone(), request.uri().path().to_owned());
    let language = language(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(language);
    let mut response = if method == Method::OPTIONS { headers::preflight(&path) } else { next.run(request).await };
    let problem = response.extensions_mut().remove::<Problem>();
    let code = problem.as_ref().map_or_else(String::new, |problem| problem.code().to_owned());
    if let Some(problem) = problem {
        let mut told = problem.to_response(&uri, &id, language);
        // What the handler or a repeated answer said besides.
        for (name, value) in response.headers().iter().filter(|(name, _)| *name != header::CONTENT_LENGTH) {
            told.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        response = told;
    }
    headers::add(&path, &mut response);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    let (status, elapsed) = (response.status().as_u16(), started.elapsed());
    gate.metrics.count(&method, &path, status, elapsed);
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(target: "medproof::http", %method, path, status, micros, request = id, code);
    response
}

fn language(request: &Request) -> Language {
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    wanted.map_or_else(Language::default, Language::of_header)
}

/// 16 random hexadecimal digits; without randomness a call goes on without an id.
fn request_id() -> String {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => keyring::to_hex(&bytes),
        Err(_) => String::new(),
    }
}
