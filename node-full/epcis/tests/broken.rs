//! Broken documents: each fault with its pointer and its rule.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use medproof_epcis::{
    document::{Document, Limits},
    fault::Fault,
};
use serde_json::{Value, json};

/// A document that has nothing wrong with it.
fn sound() -> Value {
    json!({
        "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld", {"ext": "https://example.com/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-01T00:00:00Z",
        "epcisBody": {"eventList": [
            {
                "type": "ObjectEvent",
                "eventTime": "2026-01-01T00:00:00Z",
                "eventTimeZoneOffset": "+01:00",
                "action": "ADD",
                "bizStep": "commissioning",
                "disposition": "active",
                "persistentDisposition": {"set": ["completeness_verified"]},
                "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"],
                "quantityList": [{"epcClass": "urn:epc:class:lgtin:4054739.099914.1", "quantity": 1, "uom": "KGM"}],
                "readPoint": {"id": "urn:epc:id:sgln:0614141.07346.0"},
                "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:0614141073467:1"}],
                "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:0614141.00777"}],
                "destinationList": [{"type": "location", "destination": "urn:epc:id:sgln:0614141.00777.0"}],
                "sensorElementList": [{
                    "sensorMetadata": {"time": "2026-01-01T00:00:00Z"},
                    "sensorReport": [{"type": "Temperature", "value": 5.5, "uom": "CEL"}]
                }],
                "errorDeclaration": {"declarationTime": "2026-01-01T00:00:00Z", "reason": "incorrect_data"},
                "ilmd": {"cbvmda:lotNumber": "L1"},
                "ext:field": {"any": [1, null]}
            },
            {
                "type": "AggregationEvent",
                "eventTime": "2026-01-01T00:00:00Z",
                "eventTimeZoneOffset": "+01:00",
                "action": "ADD",
                "parentID": "urn:epc:id:sscc:4012345.0000000333",
                "childEPCs": ["urn:epc:id:sgtin:0614141.107346.2017"]
            },
            {
                "type": "TransactionEvent",
                "eventTime": "2026-01-01T00:00:00Z",
                "eventTimeZoneOffset": "+01:00",
                "action": "ADD",
                "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:1"}],
                "epcList": []
            },
            {
                "type": "TransformationEvent",
                "eventTime": "2026-01-01T00:00:00Z",
                "eventTimeZoneOffset": "+01:00",
                "inputEPCList": ["urn:epc:id:sgtin:0614141.107346.2017"],
                "outputEPCList": ["urn:epc:id:sgtin:0614141.107346.2018"]
            },
            {
                "type": "AssociationEvent",
                "eventTime": "2026-01-01T00:00:00Z",
                "eventTimeZoneOffset": "+01:00",
                "action": "ADD",
                "parentID": "urn:epc:id:grai:4012345.55555.987",
                "childEPCs": ["urn:epc:id:giai:4000001.12345"]
            }
        ]}
    })
}

/// All faults of a document, those of its events with the others.
fn faults(bytes: &[u8], limits: &Limits) -> Vec<Fault> {
    match Document::read(bytes, limits) {
        Err(faults) => faults,
        Ok(document) => document.events.into_iter().filter_map(|received| received.event.err()).flatten().collect(),
    }
}

/// What `change` does to the sound document.
enum Change {
    Set(Value),
    Remove,
}
use Change::{Remove, Set};

