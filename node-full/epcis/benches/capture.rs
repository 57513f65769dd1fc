//! How many packs a second one core reads, hashes and maps: 1,000 events of 10 packs in one document.
//!
//! `cargo bench -p medproof-epcis`

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a bench")]

use medproof_core::identity::{Day, Lot, MemberId, PackId, ProductCode, Sscc};
use medproof_epcis::{
    document::{Document, Limits},
    event_hash::event_hash,
    mapping::{LotStanding, PackStanding, Place, ProductStanding, Registry, UnitStanding, map},
    query::index_keys,
};
use std::{convert::Infallible, fmt::Write, hint::black_box, time::Instant};

const EVENTS: usize = 1000;
const PACKS: usize = 10;
const ROUNDS: usize = 20;

/// Every pack is registered and someone else's.
struct Everything;

impl Registry for Everything {
    type Error = Infallible;

    fn sender(&self) -> MemberId {
        MemberId(1)
    }

    fn sender_dispenses(&self) -> bool {
        true
    }

    fn pack(&self, pack: &PackId) -> Result<Option<PackStanding>, Infallible> {
        Ok(Some(PackStanding {
            pack: pack.clone(),
            lot: Lot::new("L1").unwrap(),
            expiry: Day(21_000),
            is_held: false,
            is_quarantined: false,
            topmost: None,
        }))
    }

    fn unit(&self, _: Sscc) -> Result<Option<UnitStanding>, Infallible> {
        Ok(None)
    }

    fn lot(&self, _: &ProductCode, _: &Lot) -> Result<Option<LotStanding>, Infallible> {
        Ok(None)
    }

    fn product(&self, _: &ProductCode) -> Result<Option<ProductStanding>, Infallible> {
        Ok(None)
    }

    fn member(&self, _: &Place) -> Result<Option<MemberId>, Infallible> {
        Ok(None)
    }
}

fn document(digital_link: bool) -> String {
    let start =
        if digital_link { "https://id.gs1.org/01/10614141073464/21/" } else { "urn:epc:id:sgtin:0614141.107346." };
    let mut events = String::new();
    for event in 0..EVENTS {
        let epcs: Vec<_> =
            (0..PACKS).map(|pack| format!("\"{start}S{}X7Q\"", 1_000_000 + event * PACKS + pack)).collect();
        let comma = if event == 0 { "" } else { "," };
        write!(
            events,
            r#"{comma}{{"type":"ObjectEvent","eventTime":"2026-01-01T08:{:02}:{:02}.000+01:00","eventTimeZoneOffset":"+01:00",
            "epcList":[{}],"action":"OBSERVE","bizStep":"receiving","disposition":"in_progress",
            "readPoint":{{"id":"urn:epc:id:sgln:4012345.00005.0"}},"bizLocation":{{"id":"urn:epc:id:sgln:4012345.00002.0"}},
            "bizTransactionList":[{{"type":"po","bizTransaction":"urn:epcglobal:cbv:bt:4012345000009:{event}"}}]}}"#,
            event / 60 % 60,
            event % 60,
            epcs.join(",")
        )
        .unwrap();
    }
    format!(
        r#"{{"@context":"https://ref.gs1.org/standards/epcis/epcis-context.jsonld","type":"EPCISDocument","schemaVersion":"2.0",
        "creationDate":"2026-01-01T08:00:00Z","epcisBody":{{"eventList":[{events}]}}}}"#
    )
}

fn main() {
    for (name, digital_link) in [("URN", false), ("Digital Link", true)] {
        let bytes = document(digital_link);
        for (stage, depth) in [("read", 0), ("read, hash", 1), ("read, hash, map", 2), ("read, hash, map, index", 3)] {
            let start = Instant::now();
            for _ in 0..ROUNDS {
                capture(&bytes, depth);
            }
            let seconds = start.elapsed().as_secs_f64() / ROUNDS as f64;
            let rate = (EVENTS * PACKS) as f64 / seconds;
            println!(
                "{name:12} {stage:24} {:7.1} ms a document of {} kB, {rate:9.0} packs/s",
                seconds * 1e3,
                bytes.len() / 1000
            );
        }
    }
}

fn capture(bytes: &str, depth: usize) {
    let document = Document::read(bytes.as_bytes(), &Limits::default()).unwrap();
    for received in &document.events {
        let event = received.event.as_ref().unwrap();
        let id = if depth > 0 { event_hash(event) } else { String::new() };
        if depth > 1 {
            assert_eq!(map(event, &Everything).unwrap().wishes.len(), 1);
        }
        if depth > 2 {
            black_box(index_keys(event, &id));
        }
        black_box(id);
    }
}
