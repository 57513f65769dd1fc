//! The kinds of events: numbers, names, and who may send them (`docs/EVENTS.md` sections 3 and 11).

use crate::body::Capacity;
use medproof_core::event::{EventKind, MemberRole};

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kind {
    /// Its number.
    pub number: EventKind,
    /// Its name, for messages and pages.
    pub name: &'static str,
    /// What each role, from 1 regulator to 5 pharmacy, may send it as: letters as on the page, empty for never.
    pub senders: [&'static str; 5],
    /// In which capacities items are named, where the kind has items.
    pub capacities: &'static [Capacity],
    /// Whether its items are packs only.
    pub is_packs_only: bool,
}

impl Kind {
    /// As what `role` may send this kind: the letters of the page, empty for never.
    pub fn senders_of(&self, role: MemberRole) -> &'static str {
        let place = usize::from(role.0).checked_sub(1);
        place.and_then(|place| self.senders.get(place)).copied().unwrap_or("")
    }

    /// Whether `role` may act on items in `capacity`.
    pub fn allows(&self, role: MemberRole, capacity: Capacity) -> bool {
        self.senders_of(role).contains(capacity.letter())
    }
}

/// The kind with this number, if the rules know it.
pub fn find(number: EventKind) -> Option<&'static Kind> {
    let place = KINDS.binary_search_by_key(&number, |kind| kind.number).ok()?;
    KINDS.get(place)
}

const OFFICE: [&str; 5] = ["r", "v", "v", "v", "v"];
const SELF_OR_OFFICE: [&str; 5] = ["r m", "m", "m", "m", "m"];
const APPROVED: [&str; 5] = ["v"; 5];
const ISSUER_OR_OFFICE: [&str; 5] = ["r i", "i", "i", "i", ""];
const ISSUER_OR_REGULATOR: [&str; 5] = ["r", "i", "i", "i", ""];
const ISSUER: [&str; 5] = ["", "i", "i", "i", ""];
const REGULATOR: [&str; 5] = ["r", "", "", "", ""];
const HOLDER: [&str; 5] = ["", "h", "h", "h", "h"];
const REGULATOR_OR_HOLDER: [&str; 5] = ["r", "h", "h", "h", "h"];
const DISPENSER: [&str; 5] = ["", "", "", "h", "h"];
const TRADER: [&str; 5] = ["", "•", "•", "•", "•"];
const ANYONE: [&str; 5] = ["•"; 5];
const NO_CAPACITY: &[Capacity] = &[];
const AS_HOLDER: &[Capacity] = &[Capacity::Holder];
const AS_SHIPPER: &[Capacity] = &[Capacity::Shipper];
const AS_HOLDER_OR_REGULATOR: &[Capacity] = &[Capacity::Holder, Capacity::Regulator];
const AS_ALL_BUT_SHIPPER: &[Capacity] = &[Capacity::Holder, Capacity::Issuer, Capacity::Regulator];
const AS_ALL: &[Capacity] = Capacity::ALL;

const fn plain(number: u16, name: &'static str, senders: [&'static str; 5]) -> Kind {
    Kind { number: EventKind(number), name, senders, capacities: NO_CAPACITY, is_packs_only: false }
}

const fn items(number: u16, name: &'static str, senders: [&'static str; 5], capacities: &'static [Capacity]) -> Kind {
    Kind { number: EventKind(number), name, senders, capacities, is_packs_only: false }
}

const fn packs(number: u16, name: &'static str, senders: [&'static str; 5], capacities: &'static [Capacity]) -> Kind {
    Kind { number: EventKind(number), name, senders, capacities, is_packs_only: true }
}

