//! EPCIS documents of the demonstration's members: other people's documents change nothing and are proved to be
//! anchored; the members' own carry goods from the maker to the patient.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod capture;
mod http_alone;

use axum::http::StatusCode;
use capture::{TIME, document, object, suite_files};
use http_alone::Alone;
use jiff::{Timestamp, ToSpan};
use medproof_core::{
    header::UnixMillis,
    identity::{Day, Lot, MemberId, PackId, ProductCode, Serial, Sscc},
    keys::KeyNumber,
    leaf::{Leaf, Pack, State, StateCode, Unit},
    log::LeafIndex,
    state::Path,
};
use medproof_node::{
    access::{Purpose, Staff},
    capture::{Anchored, kept, places},
    demo::{
        HOSPITAL,
        region::{self, gln, gtin, sscc},
        year::{Scale, Year},
    },
    genesis_file::Role,
    http::limits::Quotas,
    index::Index,
};
use medproof_rules::body::{Act, Body, ProductRegister, number};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, sync::Arc};

const MAKER: MemberId = MemberId(2);
const WHOLESALER: MemberId = MemberId(7);

impl Alone {
    async fn with_documents() -> Self {
        Self::region(&Quotas { change: 1_000_000, query: 1_000_000, ..Quotas::default() }).await
    }

    fn machine_of(&self, member: MemberId) -> String {
        self.token_of(member, &[Staff::Machine], Purpose::Treat)
    }

    /// Every leaf of the state.
    fn leaves(&self) -> BTreeMap<Path, Vec<u8>> {
        let found = self.node.view().leaves_from(&Path::new([0; 32]), usize::MAX).expect("read");
        assert!(found.len() > 10_000, "the region has packs");
        found.into_iter().collect()
    }

    async fn anchored(&self, token: &str, id: &str) -> Anchored {
        let id: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = self.call("GET", &format!("/epcis/events/{id}/proof"), Some(token), "").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        serde_json::from_slice(&answer.body).expect("what shows it")
    }

    /// What `member` sends as one document is kept; the kinds that the ledger accepted for each event.
    async fn sent(&self, member: MemberId, events: &[Value]) -> Vec<Vec<u64>> {
        let job = self.captured_by(&self.machine_of(member), &document(events), "rollback").await;
        assert_eq!(job["success"], true, "{job}");
        let list = job["events"].as_array().expect("a list");
        assert!(list.iter().all(|event| event["reason"].is_null()), "{job}");
        let kinds = |event: &Value| -> Vec<u64> {
            let accepted = event["accepted"].as_array().expect("a list");
            accepted.iter().filter_map(|deed| deed["kind"].as_u64()).collect()
        };
        list.iter().map(kinds).collect()
    }

    /// The code with which a document of one event is refused.
    async fn refused(&self, token: &str, event: Value) -> String {
        let job = self.captured_by(token, &document(&[event]), "rollback").await;
        assert_eq!(job["success"], false, "{job}");
        job["errors"][0]["code"].as_str().expect("a code").to_owned()
    }

    fn pack(&self, serial: &str) -> Pack {
        let view = self.node.view();
        let index = Index::new(&view);
        let pack = PackId { product: product(), serial: Serial::new(serial).expect("a serial") };
        match index.leaf(&index.paths().pack(&pack)).expect("read") {
            Some(Leaf::Pack(leaf)) => leaf,
            other => panic!("{serial}: {other:?}"),
        }
    }

    fn unit(&self) -> Unit {
        let view = self.node.view();
        let index = Index::new(&view);
        let unit = index.unit(case()).expect("read").expect("there");
        match index.leaf(&index.paths().unit(unit)).expect("read") {
            Some(Leaf::Unit(leaf)) => leaf,
            other => panic!("{other:?}"),
        }
    }

    /// Who sent the newest event of the ledger, and what it asks for.
    fn newest(&self) -> (MemberId, Act) {
        let view = self.node.view();
        let event = Index::new(&view).event(LeafIndex(view.log_size().0 - 1)).expect("read").expect("there");
        let body = Body::decode(event.head().kind, event.body()).expect("a body");
        assert_eq!(body.documents.len(), 1, "it carries the document's commitment");
        (event.head().member, body.act)
    }
}

fn product() -> ProductCode {
    ProductCode::from_gtin14(&gtin(900)).expect("a GTIN")
}

