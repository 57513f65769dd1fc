//! Proofs that hold: every level, every override, aliases, units, ages.

use super::case::Case;
use crate::{
    ledger::{Block, Ledger, Quorum},
    stock::{self, LOT, gtin, pack_id, pack_scan, parent, product_code, unit, unit_scan},
};
use medproof_core::{
    anchor::Anchor,
    client::Client,
    encoding::Message,
    event::MemberRole,
    header::UnixMillis,
    identity::{self, MemberId, PackId, ProductCode, Scheme, Serial},
    keys::{KeyNumber, PublicKey},
    leaf::{self, Holds, Key, Leaf, Member, Pack, Place, Prior, Product, RetiredPack, State, StateCode, UnitPlace},
    proof::QrProof,
    scan::{Mode as Reading, parse},
    verdict::{Mode, Policy, Purpose},
};
use serde_json::Value;

/// A ledger with one of everything, and its one block.
struct Shelf {
    ledger: Ledger,
    anchor: Anchor,
    block: Block,
}

impl Shelf {
    fn case(&self, name: &str, scan: &str) -> Case {
        let proof = self.ledger.prove(&self.block, &[scan]).to_bytes();
        Case::new(name, &self.anchor, scan, proof, self.now())
    }

    fn now(&self) -> u64 {
        self.block.header.time().0 + 1_000
    }
}

pub(super) fn cases() -> Vec<Value> {
    let shelf = shelf();
    let mut cases = levels(&shelf);
    cases.extend(overrides(&shelf));
    cases.extend(aliases(&shelf));
    cases.extend(units(&shelf));
    cases.extend(newer(&shelf));
    cases.extend(ages(&shelf));
    cases.extend(short_forms(&shelf));
    cases.extend(remembered());
    cases
}

