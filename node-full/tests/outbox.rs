//! Dispensing while no quorum answers: kept once, over a restart, and sent until the ledger has it or refuses it.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod http_alone;

use axum::http::StatusCode;
use http_alone::{Alone, Answer, GTIN, ME};
use medproof_node::{
    access::{Purpose, Staff},
    genesis_file::Role,
};
use medproof_rules::body::{Act, Body};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

impl Alone {
    async fn post(&self, path: &str, key: &str, serials: &[&str]) -> Answer {
        let token = self.token(&[Staff::Pharmacist, Staff::Qa], Purpose::Treat);
        let scans: Vec<String> = serials.iter().map(|serial| format!("]d201{GTIN}21{serial}")).collect();
        let headers = [("authorization", token.as_str()), ("idempotency-key", key)];
        self.call_with("POST", path, &headers, &json!(scans).to_string()).await
    }

    async fn dispense(&self, key: &str, serials: &[&str]) -> Answer {
        self.post("/v1/packs/dispense", key, serials).await
    }

    /// Three calls for one pack, the one that succeeds first.
    async fn dispense_at_once(&self, serial: &str) -> Vec<(StatusCode, String)> {
        let give = async |number: u32| self.dispense(&format!("{serial} {number}"), &[serial]).await;
        let (one, two, three) = tokio::join!(give(1), give(2), give(3));
        let mut codes: Vec<_> = [one, two, three].iter().map(|answer| (answer.status, answer.code())).collect();
        codes.sort();
        codes
    }

    async fn asked(&self, path: &str, list: &str) -> Vec<Value> {
        let token = self.token(&[Staff::Qa], Purpose::Hoperat);
        let answer = self.call("GET", path, Some(&token), "").await.json();
        answer[list].as_array().expect("a list").clone()
    }

    async fn waiting(&self) -> Vec<Value> {
        self.asked("/v1/outbox", "waiting").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_out_without_a_quorum_waits_and_counts_once() {
    let mut alone = Alone::stocked(3).await;
    let size = alone.node.view().log_size().0;
    alone.stop_consensus().await;
    let mut events = Vec::new();
    for _ in 0..2 {
        let answer = alone.dispense("night", &["S00000", "S00001"]).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        let view = answer.json();
        assert_eq!((&view["ledger"], &view["items"][1]["status"]), (&json!("pending"), &json!(202)), "{view}");
        events.push(view["event"].clone());
    }
    assert_eq!(events[0], events[1]);
    let reused = alone.post("/v1/packs/sample", "night", &["S00000"]).await;
    assert_eq!(reused.code(), "request.key-reused");
    let refused = alone.dispense("day", &["S00001"]).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "node.outbox.waiting"));
    let token = alone.token(&[Staff::Nurse], Purpose::Treat);
    let scans = json!([format!("]d201{GTIN}21S00001"), format!("]d201{GTIN}21S00002")]).to_string();
    let verdicts = alone.call("POST", "/v1/packs/verify", Some(&token), &scans).await.json()["verdicts"].clone();
    assert_eq!((&verdicts[0]["waiting"], &verdicts[1]["waiting"]), (&json!(true), &json!(false)), "{verdicts}");
    // Of a call in which one pack waits already, the other is given out.
    let mixed = alone.dispense("noon", &["S00001", "S00002"]).await;
    let statuses: Vec<Value> =
        mixed.json()["items"].as_array().expect("a list").iter().map(|item| item["status"].clone()).collect();
    assert_eq!((mixed.status, statuses), (StatusCode::MULTI_STATUS, vec![json!(409), json!(202)]));
    let waiting = alone.waiting().await;
    let first = waiting.iter().find(|waiting| waiting["event"] == events[0]).expect("it waits");
    assert_eq!((waiting.len(), &first["items"][0]["serial"]), (2, &json!("S00000")));

