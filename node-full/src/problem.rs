//! What went wrong, as programs and people read it: RFC 9457 problem details.
//!
//! `type` is the stable code. The sentences come from the message catalogue, in the caller's language, when
//! the answer leaves the node. Under `/epcis` the type is that of EPCIS 2.0 and the code stands beside it.

use crate::{
    fault::Fault,
    messages::{self, Language},
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use medproof_core::event::EventKind;
use medproof_rules::nmvs;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{borrow::Cow, collections::BTreeMap};

/// A refused or failed call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Problem {
    code: Cow<'static, str>,
    values: BTreeMap<String, String>,
    extra: Map<String, Value>,
    retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem with this code and no values.
    pub fn new(code: &'static str) -> Self {
        Self { code: Cow::Borrowed(code), values: BTreeMap::new(), extra: Map::new(), retry_after_s: None }
    }

    /// The same problem, with the value of a placeholder.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.values.insert(name.into(), value.to_string());
        self
    }

    /// The same problem, with a member that programs read.
    #[must_use]
    pub fn extra(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// The same problem, with what a refusal of an event of `kind` means to the European system.
    #[must_use]
    pub fn of_kind(self, kind: EventKind) -> Self {
        let Some(row) = nmvs::find(&self.code, kind) else { return self };
        let marked = row.alert.into_iter().fold(self, |problem, alert| problem.extra("emvs_alert", alert));
        row.return_code.into_iter().fold(marked, |problem, code| problem.extra("nmvs_code", code))
    }

    /// The same problem of an event of `kind`, where the caller's own last event is what stands in the way.
    #[must_use]
    pub fn by_own_event(self, kind: EventKind) -> Self {
        let alert = nmvs::find(&self.code, kind).and_then(|row| row.own_alert);
        alert.into_iter().fold(self, |problem, alert| problem.extra("emvs_alert", alert))
    }

    /// The same problem, to be tried again after so many seconds.
    #[must_use]
    pub const fn retry_after_s(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Which item of the event caused it, in body order.
    pub fn item(&self) -> Option<usize> {
        self.extra.get("item")?.as_u64().and_then(|item| usize::try_from(item).ok())
    }

    /// A member that programs read.
    pub fn member(&self, name: &str) -> Option<&str> {
        self.extra.get(name)?.as_str()
    }

    /// The status that fits the code.
    pub fn status(&self) -> StatusCode {
        status(&self.code)
    }

    /// The problem as JSON, without a status: one item's answer among many.
    pub fn to_item(&self, language: Language) -> Value {
        let told = messages::tell(&self.code, &self.values, language);
        let mut members = self.extra.clone();
        let texts = [("title", told.title), ("detail", told.detail), ("next", told.next)];
        members.insert("type".into(), self.code().into());
        members.extend(
            texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.into(), text.into())),
        );
        Value::Object(members)
    }

    /// The answer to a call of `path`, whose id is `request`.
    pub fn to_response(&self, path: &str, request: &str, language: Language) -> Response {
        let status = self.status();
        let mut body = self.to_item(language);
        if let Value::Object(members) = &mut body {
            members.insert("status".into(), status.as_u16().into());
            members.insert("instance".into(), json!(format!("urn:request:{request}")));
            if path.starts_with("/epcis") {
                members.insert("code".into(), self.code().into());
                members
                    .insert("type".into(), format!("epcisException:{}", epcis_exception(status, self.code())).into());
            }
        }
        let mut response = (status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"medproof\""));
        }
        if status == StatusCode::PAYLOAD_TOO_LARGE || status == StatusCode::REQUEST_TIMEOUT {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let problem =
            fault.values().iter().fold(Self::new(fault.code()), |problem, (name, value)| problem.with(name, value));
        let numbers = fault.values().iter().filter(|(name, _)| NUMBERS.contains(name));
        let numbers = numbers.filter_map(|(name, value)| Some((*name, value.parse::<u64>().ok()?)));
        numbers.fold(problem, |problem, (name, number)| problem.extra(name, number))
    }
}

/// Values that programs act on: which item caused it, how many bits to ask with.
const NUMBERS: [&str; 2] = ["bits", "item"];

