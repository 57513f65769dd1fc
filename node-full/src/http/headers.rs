//! What every answer says besides: where it may be read, what a browser may do with it, whether it may be kept.

use crate::{
    access::{self, Access, Verb},
    problem::Problem,
};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Adds the headers of an answer to a call of `path`.
pub(super) fn add(path: &str, response: &mut Response) {
    let is_open = access::rows(path).any(|row| row.access == Access::Open);
    let is_page = is_page_or_script(response);
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    headers.append(header::VARY, HeaderValue::from_static("accept, accept-language"));
    if is_open {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    } else {
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The answer to a browser that asks whether a page of another origin may call `path`: open rows only, and never
/// with credentials.
pub(super) fn preflight(path: &str) -> Response {
    let mut verbs: Vec<_> =
        access::rows(path).filter(|row| row.access == Access::Open).map(|row| row.verb.name()).collect();
    if verbs.is_empty() {
        return Problem::new("request.method").into_response();
    }
    if verbs.contains(&Verb::Get.name()) {
        verbs.push("HEAD");
    }
    let allowed = HeaderValue::from_str(&verbs.join(", ")).unwrap_or(HeaderValue::from_static("GET"));
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allowed);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("accept, accept-language, content-type"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// A worker lives by the policy of its own script, not by that of the page that started it.
fn is_page_or_script(response: &Response) -> bool {
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type
        .is_some_and(|media_type| ["text/html", "text/javascript"].iter().any(|kind| media_type.starts_with(kind)))
}

const ALWAYS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(), microphone=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// A page runs its own scripts and wasm, and asks any node: whom it asks it chooses, whom it believes it proves.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self' https: http://127.0.0.1:*; \
    worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

/// Data is no page.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

const EXPOSED: &str = "content-language, idempotency-replayed, link, retry-after, x-request-id";
