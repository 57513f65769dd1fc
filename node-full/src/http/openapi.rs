//! The interface as OpenAPI 3.1, from the access table: what is in the one is in the other.

use super::answer::{self, set};
use crate::access::{Access, Endpoint, Purpose, Staff, TABLE, page_role};
use axum::response::Response;
use serde_json::{Map, Value, json};

/// The document.
pub(super) async fn answer() -> Response {
    answer::kept_for(300, answer::json(&document()))
}

/// The interface, as OpenAPI 3.1.
pub fn document() -> Value {
    let mut paths = Map::new();
    for row in TABLE {
        let path = row.path.replace("{*", "{");
        let item = paths.entry(path).or_insert_with(|| json!({}));
        set(item, &row.verb.name().to_lowercase(), operation(row));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "MedProof node",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Proofs are verified by whoever asks; JSON is a view that nobody verifies from.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
            "schemas": { "Problem": problem_schema() },
            "responses": { "Problem": {
                "description": "Why not, and what to do: RFC 9457. `type` is a stable code.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            } },
        },
    })
}

fn operation(row: &Endpoint) -> Value {
    let mut operation = json!({
        "summary": row.about,
        "operationId": operation_id(row),
        "tags": [tag(row.path)],
        "parameters": parameters(row),
        "responses": {
            "200": { "description": "Done." },
            "default": { "$ref": "#/components/responses/Problem" },
        },
    });
    if row.body_limit_bytes > 0 {
        set(
            &mut operation,
            "requestBody",
            json!({
                "required": true,
                "description": format!("At most {} bytes.", row.body_limit_bytes),
                "content": { media_type(row.path): { "schema": body(row.path) } },
            }),
        );
    }
    if let Access::Staff(staff) = row.access {
        set(&mut operation, "security", json!([{ "token": [] }]));
        set(&mut operation, "x-staff-roles", staff.iter().copied().map(Staff::name).collect::<Vec<_>>());
        set(&mut operation, "x-member-roles", row.members.iter().copied().map(page_role).collect::<Vec<_>>());
        set(&mut operation, "x-purposes", row.purposes.iter().copied().map(Purpose::name).collect::<Vec<_>>());
    } else {
        set(&mut operation, "security", json!([]));
    }
    operation
}

fn parameters(row: &Endpoint) -> Vec<Value> {
    let in_path = row.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let mut parameters: Vec<Value> =
        in_path.map(|name| parameter("path", name.trim_start_matches('*'), true, "")).collect();
    for (path, name, is_required, about) in QUERY {
        let is_named = *path == row.path || (path.ends_with('*') && row.path.starts_with(path.trim_end_matches('*')));
        if is_named && (row.verb == crate::access::Verb::Get || !path.starts_with("/v1/proofs")) {
            parameters.push(parameter("query", name, *is_required, about));
        }
    }
    if row.is_change() {
        parameters.push(parameter(
            "header",
            "Idempotency-Key",
            false,
            "The same key and body have the same answer for 30 days.",
        ));
    }
    parameters
}

fn parameter(place: &str, name: &str, is_required: bool, about: &str) -> Value {
    json!({ "in": place, "name": name, "required": is_required, "description": about, "schema": { "type": "string" } })
}

fn operation_id(row: &Endpoint) -> String {
    let words = row.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty() && *word != "v1");
    words.fold(row.verb.name().to_lowercase(), |id, word| format!("{id}_{word}"))
}

fn tag(path: &str) -> &str {
    path.strip_prefix("/v1/")
        .unwrap_or(path)
        .trim_start_matches('/')
        .split('/')
        .next()
        .filter(|tag| !tag.is_empty() && !tag.starts_with('{'))
        .unwrap_or("pages")
}

fn media_type(path: &str) -> &'static str {
    match path {
        "/v1/forks" => answer::FORK,
        "/v1/events" => answer::EVENT,
        _ => answer::JSON,
    }
}

