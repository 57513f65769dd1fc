//! EPCIS over the real router of a real node: capture, jobs, what the ledger says afterwards, query.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod capture;
mod http_alone;

use axum::http::StatusCode;
use capture::{TIME, document, object, suite_files};
use http_alone::{Alone, GTIN, ME};
use medproof_core::{
    identity::{PackId, ProductCode, Serial},
    leaf::{Leaf, State, StateCode},
    log::LeafIndex,
};
use medproof_node::{
    access::{Caller, Purpose, Staff},
    capture::Anchored,
    http::limits::Quotas,
    index::Index,
    rows::Change,
};
use medproof_rules::body::{Act, Body};
use serde_json::{Value, json};
use std::time::Duration;

impl Alone {
    fn machine(&self) -> String {
        self.token(&[Staff::Machine], Purpose::Treat)
    }

    /// Captures a document and waits for its job.
    async fn captured(&self, document: &str, behaviour: &str) -> Value {
        self.captured_by(&self.machine(), document, behaviour).await
    }

    async fn found(&self, uri: &str) -> Vec<Value> {
        self.found_by(&self.machine(), uri).await
    }

    fn state(&self, serial: &str) -> Option<StateCode> {
        let view = self.node.view();
        let index = Index::new(&view);
        let product = ProductCode::from_gtin14(GTIN).expect("a GTIN");
        let pack = PackId { product, serial: Serial::new(serial).expect("a serial") };
        match index.leaf(&index.paths().pack(&pack)).expect("read") {
            Some(Leaf::Pack(leaf)) => Some(leaf.state),
            _ => None,
        }
    }

    /// The commitments in the ledger's event at `index`.
    fn commitments(&self, index: u64) -> usize {
        let view = self.node.view();
        let event = Index::new(&view).event(LeafIndex(index)).expect("read").expect("there");
        let body = Body::decode(event.head().kind, event.body()).expect("a body");
        match body.act {
            Act::DocumentStore(fields) => fields.documents.len(),
            _ => body.documents.len(),
        }
    }
}

fn link(serial: &str) -> String {
    format!("https://id.gs1.org/01/{GTIN}/21/{serial}")
}

