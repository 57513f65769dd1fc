//! Each call that changes something, sent three times under one key: one effect, one answer, no alert.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod http_alone;

use axum::http::StatusCode;
use http_alone::{Alone, Answer, GTIN, ME};
use medproof_core::{encoding::Message, hash::Digest, identity::MemberId, keys::KeyNumber};
use medproof_node::{
    access::{Purpose, Staff, TABLE},
    demo::region::gtin,
    genesis_file::Role,
    keyring::{MemberKey, to_hex},
    rows::Change,
};
use medproof_rules::body::{Act, AuditAnchor, Body};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// A call: its row's path, the path with its query, the body, and the body's media type.
struct Call {
    row: &'static str,
    uri: String,
    body: Vec<u8>,
    media_type: &'static str,
}

fn call(row: &'static str, query: &str, body: Value) -> Call {
    Call { row, uri: format!("{row}{query}"), body: body.to_string().into_bytes(), media_type: "application/json" }
}

fn scan(serial: &str) -> String {
    format!("]d201{GTIN}21{serial}")
}

/// The packs' calls, each on packs of its own or on those that the call before it left so.
fn about_packs() -> Vec<Call> {
    let to_me = format!("?consignee={}", ME.0);
    let one = |row, query: &str, number: u32| call(row, query, json!([scan(&format!("S{number:05}"))]));
    vec![
        one("/v1/packs/ship", &to_me, 0),
        one("/v1/packs/ship-cancel", "", 0),
        one("/v1/packs/ship", &to_me, 1),
        one("/v1/packs/receive", "", 1),
        one("/v1/packs/return", &to_me, 2),
        one("/v1/packs/put-away", "", 3),
        one("/v1/packs/ward-issue", "", 3),
        one("/v1/packs/dispense", "", 4),
        one("/v1/packs/undo", "", 4),
        one("/v1/packs/sample", "", 5),
        one("/v1/packs/export", "?country=DE", 6),
        one("/v1/packs/destroy", "", 7),
        one("/v1/packs/stolen", "", 8),
        one("/v1/packs/lock", "?capacity=holder", 9),
        one("/v1/packs/unlock", "?capacity=holder", 9),
        one("/v1/packs/quarantine", "", 10),
        one("/v1/packs/release", "?capacity=holder", 10),
        call("/v1/units/pack", "", json!({ "sscc": SSCC, "items": [scan("S00011"), scan("S00012")] })),
        call("/v1/units/unpack", "", json!({ "sscc": SSCC })),
    ]
}

/// Another product from its entry to its recall.
fn about_a_product() -> Vec<Call> {
    let (product, alias) = (gtin(700), gtin(701));
    let entry = json!({
        "product": product, "name_zh": "胰岛素", "name_en": "Insulin", "holder": "Maker", "form": "injection",
        "strength": "100 IU/ml", "pack_size": "10 ml",
    });
    let packs = json!({ "product": product, "lot": "L2", "quantity": 10, "serials": ["Q1", "Q2"] });
    let codes = json!({ "alias": format!("]d201{alias}21Q1"), "pack": format!("]d201{product}21Q1") });
    vec![
        call("/v1/medicines", "", entry.clone()),
        call("/v1/medicines/change", "", entry),
        call("/v1/medicines/alias", "", json!({ "product": product, "alias": alias })),
        call("/v1/lots", "", json!({ "product": product, "lot": "L2", "expiry": "2030-05-31" })),
        call("/v1/packs/register", "", packs),
        call("/v1/packs/alias", "", json!({ "aliases": [codes] })),
        call("/v1/packs/dispense-partly", "", json!([{ "code": format!("]d201{product}21Q2"), "amount": 3 }])),
        call("/v1/recalls", "", json!({ "measure": "recall", "product": product, "lot": "L2", "severity": 1 })),
    ]
}

/// A member from its admission on, and a trade with it.
fn about_members(chain_id: &Digest) -> Vec<Call> {
    let key = |number| MemberKey::new(MemberId(2), KeyNumber(number), &[number as u8; 32]);
    let signed = |key: &MemberKey| (to_hex(&key.public().0), to_hex(&key.register(chain_id).0));
    let ((first, first_signature), (next, next_signature)) = (signed(&key(1)), signed(&key(2)));
    let at = |row, uri: &str, body: Value| Call { uri: uri.into(), ..call(row, "", body) };
    vec![
        call(
            "/v1/members",
            "",
            json!({
                "member": 2, "roles": ["wholesaler"], "name_zh": "批发", "name_en": "Wholesale", "key": first,
                "signature": first_signature,
            }),
        ),
        at("/v1/members/{member}", "/v1/members/2", json!({ "change": "roles", "roles": ["wholesaler", "pharmacy"] })),
        at(
            "/v1/members/{member}/keys",
            "/v1/members/2/keys",
            json!({ "change": "register", "key": next, "signature": next_signature }),
        ),
        at("/v1/members/{member}/keys", "/v1/members/1/keys", json!({ "change": "rotate" })),
        call("/v1/orders", "", json!({ "step": "order", "counterparty": 2, "document": { "packs": 500 } })),
    ]
}