fn case() -> Sscc {
    sscc(9_000_000).expect("an SSCC")
}

fn link(serial: &str) -> String {
    format!("https://id.gs1.org/01/{}/21/{serial}", gtin(900))
}

fn case_link() -> String {
    format!("https://id.gs1.org/00/{}", case().digits())
}

fn party(member: MemberId) -> String {
    format!("https://id.gs1.org/417/{}", gln(member))
}

/// An event at the member's own place, between `from` and `to`.
fn between(mut event: Value, at: MemberId, from: MemberId, to: MemberId) -> Value {
    event["bizLocation"] = json!({ "id": format!("https://id.gs1.org/414/{}", gln(at)) });
    event["sourceList"] = json!([{ "type": "possessing_party", "source": party(from) }]);
    event["destinationList"] = json!([{ "type": "possessing_party", "destination": party(to) }]);
    event
}

fn aggregation(action: &str, step: &str, serials: &[&str]) -> Value {
    json!({
        "type": "AggregationEvent", "eventTime": TIME, "eventTimeZoneOffset": "+00:00", "action": action,
        "bizStep": step, "parentID": case_link(),
        "childEPCs": serials.iter().map(|serial| link(serial)).collect::<Vec<_>>(),
    })
}

/// A step of a purchase between the hospital and the wholesaler.
fn purchase(kind: &str) -> Value {
    let event = json!({
        "type": "TransactionEvent", "eventTime": TIME, "eventTimeZoneOffset": "+00:00", "action": "ADD",
        "bizStep": "other", "epcList": [],
        "bizTransactionList": [{ "type": kind, "bizTransaction": format!("urn:epc:id:gdti:9504000.00001.{kind}") }],
    });
    between(event, HOSPITAL, WHOLESALER, HOSPITAL)
}

/// The case at `celsius` for some minutes that end so many minutes ago.
fn measured(celsius: f64, minutes: i64, ended: i64) -> Value {
    let end = Timestamp::now() - ended.minutes();
    let mut event = object("OBSERVE", "sensor_reporting", "in_progress", &[case_link()]);
    event["sensorElementList"] = json!([{
        "sensorMetadata": { "startTime": (end - minutes.minutes()).to_string(), "endTime": end.to_string() },
        "sensorReport": [{ "type": "Temperature", "value": celsius, "uom": "CEL" }],
    }]);
    event
}

/// Must show 1 of the node, on a region in which much has happened.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_the_region_captures_every_file_of_the_standard() {
    let files = suite_files();
    if files.is_empty() {
        return;
    }
    let alone = Alone::with_documents().await;
    let year = Year::begin(Arc::clone(&alone.node), Scale::SMALL).await.expect("begun");
    year.pass(&|_, _| {}).await.expect("a year");
    let (before, first) = (alone.leaves(), alone.node.view().log_size().0);
    let (token, other) = (alone.machine_of(HOSPITAL), alone.machine_of(WHOLESALER));
    let mut ids = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).expect("read");
        let job = alone.captured_by(&token, &text, "rollback").await;
        assert_eq!(job["success"], true, "{file:?} {job}");
        let events = job["events"].as_array().expect("a list");
        assert!(!events.is_empty(), "{file:?} {job}");
        for event in events {
            assert_eq!(event["accepted"], json!([]), "{file:?} {event}");
            let reason = event["reason"].as_str().expect("why it is stored only");
            assert!(reason.starts_with("epcis.stored.") || reason.ends_with(".absent"), "{file:?} {event}");
            ids.push(event["eventID"].as_str().expect("text").to_owned());
        }
    }
    // All that the ledger has of them are commitments; all that changed is the number of the sender's last event.
    let last = alone.node.view().log_size().0;
    assert!(last > first);
    for index in first..last {
        let event = Index::new(&alone.node.view()).event(LeafIndex(index)).expect("read").expect("there");
        assert_eq!((event.head().member, event.head().kind), (HOSPITAL, number::DOCUMENT_STORE));
    }
    let after = alone.leaves();
    let changed: Vec<&Path> =
        after.iter().filter(|(path, leaf)| before.get(path) != Some(leaf)).map(|of| of.0).collect();
    let view = alone.node.view();
    let counter = Index::new(&view).paths().counter(HOSPITAL, KeyNumber(1), 1 << 15);
    assert_eq!((changed, after.len()), (vec![&counter], before.len() + 1));

    let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).expect("read")).collect();
    let is_anchored = |anchored: &Anchored| {
        let shown = anchored.verify(alone.node.anchor().clone(), alone.node.clock().now()).expect("anchored");
        assert_eq!(shown.member, HOSPITAL);
        assert!(texts.iter().any(|text| text.contains(&anchored.event)), "{}", anchored.event);
    };
    for id in &ids {
        let query: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = format!("/epcis/events?EQ_eventID={query}");
        assert!(!alone.found_by(&token, &query).await.is_empty(), "{id}");
        assert!(alone.found_by(&other, &query).await.is_empty(), "{id}: another member's");
        is_anchored(&alone.anchored(&token, id).await);
    }
    // Some of the files give one identifier to several events; each is there, and anchored.
    let rows = &*alone.face.rows;
    let places = places(rows, HOSPITAL, None, usize::MAX).expect("read");
    for (_, key) in &places {
        let kept = kept(rows, HOSPITAL, key).expect("read").expect("there");
        is_anchored(&Anchored::draw(&alone.node.view(), &kept).expect("read").expect("anchored"));
    }
    eprintln!("{} files, {} events", files.len(), places.len());
}

