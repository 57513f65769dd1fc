//! What events ask of the ledger, against a small ledger.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use medproof_core::identity::{Day, Lot, MemberId, PackId, ProductCode, Serial, Sscc};
use medproof_epcis::{
    document::{Document, Limits},
    mapping::{Answer, Detail, LotStanding, PackStanding, Place, ProductStanding, Registry, UnitStanding, map},
};
use serde_json::{Value, json};
use std::convert::Infallible;

const SENDER: MemberId = MemberId(1);
const OTHER: MemberId = MemberId(2);
const GTIN: &str = "10614141073464";
const UNIT: &str = "urn:epc:id:sscc:4012345.0000000333";
const EXPIRY: Day = Day(21_000);

/// Serials: `H…` held, `Q…` held and in quarantine, `F…` elsewhere, `U…` held inside the unit; others not registered.
struct Ledger {
    dispenses: bool,
}

impl Registry for Ledger {
    type Error = Infallible;

    fn sender(&self) -> MemberId {
        SENDER
    }

    fn sender_dispenses(&self) -> bool {
        self.dispenses
    }

    fn pack(&self, pack: &PackId) -> Result<Option<PackStanding>, Infallible> {
        let first = pack.serial.as_str().as_bytes()[0];
        let standing = PackStanding {
            pack: pack.clone(),
            lot: Lot::new("L1").unwrap(),
            expiry: EXPIRY,
            is_held: first != b'F',
            is_quarantined: first == b'Q',
            topmost: (first == b'U').then(unit),
        };
        Ok(b"HQFU".contains(&first).then_some(standing))
    }

    fn unit(&self, sscc: Sscc) -> Result<Option<UnitStanding>, Infallible> {
        Ok((sscc == unit()).then_some(UnitStanding { is_held: false, is_quarantined: false, topmost: None }))
    }

    fn lot(&self, product: &ProductCode, lot: &Lot) -> Result<Option<LotStanding>, Infallible> {
        let standing = LotStanding { product: product.clone(), expiry: EXPIRY };
        Ok((lot.as_str() == "L1").then_some(standing))
    }

    fn product(&self, product: &ProductCode) -> Result<Option<ProductStanding>, Infallible> {
        let standing = ProductStanding { product: product.clone(), is_issuer: true };
        Ok((product.code() == GTIN).then_some(standing))
    }

    fn member(&self, party: &Place) -> Result<Option<MemberId>, Infallible> {
        Ok(match party.gln {
            Some(4_012_345_000_009) => Some(SENDER),
            Some(4_023_333_000_000) => Some(OTHER),
            _ => None,
        })
    }
}

fn unit() -> Sscc {
    Sscc::new("040123450000003338").unwrap()
}

fn sgtin(serial: &str) -> String {
    format!("urn:epc:id:sgtin:0614141.107346.{serial}")
}