fn about_documents() -> Vec<Call> {
    let event = |serial: &str| {
        json!({
            "type": "ObjectEvent", "eventTime": "2026-01-05T10:00:00.000Z", "eventTimeZoneOffset": "+00:00",
            "action": "OBSERVE", "bizStep": "storing", "epcList": [format!("https://id.gs1.org/01/{GTIN}/21/{serial}")],
        })
    };
    let context = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";
    let document = json!({
        "@context": [context], "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-01-05T10:00:00Z",
        "epcisBody": { "eventList": [event("S00013")] },
    });
    let mut single = event("S00014");
    single["@context"] = json!([context]);
    vec![call("/epcis/capture", "", document), call("/epcis/events", "", single)]
}

/// What a call may have changed: the log, the alerts, and the packs of the member.
async fn state(alone: &Alone) -> (u64, usize) {
    let token = alone.token(&[Staff::Qa], Purpose::Hoperat);
    let alerts = alone.call("GET", "/v1/alerts", Some(&token), "").await.json();
    (alone.node.view().log_size().0, alerts["alerts"].as_array().expect("a list").len())
}

/// Waits until what an answer promised is done: documents are captured behind it.
async fn ended(alone: &Alone, answer: &Answer) {
    let Some(place) = answer.headers.get("location") else { return };
    let (place, token) = (place.to_str().expect("text"), alone.token(&[Staff::Machine], Purpose::Hoperat));
    if !place.starts_with("/epcis/capture/") {
        return;
    }
    for _ in 0..1_200 {
        if alone.call("GET", place, Some(&token), "").await.json()["running"] == false {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the job does not end");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_that_is_sent_three_times_counts_once() {
    let alone = Alone::stocked(15).await;
    let token = alone.token(&Staff::ALL, Purpose::Treat);
    // Somebody scans a pack that is not registered: an alert, which is settled below.
    alone.call("POST", "/v1/packs/dispense", Some(&token), &json!([scan("nobody")]).to_string()).await;
    let alerts = alone.call("GET", "/v1/alerts", Some(&token), "").await.json();
    let alert = alerts["alerts"][0]["id"].as_str().expect("an alert").to_owned();
    let settle =
        Call { uri: format!("/v1/alerts/{alert}"), ..call("/v1/alerts/{id}", "", json!({ "outcome": "technical" })) };
    let anchor = Act::AuditAnchor(AuditAnchor { first: 0, last: 1, head: Digest([7; 32]) });
    let event = alone.node.sign(ME, Role::Hospital, &Body::new(Digest::ZERO, anchor)).expect("signed");
    let signed = Call {
        row: "/v1/events",
        uri: "/v1/events".into(),
        body: event.to_bytes(),
        media_type: "application/vnd.medproof.event",
    };
    let mut calls = about_packs();
    calls.extend(about_a_product());
    calls.push(settle);
    calls.push(signed);
    calls.extend(about_documents());
    calls.extend(about_members(&alone.node.genesis().chain_id()));
    let covered: BTreeSet<&str> = calls.iter().map(|call| call.row).collect();
    let rows: BTreeSet<&str> = TABLE.iter().filter(|row| row.is_change()).map(|row| row.path).collect();
    assert_eq!(covered, rows, "every row that changes something is called");

    let (_, alerts) = state(&alone).await;
    for (number, call) in calls.iter().enumerate() {
        let key = format!("call {number}");
        let headers = [("authorization", token.as_str()), ("idempotency-key", &key), ("content-type", call.media_type)];
        let before = state(&alone).await;
        let first = alone.call_bytes("POST", &call.uri, &headers, call.body.clone()).await;
        assert!(first.status.is_success() && first.status != StatusCode::MULTI_STATUS, "{} {}", call.uri, first.text());
        ended(&alone, &first).await;
        let after = state(&alone).await;
        assert_eq!(after.0 - before.0, u64::from(call.row != "/v1/alerts/{id}"), "{}: events", call.uri);
        for _ in 0..2 {
            let again = alone.call_bytes("POST", &call.uri, &headers, call.body.clone()).await;
            assert_eq!((again.status, again.text()), (first.status, first.text()), "{}", call.uri);
            assert_eq!(again.headers["idempotency-replayed"], "true", "{}", call.uri);
        }
        ended(&alone, &first).await;
        assert_eq!(state(&alone).await, after, "{}", call.uri);
        assert_eq!(after.1, alerts, "{}: no alert", call.uri);
        if call.row == "/v1/alerts/{id}" || call.row.starts_with("/epcis") {
            continue;
        }
        // The answer was lost, or the call is made again at another node of the member: the ledger knows it.
        forget_answers(&alone);
        let again = alone.call_bytes("POST", &call.uri, &headers, call.body.clone()).await;
        assert_eq!((again.status, again.text()), (first.status, first.text()), "{}: found", call.uri);
        assert_eq!(state(&alone).await, after, "{}: found", call.uri);
    }
}

fn forget_answers(alone: &Alone) {
    let rows = alone.face.rows.from("answer", &[], usize::MAX).expect("read").into_iter();
    let gone = rows.map(|(key, _)| Change { table: "answer", key, value: None }).collect();
    alone.face.rows.put(gone).expect("removed");
}

/// Two nodes of a member do not know each other's answers: another call under a key that was used is done, not answered
/// with what the first call did.
#[tokio::test(flavor = "multi_thread")]
async fn another_call_under_the_same_key_is_another_call() {
    let alone = Alone::stocked(2).await;
    let token = alone.token(&Staff::ALL, Purpose::Treat);
    let headers = [("authorization", token.as_str()), ("idempotency-key", "one")];
    let lot = |lot: &str| json!({ "product": GTIN, "lot": lot, "expiry": "2031-01-31" }).to_string();
    let mut events = BTreeSet::new();
    for (path, body) in [
        ("/v1/lots", lot("L8")),
        ("/v1/lots", lot("L9")),
        ("/v1/packs/put-away", json!([scan("S00000")]).to_string()),
        ("/v1/packs/put-away", json!([scan("S00001")]).to_string()),
        ("/v1/packs/dispense", json!([scan("S00000")]).to_string()),
        ("/v1/packs/dispense", json!([scan("S00001")]).to_string()),
    ] {
        forget_answers(&alone);
        let answer = alone.call_with("POST", path, &headers, &body).await;
        assert!(answer.status.is_success() && answer.status != StatusCode::MULTI_STATUS, "{path} {}", answer.text());
        events.insert(answer.json()["event"].to_string());
    }
    assert_eq!(events.len(), 6);
}

/// The member's next key is made by the node, signs at once, and the old one does not any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_rotated_by_the_node_and_members_are_governed_by_the_authority() {
    let alone = Alone::stocked(2).await;
    let authority = alone.token(&[Staff::Regulator], Purpose::Hoperat);
    let admin = alone.token(&[Staff::Admin], Purpose::Hoperat);
    for call in about_members(&alone.node.genesis().chain_id()).into_iter().take(3) {
        let headers = [("authorization", authority.as_str()), ("content-type", call.media_type)];
        let answer = alone.call_bytes("POST", &call.uri, &headers, call.body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{} {}", call.uri, answer.text());
    }
    let member = |number: usize| {
        let call = alone.call("GET", "/v1/members", Some(&admin), "");
        async move { call.await.json()["members"][number - 1].clone() }
    };
    let second = member(2).await;
    assert_eq!((&second["state"], &second["roles"]), (&json!("admitted"), &json!(["wholesaler", "pharmacy"])));
    assert_eq!(second["keys"].as_array().map(Vec::len), Some(2));
    let send = |uri: &'static str, token: &str, body: Value| {
        let (alone, token) = (&alone, token.to_owned());
        async move { alone.call("POST", uri, Some(&token), &body.to_string()).await }
    };
    for (change, state) in [("suspend", "suspended"), ("resume", "admitted"), ("exclude", "excluded")] {
        let done = send("/v1/members/2", &authority, json!({ "change": change, "reason": 2 })).await;
        assert_eq!(done.status, StatusCode::CREATED, "{change} {}", done.text());
        assert_eq!(member(2).await["state"], state);
    }
    let after = send("/v1/members/2", &authority, json!({ "change": "resume" })).await;
    assert_eq!((after.status, after.code().as_str()), (StatusCode::CONFLICT, "rules.member.excluded"));
    // Nobody but the member has its next key made.
    let other = send("/v1/members/2/keys", &admin, json!({ "change": "rotate" })).await;
    assert_eq!(other.code(), "access.member-other");
    let rotated = send("/v1/members/1/keys", &admin, json!({ "change": "rotate" })).await;
    assert_eq!(rotated.status, StatusCode::CREATED, "{}", rotated.text());
    let keys = member(1).await["keys"].clone();
    assert!(keys[0]["revoked_at_ms"].is_u64() && keys[1]["revoked_at_ms"].is_null(), "{keys}");
    let nurse = alone.token(&[Staff::Nurse], Purpose::Treat);
    let given = send("/v1/packs/dispense", &nurse, json!([scan("S00000")])).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text());
    assert_eq!(medproof_node::keyring::member_keys(&alone.node.folder().keys()).expect("read").len(), 2);
    let marked = json!({ "change": "compromised", "number": 1, "since_ms": alone.now_ms() - 1 });
    assert_eq!(send("/v1/members/1/keys", &admin, marked).await.status, StatusCode::CREATED);
    assert!(member(1).await["keys"][0]["compromised_since_ms"].is_u64());
    // Without a key left that counts, the node says so.
    assert_eq!(send("/v1/members/1/keys", &admin, json!({ "change": "revoke", "number": 2 })).await.status, 201);
    let refused = send("/v1/packs/dispense", &nurse, json!([scan("S00001")])).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "node.member.no-key"));
}

const SSCC: &str = "095040000000000011";
