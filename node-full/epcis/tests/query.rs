//! Questions: parameters, matching, index keys.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use medproof_epcis::{
    document::{Document, Limits},
    query::{IndexField, Query, Recorded, index_keys},
    time::Moment,
};

const EVENT: &str = r#"{
    "@context": "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    "type": "AggregationEvent",
    "eventTime": "2026-01-02T00:00:00+01:00",
    "eventTimeZoneOffset": "+01:00",
    "eventID": "urn:uuid:1",
    "action": "ADD",
    "bizStep": "urn:epcglobal:cbv:bizstep:packing",
    "disposition": "in_progress",
    "persistentDisposition": {"set": ["completeness_verified"]},
    "parentID": "urn:epc:id:sscc:4012345.0000000333",
    "childEPCs": ["urn:epc:id:sgtin:0614141.107346.2017"],
    "childQuantityList": [{"epcClass": "urn:epc:class:lgtin:4054739.099914.1", "quantity": 12.5}],
    "readPoint": {"id": "urn:epc:id:sgln:0614141.07346.1234"},
    "bizLocation": {"id": "https://x.org/414/0614141073467"},
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:1"}],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}],
    "errorDeclaration": {"declarationTime": "2026-01-03T00:00:00Z", "reason": "incorrect_data", "correctiveEventIDs": ["urn:uuid:2"]},
    "sensorElementList": [{"sensorReport": [{"type": "Temperature", "deviceID": "urn:epc:id:giai:4000001.111"}]}]
}"#;

fn answers(name: &str, value: &str) -> bool {
    let query = Query::parse([(name, value)]).unwrap_or_else(|error| panic!("{error}"));
    let document = Document::read(EVENT.as_bytes(), &Limits::default()).unwrap();
    let event = document.events[0].event.as_ref().unwrap_or_else(|faults| panic!("{faults:?}"));
    let recorded =
        Recorded { event, event_id: "urn:uuid:1", record_time: Moment::read("2026-01-05T00:00:00Z").unwrap() };
    let keys = index_keys(event, "urn:uuid:1");
    let matches = query.matches(&recorded);
    if let (true, Some(lookup)) = (matches, query.lookup()) {
        // What matches must be found under the keys that the node looks up.
        assert!(
            lookup.keys.iter().any(|key| keys.contains(&(lookup.field, key.clone()))),
            "{name}={value}: {lookup:?}"
        );
    }
    matches
}

#[test]
fn each_parameter_finds_the_event_and_not_another() {
    for (name, yes, no) in [
        ("eventType", "ObjectEvent|AggregationEvent", "ObjectEvent"),
        ("EQ_action", "ADD", "OBSERVE|DELETE"),
        ("GE_eventTime", "2026-01-01T23:00:00Z", "2026-01-01T23:00:00.001Z"),
        ("LT_eventTime", "2026-01-01T23:00:00.001Z", "2026-01-01T23:00:00Z"),
        ("GE_recordTime", "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"),
        ("LT_recordTime", "2026-01-06T00:00:00Z", "2026-01-05T00:00:00Z"),
        ("EQ_bizStep", "packing", "unpacking"),
        ("EQ_bizStep", "https://ref.gs1.org/cbv/BizStep-packing", "https://example.com/packing"),
        ("EQ_disposition", "active|in_progress", "active"),
        ("EQ_persistentDisposition_set", "completeness_verified", "recalled"),
        ("EQ_readPoint", "https://id.gs1.org/414/0614141073467/254/1234", "https://id.gs1.org/414/0614141073467"),
        ("WD_readPoint", "urn:epc:id:sgln:0614141.07346.0", "urn:epc:id:sgln:0614141.07347.0"),
        ("EQ_bizLocation", "urn:epc:id:sgln:0614141.07346.0", "urn:epc:id:sgln:0614141.07346.1234"),
        ("MATCH_epc", "https://x.org/01/10614141073464/21/2017", "urn:epc:id:sscc:4012345.0000000333"),
        ("MATCH_epc", "urn:epc:idpat:sgtin:0614141.107346.*", "urn:epc:idpat:sgtin:0614141.107347.*"),
        ("MATCH_anyEPC", "https://id.gs1.org/00/040123450000003338", "urn:epc:class:lgtin:4054739.099914.1"),
        ("MATCH_parentID", "urn:epc:id:sscc:4012345.0000000333", "urn:epc:id:sgtin:0614141.107346.2017"),
        ("MATCH_inputEPC", "urn:epc:id:sgtin:0614141.107346.2017|urn:epc:id:sgtin:0614141.107346.1", ""),
        ("MATCH_epcClass", "https://id.gs1.org/01/04054739999148/10/1", "urn:epc:class:lgtin:4054739.099914.2"),
        ("EQ_quantity", "12.5", "12"),
        ("GT_quantity", "12", "12.5"),
        ("EQ_bizTransaction_po", "urn:x:1", "urn:x:2"),
        ("EQ_bizTransaction_desadv", "", "urn:x:1"),
        ("EQ_source_owning_party", "https://id.gs1.org/417/4012345000009", "urn:x:1"),
        ("EQ_destination_owning_party", "", "https://id.gs1.org/417/4012345000009"),
        ("EQ_eventID", "urn:uuid:1", "urn:uuid:2"),
        ("EXISTS_errorDeclaration", "true", "false"),
        ("GE_errorDeclarationTime", "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"),
        ("EQ_errorReason", "incorrect_data", "did_not_occur"),
        ("EQ_correctiveEventID", "urn:uuid:2", "urn:uuid:1"),
        ("EQ_type", "Temperature", "Speed"),
        ("EQ_deviceID", "https://id.gs1.org/8004/4000001111", "urn:x:1"),
    ] {
        // An input of a transformation is asked for above, and this event has none.
        let is_found = !yes.is_empty() && name != "MATCH_inputEPC";
        assert_eq!(!yes.is_empty() && answers(name, yes), is_found, "{name}={yes}");
        assert!(no.is_empty() || !answers(name, no), "{name}={no}");
    }
}