fn event(kind: &str, action: &str, step: &str, more: Value) -> Value {
    let mut event = json!({
        "@context": "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        "type": kind,
        "eventTime": "2026-01-01T00:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "bizStep": step,
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00005.0"}
    });
    if !action.is_empty() {
        event["action"] = json!(action);
    }
    for (key, value) in more.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

fn asked_of(ledger: &Ledger, event: &Value) -> Answer {
    let bytes = event.to_string();
    let document = Document::read(bytes.as_bytes(), &Limits::default()).unwrap();
    let event = document.events[0].event.as_ref().unwrap_or_else(|faults| panic!("{faults:?}"));
    map(event, ledger).unwrap()
}

/// Kinds asked for, or the reason.
fn outcome(answer: &Answer) -> String {
    match &answer.stored_only {
        Some(why) => why.reason.code().into(),
        None => answer.wishes.iter().map(|wish| wish.kind.number().to_string()).collect::<Vec<_>>().join(" "),
    }
}

fn to_other() -> Value {
    json!([{"type": "possessing_party", "destination": "urn:epc:id:pgln:4023333.00000"}])
}

#[test]
fn each_row_leads_to_its_kind() {
    let held = json!([sgtin("H1")]);
    let ilmd = json!({"cbvmda:lotNumber": "L1"});
    let new_lot = json!({"cbvmda:lotNumber": "L2", "cbvmda:itemExpirationDate": "2028-05-31"});
    let class = json!([{"epcClass": "https://id.gs1.org/01/10614141073464/10/L1"}]);
    let po = json!([{"type": "po", "bizTransaction": "urn:x:1"}, {"type": "desadv", "bizTransaction": "urn:x:2"}]);
    let (object, aggregation, transaction) = ("ObjectEvent", "AggregationEvent", "TransactionEvent");
    for (kind, action, step, more, expected) in [
        (object, "OBSERVE", "shipping", json!({"epcList": held, "disposition": "stolen"}), "1005"),
        (object, "OBSERVE", "other", json!({"epcList": held, "persistentDisposition": {"set": ["stolen"]}}), "1005"),
        (
            object,
            "OBSERVE",
            "other",
            json!({"quantityList": class, "persistentDisposition": {"unset": ["recalled"]}}),
            "507",
        ),
        (object, "ADD", "commissioning", json!({"epcList": [sgtin("N1")], "ilmd": ilmd}), "600"),
        (object, "ADD", "commissioning", json!({"epcList": [sgtin("N1")], "ilmd": new_lot}), "500 600"),
        (object, "ADD", "commissioning", json!({"epcList": [sgtin("N1")]}), "epcis.stored.no-lot"),
        (object, "ADD", "commissioning", json!({"quantityList": class}), "epcis.stored.no-serial"),
        (
            object,
            "ADD",
            "commissioning",
            json!({"epcList": ["https://id.gs1.org/01/10614141073464/10/L1/21/N1"]}),
            "600",
        ),
        (
            object,
            "ADD",
            "commissioning",
            json!({"epcList": ["urn:epc:id:sgtin:4012345.012345.N1"], "ilmd": ilmd}),
            "rules.product.absent",
        ),
        (
            object,
            "ADD",
            "commissioning",
            json!({"epcList": [sgtin("N1")], "ilmd": {"cbvmda:lotNumber": "L3"}}),
            "rules.lot.absent",
        ),
        (
            object,
            "ADD",
            "commissioning",
            json!({"epcList": [sgtin("N1")], "ilmd": {"cbvmda:lotNumber": "L1", "cbvmda:itemExpirationDate": "2028-05-31"}}),
            "agreement.expiry-mismatch",
        ),
        (
            object,
            "OBSERVE",
            "shipping",
            json!({"epcList": held, "disposition": "in_transit", "destinationList": to_other()}),
            "900",
        ),
        (object, "OBSERVE", "shipping", json!({"epcList": held, "destinationList": to_other()}), "900"),
        (object, "OBSERVE", "shipping", json!({"epcList": held}), "epcis.stored.no-consignee"),
        (
            object,
            "OBSERVE",
            "shipping",
            json!({"epcList": held, "disposition": "returned", "destinationList": to_other()}),
            "902",
        ),
        (
            aggregation,
            "OBSERVE",
            "shipping",
            json!({"parentID": UNIT, "childEPCs": held, "destinationList": to_other()}),
            "900",
        ),
        (object, "DELETE", "void_shipping", json!({"epcList": held}), "901"),
        (object, "OBSERVE", "receiving", json!({"epcList": [sgtin("F1")]}), "903"),
        (object, "OBSERVE", "receiving", json!({"epcList": held}), "904"),
        (object, "OBSERVE", "receiving", json!({"epcList": [sgtin("F1"), sgtin("H1")]}), "903"),
        (object, "OBSERVE", "receiving", json!({"epcList": [sgtin("N1")]}), "rules.pack.absent"),
        (
            object,
            "OBSERVE",
            "receiving",
            json!({"epcList": ["urn:epc:id:sscc:4012345.0000000444"]}),
            "rules.unit.absent",
        ),
        (
            object,
            "OBSERVE",
            "receiving",
            json!({"epcList": ["urn:epc:id:giai:4012345.A"]}),
            "epcis.stored.not-on-ledger",
        ),
        (aggregation, "OBSERVE", "receiving", json!({"parentID": UNIT, "childEPCs": held}), "903"),
        (
            object,
            "OBSERVE",
            "receiving",
            json!({"epcList": ["https://id.gs1.org/01/10614141073464/10/L9/21/F1"]}),
            "agreement.lot-mismatch",
        ),
        (object, "OBSERVE", "storing", json!({"epcList": held}), "904"),
        (object, "OBSERVE", "picking", json!({"epcList": held}), "905"),
        (aggregation, "ADD", "packing", json!({"parentID": UNIT, "childEPCs": held}), "700"),
        (aggregation, "ADD", "packing", json!({"parentID": sgtin("H2"), "childEPCs": held}), "epcis.stored.no-unit"),
        (
            aggregation,
            "ADD",
            "packing",
            json!({"parentID": UNIT, "childQuantityList": class}),
            "epcis.stored.no-serial",
        ),
        (aggregation, "DELETE", "unpacking", json!({"parentID": UNIT, "childEPCs": held}), "701"),
        (aggregation, "DELETE", "unpacking", json!({"parentID": UNIT}), "702"),
        (object, "OBSERVE", "dispensing", json!({"epcList": held, "disposition": "dispensed"}), "1000"),
        (object, "DELETE", "dispensing", json!({"epcList": held}), "1000"),
        (object, "OBSERVE", "dispensing", json!({"epcList": held, "disposition": "damaged"}), "epcis.stored.no-kind"),
        (
            object,
            "OBSERVE",
            "dispensing",
            json!({"epcList": held, "disposition": "partially_dispensed", "quantityList": [{"epcClass": "https://id.gs1.org/01/10614141073464", "quantity": 7}]}),
            "1001",
        ),
        (
            object,
            "OBSERVE",
            "dispensing",
            json!({"epcList": held, "disposition": "partially_dispensed"}),
            "epcis.stored.no-amount",
        ),
        (object, "DELETE", "retail_selling", json!({"epcList": held, "disposition": "retail_sold"}), "1000"),
        (object, "OBSERVE", "sampling", json!({"epcList": held}), "1002"),
        (
            object,
            "DELETE",
            "decommissioning",
            json!({"epcList": held, "disposition": "inactive", "gs1:countryCode": "NO"}),
            "1003",
        ),
        (
            object,
            "DELETE",
            "decommissioning",
            json!({"epcList": held, "disposition": "inactive"}),
            "epcis.stored.no-country",
        ),
        (object, "DELETE", "destroying", json!({"epcList": held, "disposition": "destroyed"}), "1004"),
        (object, "OBSERVE", "holding", json!({"quantityList": class, "disposition": "recalled"}), "506"),
        (object, "OBSERVE", "holding", json!({"epcList": held, "disposition": "recalled"}), "1102"),
        (object, "OBSERVE", "holding", json!({"epcList": held, "disposition": "damaged"}), "1102"),
        (object, "OBSERVE", "inspecting", json!({"epcList": [sgtin("Q1")], "disposition": "conformant"}), "1103"),
        (
            object,
            "OBSERVE",
            "inspecting",
            json!({"epcList": held, "disposition": "conformant"}),
            "epcis.stored.not-quarantined",
        ),
        (
            transaction,
            "ADD",
            "shipping",
            json!({"epcList": held, "bizTransactionList": po, "destinationList": to_other()}),
            "900",
        ),
        (
            transaction,
            "ADD",
            "shipping",
            json!({"epcList": [sgtin("N1")], "bizTransactionList": po, "destinationList": to_other()}),
            "803",
        ),
        (transaction, "ADD", "other", json!({"epcList": [], "bizTransactionList": po}), "epcis.stored.no-counterparty"),
        (object, "OBSERVE", "loading", json!({"epcList": held}), "epcis.stored.no-kind"),
        (
            object,
            "OBSERVE",
            "dispensing",
            json!({"epcList": held, "errorDeclaration": {"declarationTime": "2026-01-01T00:00:00Z"}}),
            "epcis.stored.error-declaration",
        ),
        (
            "TransformationEvent",
            "",
            "repackaging",
            json!({"inputEPCList": held, "outputEPCList": held}),
            "epcis.stored.no-kind",
        ),
        ("AssociationEvent", "ADD", "assembling", json!({"parentID": UNIT, "childEPCs": held}), "epcis.stored.no-kind"),
    ] {
        let event = event(kind, action, step, more);
        assert_eq!(outcome(&asked_of(&Ledger { dispenses: true }, &event)), expected, "{event}");
    }
}

#[test]
fn details_are_taken_from_the_event() {
    let ledger = Ledger { dispenses: false };
    let shipping = event(
        "ObjectEvent",
        "OBSERVE",
        "shipping",
        json!({
            "epcList": [sgtin("H10"), sgtin("H2"), UNIT, sgtin("H2").replace("urn:epc:id:sgtin:0614141.107346.", "https://x.org/01/10614141073464/21/")],
            "destinationList": to_other()
        }),
    );
    let answer = asked_of(&ledger, &shipping);
    let wish = &answer.wishes[0];
    assert_eq!(wish.detail, Detail::Consignee(OTHER));
    assert_eq!(wish.items.units, [unit()]);
    let serials: Vec<_> = wish.items.packs.iter().map(|pack| pack.serial.as_str()).collect();
    assert_eq!(serials, ["H2", "H10"], "each once, shorter ones first");
    assert_eq!(answer.site, Some(4_012_345_000_054));

    let picking = event("ObjectEvent", "OBSERVE", "picking", json!({"epcList": [sgtin("H1")]}));
    assert_eq!(outcome(&asked_of(&ledger, &picking)), "epcis.stored.not-dispenser");

    let serials = json!([sgtin("N10"), sgtin("N9"), sgtin("N1")]);
    let made =
        event("ObjectEvent", "ADD", "commissioning", json!({"epcList": serials, "ilmd": {"cbvmda:lotNumber": "L1"}}));
    let Detail::Register { lot, quantity, serials, .. } = &asked_of(&ledger, &made).wishes[0].detail else {
        panic!("{made}")
    };
    assert_eq!((lot.as_str(), quantity.get()), ("L1", 1));
    assert_eq!(*serials, ["N1", "N9", "N10"].map(|serial| Serial::new(serial).unwrap()));

    let partly = event(
        "ObjectEvent",
        "OBSERVE",
        "dispensing",
        json!({
            "epcList": [sgtin("H1")], "disposition": "partially_dispensed",
            "quantityList": [{"epcClass": "urn:epc:idpat:sgtin:0614141.107346.*", "quantity": 7}]
        }),
    );
    assert_eq!(asked_of(&ledger, &partly).wishes[0].detail, Detail::Amounts(vec![7]));

    let held = event(
        "ObjectEvent",
        "OBSERVE",
        "holding",
        json!({"epcList": [sgtin("H1")], "disposition": "no_pedigree_match"}),
    );
    assert_eq!(asked_of(&ledger, &held).wishes[0].detail, Detail::Reason(2));

    let wrong = event(
        "ObjectEvent",
        "OBSERVE",
        "shipping",
        json!({
            "epcList": [sgtin("H1")], "errorDeclaration": {"declarationTime": "2026-01-01T00:00:00Z"}
        }),
    );
    let why = asked_of(&ledger, &wrong).stored_only.unwrap();
    assert_eq!(why.take_back.map(|kind| kind.number()), Some(901));
}

/// What is in a pack is counted in pieces of its class; a class without that, beside serials, is left out and named.
#[test]
fn quantities_of_a_class_are_what_is_in_a_pack_or_left_out() {
    let (own, other) = ("https://id.gs1.org/01/10614141073464", "https://id.gs1.org/01/04012345123456");
    let asked = |step: &str, more: Value| {
        let action = if step == "commissioning" { "ADD" } else { "OBSERVE" };
        let mut more = more;
        more["epcList"] = json!([sgtin(if action == "ADD" { "N1" } else { "H1" })]);
        more["ilmd"] = if action == "ADD" { json!({"cbvmda:lotNumber": "L1"}) } else { Value::Null };
        more.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        asked_of(&Ledger { dispenses: true }, &event("ObjectEvent", action, step, more))
    };
    for (class, quantity, uom, registered, left_out) in [
        (own, json!(24), json!("U2"), Some(24), None),
        ("https://id.gs1.org/01/10614141073464/10/L1", json!(65_535), json!("EA"), Some(65_535), None),
        (own, json!(24), Value::Null, Some(1), Some(own)),
        (own, json!(0.5), json!("KGM"), Some(1), Some(own)),
        (other, json!(24), json!("U2"), Some(1), None),
        (own, json!(2.5), json!("U2"), None, None),
        (own, json!(65_536), json!("U2"), None, None),
    ] {
        let mut list = json!({"epcClass": class, "quantity": quantity, "uom": uom});
        list.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let answer = asked("commissioning", json!({"quantityList": [list]}));
        let found = answer.wishes.first().map(|wish| match &wish.detail {
            Detail::Register { quantity, .. } => quantity.get(),
            detail => panic!("{detail:?}"),
        });
        assert_eq!(found, registered, "{list}");
        let why = answer.stored_only.map(|why| (why.reason.code(), why.identifier));
        match (registered, left_out) {
            (None, _) => assert_eq!(why, Some(("epcis.stored.no-amount", None)), "{list}"),
            (_, None) => assert_eq!(why, None, "{list}"),
            (_, Some(class)) => assert_eq!(why, Some(("epcis.stored.no-serial", Some(class.into()))), "{list}"),
        }
    }
    let moved = asked("storing", json!({"quantityList": [{"epcClass": own, "quantity": 3, "uom": "U2"}]}));
    assert_eq!((moved.wishes[0].kind.number(), moved.wishes[0].items.packs.len()), (904, 1));
    assert_eq!(moved.stored_only.unwrap().identifier.as_deref(), Some(own));
    let of_another =
        json!({"disposition": "partially_dispensed", "quantityList": [{"epcClass": other, "quantity": 7}]});
    let partly = asked("dispensing", of_another);
    assert_eq!(outcome(&partly), "epcis.stored.no-amount");
}

#[test]
fn temperatures_become_readings_of_the_topmost_unit() {
    let sensors = json!([{
        "sensorMetadata": {"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-01T10:00:00Z"},
        "sensorReport": [
            {"type": "Temperature", "minValue": 1.94, "maxValue": 8.01, "uom": "CEL"},
            {"type": "Temperature", "minValue": 35.6, "maxValue": 50, "uom": "FAH"},
            {"type": "AbsoluteHumidity", "value": 12, "uom": "A93"}
        ]
    }]);
    let read = |epcs: Value| {
        let event =
            event("ObjectEvent", "OBSERVE", "sensor_reporting", json!({"epcList": epcs, "sensorElementList": sensors}));
        asked_of(&Ledger { dispenses: false }, &event)
    };
    let answer = read(json!([sgtin("U1"), sgtin("U2"), sgtin("H1")]));
    assert_eq!(answer.stored_only, None, "the event says nothing else");
    let wish = &answer.wishes[0];
    assert_eq!(
        (wish.kind.number(), wish.items.units.as_slice(), wish.items.packs.len()),
        (1200, [unit()].as_slice(), 1)
    );
    let Detail::Readings(readings) = &wish.detail else { panic!("{wish:?}") };
    // Both reports are over the same time and become one: 1.9 to 10.0 °C.
    assert_eq!(readings.len(), 1);
    assert_eq!((readings[0].lowest_decicelsius, readings[0].highest_decicelsius), (19, 100));
    assert_eq!(readings[0].end_ms - readings[0].start_ms, 10 * 3_600_000);
    assert!(read(json!([sgtin("N1")])).wishes.is_empty());
}
