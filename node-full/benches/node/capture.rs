//! An EPCIS document of many serials, from the call to the end of its job.

use crate::{
    call::{Caller, escaped, header},
    figure::{Bound, Figures},
    running::Running,
    scale::Scale,
    world::World,
};
use serde_json::{Value, json};
use std::{thread, time::Duration};

/// Commissions new packs of the first product, a thousand an event.
pub(crate) fn measure(node: &Running, world: &World, scale: &Scale, figures: &mut Figures) {
    let document = document(world, scale.captured);
    let mut caller = node.caller();
    let meter = node.meter();
    let answer = caller.post("/epcis/capture", node.token(0), document.as_bytes());
    answer.expect(202);
    let place = header(answer.head, "location").unwrap().to_owned();
    let job = ended(&mut caller, node, &place);
    let took = meter.took();
    assert_eq!(job["success"], true, "{job}");
    let events = job["events"].as_array().unwrap();
    assert!(events.iter().all(|event| event["reason"].is_null() && event["anchored"].is_u64()), "{job}");
    let last = scan(world, scale.captured - 1);
    let proof = caller.get(&format!("/v1/proofs?code={}", escaped(&last)), "").expect(200).to_vec();
    node.check(&last, &proof);
    let rate = (scale.captured as f64 / took.wall_s, "packs/s");
    figures.add("EPCIS capture, end to end", rate, Bound::AtLeast(10_000.0), Some(took));
}

fn ended(caller: &mut Caller, node: &Running, place: &str) -> Value {
    loop {
        let job = caller.get(place, node.token(0)).json(200);
        if job["running"] == false {
            return job;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn document(world: &World, packs: u64) -> String {
    let gtin = world.gtin(0);
    let events = (0..packs.div_ceil(AN_EVENT)).map(|number| {
        let serials = number * AN_EVENT..packs.min((number + 1) * AN_EVENT);
        let epcs: Vec<String> =
            serials.map(|serial| format!("https://id.gs1.org/01/{gtin}/21/{}", text(serial))).collect();
        json!({
            "type": "ObjectEvent", "eventTime": TIME, "eventTimeZoneOffset": "+00:00", "action": "ADD",
            "bizStep": "commissioning", "disposition": "active", "epcList": epcs,
            "ilmd": { "cbvmda:lotNumber": "L000", "cbvmda:itemExpirationDate": "2040-05-31" },
        })
    });
    json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": TIME,
        "epcisBody": { "eventList": events.collect::<Vec<_>>() },
    })
    .to_string()
}

fn scan(world: &World, serial: u64) -> String {
    format!("]d201{}21{}", world.gtin(0), text(serial))
}

/// The serials of this run alone: a folder may be used again.
fn text(serial: u64) -> String {
    format!("E{:X}X{serial:08}", std::process::id())
}

const TIME: &str = "2026-01-05T10:00:00.000Z";

const AN_EVENT: u64 = 1_000;
