//! Giving answers: messages of the project as bytes, JSON as a view of them.

use crate::problem::Problem;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use medproof_core::encoding::Message;
use serde_json::Value;

/// A form in which something is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(super) enum Form {
    /// The bytes, from which clients verify.
    Bytes,
    /// A view for people and programs, from which nobody verifies.
    Json,
    /// `MP1:` text, for a QR code.
    Text,
    /// A page.
    Html,
    /// A link set, RFC 9264.
    Links,
}

/// The form that the caller likes best among `served`, the first of which is for those who do not say
/// (RFC 9110 section 12.5.1).
pub(super) fn choose(headers: &HeaderMap, served: &[(Form, &str)]) -> Result<Form, Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    let mut best: Option<(u32, Form)> = None;
    for range in accept.split(',') {
        let mut words = range.split(';').map(str::trim);
        let name = words.next().unwrap_or_default();
        let weight = words.find_map(|word| word.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        let weight = (weight.clamp(0.0, 1.0) * 1_000.0) as u32;
        let found = served.iter().find(|(_, media_type)| fits(name, media_type));
        if let Some((form, _)) = found
            && weight > best.map_or(0, |(weight, _)| weight)
        {
            best = Some((weight, *form));
        }
    }
    best.map(|(_, form)| form).ok_or_else(|| Problem::new("request.not-acceptable"))
}

fn fits(range: &str, media_type: &str) -> bool {
    let kind = range.strip_suffix("/*").filter(|kind| *kind != "*");
    range == "*/*"
        || range.eq_ignore_ascii_case(media_type)
        || kind.is_some_and(|kind| media_type.split('/').next() == Some(kind))
}

/// A message as bytes of its media type.
pub(super) fn message(message: &impl Message, media_type: &'static str) -> Response {
    bytes(message.to_bytes(), media_type)
}

/// Bytes of a media type.
pub(super) fn bytes(bytes: Vec<u8>, media_type: &'static str) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], bytes).into_response()
}

/// A JSON answer.
pub(super) fn json(value: &Value) -> Response {
    with_status(StatusCode::OK, value)
}

/// A JSON answer with another status than 200.
pub(super) fn with_status(status: StatusCode, value: &Value) -> Response {
    (status, bytes(value.to_string().into_bytes(), JSON)).into_response()
}

/// Adds a member to a JSON object.
pub(super) fn set(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value.into());
    }
}

/// Lets whoever has the answer keep it for so many seconds.
pub(super) fn kept_for(seconds: u32, mut response: Response) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("public, max-age={seconds}")) {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}

pub(super) const JSON: &str = "application/json";
pub(super) const ANCHOR: &str = "application/vnd.medproof.anchor";
pub(super) const UPDATE: &str = "application/vnd.medproof.update";
pub(super) const PROOF: &str = "application/vnd.medproof.proof";
pub(super) const BUCKET: &str = "application/vnd.medproof.bucket";
pub(super) const BUNDLE: &str = "application/vnd.medproof.bundle";
pub(super) const FORK: &str = "application/vnd.medproof.fork";
pub(super) const EVENT: &str = "application/vnd.medproof.event";

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_best_form_that_is_served_is_chosen() {
        let served = [(Form::Bytes, PROOF), (Form::Json, JSON), (Form::Html, "text/html")];
        let choose = |accept: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            choose(&headers, &served).map_err(|problem| problem.status().as_u16())
        };
        assert_eq!(choose("*/*"), Ok(Form::Bytes));
        assert_eq!(choose("application/json"), Ok(Form::Json));
        assert_eq!(choose("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Ok(Form::Html));
        assert_eq!(choose("application/*"), Ok(Form::Bytes));
        assert_eq!(choose("application/json;q=0.1, application/vnd.medproof.proof"), Ok(Form::Bytes));
        assert_eq!(choose("image/png"), Err(406));
        assert_eq!(choose("application/json;q=0"), Err(406));
        assert_eq!(super::choose(&HeaderMap::new(), &served).expect("a form"), Form::Bytes);
    }
}