/// What a body is, in the fewest words that a generator of clients can use.
fn body(path: &str) -> Value {
    let object = |required: &[&str], optional: &[&str]| {
        let names = required.iter().chain(optional);
        let properties: Map<String, Value> = names.map(|name| ((*name).to_owned(), json!({}))).collect();
        json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
    };
    match path {
        "/v1/forks" | "/v1/events" => json!({ "type": "string", "format": "binary" }),
        "/v1/proofs" => object(&["codes"], &["have"]),
        "/v1/reports" => object(&["code"], &["signs", "overall", "reasons", "proof"]),
        "/v1/medicines" => object(
            &["product", "name_zh", "name_en", "holder", "form", "strength", "pack_size"],
            &["approval_number", "atc", "random_serials", "limits"],
        ),
        "/v1/medicines/alias" => object(&["alias", "product"], &[]),
        "/v1/medicines/change" => object(
            &["product", "name_zh", "name_en", "holder", "form", "strength", "pack_size"],
            &["approval_number", "atc", "random_serials", "limits", "issuer"],
        ),
        "/v1/members" => object(&["member", "roles", "name_zh", "name_en", "key", "signature"], &["gln", "domains"]),
        "/v1/members/{member}" => object(&["change"], &["name_zh", "name_en", "gln", "domains", "roles", "reason"]),
        "/v1/members/{member}/keys" => {
            object(&["change"], &["key", "signature", "valid_from_ms", "number", "since_ms"])
        }
        "/v1/packs/alias" => object(&["aliases"], &[]),
        "/v1/lots" => object(&["product", "lot", "expiry"], &[]),
        "/v1/packs/register" => object(&["product", "lot", "serials"], &["quantity"]),
        "/v1/units/pack" | "/v1/units/unpack" => object(&["sscc"], &["items"]),
        "/v1/orders" => object(&["step", "counterparty", "document"], &["follows"]),
        "/v1/recalls" => object(&["measure", "product"], &["lot", "severity", "depth", "reason"]),
        "/v1/alerts/{id}" => object(&["outcome"], &[]),
        "/epcis/capture" | "/epcis/events" => json!({ "type": "object" }),
        _ => json!({ "type": "array", "minItems": 1, "items": { "anyOf": [
            { "type": "string", "description": "a scan" },
            { "type": "object", "required": ["code"], "properties": { "code": { "type": "string" }, "amount": { "type": "integer", "minimum": 1 } } },
        ] } }),
    }
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": { "type": "string", "description": "the stable code" },
            "title": { "type": "string" },
            "detail": { "type": "string" },
            "next": { "type": "string", "description": "what to do" },
            "status": { "type": "integer" },
            "instance": { "type": "string", "description": "the call's id" },
            "item": { "type": "integer", "description": "which item caused it" },
            "emvs_alert": { "type": "string" },
            "nmvs_code": { "type": "string" },
        },
    })
}

/// Path (a star for all that begin so), name, whether it has to be there, what it is.
const QUERY: &[(&str, &str, bool, &str)] = &[
    ("/v1/updates", "from", false, "the newest height that the client has"),
    ("/v1/updates", "size", false, "the client's log size, where it is not that of its header"),
    ("/v1/proofs", "code", true, "the text of a scan"),
    ("/v1/proofs", "have", false, "the newest height that the client has"),
    ("/v1/buckets/{bits}/{hex}", "product", true, "GTIN-14, or scheme:code"),
    ("/v1/buckets/{bits}/{hex}", "have", false, "the newest height that the client has"),
    ("/v1/bundles", "code", false, "the text of a scan; this or `seller`"),
    ("/v1/bundles", "seller", false, "the domain of a seller, in lower case; this or `code`"),
    ("/v1/bundles", "have", false, "the newest height that the client has"),
    ("/v1/timeline", "code", true, "the text of a scan"),
    ("/v1/medicines", "q", false, "words of names, initials, codes, holder"),
    ("/v1/medicines", "lot", false, "only products with this lot"),
    ("/v1/medicines", "from", false, "leave out so many"),
    ("/v1/medicines", "most", false, "at most so many"),
    ("/v1/deliveries/check", "advice", true, "the trade id of the despatch advice"),
    ("/v1/recalls/impact", "product", true, "GTIN-14, or scheme:code"),
    ("/v1/recalls/impact", "lot", false, "the lot"),
    ("/v1/stock", "product", false, "GTIN-14, or scheme:code"),
    ("/v1/alerts", "before", false, "the id of an alert: those before it"),
    ("/v1/alerts", "cause", false, "report, refusal, fork or outbox"),
    ("/v1/audit", "from", false, "the first entry"),
    ("/v1/events/stream", "after", false, "the id of the last event that was seen"),
    ("/v1/packs/verify", "purpose", false, "holder, buyer, dispenser, receiver"),
    ("/v1/packs/*", "as", false, "the member role in which to act"),
    ("/v1/packs/*", "capacity", false, "holder, issuer, regulator, shipper"),
    ("/v1/packs/*", "site", false, "a GLN as a number; the node's own without it"),
    ("/v1/packs/*", "reason", false, "a reason, as the page of events numbers it"),
    ("/v1/packs/ship", "consignee", true, "the member that is to receive it"),
    ("/v1/packs/return", "consignee", true, "the member that is to receive it"),
    ("/v1/packs/ship", "trade", false, "the step of a trade that it belongs to"),
    ("/v1/packs/return", "trade", false, "the step of a trade that it belongs to"),
    ("/v1/packs/receive", "trade", false, "the step of a trade that it belongs to"),
    ("/v1/packs/export", "country", true, "ISO 3166-1, two letters"),
    ("/v1/packs/undo", "kind", false, "the kind that is undone; 1000 without it"),
    ("/v1/packs/release", "allowance_minutes", false, "minutes out of range that are accepted"),
];

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_of_the_table_is_described_once() {
        let document = document();
        let mut ids = BTreeSet::new();
        for row in TABLE {
            let operation = &document["paths"][row.path.replace("{*", "{")][row.verb.name().to_lowercase()];
            assert_eq!(operation["summary"], row.about, "{}", row.path);
            assert!(ids.insert(operation["operationId"].as_str().map(String::from)), "{}", row.path);
            assert_eq!(operation.get("requestBody").is_some(), row.body_limit_bytes > 0, "{}", row.path);
        }
    }

    #[test]
    fn every_parameter_belongs_to_a_row() {
        for (path, name, _, _) in QUERY {
            let start = path.trim_end_matches('*');
            assert!(
                TABLE.iter().any(|row| row.path == *path || (path.ends_with('*') && row.path.starts_with(start))),
                "{path} {name}"
            );
        }
    }
}
