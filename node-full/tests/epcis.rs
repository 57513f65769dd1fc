//! EPCIS over the real router of a real node: capture, jobs, what the ledger says afterwards, query.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod http_alone;

use axum::http::StatusCode;
use http_alone::{Alone, GTIN};
use medproof_core::{
    identity::{PackId, ProductCode, Serial},
    leaf::{Leaf, State, StateCode},
    log::LeafIndex,
};
use medproof_node::{
    access::{Purpose, Staff},
    http::limits::Quotas,
    index::Index,
};
use medproof_rules::body::{Act, Body};
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};

const TIME: &str = "2026-01-05T10:00:00.000Z";

impl Alone {
    fn machine(&self) -> String {
        self.token(&[Staff::Machine], Purpose::Hoperat)
    }

    /// Captures a document and waits for its job.
    async fn captured(&self, document: &str, behaviour: &str) -> Value {
        let token = self.machine();
        let headers = [("authorization", token.as_str()), ("gs1-capture-error-behaviour", behaviour)];
        let answer = self.call_with("POST", "/epcis/capture", &headers, document).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        let place = answer.headers["location"].to_str().expect("text").to_owned();
        for _ in 0..1_200 {
            let job = self.call("GET", &place, Some(&token), "").await.json();
            if job["running"] == false {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job does not end");
    }

    async fn found(&self, uri: &str) -> Vec<Value> {
        let answer = self.call("GET", uri, Some(&self.machine()), "").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"].as_array().expect("a list").clone()
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

fn document(events: &[Value]) -> String {
    json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": TIME,
        "epcisBody": { "eventList": events },
    })
    .to_string()
}

fn link(serial: &str) -> String {
    format!("https://id.gs1.org/01/{GTIN}/21/{serial}")
}

fn object(action: &str, step: &str, disposition: &str, epcs: &[String]) -> Value {
    json!({
        "type": "ObjectEvent", "eventTime": TIME, "eventTimeZoneOffset": "+00:00", "action": action,
        "bizStep": step, "disposition": disposition, "epcList": epcs,
    })
}

fn commissioning(serials: impl IntoIterator<Item = String>) -> Value {
    let epcs: Vec<String> = serials.into_iter().map(|serial| link(&serial)).collect();
    let mut event = object("ADD", "commissioning", "active", &epcs);
    event["ilmd"] = json!({ "cbvmda:lotNumber": "L9", "cbvmda:itemExpirationDate": "2030-05-31" });
    event
}

fn suite_files() -> Vec<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/suites");
    let suites = std::env::var_os("MEDPROOF_SUITES").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let mut files = Vec::new();
    for folder in ["json-documents", "json-events"] {
        let Ok(entries) = std::fs::read_dir(suites.join("epcis/capture").join(folder)) else {
            eprintln!("absent: epcis/capture/{folder}");
            continue;
        };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        files.extend(paths.filter(|path| path.extension().is_some_and(|kind| kind == "json" || kind == "jsonld")));
    }
    files.sort();
    files
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