/// What shows that an event is anchored shows nothing once any part of it is another.
#[tokio::test(flavor = "multi_thread")]
async fn no_part_of_what_shows_that_an_event_is_anchored_can_be_another() {
    let alone = Alone::with_documents().await;
    alone.node.clock().follow_wall();
    let token = alone.machine_of(HOSPITAL);
    let mut ids = Vec::new();
    for serial in ["X1", "X2"] {
        let text = document(&[object("OBSERVE", "storing", "in_progress", &[link(serial)])]);
        let job = alone.captured_by(&token, &text, "rollback").await;
        ids.push(job["events"][0]["eventID"].as_str().expect("text").to_owned());
    }
    let (one, two) = (alone.anchored(&token, &ids[0]).await, alone.anchored(&token, &ids[1]).await);
    let verify = |anchored: &Anchored| {
        let shown = anchored.verify(alone.node.anchor().clone(), alone.node.clock().now());
        shown.map(|shown| shown.member).map_err(|fault| fault.code())
    };
    assert_eq!((verify(&one), verify(&two)), (Ok(HOSPITAL), Ok(HOSPITAL)));
    for (changed, code) in [
        (Anchored { event: one.event.replace("X1", "X2"), ..one.clone() }, "node.anchored.other-event"),
        (Anchored { event: two.event.clone(), ..one.clone() }, "node.anchored.other-event"),
        (Anchored { salt: two.salt.clone(), ..one.clone() }, "node.anchored.other-event"),
        (Anchored { ledger_event: two.ledger_event.clone(), ..one.clone() }, "node.anchored.other-event"),
        (Anchored { index: two.index, ..one.clone() }, "trust.log.length"),
        (Anchored { inclusion: two.inclusion.clone(), ..one.clone() }, "trust.log.length"),
        (Anchored { salt: "00".into(), ..one.clone() }, "node.anchored.broken"),
        (Anchored { update: one.inclusion.clone(), ..one.clone() }, "trust.message.magic"),
    ] {
        let found = verify(&changed).expect_err("changed");
        let is_about_log = |code: &str| code.starts_with("trust.log.");
        assert!(found == code || (is_about_log(found) && is_about_log(code)), "{found}, not {code}");
    }
    let before = alone.node.anchor().clone();
    let elsewhere = Alone::with_documents().await;
    let of_another =
        one.verify(elsewhere.node.anchor().clone(), UnixMillis(alone.now_ms())).map_err(|fault| fault.code());
    assert!(of_another.is_err_and(|code| code.starts_with("trust.")));
    assert!(one.verify(before, UnixMillis(alone.now_ms())).is_ok());
}

