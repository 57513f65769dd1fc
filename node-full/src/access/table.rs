//! The rows, by group.

use super::{Access, Endpoint, Purpose, Rate, Staff, Verb};
use crate::genesis_file::Role;
use Staff::{Admin, Auditor, GoodsIn, Machine, Nurse, Pharmacist, Qa, Regulator};

/// Every endpoint.
pub const TABLE: &[Endpoint] = &[
    // For everybody.
    open("/", Rate::Light, "the patient page"),
    open("/{*page}", Rate::Light, "pages and their files"),
    open("/health/live", Rate::Light, "whether the program runs"),
    open("/health/ready", Rate::Light, "whether it can serve and take part"),
    open("/openapi.json", Rate::Light, "this interface, as OpenAPI 3.1"),
    open("/demo.json", Rate::Light, "what a demonstration chain holds; elsewhere not found"),
    open("/checkpoint", Rate::Light, "the log's head, as a signed note"),
    open("/tile/{*tile}", Rate::Light, "the log in tiles"),
    open("/v1/anchor", Rate::Light, "the anchor, for people who compare fingerprints"),
    open("/v1/updates", Rate::Query, "what a client needs to reach the newest header"),
    open("/v1/headers/{height}", Rate::Light, "a header with its certificate"),
    open("/v1/proofs", Rate::Query, "the proof about one scan"),
    Endpoint { body_limit_bytes: 2 * MIB, ..open_post("/v1/proofs", Rate::Query, "one proof about many scans") },
    open("/v1/buckets/{bits}/{hex}", Rate::Query, "all packs of a product under a prefix"),
    open(
        "/v1/bundles",
        Rate::Query,
        "the proof about one scan with names and timeline, to be kept, or about the seller at a domain",
    ),
    open("/v1/products/{scheme}/{code}", Rate::Query, "a product's information with its proof"),
    open("/v1/timeline", Rate::Query, "what happened to a pack or unit, which day, by which role"),
    open("/01/{*link}", Rate::Query, "a GS1 Digital Link: page, link set or proof"),
    open("/00/{*link}", Rate::Query, "a GS1 Digital Link of a logistic unit"),
    Endpoint {
        body_limit_bytes: 64 * KIB,
        ..open_post("/v1/reports", Rate::Report, "report a suspected falsification")
    },
    Endpoint { body_limit_bytes: 64 * KIB, ..open_post("/v1/forks", Rate::Report, "hand in evidence of a fork") },
    // For programs on the same machine.
    Endpoint { access: Access::Loopback, ..open("/metrics", Rate::Light, "figures, as Prometheus reads them") },
    // For everybody with a token.
    get("/v1/me", EVERYBODY, "who the token says that you are"),
    get("/v1/medicines", STAFF, "find products"),
    get("/v1/members", STAFF, "the members"),
    get("/v1/stock", &[Pharmacist, GoodsIn, Qa, Auditor, Admin, Machine], "the member's own packs, by lot"),
    get("/v1/outbox", &[Nurse, Pharmacist, Qa, Auditor, Machine], "what was given out and waits for the ledger"),
    get("/v1/recalls", STAFF, "recalls and withdrawals in force"),
    get(
        "/v1/recalls/impact",
        &[Pharmacist, GoodsIn, Qa, Auditor, Regulator, Machine],
        "who has how many packs of a lot",
    ),
    get("/v1/alerts", &[Pharmacist, GoodsIn, Qa, Auditor, Admin, Regulator], "alerts, newest first"),
    get("/v1/stats", &[Pharmacist, Qa, Auditor, Admin, Regulator, Machine], "figures of the chain and of the member"),
    get(
        "/v1/events/stream",
        &[Pharmacist, GoodsIn, Qa, Auditor, Admin, Regulator, Machine],
        "events as they are agreed on",
    ),
    get("/v1/orders", &[Pharmacist, GoodsIn, Auditor, Machine], "orders with their steps"),
    get("/v1/audit", &[Auditor, Admin], "the audit log, to be verified offline"),
    // Checking and moving packs.
    query("/v1/packs/verify", &[Nurse, Pharmacist, GoodsIn, Qa, Regulator, Machine], "verdicts about scans"),
    change("/v1/packs/receive", &[Pharmacist, GoodsIn, Machine], HANDLERS, "goods in"),
    change("/v1/packs/ship", &[GoodsIn, Machine], HANDLERS, "goods out, to another member"),
    change("/v1/packs/ship-cancel", &[GoodsIn, Machine], HANDLERS, "take a despatch back"),
    change("/v1/packs/return", &[Pharmacist, GoodsIn, Machine], HANDLERS, "send back"),
    change("/v1/packs/put-away", &[Pharmacist, GoodsIn, Machine], HANDLERS, "into the store"),
    change("/v1/packs/ward-issue", &[Pharmacist, GoodsIn, Machine], CARERS, "to a ward"),
    Endpoint { purposes: TREATING, ..change("/v1/packs/dispense", &[Nurse, Pharmacist, Machine], CARERS, "given out") },
    Endpoint {
        purposes: TREATING,
        ..change("/v1/packs/dispense-partly", &[Nurse, Pharmacist, Machine], CARERS, "some of a pack given out")
    },
    change("/v1/packs/undo", &[Pharmacist, Qa, Machine], ANY, "take the last change back"),
    change("/v1/packs/sample", &[Qa, Regulator, Machine], ANY, "taken as a sample"),
    change("/v1/packs/export", &[GoodsIn, Qa, Machine], &[Role::Manufacturer, Role::Wholesaler], "leaves the market"),
    change("/v1/packs/destroy", &[Pharmacist, Qa, Regulator, Machine], ANY, "destroyed; final"),
    change("/v1/packs/stolen", &[Pharmacist, GoodsIn, Qa, Regulator, Machine], ANY, "stolen; final"),
    change("/v1/packs/lock", &[Pharmacist, Qa, Regulator], ANY, "hold back, by holder, issuer or regulator"),
    change("/v1/packs/unlock", &[Qa, Regulator], ANY, "let go what was locked"),
    change("/v1/packs/quarantine", &[Nurse, Pharmacist, GoodsIn, Qa, Machine], HANDLERS, "set aside"),
    change("/v1/packs/release", &[Qa, Regulator], ANY, "let go what was quarantined"),
    // Making products, lots, packs and units.
    change("/v1/medicines", &[Qa, Admin, Machine], MAKERS, "register a product"),
    change("/v1/medicines/alias", &[Qa, Admin, Machine], MAKERS, "another code of a product"),
    change(
        "/v1/medicines/change",
        &[Qa, Admin, Regulator, Machine],
        MAKERS,
        "change a product's information, by its issuer or the regulator",
    ),
    change("/v1/lots", &[Qa, Machine], MAKERS, "release a lot"),
    Endpoint {
        body_limit_bytes: 4 * MIB,
        ..change("/v1/packs/register", &[Qa, GoodsIn, Machine], MAKERS, "register serials of a lot")
    },
    change("/v1/packs/alias", &[Qa, GoodsIn, Machine], MAKERS, "other codes on packs, before anything else"),
    change("/v1/units/pack", &[GoodsIn, Machine], HANDLERS, "into a case or onto a pallet"),
    change("/v1/units/unpack", &[Pharmacist, GoodsIn, Machine], HANDLERS, "out of it, one by one or all"),
    // Trade, recalls, alerts.
    change(
        "/v1/orders",
        &[Pharmacist, GoodsIn, Machine],
        &NO_REGULATOR,
        "a step of a trade, from order to discrepancy",
    ),
    query(
        "/v1/deliveries/check",
        &[Pharmacist, GoodsIn, Machine],
        "a delivery against what was sent: missing, over, misaligned",
    ),
    change("/v1/recalls", &[Qa, Regulator], ANY, "recall, withdraw, hold or lift a lot or product"),
    change("/v1/alerts/{id}", &[Pharmacist, Qa, Regulator], ANY, "say what became of an alert"),
    Endpoint {
        body_limit_bytes: 2 * MIB,
        ..change("/v1/events", &[Machine], ANY, "hand in an event that the member signed itself")
    },
    // Members and keys.
    change("/v1/members", &[Regulator], &[Role::Regulator], "admit a member"),
    change("/v1/members/{member}", &[Admin, Regulator], ANY, "change a member's information, roles or standing"),
    change("/v1/members/{member}/keys", &[Admin, Regulator], ANY, "register, rotate or revoke a member's keys"),
    // EPCIS 2.0.
    Endpoint {
        body_limit_bytes: 16 * MIB,
        ..change("/epcis/capture", &[Qa, Machine], ANY, "capture an EPCIS document")
    },
    get("/epcis/capture/{id}", &[Qa, Machine], "what became of an EPCIS document"),
    Endpoint { body_limit_bytes: MIB, ..change("/epcis/events", &[Qa, Machine], ANY, "capture one EPCIS event") },
    get("/epcis/events", &[Qa, Auditor, Machine], "find the member's own EPCIS events"),
    get("/epcis/events/{id}", &[Qa, Auditor, Machine], "one of the member's own EPCIS events"),
    get("/epcis/events/{id}/proof", &[Qa, Auditor, Machine], "that one of them is anchored, shown to anybody"),
    get("/epcis/epcs/{epc}/events", &[Qa, Auditor, Machine], "the member's own EPCIS events of an object"),
];