/// A problem as a handler gives it back; the sentences are added where the caller's language is known.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The status of a code: the first row whose beginning fits.
fn status(code: &str) -> StatusCode {
    let ends = |endings: &[&str]| endings.iter().any(|ending| code.ends_with(ending));
    if let Some((_, status)) = STATUSES.iter().find(|(start, _)| code.starts_with(start)) {
        return *status;
    }
    if code.starts_with("rules.") {
        return if ends(&[".absent"]) { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
    }
    StatusCode::INTERNAL_SERVER_ERROR
}

/// Which status belongs to codes that begin so. Bad input is 400, 413, 415 or 422; not allowed 401, 403 or 429;
/// not found 404; a conflict with what stands on the ledger 409; and what the node could not do 5xx.
const STATUSES: &[(&str, StatusCode)] = &[
    ("token.in-query", StatusCode::BAD_REQUEST),
    ("token.hours", StatusCode::UNAUTHORIZED),
    ("token.", StatusCode::UNAUTHORIZED),
    ("access.limit", StatusCode::TOO_MANY_REQUESTS),
    ("access.token", StatusCode::UNAUTHORIZED),
    ("access.", StatusCode::FORBIDDEN),
    ("request.path", StatusCode::NOT_FOUND),
    ("request.method", StatusCode::METHOD_NOT_ALLOWED),
    ("request.not-acceptable", StatusCode::NOT_ACCEPTABLE),
    ("request.media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ("request.too-large", StatusCode::PAYLOAD_TOO_LARGE),
    ("request.slow", StatusCode::REQUEST_TIMEOUT),
    ("request.item-left-out", StatusCode::CONFLICT),
    ("request.key-reused", StatusCode::UNPROCESSABLE_ENTITY),
    ("request.key-in-use", StatusCode::CONFLICT),
    ("request.not-found", StatusCode::NOT_FOUND),
    ("request.", StatusCode::BAD_REQUEST),
    ("scan.", StatusCode::BAD_REQUEST),
    ("identifier.scan.", StatusCode::BAD_REQUEST),
    ("identifier.", StatusCode::NOT_FOUND),
    ("agreement.", StatusCode::CONFLICT),
    ("trust.message.", StatusCode::BAD_REQUEST),
    ("trust.", StatusCode::BAD_REQUEST),
    ("proof.keys", StatusCode::BAD_REQUEST),
    ("proof.bucket", StatusCode::UNPROCESSABLE_ENTITY),
    ("proof.no-block", StatusCode::SERVICE_UNAVAILABLE),
    ("epcis.", StatusCode::BAD_REQUEST),
    ("rules.event.body", StatusCode::BAD_REQUEST),
    ("rules.event.signature", StatusCode::BAD_REQUEST),
    ("rules.event.chain", StatusCode::BAD_REQUEST),
    ("rules.event.kind", StatusCode::BAD_REQUEST),
    ("rules.event.role", StatusCode::FORBIDDEN),
    ("rules.event.sender", StatusCode::FORBIDDEN),
    ("rules.event.member", StatusCode::FORBIDDEN),
    ("rules.event.suspended", StatusCode::FORBIDDEN),
    ("rules.event.key", StatusCode::FORBIDDEN),
    ("rules.holder.other", StatusCode::FORBIDDEN),
    ("rules.issuer.other", StatusCode::FORBIDDEN),
    ("rules.regulator.only", StatusCode::FORBIDDEN),
    ("rules.hold.authority", StatusCode::FORBIDDEN),
    ("node.member.no-key", StatusCode::FORBIDDEN),
    ("node.item.", StatusCode::BAD_REQUEST),
    ("node.outbox.waiting", StatusCode::CONFLICT),
    ("node.event", StatusCode::BAD_REQUEST),
    ("node.busy", StatusCode::SERVICE_UNAVAILABLE),
    ("node.stopped", StatusCode::SERVICE_UNAVAILABLE),
    ("node.not-ready", StatusCode::SERVICE_UNAVAILABLE),
];

/// The exception of EPCIS 2.0 that fits a status.
fn epcis_exception(status: StatusCode, code: &str) -> &'static str {
    if code == "request.parameter" {
        return "QueryParameterException";
    }
    match status.as_u16() {
        400 | 409 | 422 => "ValidationException",
        401 | 403 | 429 => "SecurityException",
        404 | 405 => "NoSuchResourceException",
        406 => "NotAcceptableException",
        413 => "CaptureLimitExceededException",
        415 => "UnsupportedMediaTypeException",
        _ => "ImplementationException",
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use medproof_rules::{CODES, body::number};

    async fn body(response: Response) -> Value {
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 16).await.expect("a body");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[tokio::test]
    async fn a_refusal_speaks_the_callers_language() {
        let problem = Problem::from(Fault::new("rules.state.dispensed-pack").with("item", 3)).of_kind(number::DISPENSE);
        let response = problem.to_response("/v1/packs/dispense", "7", Language::Chinese);
        assert_eq!(response.status(), StatusCode::CONFLICT);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[header::CONTENT_LANGUAGE], "zh-Hans");
        let body = body(response).await;
        assert_eq!(body["type"], "rules.state.dispensed-pack");
        assert_eq!(
            (&body["emvs_alert"], &body["nmvs_code"], &body["item"]),
            (&"A7".into(), &"NMVS_NC_PCK_19".into(), &3.into())
        );
        assert!(body["title"].as_str().is_some_and(|title| title.chars().any(|c| c > '\u{4e00}')));
        assert!(body["next"].as_str().is_some_and(|next| !next.is_empty()));
    }

    #[tokio::test]
    async fn under_epcis_the_type_is_that_of_epcis() {
        let response = Problem::new("request.too-large").to_response("/epcis/capture", "7", Language::English);
        let body = body(response).await;
        assert_eq!(body["type"], "epcisException:CaptureLimitExceededException");
        assert_eq!(body["code"], "request.too-large");
    }

    #[test]
    fn every_refusal_of_the_rules_is_the_callers_and_has_sentences_in_both_languages() {
        for code in CODES {
            assert!(status(code).is_client_error(), "{code}");
            for language in [Language::English, Language::Chinese] {
                assert!(messages::find(code, language).is_some(), "{code} {}", language.tag());
            }
        }
    }

    #[test]
    fn what_programs_act_on_is_a_number() {
        let problem = Problem::from(Fault::new("proof.bucket-size").with("bits", 36));
        assert_eq!(problem.to_item(Language::English)["bits"], 36);
        assert_eq!(problem.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[test]
    fn what_could_not_be_done_is_never_the_callers_fault() {
        for code in ["node.store", "node.state", "node.index", "node.busy", "proof.no-block", "anything"] {
            assert!(status(code).is_server_error(), "{code}");
        }
    }
}