/// From the maker over a wholesaler to the ward: each step is a document, each party is named by its GLN.
#[tokio::test(flavor = "multi_thread")]
async fn goods_go_from_the_maker_to_the_patient_by_documents() {
    let alone = Alone::with_documents().await;
    alone.node.clock().follow_wall();
    let cold = region::medicines(20).expect("medicines").into_iter().find(|medicine| medicine.info.limits.is_some());
    let info = cold.expect("a cold one").info;
    let entry = ProductRegister { product: product(), info, random_serials: false };
    alone.node.deed(MAKER, Role::Manufacturer, Act::ProductRegister(entry)).await.expect("accepted");

    make(&alone).await;
    go(&alone).await;
    warm(&alone).await;
    dispense(&alone).await;
    recall(&alone).await;
}

/// Three packs of 24 tablets, two of them in a case.
async fn make(alone: &Alone) {
    let mut made = object("ADD", "commissioning", "active", &["P1", "P2", "P3"].map(link));
    made["ilmd"] = json!({ "cbvmda:lotNumber": "L7", "cbvmda:itemExpirationDate": "2030-05-31" });
    made["quantityList"] =
        json!([{ "epcClass": format!("https://id.gs1.org/01/{}", gtin(900)), "quantity": 24, "uom": "U2" }]);
    let packing = aggregation("ADD", "packing", &["P1", "P2"]);
    assert_eq!(alone.sent(MAKER, &[made, packing]).await, [vec![500, 600], vec![700]]);
    assert_eq!(alone.pack("P1").quantity_left, 24);
    let view = alone.node.view();
    let lots = Index::new(&view).lots(&product()).expect("read");
    assert_eq!(
        (&lots[0].lot, lots[0].expiry),
        (&Lot::new("L7").expect("a lot"), Day::from_date(2030, 5, 31).expect("a day"))
    );
}

/// Only the holder sends, and only the consignee receives.
async fn go(alone: &Alone) {
    let goods = [case_link(), link("P3")];
    let ship = |from, to| between(object("OBSERVE", "shipping", "in_transit", &goods), from, from, to);
    let receive = |by, from| between(object("OBSERVE", "receiving", "in_progress", &goods), by, from, by);
    let states = || (alone.unit().state, alone.pack("P3").state);
    let both = |state| (StateCode::from(state), StateCode::from(state));
    let wholesaler = alone.machine_of(WHOLESALER);
    assert_eq!(alone.refused(&wholesaler, ship(WHOLESALER, HOSPITAL)).await, "rules.holder.other");
    assert_eq!(alone.sent(MAKER, &[ship(MAKER, WHOLESALER)]).await, [[900]]);
    let (sender, Act::Ship(shipped)) = alone.newest() else { panic!("another kind") };
    assert_eq!((sender, shipped.consignee, shipped.site.0.to_string()), (MAKER, WHOLESALER, gln(MAKER)));
    assert_eq!(states(), both(State::InTransit));
    assert_eq!(alone.refused(&alone.machine_of(HOSPITAL), receive(HOSPITAL, MAKER)).await, "rules.holder.other");
    assert_eq!(alone.sent(WHOLESALER, &[receive(WHOLESALER, MAKER)]).await, [[903]]);
    assert_eq!(states(), both(State::Active));
    buy(alone).await;
    assert_eq!(alone.sent(WHOLESALER, &[ship(WHOLESALER, HOSPITAL)]).await, [[900]]);
    assert_eq!(alone.sent(HOSPITAL, &[receive(HOSPITAL, WHOLESALER)]).await, [[903]]);
    // Seen there once more, it is put away: it is not on its way any longer.
    let mut seen = receive(HOSPITAL, WHOLESALER);
    seen["eventTime"] = json!("2026-01-06T10:00:00.000Z");
    assert_eq!(alone.sent(HOSPITAL, &[seen]).await, [[904]]);
}

/// The purchase beside the goods; the counterparty is whichever of the two did not send the document.
async fn buy(alone: &Alone) {
    for (sender, with, kind, expected) in [
        (HOSPITAL, WHOLESALER, "po", 800),
        (WHOLESALER, HOSPITAL, "poc", 801),
        (WHOLESALER, HOSPITAL, "inv", 802),
        (WHOLESALER, HOSPITAL, "desadv", 803),
        (HOSPITAL, WHOLESALER, "recadv", 804),
    ] {
        assert_eq!(alone.sent(sender, &[purchase(kind)]).await, [[expected]]);
        let (by, act) = alone.newest();
        let (Act::Order(step)
        | Act::Confirmation(step)
        | Act::Sale(step)
        | Act::DespatchAdvice(step)
        | Act::Delivery(step)) = act
        else {
            panic!("another kind")
        };
        assert_eq!((by, step.counterparty), (sender, with));
    }
}