/// All kinds of rules version 0, by number.
pub const KINDS: &[Kind] = &[
    plain(100, "member-admit", OFFICE),
    plain(101, "member-change", SELF_OR_OFFICE),
    plain(102, "member-roles", OFFICE),
    plain(103, "member-suspend", OFFICE),
    plain(104, "member-resume", OFFICE),
    plain(105, "member-exclude", OFFICE),
    plain(200, "key-register", SELF_OR_OFFICE),
    plain(201, "key-rotate", ["m"; 5]),
    plain(202, "key-revoke", SELF_OR_OFFICE),
    plain(203, "key-compromised", SELF_OR_OFFICE),
    plain(300, "validators", APPROVED),
    plain(301, "parameters", APPROVED),
    plain(302, "rules-version", APPROVED),
    plain(400, "product-register", ["•", "•", "•", "•", ""]),
    plain(401, "product-change", ISSUER_OR_OFFICE),
    plain(402, "product-withdraw", ISSUER_OR_OFFICE),
    plain(403, "product-recall", ISSUER_OR_OFFICE),
    plain(404, "product-lift", REGULATOR),
    plain(405, "product-alias", ISSUER_OR_OFFICE),
    plain(500, "lot-release", ISSUER),
    plain(501, "lot-quarantine", ISSUER),
    plain(502, "lot-release-quarantine", ISSUER_OR_REGULATOR),
    plain(503, "lot-lock", REGULATOR),
    plain(504, "lot-unlock", REGULATOR),
    plain(505, "lot-withdraw", ISSUER_OR_REGULATOR),
    plain(506, "lot-recall", ISSUER_OR_REGULATOR),
    plain(507, "lot-lift", REGULATOR),
    plain(600, "pack-register", ISSUER),
    plain(601, "pack-alias", ISSUER),
    items(700, "aggregate", HOLDER, AS_HOLDER),
    items(701, "disaggregate", HOLDER, AS_HOLDER),
    plain(702, "dissolve", HOLDER),
    plain(800, "order", TRADER),
    plain(801, "confirmation", TRADER),
    plain(802, "sale", TRADER),
    plain(803, "despatch-advice", TRADER),
    plain(804, "delivery", TRADER),
    plain(805, "discrepancy", TRADER),
    items(900, "ship", HOLDER, AS_HOLDER),
    items(901, "ship-cancel", ["", "s", "s", "s", "s"], AS_SHIPPER),
    items(902, "return", HOLDER, AS_HOLDER),
    items(903, "receive", HOLDER, AS_HOLDER),
    items(904, "put-away", HOLDER, AS_HOLDER),
    items(905, "ward-issue", DISPENSER, AS_HOLDER),
    packs(1000, "dispense", DISPENSER, AS_HOLDER),
    packs(1001, "dispense-partly", DISPENSER, AS_HOLDER),
    packs(1002, "sample", REGULATOR_OR_HOLDER, AS_HOLDER_OR_REGULATOR),
    items(1003, "export", ["", "h", "h", "", ""], AS_HOLDER),
    items(1004, "destroy", REGULATOR_OR_HOLDER, AS_HOLDER_OR_REGULATOR),
    items(1005, "stolen", ["r", "h i s", "h i s", "h i s", "h s"], AS_ALL),
    items(1006, "undo", ["s"; 5], AS_SHIPPER),
    items(1100, "lock", ["r", "h i", "h i", "h i", "h"], AS_ALL_BUT_SHIPPER),
    items(1101, "unlock", ["r", "h i", "h i", "h i", "h"], AS_ALL_BUT_SHIPPER),
    items(1102, "quarantine", HOLDER, AS_HOLDER),
    items(1103, "release", REGULATOR_OR_HOLDER, AS_HOLDER_OR_REGULATOR),
    items(1200, "reading", HOLDER, AS_HOLDER),
    plain(1300, "record-commit", DISPENSER_OF_RECORDS),
    plain(1301, "document-store", ANYONE),
    plain(1302, "audit-anchor", ANYONE),
    plain(1303, "suspicion", ANYONE),
];

const DISPENSER_OF_RECORDS: [&str; 5] = ["", "", "", "•", "•"];