/// What the body limits count in.
const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

const ANY: &[Role] = &[];
const NO_REGULATOR: [Role; 4] = [Role::Manufacturer, Role::Wholesaler, Role::Hospital, Role::Pharmacy];
const HANDLERS: &[Role] = &NO_REGULATOR;
const CARERS: &[Role] = &[Role::Hospital, Role::Pharmacy];
const MAKERS: &[Role] = &[Role::Regulator, Role::Manufacturer, Role::Wholesaler, Role::Hospital];
const TREATING: &[Purpose] = &[Purpose::Treat, Purpose::Etreat];
const EVERYBODY: &[Staff] = &Staff::ALL;
const STAFF: &[Staff] = &[Nurse, Pharmacist, GoodsIn, Qa, Staff::Records, Auditor, Admin, Regulator, Machine];

const fn row(verb: Verb, path: &'static str, access: Access, rate: Rate, about: &'static str) -> Endpoint {
    Endpoint { verb, path, access, purposes: &[], members: ANY, body_limit_bytes: 0, rate, about }
}

const fn open(path: &'static str, rate: Rate, about: &'static str) -> Endpoint {
    row(Verb::Get, path, Access::Open, rate, about)
}

const fn open_post(path: &'static str, rate: Rate, about: &'static str) -> Endpoint {
    row(Verb::Post, path, Access::Open, rate, about)
}

const fn get(path: &'static str, staff: &'static [Staff], about: &'static str) -> Endpoint {
    row(Verb::Get, path, Access::Staff(staff), Rate::Query, about)
}

const fn query(path: &'static str, staff: &'static [Staff], about: &'static str) -> Endpoint {
    Endpoint { body_limit_bytes: MIB, ..row(Verb::Post, path, Access::Staff(staff), Rate::Query, about) }
}

const fn change(
    path: &'static str,
    staff: &'static [Staff],
    members: &'static [Role],
    about: &'static str,
) -> Endpoint {
    Endpoint { body_limit_bytes: MIB, members, ..row(Verb::Post, path, Access::Staff(staff), Rate::Change, about) }
}