fn commissioning(serials: impl IntoIterator<Item = String>) -> Value {
    let epcs: Vec<String> = serials.into_iter().map(|serial| link(&serial)).collect();
    let mut event = object("ADD", "commissioning", "active", &epcs);
    event["ilmd"] = json!({ "cbvmda:lotNumber": "L9", "cbvmda:itemExpirationDate": "2030-05-31" });
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn packs_go_from_commissioning_to_dispensing_by_documents() {
    let alone = Alone::new(&Quotas::default()).await;
    let serials = ["A1", "A2", "A3"].map(String::from);
    let job = alone.captured(&document(&[commissioning(serials.clone())]), "rollback").await;
    assert_eq!(job["success"], true, "{job}");
    let kinds: Vec<u64> = job["events"][0]["accepted"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|deed| deed["kind"].as_u64())
        .collect();
    assert_eq!(kinds, [500, 600], "{job}");
    let packing = json!({
        "type": "AggregationEvent", "eventTime": TIME, "eventTimeZoneOffset": "+00:00", "action": "ADD",
        "bizStep": "packing", "parentID": "https://id.gs1.org/00/006141411234567890",
        "childEPCs": serials.clone().map(|serial| link(&serial)),
    });
    let unit = ["https://id.gs1.org/00/006141411234567890".to_owned()];
    let receiving = object("OBSERVE", "receiving", "in_progress", &unit);
    let mut unpacking = packing.clone();
    unpacking["action"] = json!("DELETE");
    unpacking["bizStep"] = json!("unpacking");
    unpacking["childEPCs"] = json!([link("A1")]);
    let dispensing = object("OBSERVE", "dispensing", "dispensed", &[link("A1")]);
    let unknown = object("OBSERVE", "dispensing", "dispensed", &[link("NOBODY")]);
    let job =
        alone.captured(&document(&[packing, receiving, unpacking, dispensing.clone(), unknown]), "rollback").await;
    let reasons: Vec<&Value> = job["events"].as_array().expect("a list").iter().map(|event| &event["reason"]).collect();
    assert_eq!(reasons[..4], [&Value::Null; 4], "{job}");
    assert_eq!(*reasons[4], json!("rules.pack.absent"), "{job}");
    assert_eq!(alone.state("A1"), Some(StateCode::from(State::Dispensed)));
    assert_ne!(alone.state("A2"), Some(StateCode::from(State::Dispensed)));
    for event in job["events"].as_array().expect("a list") {
        assert_eq!(alone.commitments(event["anchored"].as_u64().expect("anchored")), 1, "{event}");
    }
    // The same event again is the same event.
    let size = alone.node.view().log_size();
    let again = alone.captured(&document(&[dispensing]), "rollback").await;
    assert_eq!(again["events"][0]["accepted"], job["events"][3]["accepted"], "{again}");
    assert_eq!(alone.node.view().log_size(), size);
    let of_pack = format!("/epcis/epcs/{}/events", link("A1").replace('/', "%2F").replace(':', "%3A"));
    assert_eq!(alone.found(&of_pack).await.len(), 4);
    assert_eq!(alone.found("/epcis/events?EQ_bizStep=dispensing").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_event_among_a_thousand() {
    let alone = Alone::new(&Quotas::default()).await;
    let mut events: Vec<Value> =
        (0..1_000).map(|event| commissioning((0..10).map(move |pack| format!("B{event}x{pack}")))).collect();
    events[500]["action"] = json!("NOTHING");
    let text = document(&events);
    let refused = alone.call("POST", "/epcis/capture", Some(&alone.machine()), &text).await;
    let body = refused.json();
    assert_eq!(
        (refused.status, &body["type"]),
        (StatusCode::BAD_REQUEST, &json!("epcisException:ValidationException"))
    );
    assert!(body["errors"][0]["pointer"].as_str().is_some_and(|at| at.contains("/eventList/500/action")), "{body}");
    assert!(alone.found("/epcis/events").await.is_empty());
    let begun = std::time::Instant::now();
    let job = alone.captured(&text, "proceed").await;
    eprintln!("9,990 packs in {:?}", begun.elapsed());
    let list = job["events"].as_array().expect("a list");
    assert_eq!((list.len(), job["errors"].as_array().map(Vec::len)), (999, Some(1)));
    assert!(list.iter().all(|event| event["reason"].is_null() && event["anchored"].is_u64()));
    assert!(alone.state("B499x9").is_some() && alone.state("B999x0").is_some() && alone.state("B500x0").is_none());
    let page = alone.call("GET", "/epcis/events?perPage=7", Some(&alone.machine()), "").await;
    let next = page.headers["link"].to_str().expect("text").to_owned();
    let next = next.trim_start_matches('<').split('>').next().expect("an address").to_owned();
    let (first, second) = (alone.found("/epcis/events?perPage=7").await, alone.found(&next).await);
    assert_eq!((first.len(), second.len()), (7, 7));
    assert!(second.iter().all(|event| !first.contains(event)));
}

/// What the rules refuse takes the whole document back, and with `proceed` only itself.
#[tokio::test(flavor = "multi_thread")]
async fn one_event_that_the_rules_refuse() {
    let alone = Alone::new(&Quotas::default()).await;
    let dispensing = |serial: &str| object("OBSERVE", "dispensing", "dispensed", &[link(serial)]);
    let mut second = dispensing("C1");
    second["eventTime"] = json!("2026-01-05T10:00:01.000Z");
    let text = document(&[commissioning(["C1", "C2"].map(String::from)), dispensing("C1"), second, dispensing("C2")]);
    let size = alone.node.view().log_size();
    let job = alone.captured(&text, "rollback").await;
    assert_eq!((&job["success"], &job["events"]), (&json!(false), &json!([])), "{job}");
    let error = &job["errors"][0];
    assert_eq!(
        (&error["pointer"], &error["code"]),
        (&json!("/epcisBody/eventList/2"), &json!("rules.state.dispensed-pack"))
    );
    assert_eq!((alone.node.view().log_size(), alone.state("C1")), (size, None));
    assert!(alone.found("/epcis/events").await.is_empty());
    let job = alone.captured(&text, "proceed").await;
    assert_eq!(job["success"], true, "{job}");
    let reasons: Vec<&Value> = job["events"].as_array().expect("a list").iter().map(|event| &event["reason"]).collect();
    assert_eq!(reasons, [&Value::Null, &Value::Null, &json!("rules.state.dispensed-pack"), &Value::Null]);
    assert_eq!(alone.state("C2"), Some(StateCode::from(State::Dispensed)));
    assert_eq!(alone.found("/epcis/events").await.len(), 4);
    // One event by itself is refused with the rules' own code.
    let mut third = dispensing("C1");
    third["eventTime"] = json!("2026-01-05T10:00:02.000Z");
    third["@context"] = json!(["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]);
    let answer = alone.call("POST", "/epcis/events", Some(&alone.machine()), &third.to_string()).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "rules.state.dispensed-pack"));
}

/// A document does nothing that its sender may not do by hand.
#[tokio::test(flavor = "multi_thread")]
async fn dispensing_by_document_asks_for_the_purpose() {
    let alone = Alone::new(&Quotas::default()).await;
    alone.captured(&document(&[commissioning(["D1".into()])]), "rollback").await;
    let text = document(&[object("OBSERVE", "dispensing", "dispensed", &[link("D1")])]);
    for (staff, purpose, code) in
        [(Staff::Machine, Purpose::Hoperat, "access.purpose"), (Staff::Qa, Purpose::Treat, "access.staff-role")]
    {
        let job = alone.captured_by(&alone.token(&[staff], purpose), &text, "rollback").await;
        assert_eq!((&job["success"], &job["errors"][0]["code"]), (&json!(false), &json!(code)), "{job}");
    }
    assert_eq!(alone.state("D1"), Some(StateCode::from(State::Active)));
    let job = alone.captured(&text, "rollback").await;
    assert_eq!(job["success"], true, "{job}");
    assert_eq!(alone.state("D1"), Some(StateCode::from(State::Dispensed)));
}

/// Sent three times, under one key or under none, a document has one effect.
#[tokio::test(flavor = "multi_thread")]
async fn three_times_the_same_document_is_once() {
    let alone = Alone::new(&Quotas::default()).await;
    let token = alone.machine();
    let text = document(&[commissioning(["E1", "E2"].map(String::from))]);
    let headers = [("authorization", token.as_str()), ("idempotency-key", "once")];
    let mut places = Vec::new();
    for _ in 0..3 {
        let answer = alone.call_with("POST", "/epcis/capture", &headers, &text).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        places.push(answer.headers["location"].to_str().expect("text").to_owned());
    }
    assert!(places.iter().all(|place| *place == places[0]), "{places:?}");
    let first = alone.ended(&token, &places[0]).await;
    let size = alone.node.view().log_size();
    for _ in 0..3 {
        let job = alone.captured(&text, "rollback").await;
        assert_eq!((&job["success"], &job["events"]), (&json!(true), &first["events"]), "{job}");
    }
    assert_eq!(alone.node.view().log_size(), size);
    assert_eq!(alone.found("/epcis/events").await.len(), 1);
}

/// A node does not know what another node of its member kept. The ledger says what was done, and whose commitment it
/// carries: this node anchors its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_another_node_sent_first_is_anchored_here_as_well() {
    let alone = Alone::new(&Quotas::default()).await;
    alone.captured(&document(&[commissioning(["H0".into()])]), "rollback").await;
    let text = document(&[commissioning(["H1".into()])]);
    let first = alone.captured(&text, "rollback").await["events"][0].clone();
    for table in ["epcis-event", "epcis-time", "epcis-key"] {
        let rows = alone.face.rows.from(table, &[], usize::MAX).expect("read").into_iter();
        alone.face.rows.put(rows.map(|(key, _)| Change { table, key, value: None }).collect()).expect("removed");
    }
    let size = alone.node.view().log_size().0;
    let second = alone.captured(&text, "rollback").await["events"][0].clone();
    assert_eq!((&second["eventID"], &second["accepted"]), (&first["eventID"], &first["accepted"]));
    assert_eq!((&second["anchored"], alone.node.view().log_size().0), (&json!(size), size + 1), "{second}");
    let id: String = second["eventID"].as_str().expect("text").bytes().map(|byte| format!("%{byte:02X}")).collect();
    let answer = alone.call("GET", &format!("/epcis/events/{id}/proof"), Some(&alone.machine()), "").await;
    let anchored: Anchored = serde_json::from_value(answer.json()).expect("a proof");
    anchored.verify(alone.node.anchor().clone(), alone.node.clock().now()).expect("it holds");
}

/// What was asked for is done, whether the node fell before it was worked out or while it waited for its block.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_a_restart_cut_off_is_ended() {
    let mut alone = Alone::new(&Quotas::default()).await;
    let token = alone.machine();
    let caller =
        Caller { subject: "tester".into(), member: ME, staff: vec![Staff::Machine], purpose: Some(Purpose::Treat) };
    let not_begun = document(&[commissioning(["F1".into()])]);
    let order = alone.face.captures.begin(&caller, false, not_begun.as_bytes()).expect("taken");
    let not_begun = format!("/epcis/capture/{}", order.job);
    alone.stop_consensus().await;
    let text = document(&[commissioning(["G1".into()]), object("OBSERVE", "inspecting", "conformant", &[link("G1")])]);
    let order = alone.face.captures.begin(&caller, false, text.as_bytes()).expect("taken");
    let waiting = format!("/epcis/capture/{}", order.job);
    let run = alone.face.captures.run(order, text.as_bytes());
    assert!(tokio::time::timeout(Duration::from_secs(1), run).await.is_err(), "without consensus there is no block");
    for place in [&not_begun, &waiting] {
        assert_eq!(alone.call("GET", place, Some(&token), "").await.json()["running"], true);
    }
    let alone = alone.restarted().await;
    let size = alone.node.view().log_size().0;
    alone.face.captures.resume().expect("taken up");
    for (place, events) in [(&not_begun, 1), (&waiting, 2)] {
        let job = alone.ended(&alone.machine(), place).await;
        assert_eq!((&job["success"], job["events"].as_array().map(Vec::len)), (&json!(true), Some(events)), "{job}");
    }
    assert!(alone.state("F1").is_some() && alone.state("G1").is_some());
    // A lot and a pack, a pack, and one that carries the commitment of the event that is stored only.
    assert_eq!(alone.node.view().log_size().0, size + 4);
    assert_eq!(alone.found("/epcis/events").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_of_the_standard_is_kept_found_and_anchored() {
    let alone = Alone::new(&Quotas { change: 1_000_000, query: 1_000_000, ..Quotas::default() }).await;
    for file in suite_files() {
        let text = std::fs::read_to_string(&file).expect("read");
        let job = alone.captured(&text, "rollback").await;
        assert!(job["events"].as_array().is_some_and(|list| !list.is_empty()), "{file:?} {job}");
        for event in job["events"].as_array().expect("a list") {
            assert!(alone.commitments(event["anchored"].as_u64().expect("anchored")) > 0, "{file:?}");
            let id = event["eventID"].as_str().expect("text");
            let id: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let answer = alone.call("GET", &format!("/epcis/events/{id}"), Some(&alone.machine()), "").await;
            assert_eq!(answer.status, StatusCode::OK, "{file:?} {}", answer.text());
        }
    }
}