#[test]
fn parameters_that_cannot_be_asked_are_named() {
    for (name, value) in [
        ("EQ_colour", "red"),
        ("eventType", "Event"),
        ("EQ_action", "ADD|"),
        ("GE_eventTime", "yesterday"),
        ("EQ_bizStep", "packin"),
        ("EQ_readPoint", "here"),
        ("MATCH_epc", "a b"),
        ("EQ_bizTransaction_order", "urn:x:1"),
        ("EQ_quantity", "many"),
        ("EXISTS_errorDeclaration", "yes"),
        ("orderBy", "bizStep"),
        ("orderDirection", "UP"),
        ("perPage", "0"),
        ("eventCountLimit", "-1"),
        ("GE_startTime", "2026-01-01T00:00:00Z"),
    ] {
        let error = Query::parse([(name, value)]).expect_err(name);
        assert_eq!((error.parameter.as_str(), error.problem.status()), (name, 400));
        assert_eq!(error.problem.uri(), "epcisException:QueryParameterException");
    }
    assert!(Query::parse([("eventCountLimit", "1"), ("maxEventCount", "1")]).is_err());
}

#[test]
fn the_frame_of_an_answer_is_read() {
    let query = Query::parse([
        ("orderBy", "recordTime"),
        ("orderDirection", "ASC"),
        ("perPage", "5000"),
        ("nextPageToken", "abc"),
        ("eventCountLimit", "7"),
        ("GE_recordTime", "2026-01-01T00:00:00Z"),
        ("GE_recordTime", "2026-01-02T00:00:00Z"),
    ])
    .unwrap();
    assert!(!query.is_descending);
    assert_eq!((query.per_page, query.event_count_limit), (Query::MAX_PER_PAGE, Some(7)));
    assert_eq!(query.next_page_token.as_deref(), Some("abc"));
    assert_eq!(query.time_range(), (Moment::read("2026-01-02T00:00:00Z"), None));
    assert_eq!(Query::default().per_page, 30);
}

#[test]
fn a_narrower_key_is_looked_up_first() {
    let query = Query::parse([("EQ_bizStep", "packing"), ("MATCH_epc", "urn:epc:id:sgtin:0614141.107346.2017")]);
    let lookup = query.unwrap().lookup().unwrap();
    assert_eq!(lookup.field, IndexField::Epc);
    assert_eq!(lookup.keys, ["https://id.gs1.org/01/10614141073464/21/2017"]);
    assert_eq!(Query::parse([("GE_quantity", "1")]).unwrap().lookup(), None);
}
