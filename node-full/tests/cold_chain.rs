//! Must show 3 of the node: what got too warm is held back with everything in it, until quality assurance lets it go; and
//! what was dispensed under one code is dispensed under every code of it.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod http_alone;

use axum::http::StatusCode;
use http_alone::Alone;
use medproof_core::{
    identity::Sscc,
    leaf::{Exposure, Leaf, StateCode},
    plain::{Client, Policy, Verdict},
};
use medproof_node::{
    access::{Purpose, Staff},
    demo::region::gtin,
    http::limits::Quotas,
    index::Index,
};
use medproof_rules::body::number;
use serde_json::{Value, json};
use std::time::Duration;

const SSCC: &str = "095040000000000011";
const HOUR_MS: u64 = 3_600_000;
const MINUTE_MS: u64 = 60_000;

/// A chain with a pallet of three packs of a vaccine: 2 to 8 °C, at most ten hours outside.
struct Cold {
    alone: Alone,
    product: String,
    begin_ms: u64,
}

/// How a unit stands: its state, and its exposure with the minutes that were accepted.
type Standing = (StateCode, Option<Exposure>);

impl Cold {
    async fn new() -> Self {
        let alone = Alone::new(&Quotas::default()).await;
        let (product, begin_ms) = (gtin(800), alone.now_ms() - 30 * HOUR_MS);
        let cold = Self { alone, product, begin_ms };
        let medicine = json!({
            "product": cold.product, "name_zh": "流感疫苗", "name_en": "Influenza vaccine", "holder": "Maker",
            "form": "injection", "strength": "0.5 ml", "pack_size": "1",
            "limits": { "min_decicelsius": 20, "max_decicelsius": 80, "cumulative_minutes": 600 },
        });
        cold.post("/v1/medicines", medicine).await;
        cold.post("/v1/lots", json!({ "product": cold.product, "lot": "V1", "expiry": "2030-05-31" })).await;
        let serials = json!({ "product": cold.product, "lot": "V1", "serials": SERIALS });
        cold.post("/v1/packs/register", serials).await;
        let items: Vec<String> = SERIALS.iter().map(|serial| cold.scan(serial)).collect();
        cold.post("/v1/units/pack", json!({ "sscc": SSCC, "items": items })).await;
        cold
    }

    async fn post(&self, uri: &str, body: Value) -> Value {
        let token = self.alone.token(&[Staff::Machine, Staff::Pharmacist], Purpose::Treat);
        let answer = self.alone.call("POST", uri, Some(&token), &body.to_string()).await;
        assert!(answer.status.is_success(), "{uri} {}", answer.text());
        answer.json()
    }

    fn scan(&self, serial: &str) -> String {
        format!("]d201{}21{serial}", self.product)
    }

    /// A logger's document: the pallet at 30 °C from one minute of its way to another.
    fn document(&self, from_minute: u64, to_minute: u64, device: &str) -> Value {
        let time = |minute: u64| {
            let ms = i64::try_from(self.begin_ms + minute * MINUTE_MS).expect("a time");
            jiff::Timestamp::from_millisecond(ms).expect("a time").to_string()
        };
        json!({
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": time(to_minute),
            "epcisBody": { "eventList": [{
                "type": "ObjectEvent", "eventTime": time(to_minute), "eventTimeZoneOffset": "+00:00",
                "action": "OBSERVE", "bizStep": "sensor_reporting",
                "epcList": [format!("https://id.gs1.org/00/{SSCC}")],
                "sensorElementList": [{
                    "sensorMetadata": {
                        "startTime": time(from_minute), "endTime": time(to_minute),
                        "deviceID": format!("urn:device:{device}"),
                    },
                    "sensorReport": [{ "type": "Temperature", "value": 30.0, "uom": "CEL" }],
                }],
            }] },
        })
    }