/// A ledger for one case, with a change to it.
pub(super) fn changed(name: &str, scan: &str, change: impl Fn(&mut Ledger)) -> Case {
    let mut ledger = Ledger::new(name, Quorum::new(name, &[1]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.add_pack(1, "S1");
    change(&mut ledger);
    let block = ledger.seal(60_000);
    Shelf { ledger, anchor, block }.case(name, scan)
}

fn shelf() -> Shelf {
    let mut ledger = Ledger::new("shelf", Quorum::new("shelf", &[2, 1]));
    let anchor = ledger.anchor();
    for n in 1..=9 {
        ledger.add_product(n);
    }
    ledger.add_pack(1, "S1");
    stock_states(&mut ledger);
    stock_issuers(&mut ledger);
    stock_aliases(&mut ledger);
    stock_units(&mut ledger);
    stock_newer(&mut ledger);
    let block = ledger.seal(60_000);
    Shelf { ledger, anchor, block }
}

/// Product 2 recalled, product 3 with a recalled lot, product 4 expired, a retired pack of product 1.
fn stock_states(ledger: &mut Ledger) {
    ledger.put_product(2, Product { state: State::Recalled.into(), ..stock::product() });
    ledger.add_pack(2, "S2");
    ledger.put_lot(3, leaf::Lot { state: State::Recalled.into(), ..stock::lot() });
    ledger.add_pack(3, "S3");
    ledger.put_lot(4, leaf::Lot { expiry: stock::day((2025, 12, 31)), ..stock::lot() });
    ledger.add_pack(4, "S4");
    let lot = identity::Lot::new(LOT).expect("a lot");
    let retired = RetiredPack {
        state: State::Active.into(),
        lot: ledger.paths().lot_ref(&product_code(1), &lot),
        holder: stock::commitment(MemberId(4)),
        events: 9,
        custody: medproof_core::hash::sha256(b"retired"),
    };
    let path = ledger.paths().pack(&pack_id(1, "OLD"));
    ledger.put(path, &Leaf::RetiredPack(retired));
}

/// Lots of product 5 by members with trouble: 11 compromised before release, 12 after, 13 suspended,
/// 14 revoked key, 15 whose second key, compromised, registered a pack.
fn stock_issuers(ledger: &mut Ledger) {
    let released = stock::day((2026, 1, 2)).end_ms();
    let never = Key { key: PublicKey([9; 32]), valid_from: UnixMillis(1), revoked_at: None, compromised_since: None };
    let issuers = [
        (11, 1, Key { compromised_since: Some(UnixMillis(released - 1)), ..never.clone() }),
        (12, 1, Key { compromised_since: Some(UnixMillis(released + 86_400_000 * 2)), ..never.clone() }),
        (13, 2, never.clone()),
        (14, 1, Key { revoked_at: Some(UnixMillis(released)), ..never.clone() }),
        (15, 1, never.clone()),
        // After the header, and before the moment of the question.
        (16, 1, Key { revoked_at: Some(UnixMillis(crate::ledger::GENESIS_MS + 60_001)), ..never.clone() }),
    ];
    for (number, state, key) in issuers {
        let member = MemberId(number);
        let info_hash = medproof_core::hash::sha256(b"member");
        let leaf = Member { state, roles: 0b10, newest_key: KeyNumber(2), info_hash };
        let (at, key_at) = (ledger.paths().member(member), ledger.paths().key(member, KeyNumber(1)));
        ledger.put(at, &Leaf::Member(leaf));
        ledger.put(key_at, &Leaf::Key(key));
        let text = format!("L{number}");
        let lot = identity::Lot::new(&text).expect("a lot");
        ledger.put_lot(5, leaf::Lot { issuer: member, lot: lot.clone(), ..stock::lot() });
        let reference = ledger.paths().lot_ref(&product_code(5), &lot);
        let registering_key = KeyNumber(if number == 15 { 2 } else { 1 });
        let pack = Pack { lot: reference, registering_key, ..stock::pack(ledger, 5, MemberId(4)) };
        ledger.put_pack(5, &format!("I{number}"), pack);
    }
    let second = ledger.paths().key(MemberId(15), KeyNumber(2));
    ledger.put(second, &Leaf::Key(Key { compromised_since: Some(UnixMillis(1)), ..never }));
}

/// A Chinese and a French code for product 1, a pack alias, and a pack under a national code only.
fn stock_aliases(ledger: &mut Ledger) {
    let chain_id = ledger.chain_id;
    let paths = leaf::Paths::new(&chain_id);
    let china = ProductCode::new(Scheme::China, "8100001").expect("a code");
    ledger.put(paths.product(&china), &Leaf::ProductAlias(product_code(1)));
    let alias = PackId { product: china.clone(), serial: Serial::new("0000000000123").expect("a serial") };
    ledger.put(paths.pack(&alias), &Leaf::PackAlias(pack_id(1, "S1")));
    let france = ProductCode::new(Scheme::National, "FR3400930000001").expect("a code");
    ledger.put(paths.product(&france), &Leaf::ProductAlias(product_code(1)));
    // The French code's serial S9 is an alias of another pack than GTIN 1, serial S9.
    ledger.add_pack(1, "S9");
    ledger.add_pack(1, "S8");
    let other = PackId { product: france, serial: Serial::new("S9").expect("a serial") };
    ledger.put(paths.pack(&other), &Leaf::PackAlias(pack_id(1, "S8")));
    ledger.add_pack(1, "0000000000777");
}

/// Nested packs of product 6 one to four deep, a recalled, a stolen, a dissolved unit.
fn stock_units(ledger: &mut Ledger) {
    for depth in 1..=4 {
        ledger.add_nested(6, &format!("D{depth}"), depth * 10, depth);
    }
    let inside =
        |ledger: &Ledger, n| Pack { place: Place::Inside(parent(n, 1)), ..stock::pack(ledger, 6, MemberId(3)) };
    let holder = stock::commitment(MemberId(3));
    for (n, serial, state, place) in [
        (60, "Q1", State::Quarantined, UnitPlace::Holder(holder)),
        (61, "Q2", State::Stolen, UnitPlace::Holder(holder)),
        (62, "Q3", State::InTransit, UnitPlace::Holder(holder)),
        (63, "Q4", State::Active, UnitPlace::Dissolved(holder)),
        (64, "Q5", State::Quarantined, UnitPlace::Dissolved(holder)),
    ] {
        let leaf = inside(ledger, n);
        ledger.put_pack(6, serial, leaf);
        ledger.put_unit(n, 1, leaf::Unit { state: state.into(), ..unit(1, place) });
    }
    let held = |bits| Some(Prior::Held { state: State::Active.into(), holds: Holds::new(bits).expect("a bit") });
    for (serial, bits) in [("H8", 8), ("H1", 1), ("H16", 16), ("H32", 32)] {
        let pack = Pack { state: State::Quarantined.into(), prior: held(bits), ..stock::pack(ledger, 6, MemberId(3)) };
        ledger.put_pack(6, serial, pack);
    }
    let undo = Prior::Undo { state: State::Active.into(), quantity: 30, place: holder };
    let pack = Pack { state: State::Dispensed.into(), prior: Some(undo), ..stock::pack(ledger, 6, MemberId(4)) };
    ledger.put_pack(6, "U1", pack);
    let unit_held =
        leaf::Unit { state: State::Quarantined.into(), prior: held(8), ..unit(1, UnitPlace::Holder(holder)) };
    ledger.put_unit(65, 1, unit_held);
    let leaf = inside(ledger, 65);
    ledger.put_pack(6, "H65", leaf);
    // A second generation of a dissolved SSCC: the old generation's pack does not follow it.
    ledger.put_unit(63, 2, leaf::Unit { state: State::Recalled.into(), ..unit(0, UnitPlace::Holder(holder)) });
    let quarantined_top = UnitPlace::Holder(holder);
    ledger.put_unit(71, 1, leaf::Unit { state: State::Quarantined.into(), ..unit(1, quarantined_top) });
    ledger.put_unit(70, 1, unit(1, UnitPlace::Inside(parent(71, 1))));
    let leaf = inside(ledger, 70);
    ledger.put_pack(6, "Q6", leaf);
}

/// Leaves and states that only a newer client understands.
fn stock_newer(ledger: &mut Ledger) {
    let state = StateCode(13);
    let pack = Pack { state, ..stock::pack(ledger, 7, MemberId(4)) };
    ledger.put_pack(7, "N1", pack);
    ledger.put_product(8, Product { state: State::Recalled.into(), ..stock::product() });
    let pack = Pack { state, ..stock::pack(ledger, 8, MemberId(4)) };
    ledger.put_pack(8, "N2", pack);
    let mut value = Leaf::Pack(stock::pack(ledger, 7, MemberId(4))).to_value();
    value[0] = 1;
    let path = ledger.paths().pack(&pack_id(7, "N3"));
    ledger.put_value(path, value);
    let path = ledger.paths().pack(&pack_id(7, "N4"));
    ledger.put_value(path, vec![0, 200, 1, 2, 3]);
    let path = ledger.paths().pack(&pack_id(8, "N5"));
    ledger.put_value(path, vec![3]);
    let path = ledger.paths().product(&product_code(90));
    ledger.put_value(path, vec![0, 99]);
    ledger.put_lot(9, leaf::Lot { issuer_role: MemberRole(77), ..stock::lot() });
    ledger.add_pack(9, "R77");
}

fn levels(shelf: &Shelf) -> Vec<Value> {
    let product = format!("]d201{}", gtin(1));
    let lot = format!("{product}10{LOT}");
    let absent_lot = format!("{product}10NOLOT");
    vec![
        shelf.case("level/pack", &pack_scan(1, "S1")).gives("ok", &["state.active"]),
        shelf.case("level/pack-no-lot", &format!("{product}21S1")).gives("ok", &["state.active"]),
        shelf.case("level/lot", &lot).gives("warn", &["identifier.lot-only"]),
        shelf.case("level/product", &product).gives("warn", &["identifier.product-only"]),
        shelf
            .case("level/lot-recalled", &format!("]d201{}10{LOT}", gtin(3)))
            .gives("do-not-use", &["identifier.lot-only", "state.recalled-lot"]),
        shelf.case("level/unit", &unit_scan(10)).policy("receiver", "online").gives("ok", &["state.active"]),
        shelf.case("absent/pack", &pack_scan(1, "NONE")).gives("do-not-use", &["identifier.absent-pack"]),
        shelf.case("absent/lot", &absent_lot).gives("do-not-use", &["identifier.absent-lot"]),
        shelf.case("absent/unit", &unit_scan(999)).gives("do-not-use", &["identifier.absent-unit"]),
        shelf.case("absent/product", &pack_scan(999, "S1")).gives("unknown", &["identifier.unknown-product"]),
        shelf
            .case("absent/product-scan", &format!("]d201{}", gtin(998)))
            .gives("unknown", &["identifier.unknown-product"]),
        shelf
            .case("absent/lot-of-unknown-product", &format!("]d201{}10{LOT}", gtin(998)))
            .gives("unknown", &["identifier.unknown-product"]),
        shelf
            .case("absent/pack-of-recalled-product", &pack_scan(2, "NONE"))
            .gives("do-not-use", &["identifier.absent-pack", "state.recalled-product"]),
    ]
}

fn overrides(shelf: &Shelf) -> Vec<Value> {
    let issuer = |n: u32| format!("]d201{}21I{n}\u{1d}10L{n}", gtin(5));
    let boxed = |lot: &str, expiry: &str| format!("]d201{}21S1\u{1d}10{lot}\u{1d}17{expiry}", gtin(1));
    let expired_day = stock::day((2028, 5, 31));
    let at = |case: Case, now: u64| Case { now_ms: now, ..case };
    let mut cases = vec![
        shelf.case("override/recalled-product", &pack_scan(2, "S2")).gives("do-not-use", &["state.recalled-product"]),
        shelf.case("override/recalled-lot", &pack_scan(3, "S3")).gives("do-not-use", &["state.recalled-lot"]),
        shelf
            .case("override/expired", &format!("]d201{}21S4", gtin(4)))
            .gives("do-not-use", &["state.active", "expiry.expired"]),
        shelf
            .case("override/expired-and-mismatch", &pack_scan(4, "S4"))
            .gives("do-not-use", &["agreement.expiry-mismatch", "state.active", "expiry.expired"]),
        shelf
            .case("override/lot-mismatch", &boxed("OTHER", "280531"))
            .gives("do-not-use", &["agreement.lot-mismatch", "state.active"]),
        shelf
            .case("override/lot-case-differs", &boxed("lot-7a", "280531"))
            .gives("do-not-use", &["agreement.lot-mismatch", "state.active"]),
        shelf
            .case("override/expiry-mismatch", &boxed(LOT, "290531"))
            .gives("do-not-use", &["agreement.expiry-mismatch", "state.active"]),
        shelf
            .case("override/both-mismatch", &boxed("X", "290531"))
            .gives("do-not-use", &["agreement.lot-mismatch", "agreement.expiry-mismatch", "state.active"]),
        shelf.case("override/expiry-day-00", &boxed(LOT, "280500")).gives("ok", &["state.active"]),
        shelf
            .case("override/retired", &format!("]d201{}21OLD", gtin(1)))
            .gives("do-not-use", &["state.retired-pack", "state.active"]),
        shelf
            .case("issuer/compromised-before-release", &issuer(11))
            .gives("do-not-use", &["state.active", "issuer.key-compromised"]),
        shelf.case("issuer/compromised-after-release", &issuer(12)).gives("ok", &["state.active"]),
        Case {
            now_ms: shelf.now() + 86_400_000,
            ..shelf.case("issuer/revoked-since", &issuer(16)).policy("buyer", "carried")
        }
        .gives("cannot-tell", &["freshness.stale", "state.active"]),
        shelf.case("issuer/suspended", &issuer(13)).gives("ok", &["state.active", "issuer.not-admitted"]),
        shelf.case("issuer/revoked-now", &issuer(14)).gives("ok", &["state.active"]),
        shelf
            .case("issuer/registering-key-compromised", &issuer(15))
            .gives("do-not-use", &["state.active", "issuer.key-compromised"]),
        shelf.case("issuer/unknown-role", &pack_scan(9, "R77")).gives("ok", &["state.active"]),
    ];
    // The last and the first millisecond around 24:00 UTC of the expiry day.
    let carried = |name: &str, now: u64| {
        let mut case = at(shelf.case(name, &pack_scan(1, "S1")).policy("dispenser", "carried"), now);
        case.policy.max_age_carried_ms = Some(u64::MAX);
        case
    };
    let period_end = shelf.anchor.header().time().0 + shelf.anchor.trusting_period_ms();
    assert!(expired_day.end_ms() > period_end, "the lot outlives the trusting period");
    cases.push(carried("period/last-ms", period_end).gives("ok", &["freshness.carried", "state.active"]));
    cases.push(carried("period/over", period_end + 1).fails("trust.needs-new-anchor"));
    cases.extend(last_day());
    cases
}

/// In date to 24:00 UTC of the expiry day.
fn last_day() -> Vec<Value> {
    let mut ledger = Ledger::new("last day", Quorum::new("last day", &[1]));
    let anchor = ledger.anchor();
    let expiry = stock::day((2026, 1, 1));
    ledger.put_product(1, stock::product());
    ledger.put_lot(1, leaf::Lot { expiry, ..stock::lot() });
    ledger.add_pack(1, "S1");
    let end = expiry.end_ms();
    let block = ledger.seal(end - 1_000 - ledger.newest.time().0);
    let scan = format!("]d201{}21S1", gtin(1));
    let proof = ledger.prove(&block, &[&scan]).to_bytes();
    let case = |name: &str, now| Case::new(name, &anchor, &scan, proof.clone(), now);
    let block_after = ledger.seal(2_000);
    let after = ledger.prove(&block_after, &[&scan]);
    vec![
        case("expiry/last-ms", end - 1).gives("ok", &["state.active"]),
        case("expiry/first-ms-after", end).gives("do-not-use", &["state.active", "expiry.expired"]),
        // A device clock that is behind does not make a lot younger than the header.
        Case::new("expiry/device-clock-behind", &anchor, &scan, after.to_bytes(), end - 1_000)
            .gives("do-not-use", &["state.active", "expiry.expired"]),
    ]
}

fn aliases(shelf: &Shelf) -> Vec<Value> {
    let two_codes = |serial: &str| format!("]d201{}21{serial}\u{1d}7113400930000001", gtin(1));
    vec![
        shelf.case("alias/pack", "81000010000000000123").gives("ok", &["state.active"]),
        shelf.case("alias/product-same-serial", "81000010000000000777").gives("ok", &["state.active"]),
        shelf.case("alias/absent", "81000010000000000999").gives("do-not-use", &["identifier.absent-pack"]),
        shelf.case("alias/unknown", "89999990000000000999").gives("unknown", &["identifier.unknown-product"]),
        shelf.case("alias/two-codes-one-pack", &two_codes("S1")).gives("ok", &["state.active"]),
        shelf
            .case("alias/two-codes-two-packs", &two_codes("S9"))
            .gives("do-not-use", &["agreement.codes-differ", "state.active"]),
        shelf
            .case("alias/second-code-unknown", &format!("]d201{}21S1\u{1d}7129999999", gtin(1)))
            .gives("ok", &["state.active"]),
        foreign_code("foreign-main-code", 2, 1),
        foreign_code("foreign-second-code", 1, 2),
    ]
}

/// A pack of one product, under a box's main code or under the French one, beside the code of another product.
fn foreign_code(name: &str, main: u32, french: u32) -> Value {
    let scan = format!("]d201{}21S1\u{1d}7113400930000001", gtin(main));
    let case = changed(&format!("alias/{name}"), &scan, |ledger| {
        ledger.add_product(1);
        ledger.add_product(2);
        ledger.add_pack(1, "S1");
        let france = ProductCode::new(Scheme::National, "FR3400930000001").expect("a code");
        ledger.put(ledger.paths().product(&france), &Leaf::ProductAlias(product_code(french)));
    });
    case.gives("do-not-use", &["agreement.codes-differ", "state.active"])
}

fn units(shelf: &Shelf) -> Vec<Value> {
    let mut cases = Vec::new();
    for depth in 1..=4 {
        let scan = pack_scan(6, &format!("D{depth}"));
        cases.push(shelf.case(&format!("unit/depth-{depth}"), &scan).gives("ok", &["state.active"]));
        let scan = unit_scan(depth * 10);
        let case = shelf.case(&format!("unit/scan-depth-{depth}"), &scan).policy("receiver", "online");
        cases.push(case.gives("ok", &["state.active"]));
    }
    let expected: [(&str, &str, &[&str]); 12] = [
        ("H8", "do-not-use", &["state.quarantined-pack", "state.excursion"]),
        ("H1", "do-not-use", &["state.quarantined-pack"]),
        ("H16", "do-not-use", &["state.quarantined-pack"]),
        ("H32", "do-not-use", &["trust.newer-client.leaf", "state.quarantined-pack"]),
        ("H65", "do-not-use", &["state.quarantined-unit", "state.excursion"]),
        ("U1", "do-not-use", &["state.dispensed-pack"]),
        ("Q1", "do-not-use", &["state.quarantined-unit"]),
        ("Q2", "do-not-use", &["state.stolen-unit"]),
        ("Q3", "warn", &["state.in-transit-unit"]),
        ("Q4", "ok", &["state.active"]),
        ("Q5", "do-not-use", &["state.quarantined-unit"]),
        ("Q6", "do-not-use", &["state.quarantined-unit"]),
    ];
    for (serial, overall, reasons) in expected {
        cases.push(shelf.case(&format!("unit/state-{serial}"), &pack_scan(6, serial)).gives(overall, reasons));
    }
    cases.push(
        shelf
            .case("unit/in-transit-receiver", &pack_scan(6, "Q3"))
            .policy("receiver", "online")
            .gives("ok", &["state.in-transit-unit"]),
    );
    cases.push(
        shelf
            .case("unit/dissolved-scan", &unit_scan(64))
            .gives("do-not-use", &["state.quarantined-unit", "state.dissolved-unit"]),
    );
    cases.push(shelf.case("unit/second-generation", &unit_scan(63)).gives("do-not-use", &["state.recalled-unit"]));
    cases
}

fn newer(shelf: &Shelf) -> Vec<Value> {
    let newer = "trust.newer-client.leaf";
    vec![
        shelf.case("newer/state", &pack_scan(7, "N1")).gives("cannot-tell", &[newer]),
        shelf
            .case("newer/state-beside-recall", &pack_scan(8, "N2"))
            .gives("do-not-use", &[newer, "state.recalled-product"]),
        shelf.case("newer/leaf-version", &pack_scan(7, "N3")).gives("cannot-tell", &[newer]),
        shelf.case("newer/leaf-type", &pack_scan(7, "N4")).gives("cannot-tell", &[newer]),
        shelf
            .case("newer/leaf-beside-recall", &pack_scan(8, "N5"))
            .gives("do-not-use", &[newer, "state.recalled-product"]),
        shelf.case("newer/product", &pack_scan(90, "S1")).gives("cannot-tell", &[newer]),
    ]
}

fn ages(shelf: &Shelf) -> Vec<Value> {
    let time = shelf.block.header.time().0;
    let mut cases = Vec::new();
    let limits = [
        ("holder", "online", 300_000),
        ("buyer", "online", 300_000),
        ("dispenser", "online", 300_000),
        ("receiver", "online", 300_000),
        ("holder", "carried", 86_400_000),
        ("buyer", "carried", 86_400_000),
        ("dispenser", "carried", 900_000),
        ("receiver", "carried", 900_000),
    ];
    for (purpose, mode, limit) in limits {
        let good = if purpose == "holder" { "warn" } else { "ok" };
        let note = if mode == "carried" { vec!["freshness.carried"] } else { vec![] };
        for (name, age, overall, first) in [
            ("before", limit - 1, good, note.clone()),
            ("at", limit, good, note),
            ("after", limit + 1, "cannot-tell", vec!["freshness.stale"]),
        ] {
            let mut reasons = first;
            reasons.push("state.active");
            reasons.extend((purpose == "holder").then_some("state.not-dispensed"));
            let case = shelf.case(&format!("age/{purpose}-{mode}-{name}"), &pack_scan(1, "S1"));
            cases.push(Case { now_ms: time + age, ..case }.policy(purpose, mode).gives(overall, &reasons));
        }
    }
    for (name, ahead, overall, reasons) in [
        ("tolerance", 30_000, "ok", vec!["state.active"]),
        ("future", 30_001, "cannot-tell", vec!["freshness.future", "state.active"]),
    ] {
        let case = shelf.case(&format!("age/{name}"), &pack_scan(1, "S1"));
        cases.push(Case { now_ms: time - ahead, ..case }.gives(overall, &reasons));
    }
    let case = shelf.case("age/future-recalled", &pack_scan(2, "S2"));
    cases.push(
        Case { now_ms: time - 40_000, ..case }.gives("do-not-use", &["freshness.future", "state.recalled-product"]),
    );
    let case = shelf.case("age/stale-unknown", &pack_scan(999, "S1"));
    cases.push(
        Case { now_ms: time + 400_000, ..case }.gives("unknown", &["freshness.stale", "identifier.unknown-product"]),
    );
    cases
}

fn short_forms(shelf: &Shelf) -> Vec<Value> {
    let mut cases = Vec::new();
    let two_codes = format!("]d201{}21S1\u{1d}7113400930000001", gtin(1));
    for (name, scan, overall, reasons) in [
        ("pack", pack_scan(1, "S1"), "ok", vec!["state.active"]),
        ("depth-2", pack_scan(6, "D2"), "ok", vec!["state.active"]),
        ("depth-4", pack_scan(6, "D4"), "ok", vec!["state.active"]),
        ("absent", pack_scan(1, "NONE"), "do-not-use", vec!["identifier.absent-pack"]),
        ("unknown", pack_scan(999, "S1"), "unknown", vec!["identifier.unknown-product"]),
        ("alias", "81000010000000000123".to_string(), "ok", vec!["state.active"]),
        ("two-codes", two_codes, "ok", vec!["state.active"]),
        ("unit", unit_scan(10), "ok", vec!["state.active"]),
        ("recalled", pack_scan(2, "S2"), "do-not-use", vec!["state.recalled-product"]),
        ("newer", pack_scan(7, "N3"), "cannot-tell", vec!["trust.newer-client.leaf"]),
    ] {
        let full = shelf.ledger.prove(&shelf.block, &[&scan]);
        let short = QrProof::from_proof(&full).expect("has a short form");
        let case = Case::new(&format!("qr/{name}"), &shelf.anchor, &scan, short.to_bytes(), shelf.now());
        cases.push(case.gives(overall, &reasons));
    }
    cases
}

/// Cases that depend on what the client saw before.
fn remembered() -> Vec<Value> {
    let mut ledger = Ledger::new("memory", Quorum::new("memory", &[1; 4]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.add_pack(1, "S1");
    ledger.add_pack(1, "S2");
    let old = ledger.seal(60_000);
    let (scan, other) = (pack_scan(1, "S1"), pack_scan(1, "S2"));
    let (old_proof, old_other) = (ledger.prove(&old, &[&scan]), ledger.prove(&old, &[&other]));
    ledger.add_pack_in(1, "S1", State::Dispensed);
    let new = ledger.seal(10_000);
    let new_proof = ledger.prove(&new, &[&scan]);
    let now = new.header.time().0 + 1_000;
    let mut client = Client::new(anchor.clone());
    client.verify(
        &parse(&scan, Reading::Tolerant),
        &new_proof.to_bytes(),
        UnixMillis(now),
        &Policy::new(Purpose::Dispenser, Mode::Online),
    );
    let memory = client.to_bytes();
    let case = |name: &str, scan: &str, proof: Vec<u8>| Case::new(name, &anchor, scan, proof, now).have(memory.clone());
    vec![
        case("memory/same-again", &scan, new_proof.to_bytes()).gives("do-not-use", &["state.dispensed-pack"]),
        case("memory/superseded", &scan, old_proof.to_bytes())
            .gives("cannot-tell", &["trust.older-header", "freshness.superseded", "state.active"]),
        Case { now_ms: now + 400_000, ..case("memory/superseded-and-stale", &scan, old_proof.to_bytes()) }
            .gives("cannot-tell", &["trust.older-header", "freshness.superseded", "state.active"]),
        Case { now_ms: now - 60_000, ..case("memory/superseded-and-future", &scan, old_proof.to_bytes()) }
            .gives("cannot-tell", &["trust.older-header", "freshness.future", "state.active"]),
        case("memory/older-header", &other, old_other.to_bytes()).gives("ok", &["trust.older-header", "state.active"]),
        Case::new("memory/older-without-memory", &anchor, &scan, old_proof.to_bytes(), now)
            .gives("ok", &["state.active"]),
        Case::new("memory/after-update", &anchor, &other, old_other.to_bytes(), now)
            .update(&ledger.update(Vec::new(), &new, None))
            .gives("ok", &["trust.older-header", "state.active"]),
    ]
}