fn changed(pointer: &str, change: Change) -> Value {
    let mut document = sound();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    match (document.pointer_mut(parent).unwrap(), change) {
        (Value::Object(members), Set(value)) => drop(members.insert(key, value)),
        (Value::Object(members), Remove) => drop(members.remove(&key).expect("a member to remove")),
        (Value::Array(list), Set(value)) if key == "-" => list.push(value),
        (Value::Array(list), Set(value)) => list[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
    document
}

/// Change at a pointer; the fault's pointer where it is another; the rule.
fn table() -> Vec<(String, Change, Option<&'static str>, &'static str)> {
    let mut rows = Vec::new();
    let mut row = |at: &str, change, elsewhere, rule| rows.push((at.to_owned(), change, elsewhere, rule));
    // The document.
    row("/@context", Remove, None, "epcis.missing");
    row("/@context", Set(json!(7)), None, "epcis.type");
    row("/@context", Set(json!(["not a url"])), Some("/@context/0"), "epcis.uri");
    row("/type", Remove, None, "epcis.missing");
    row("/type", Set(json!("EPCISDokument")), None, "epcis.word");
    row("/type", Set(json!(1)), None, "epcis.word");
    row("/id", Set(json!("no uri")), None, "epcis.uri");
    row("/schemaVersion", Remove, None, "epcis.missing");
    row("/schemaVersion", Set(json!("2.x")), None, "epcis.form");
    row("/schemaVersion", Set(json!(2.0)), None, "epcis.type");
    row("/creationDate", Remove, None, "epcis.missing");
    row("/creationDate", Set(json!("2026-01-01")), None, "epcis.time");
    row("/sender", Set(json!([])), None, "epcis.type");
    row("/other", Set(json!(1)), None, "epcis.unknown");
    row("/foo:other", Set(json!(1)), None, "epcis.prefix");
    row("/epcisHeader", Set(json!({"bare": 1})), Some("/epcisHeader/bare"), "epcis.unknown");
    row("/epcisBody", Remove, None, "epcis.missing");
    row("/epcisBody", Set(json!([])), None, "epcis.type");
    row("/epcisBody/eventList", Remove, None, "epcis.missing");
    row("/epcisBody/eventList", Set(json!({})), None, "epcis.type");
    // Any event.
    let mut event =
        |at: &str, change, elsewhere, rule| row(&format!("/epcisBody/eventList/0{at}"), change, elsewhere, rule);
    event("", Set(json!("event")), None, "epcis.type");
    event("/type", Remove, None, "epcis.missing");
    event("/type", Set(json!("ObjektEvent")), None, "epcis.word");
    event("/eventTime", Remove, None, "epcis.missing");
    event("/eventTime", Set(json!("2026-01-01T00:00:00")), None, "epcis.time");
    event("/eventTime", Set(json!("2026-02-30T00:00:00Z")), None, "epcis.time");
    event("/eventTime", Set(json!(5)), None, "epcis.type");
    event("/recordTime", Set(json!("now")), None, "epcis.time");
    event("/eventTimeZoneOffset", Remove, None, "epcis.missing");
    event("/eventTimeZoneOffset", Set(json!("+14:30")), None, "epcis.form");
    event("/eventID", Set(json!("1")), None, "epcis.uri");
    event("/certificationInfo", Set(json!("x")), None, "epcis.uri");
    event("/action", Remove, None, "epcis.missing");
    event("/action", Set(json!("OBSERVED")), None, "epcis.word");
    event("/bizStep", Set(json!("comissioning")), None, "epcis.word");
    event("/bizStep", Set(json!("urn:epcglobal:cbv:bizstep:comissioning")), None, "epcis.word");
    event("/bizStep", Set(json!("https://ref.gs1.org/cbv/BizStep-comissioning")), None, "epcis.word");
    event("/disposition", Set(json!("in_transport")), None, "epcis.word");
    event("/persistentDisposition", Set(json!({})), None, "epcis.missing");
    event("/persistentDisposition/set", Set(json!([])), None, "epcis.empty");
    event("/persistentDisposition/gone", Set(json!([])), None, "epcis.unknown");
    event("/readPoint", Set(json!({})), Some("/epcisBody/eventList/0/readPoint/id"), "epcis.missing");
    event("/readPoint", Set(json!("urn:x:1")), None, "epcis.type");
    event("/bizLocation", Set(json!({"id": "here"})), Some("/epcisBody/eventList/0/bizLocation/id"), "epcis.uri");
    event("/epcList", Set(json!("urn:x:1")), None, "epcis.type");
    event("/epcList/0", Set(json!("0614141")), None, "epcis.uri");
    event(
        "/epcList/-",
        Set(json!("urn:epc:id:sgtin:0614141.107346.2017")),
        Some("/epcisBody/eventList/0/epcList/1"),
        "epcis.twice",
    );
    event("/quantityList/0/epcClass", Remove, None, "epcis.missing");
    event("/quantityList/0/quantity", Set(json!("1")), None, "epcis.type");
    event("/quantityList/0/uom", Set(json!("kg")), None, "epcis.form");
    event("/quantityList/0/ext:x", Set(json!("kg")), None, "epcis.unknown");
    event("/bizTransactionList/0/type", Set(json!("order")), None, "epcis.word");
    event("/bizTransactionList/0/bizTransaction", Remove, None, "epcis.missing");
    event("/sourceList/0/type", Remove, None, "epcis.missing");
    event("/destinationList/0/destination", Set(json!("here")), None, "epcis.uri");
    event("/sensorElementList/0/sensorReport", Remove, None, "epcis.missing");
    event("/sensorElementList/0/sensorReport", Set(json!([])), None, "epcis.empty");
    event("/sensorElementList/0/sensorReport/0/type", Set(json!("temperature")), None, "epcis.word");
    event(
        "/sensorElementList/0/sensorReport/0/type",
        Remove,
        Some("/epcisBody/eventList/0/sensorElementList/0/sensorReport/0"),
        "epcis.missing",
    );
    event("/sensorElementList/0/sensorReport/0/value", Set(json!("5")), None, "epcis.type");
    event("/sensorElementList/0/sensorReport/0/hexBinaryValue", Set(json!("xyz")), None, "epcis.form");
    event("/sensorElementList/0/sensorReport/0/booleanValue", Set(json!("true")), None, "epcis.type");
    event("/sensorElementList/0/sensorReport/0/degrees", Set(json!(5)), None, "epcis.unknown");
    event("/sensorElementList/0/sensorMetadata/time", Set(json!("noon")), None, "epcis.time");
    event("/errorDeclaration/declarationTime", Remove, None, "epcis.missing");
    event("/errorDeclaration/reason", Set(json!("mistake")), None, "epcis.word");
    event("/ilmd/lotNumber", Set(json!("L1")), None, "epcis.unknown");
    event("/ilmd/own:lot", Set(json!("L1")), None, "epcis.prefix");
    event("/action", Set(json!("OBSERVE")), Some("/epcisBody/eventList/0/ilmd"), "epcis.not-allowed");
    event("/field", Set(json!(1)), None, "epcis.unknown");
    event("/foo:field", Set(json!(1)), None, "epcis.prefix");
    event("/childEPCs", Set(json!([])), None, "epcis.unknown");
    event("/epcList/0", Set(json!("https://id.gs1.org/8018/401234598765400000")), None, "epcis.patient-data");
    event(
        "/ext:field/any",
        Set(json!(["https://id.gs1.org/01/10614141073464/21/1?7250=19700101"])),
        Some("/epcisBody/eventList/0/ext:field/any/0"),
        "epcis.patient-data",
    );
    // Each type of event.
    row("/epcisBody/eventList/1/childEPCs", Set(json!([])), Some("/epcisBody/eventList/1"), "epcis.no-object");
    row("/epcisBody/eventList/1/ilmd", Set(json!({})), None, "epcis.unknown");
    row("/epcisBody/eventList/2/epcList", Remove, Some("/epcisBody/eventList/2"), "epcis.no-object");
    row("/epcisBody/eventList/2/bizTransactionList", Remove, None, "epcis.missing");
    row("/epcisBody/eventList/2/bizTransactionList", Set(json!([])), None, "epcis.empty");
    row("/epcisBody/eventList/3/outputEPCList", Remove, Some("/epcisBody/eventList/3"), "epcis.no-object");
    row("/epcisBody/eventList/3/action", Set(json!("ADD")), None, "epcis.unknown");
    row("/epcisBody/eventList/4/parentID", Remove, None, "epcis.missing");
    rows
}

#[test]
fn the_sound_document_has_no_fault() {
    let bytes = sound().to_string();
    assert_eq!(faults(bytes.as_bytes(), &Limits::default()), []);
}

#[test]
fn every_fault_is_found_alone_at_its_place() {
    let rows = table();
    assert!(rows.len() >= 60);
    for (at, change, elsewhere, rule) in rows {
        let bytes = changed(&at, change).to_string();
        let found: Vec<_> = faults(bytes.as_bytes(), &Limits::default())
            .into_iter()
            .map(|fault| (fault.pointer, fault.rule.code()))
            .collect();
        let pointer = elsewhere.map_or_else(|| at.clone(), String::from);
        assert_eq!(found, [(pointer, rule)], "{at}");
    }
}

#[test]
fn one_broken_event_leaves_the_others() {
    let bytes = changed("/epcisBody/eventList/2/action", Set(json!("NO"))).to_string();
    let document = Document::read(bytes.as_bytes(), &Limits::default()).unwrap();
    let good: Vec<_> = document.events.iter().map(|received| received.event.is_ok()).collect();
    assert_eq!(good, [true, true, false, true, true]);
    assert_eq!(document.events[2].pointer, "/epcisBody/eventList/2");
}

#[test]
fn limits_and_bytes_that_are_no_json_refuse_the_document() {
    let sound = sound().to_string();
    let mut small = Limits::default();
    small.bytes = sound.len() - 1;
    let mut few = Limits::default();
    few.events = 4;
    let mut short = Limits::default();
    short.elements = 1;
    let one = |bytes: &[u8], limits: &Limits| {
        let fault = faults(bytes, limits).remove(0);
        (fault.pointer, fault.rule.code())
    };
    let standard = Limits::default();
    assert_eq!(one(sound.as_bytes(), &small), (String::new(), "epcis.limit.bytes"));
    assert_eq!(one(sound.as_bytes(), &few), ("/epcisBody/eventList".into(), "epcis.limit.events"));
    assert_eq!(one(sound.as_bytes(), &short).1, "epcis.limit.elements");
    assert_eq!(one(b"{\"type\":\"EPCISDocument\",}", &standard), (String::new(), "epcis.json.syntax"));
    assert_eq!(one(b"\xff", &standard).1, "epcis.json.syntax");
    assert_eq!(one(b"", &standard).1, "epcis.json.syntax");
    let twice = sound.replacen("\"action\":\"ADD\"", "\"action\":\"ADD\",\"action\":\"ADD\"", 1);
    assert_eq!(one(twice.as_bytes(), &standard), ("/epcisBody/eventList/0/action".into(), "epcis.json.duplicate"));
    let deep = sound.replacen("[1,null]", &("[".repeat(100) + &"]".repeat(100)), 1);
    assert_eq!(one(deep.as_bytes(), &standard).1, "epcis.json.depth");
}

#[test]
fn a_bare_event_and_a_list_of_them_bring_their_context() {
    let event = |context: bool| {
        let mut event = sound()["epcisBody"]["eventList"][1].clone();
        if context {
            event["@context"] = json!("https://ref.gs1.org/standards/epcis/epcis-context.jsonld");
        }
        event
    };
    let read = |value: Value| faults(value.to_string().as_bytes(), &Limits::default());
    assert_eq!(read(event(true)), []);
    assert_eq!(read(json!([event(true), event(true)])), []);
    assert_eq!(read(event(false))[0].pointer, "/@context");
    assert_eq!(read(json!([event(true), event(false)]))[0].pointer, "/1/@context");
}

#[test]
fn damaged_bytes_are_refused_or_read_and_never_a_panic() {
    let sound = sound().to_string().into_bytes();
    let limits = Limits::default();
    let mut random = 1_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let mut refused = 0;
    for _ in 0..5000 {
        let mut bytes = sound.clone();
        for _ in 0..=next(3) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = b"\"{}[],:0e-\\%\xff z"[next(15)],
                1 => bytes.truncate(at + 1),
                _ => drop(bytes.remove(at)),
            }
        }
        refused += usize::from(!faults(&bytes, &limits).is_empty());
    }
    assert!(refused > 4000, "{refused}");
}