    /// Captures a logger's document, and gives how the pallet stands in the block of its reading.
    async fn read(&self, (from_minute, to_minute): (u64, u64), device: &str) -> Standing {
        let token = self.alone.token(&[Staff::Machine], Purpose::Hoperat);
        let document = self.document(from_minute, to_minute, device).to_string();
        let answer = self.alone.call("POST", "/epcis/capture", Some(&token), &document).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        let place = answer.headers["location"].to_str().expect("text").to_owned();
        for _ in 0..600 {
            let job = self.alone.call("GET", &place, Some(&token), "").await.json();
            if job["running"] == false {
                assert_eq!(job["success"], true, "{job}");
                return self.standing();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the job does not end");
    }

    fn standing(&self) -> Standing {
        let view = self.alone.node.view();
        let index = Index::new(&view);
        let unit = index.unit(Sscc::new(SSCC).expect("an SSCC")).expect("read").expect("a unit");
        let Some(Leaf::Unit(leaf)) = index.leaf(&index.paths().unit(unit)).expect("read") else { panic!("no unit") };
        let exposure = match index.leaf(&index.paths().exposure(unit)).expect("read") {
            Some(Leaf::Exposure(exposure)) => Some(exposure),
            _ => None,
        };
        (leaf.state, exposure)
    }

    /// The block of the newest reading.
    fn reading_height(&self) -> u64 {
        let view = self.alone.node.view();
        let last = Index::new(&view).of_kind(number::READING).expect("read").pop().expect("a reading");
        view.event(last).expect("read").expect("an event").height.0
    }

    /// What the light client says about a code, from the proof that the node serves.
    async fn verdict(&self, scan: &str, purpose: &str) -> Verdict {
        let code: String = scan.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let proof = self.alone.call("GET", &format!("/v1/proofs?code={code}&have=0"), None, "").await;
        assert_eq!(proof.status, StatusCode::OK, "{}", proof.text());
        let anchor = self.alone.call("GET", "/v1/anchor", None, "").await;
        let mut client = Client::new(&anchor.body).expect("an anchor");
        let policy = Policy {
            purpose: purpose.into(),
            mode: "online".into(),
            max_age_online_ms: None,
            max_age_carried_ms: None,
            clock_tolerance_ms: None,
        };
        client.verify(scan, &proof.body, self.alone.now_ms(), &policy).expect("a policy")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_hours_and_a_minute_hold_back_everything_in_the_unit_until_quality_assurance_lets_go() {
    let cold = Cold::new().await;
    let (state, exposure) = cold.read((0, 9 * 60), "a").await;
    assert_eq!(
        (state, exposure.is_some()),
        (medproof_core::leaf::State::Active.into(), true),
        "nine hours are allowed"
    );
    for serial in SERIALS {
        assert_eq!(cold.verdict(&cold.scan(serial), "dispenser").await.overall, "ok");
    }
    let (state, _) = cold.read((9 * 60, 10 * 60 + 1), "a").await;
    assert_eq!(state, medproof_core::leaf::State::Quarantined.into());
    // In the very block of the reading, every pack says so, and why.
    for serial in SERIALS {
        let verdict = cold.verdict(&cold.scan(serial), "dispenser").await;
        assert_eq!(verdict.overall, "do-not-use");
        assert!(verdict.reasons.contains(&"state.excursion"), "{:?}", verdict.reasons);
        assert!(verdict.reasons.contains(&"state.quarantined-unit"), "{:?}", verdict.reasons);
        assert_eq!(verdict.axes.height, Some(cold.reading_height()));
    }
    let release = |staff: Staff| {
        let (cold, token) = (&cold, cold.alone.token(&[staff], Purpose::Hoperat));
        let body = json!([format!("]C100{SSCC}")]).to_string();
        async move { cold.alone.call("POST", "/v1/packs/release?capacity=holder", Some(&token), &body).await }
    };
    for staff in [Staff::Nurse, Staff::Pharmacist, Staff::GoodsIn, Staff::Machine] {
        let refused = release(staff).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (StatusCode::FORBIDDEN, "access.staff-role"),
            "{staff:?}"
        );
    }
    assert_eq!(cold.verdict(&cold.scan("C1"), "dispenser").await.overall, "do-not-use");
    let released = release(Staff::Qa).await;
    assert_eq!(released.status, StatusCode::OK, "{}", released.text());
    for serial in SERIALS {
        assert_eq!(cold.verdict(&cold.scan(serial), "dispenser").await.overall, "ok");
    }
}

/// One after another, the later before the earlier, each twice and from two loggers, and in parts that overlap.
#[tokio::test(flavor = "multi_thread")]
async fn late_and_repeated_readings_end_in_the_same_state_and_exposure() {
    let orders: [&[(u64, u64)]; 4] = [
        &[(0, 540), (540, 601)],
        &[(540, 601), (0, 540)],
        &[(540, 601), (540, 601), (0, 540), (0, 540), (540, 601)],
        &[(300, 601), (0, 400), (100, 540)],
    ];
    let mut ends = Vec::new();
    for order in orders {
        let cold = Cold::new().await;
        for (number, span) in order.iter().enumerate() {
            cold.read(*span, &format!("logger-{}", number % 2)).await;
        }
        let (state, exposure) = cold.standing();
        let spans: Vec<(u64, u64)> = exposure
            .iter()
            .flat_map(|exposure| exposure.intervals().to_vec())
            .map(|interval| (interval.start.0 - cold.begin_ms, interval.end.0 - cold.begin_ms))
            .collect();
        ends.push((state, spans));
        // What was said already changes nothing any more: neither the exposure nor the unit nor its custody chain.
        let leaves = || {
            let view = cold.alone.node.view();
            let index = Index::new(&view);
            let unit = index.unit(Sscc::new(SSCC).expect("an SSCC")).expect("read").expect("a unit");
            let paths = [index.paths().unit(unit), index.paths().exposure(unit)];
            paths.map(|path| view.leaf(&path).expect("read"))
        };
        let before = leaves();
        cold.read((0, 601), "again").await;
        assert_eq!(leaves(), before);
    }
    let expected = (medproof_core::leaf::State::Quarantined.into(), vec![(0, 601 * MINUTE_MS)]);
    assert!(ends.iter().all(|end| *end == expected), "{ends:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dispensed_under_one_code_is_dispensed_under_the_other() {
    let cold = Cold::new().await;
    let alias = gtin(801);
    cold.post("/v1/medicines/alias", json!({ "product": cold.product, "alias": alias })).await;
    let more = json!({ "product": cold.product, "lot": "V1", "serials": ["D1", "D2"] });
    cold.post("/v1/packs/register", more).await;
    let other = |serial: &str| format!("]d201{alias}21{serial}");
    let pair = |serial: &str| json!({ "alias": other(serial), "pack": cold.scan(serial) });
    cold.post("/v1/packs/alias", json!({ "aliases": [pair("D1"), pair("D2")] })).await;
    for serial in ["D1", "D2"] {
        assert_eq!(cold.verdict(&other(serial), "dispenser").await.overall, "ok");
    }
    // One under its own code, the other under the alias.
    cold.post("/v1/packs/dispense", json!([cold.scan("D1"), other("D2")])).await;
    for scan in [cold.scan("D1"), other("D1"), cold.scan("D2"), other("D2")] {
        let verdict = cold.verdict(&scan, "buyer").await;
        assert_eq!(verdict.overall, "do-not-use", "{scan}");
        assert!(verdict.reasons.contains(&"state.dispensed-pack"), "{scan} {:?}", verdict.reasons);
    }
    let token = cold.alone.token(&[Staff::Nurse], Purpose::Treat);
    for scan in [other("D1"), cold.scan("D2")] {
        let twice = cold.alone.call("POST", "/v1/packs/dispense", Some(&token), &json!([scan]).to_string()).await;
        assert_eq!(twice.code(), "rules.state.dispensed-pack", "{scan}");
    }
}

const SERIALS: [&str; 3] = ["C1", "C2", "C3"];
