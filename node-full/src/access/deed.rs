//! What can be done to packs and units by hand: each kind with the call that does it.

use medproof_core::event::EventKind;
use medproof_rules::body::number;

/// The path of the call, and the kind of event that it makes.
pub const DEEDS: [(&str, EventKind); 17] = [
    ("/v1/packs/ship", number::SHIP),
    ("/v1/packs/ship-cancel", number::SHIP_CANCEL),
    ("/v1/packs/return", number::RETURN),
    ("/v1/packs/receive", number::RECEIVE),
    ("/v1/packs/put-away", number::PUT_AWAY),
    ("/v1/packs/ward-issue", number::WARD_ISSUE),
    ("/v1/packs/dispense", number::DISPENSE),
    ("/v1/packs/dispense-partly", number::DISPENSE_PARTLY),
    ("/v1/packs/sample", number::SAMPLE),
    ("/v1/packs/export", number::EXPORT),
    ("/v1/packs/destroy", number::DESTROY),
    ("/v1/packs/stolen", number::STOLEN),
    ("/v1/packs/undo", number::UNDO),
    ("/v1/packs/lock", number::LOCK),
    ("/v1/packs/unlock", number::UNLOCK),
    ("/v1/packs/quarantine", number::QUARANTINE),
    ("/v1/packs/release", number::RELEASE),
];
