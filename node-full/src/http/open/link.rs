//! GS1 Digital Link at the node's own address: the page for a phone's camera, a link set, or the proof.

use super::{page, proof};
use crate::{
    http::{
        answer::{self, Form, PROOF, choose},
        ask::Asked,
        face::Shared,
    },
    problem::Problem,
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    response::Response,
};
use medproof_core::header::Height;
use serde_json::json;

/// Answers a link by `Accept`: the page with the code filled in, a link set (RFC 9264) or the proof.
pub(in crate::http) async fn link(
    State(face): State<Shared>,
    asked: Asked,
    request: Request,
) -> Result<Response, Problem> {
    let wanted = asked.text("linkType");
    let form = match wanted {
        Some("linkset" | "all") => Form::Links,
        _ => choose(&asked.headers, FORMS)?,
    };
    let uri = format!(
        "https://id.example{}",
        request.uri().path_and_query().map_or(request.uri().path(), |uri| uri.as_str())
    );
    let mut response = match form {
        Form::Html => return Ok(page::patient(&face, &asked.headers)),
        Form::Links => link_set(&asked.path),
        _ => {
            let proof = proof::prove(&face, &asked, &[&uri], asked.optional("have")?.map(Height))?;
            answer::message(&proof, PROOF)
        }
    };
    let links = format!("<{}?linkType=linkset>; rel=\"linkset\"; type=\"application/linkset+json\"", asked.path);
    if let Ok(value) = HeaderValue::from_str(&links) {
        response.headers_mut().insert(header::LINK, value);
    }
    Ok(response)
}

/// Where else there is something about what `path` names (GS1 Digital Link, resolver section 7).
fn link_set(path: &str) -> Response {
    let target =
        |href: String, title: &str, media_type: &str| json!({ "href": href, "title": title, "type": media_type });
    let code = encoded(path);
    let set = json!({ "linkset": [{
        "anchor": path,
        "https://ref.gs1.org/voc/defaultLink": [target(path.into(), "Check this pack", "text/html")],
        "https://ref.gs1.org/voc/verificationService": [target(path.into(), "Proof", PROOF)],
        "https://ref.gs1.org/voc/traceability": [target(format!("/v1/timeline?code={code}"), "Timeline", answer::JSON)],
    }]});
    let mut response = answer::json(&set);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/linkset+json"));
    response
}

/// The path as the value of a query parameter: a link of a host that nobody contacts.
fn encoded(path: &str) -> String {
    let link = format!("https://id.example{path}");
    link.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

const FORMS: &[(Form, &str)] = &[
    (Form::Html, "text/html"),
    (Form::Links, "application/linkset+json"),
    (Form::Links, "application/json"),
    (Form::Bytes, PROOF),
];