/// Too warm for 9 hours and then for another: what is inside is held with the case, until quality assurance looks.
async fn warm(alone: &Alone) {
    assert_eq!(alone.sent(HOSPITAL, &[measured(30.0, 9 * 60, 120)]).await, [[1200]]);
    assert_eq!(alone.unit().state, StateCode::from(State::Active));
    assert_eq!(alone.sent(HOSPITAL, &[measured(30.0, 61, 0)]).await, [[1200]]);
    assert_eq!(alone.unit().state, StateCode::from(State::Quarantined));
    let looked = object("OBSERVE", "inspecting", "conformant", &[case_link()]);
    assert_eq!(alone.refused(&alone.machine_of(HOSPITAL), looked.clone()).await, "access.staff-role");
    let qa = alone.token_of(HOSPITAL, &[Staff::Qa], Purpose::Hoperat);
    let job = alone.captured_by(&qa, &document(&[looked]), "rollback").await;
    assert_eq!(job["events"][0]["accepted"][0]["kind"], 1103, "{job}");
    assert_eq!(alone.unit().state, StateCode::from(State::Active));
}

/// Seven of the 24 tablets of one pack, and the other pack whole.
async fn dispense(alone: &Alone) {
    let unpacking = aggregation("DELETE", "unpacking", &["P1", "P2"]);
    let mut seven = object("OBSERVE", "dispensing", "partially_dispensed", &[link("P1")]);
    seven["quantityList"] =
        json!([{ "epcClass": format!("https://id.gs1.org/01/{}", gtin(900)), "quantity": 7, "uom": "U2" }]);
    let whole = object("OBSERVE", "dispensing", "dispensed", &[link("P2")]);
    assert_eq!(alone.sent(HOSPITAL, &[unpacking, seven, whole.clone()]).await, [[701], [1001], [1000]]);
    let (opened, given) = (alone.pack("P1"), alone.pack("P2"));
    assert_eq!((opened.state, opened.quantity_left), (StateCode::from(State::PartlyDispensed), 17));
    assert_eq!((given.state, given.quantity_left), (StateCode::from(State::Dispensed), 0));
    let mut again = whole;
    again["eventTime"] = json!("2026-01-06T10:00:00.000Z");
    assert_eq!(alone.refused(&alone.machine_of(HOSPITAL), again).await, "rules.state.dispensed-pack");
}

/// The maker's quality assurance recalls the lot, named as a class, and only the authority lifts that.
async fn recall(alone: &Alone) {
    let class = json!([{ "epcClass": format!("https://id.gs1.org/01/{}/10/L7", gtin(900)) }]);
    let mut recalled = object("OBSERVE", "holding", "recalled", &[]);
    recalled["quantityList"] = class.clone();
    let (qa, office) = (Staff::Qa, Staff::Regulator);
    let recalling = document(&[recalled]);
    for (member, staff, expected) in
        [(HOSPITAL, qa, "rules.issuer.other"), (MAKER, Staff::Machine, "access.staff-role")]
    {
        let token = alone.token_of(member, &[staff, Staff::Machine], Purpose::Hoperat);
        let job = alone.captured_by(&token, &recalling, "rollback").await;
        assert_eq!(job["errors"][0]["code"], expected, "{job}");
    }
    let job = alone.captured_by(&alone.token_of(MAKER, &[qa], Purpose::Hoperat), &recalling, "rollback").await;
    assert_eq!(job["events"][0]["accepted"][0]["kind"], 506, "{job}");
    let view = alone.node.view();
    assert_eq!(Index::new(&view).lots(&product()).expect("read")[0].state, StateCode::from(State::Recalled));
    let mut lifted = object("OBSERVE", "other", "in_progress", &[]);
    lifted["quantityList"] = class;
    lifted["persistentDisposition"] = json!({ "unset": ["recalled"] });
    let token = alone.token_of(MemberId(1), &[office, Staff::Machine], Purpose::Hoperat);
    let job = alone.captured_by(&token, &document(&[lifted]), "rollback").await;
    assert_eq!(job["events"][0]["accepted"][0]["kind"], 507, "{job}");
}