    let alone = alone.restarted().await;
    assert_eq!((alone.waiting().await.len(), alone.node.view().log_size().0), (2, size));
    assert_eq!(alone.face.outbox.tend().await.expect("sent"), []);
    assert_eq!((alone.waiting().await, alone.node.view().log_size().0), (vec![], size + 2));
    // The same bytes were sent: the answer names the same event.
    let again = alone.dispense("night", &["S00000", "S00001"]).await;
    assert_eq!((again.status, &again.json()["event"]), (StatusCode::OK, &events[0]));
    assert_eq!(alone.dispense("late", &["S00002"]).await.code(), "rules.state.dispensed-pack");
    assert_eq!(alone.node.view().log_size().0, size + 2);
}

/// Numbers that were taken meanwhile are passed over; what the rules refuse by then is for people to look at.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_signed_anew_or_becomes_an_alert() {
    let mut alone = Alone::stocked(3).await;
    alone.stop_consensus().await;
    let one = alone.dispense("one", &["S00000"]).await.json()["event"].clone();
    assert_eq!(alone.dispense("two", &["S00001"]).await.status, StatusCode::ACCEPTED);
    let alone = alone.restarted().await;
    // These take the numbers under which the two were signed.
    assert_eq!(alone.post("/v1/packs/put-away", "three", &["S00002"]).await.status, StatusCode::OK);
    assert_eq!(alone.post("/v1/packs/lock", "four", &["S00001"]).await.status, StatusCode::OK);
    let house = tokio::spawn(Arc::clone(&alone.face).keep_house());
    let mut alerts = Vec::new();
    for _ in 0..1_200 {
        alerts = alone.asked("/v1/alerts?cause=outbox", "alerts").await;
        if !alerts.is_empty() && alone.waiting().await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    house.abort();
    assert_eq!(alone.waiting().await, Vec::<Value>::new());
    assert_eq!((alerts.len(), &alerts[0]["code"]), (1, &json!("rules.state.locked-pack")));
    assert_eq!(alerts[0]["details"]["items"], json!([{ "product": format!("1:{GTIN}"), "serial": "S00001" }]));
    let again = alone.dispense("one", &["S00000"]).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text());
    assert_ne!(again.json()["event"], one, "under another number it is another event");
}

/// An event is good for a day. What was given out is not forgotten if no quorum answers for longer.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_longer_than_its_event_is_good_is_signed_anew() {
    let mut alone = Alone::made_before(48).await;
    alone.stock(GTIN, 1).await;
    alone.stop_consensus().await;
    let answer = alone.dispense("long ago", &["S00000"]).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let first = answer.json()["event"].clone();
    let since = alone.waiting().await[0]["since_ms"].clone();

    let alone = alone.restarted().await;
    for _ in 0..1_200 {
        assert_eq!(alone.face.outbox.tend().await.expect("sent"), []);
        let waiting = alone.waiting().await;
        if waiting.is_empty() {
            break;
        }
        assert_eq!(waiting[0]["since_ms"], since, "since when it waits stays");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(alone.waiting().await, Vec::<Value>::new());
    let again = alone.dispense("long ago", &["S00000"]).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text());
    assert_ne!(again.json()["event"], first, "signed anew it is another event");
    assert_eq!(alone.dispense("today", &["S00000"]).await.code(), "rules.state.dispensed-pack");
}

/// Of calls that give out the same pack at the same time one does; the others are refused and send nothing.
#[tokio::test(flavor = "multi_thread")]
async fn of_calls_at_once_one_gives_a_pack_out() {
    let mut alone = Alone::stocked(2).await;
    let codes = alone.dispense_at_once("S00000").await;
    let refused = (StatusCode::CONFLICT, "rules.state.dispensed-pack".to_owned());
    assert_eq!(codes[0].0, StatusCode::OK);
    assert_eq!(codes[1..], vec![refused; 2]);

    alone.stop_consensus().await;
    // What the ledger knows already is refused without a quorum as well.
    assert_eq!(alone.dispense("again", &["S00000"]).await.code(), "rules.state.dispensed-pack");
    let codes = alone.dispense_at_once("S00001").await;
    let refused = (StatusCode::CONFLICT, "node.outbox.waiting".to_owned());
    assert_eq!(codes[0].0, StatusCode::ACCEPTED);
    assert_eq!(codes[1..], vec![refused; 2]);
    assert_eq!((alone.waiting().await.len(), alone.node.ledger().pool().len()), (1, 1));
}

/// An event's number may be 256 ahead of the ledger's. More packs than that are given out in a night all the same.
#[tokio::test(flavor = "multi_thread")]
async fn hundreds_wait_and_are_sent_when_a_quorum_answers() {
    let mut alone = Alone::stocked(300).await;
    alone.stop_consensus().await;
    let serials: Vec<String> = (0..300).map(|number| format!("S{number:05}")).collect();
    let mut statuses = Vec::new();
    for part in serials.chunks(60) {
        let calls = part.iter().map(|serial| {
            let (alone, serial) = (&alone, serial.as_str());
            async move { alone.dispense(serial, &[serial]).await.status }
        });
        statuses.extend(futures_util::future::join_all(calls).await);
    }
    assert_eq!(statuses, vec![StatusCode::ACCEPTED; 300]);
    let alone = alone.restarted().await;
    let size = alone.node.view().log_size().0;
    for _ in 0..20 {
        assert_eq!(alone.face.outbox.tend().await.expect("sent"), []);
        if alone.waiting().await.is_empty() {
            break;
        }
    }
    assert_eq!((alone.waiting().await, alone.node.view().log_size().0), (vec![], size + 300));
}

/// What another node of the member sent under the same key stands for what waits here only if it gives out as much.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_on_the_ledger_when_all_its_packs_are() {
    let mut alone = Alone::stocked(3).await;
    alone.stop_consensus().await;
    assert_eq!(alone.dispense("both", &["S00000", "S00001"]).await.status, StatusCode::ACCEPTED);
    let waiting = alone.face.outbox.of_member(ME).expect("read").remove(0).event;
    let body = Body::decode(waiting.head().kind, waiting.body()).expect("a body");
    let Act::Dispense(both) = &body.act else { panic!("another kind") };
    let mut one = both.clone();
    one.items.packs.pop();
    let one = Body { act: Act::Dispense(one), ..body.clone() };

    let alone = alone.restarted().await;
    alone.node.act(ME, Role::Hospital, &one).await.expect("accepted");
    // Its number was taken by the other: it is signed anew first.
    assert_eq!(alone.face.outbox.tend().await.expect("sent"), []);
    let refused = alone.face.outbox.tend().await.expect("sent");
    let codes: Vec<&str> = refused.iter().map(|(_, fault)| fault.code()).collect();
    assert_eq!(codes, ["rules.state.dispensed-pack"], "it is not taken for done");
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_unfit_items_leave_the_others_whole() {
    let alone = Alone::stocked(300).await;
    let serials: Vec<String> = (0..300).map(|number| format!("S{number:05}")).collect();
    let serials: Vec<&str> = serials.iter().map(String::as_str).collect();
    let (gone, all) = (&serials[..260], &serials);
    assert_eq!(alone.dispense("gone", gone).await.status, StatusCode::OK);
    let answer = alone.dispense("all", all).await;
    assert_eq!(answer.status, StatusCode::MULTI_STATUS, "{}", answer.text());
    let items = answer.json()["items"].as_array().expect("a list").clone();
    for (place, item) in items.iter().enumerate() {
        let code = if place < 260 { json!("rules.state.dispensed-pack") } else { Value::Null };
        assert_eq!(item["type"], code, "{place}: {item}");
        if place < 260 {
            assert_eq!(item["emvs_alert"], "A10", "{place}: {item}");
        }
    }
}
