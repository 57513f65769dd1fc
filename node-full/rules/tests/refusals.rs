//! Every code with which the rules refuse is reached, one scenario after another.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "refusals/governance.rs"]
mod governance;
mod ledger;

use governance::{approvals, governance, keys, members};
use ledger::{
    ALL_ROLES, CLINIC, DAY_MS, HOSPITAL, LIMITS, Ledger, MANUFACTURER, PHARMACY, REGULATOR, SITE, WHOLESALER, at_site,
    lot_name, pack, product, product_info, receive, register_packs, register_product, release_lot, ship_to, sign,
    signing_key, unit,
};
use medproof_core::{
    event::{EventHead, EventKind, MemberRole},
    hash::Digest,
    header::UnixMillis,
    identity::{Day, MemberId},
    keys::KeyNumber,
    leaf::{self, Leaf, Parent, StorageLimits},
    state::Path,
};
use medproof_rules::{
    Applied, CODES, ItemName, Refusal,
    body::{
        Act, Aggregate, AliasPair, AtSite, Body, Capacity, Depth, Destroy, DestroyReason, Disaggregate, DispensePartly,
        Dissolve, EventSalt, Export, HoldReason, Items, Lock, LotHold, LotMeasure, MemberReason, MemberStanding,
        PackAlias, PackHoldReason, Portion, ProductAlias, ProductChange, ProductLift, ProductMeasure, Quarantine,
        Reading, RecordCommit, Release, Return, ReturnReason, Severity, Site, Temperature, TradeId, TradeStep, Undo,
        Unlock, number,
    },
};
use std::{collections::BTreeSet, num::NonZeroU16};

/// The codes that scenarios have met.
#[derive(Default)]
struct Met(BTreeSet<&'static str>);

impl Met {
    fn meet(&mut self, expected: &'static str, found: &'static str) {
        assert_eq!(found, expected);
        self.0.insert(expected);
    }

    fn meet_result(&mut self, expected: &'static str, found: Result<Applied, Refusal>) {
        self.meet(expected, found.err().unwrap_or_else(|| panic!("{expected}: accepted")).code);
    }
}

#[test]
fn every_code_is_reached() {
    let mut met = Met::default();
    let scenarios: [fn(&mut Met); 15] = [
        envelope,
        numbers,
        members,
        keys,
        approvals,
        governance,
        products,
        lots,
        packs,
        aliases,
        units,
        contents,
        movement_and_outcome,
        holds_and_readings,
        trade_and_records,
    ];
    scenarios.iter().for_each(|scenario| scenario(&mut met));
    let missing: Vec<_> = CODES.iter().filter(|code| !met.0.contains(*code)).collect();
    // The states of packs, units, lots and products are reached cell by cell in `state_tables.rs`.
    let missing: Vec<_> = missing.into_iter().filter(|code| !code.starts_with("rules.state.")).collect();
    assert_eq!(missing, Vec::<&&str>::new());
}

/// A receipt of pack S1 by the hospital, with a change to its head.
fn with_head(ledger: &mut Ledger, change: impl FnOnce(&mut EventHead)) -> Result<Applied, Refusal> {
    let act = receive(ledger.held(&["S1"]));
    let mut head = ledger.head(HOSPITAL, 4, &act);
    change(&mut head);
    let key = signing_key(&format!("member {HOSPITAL}"));
    ledger.clone().apply(&sign(head, Body::new(Digest::ZERO, act).to_bytes(), &key))
}

fn shipped() -> Ledger {
    let mut ledger = Ledger::stocked(&["S1"]);
    let items = ledger.held(&["S1"]);
    ledger.ok(MANUFACTURER, ship_to(HOSPITAL, items));
    ledger
}

fn envelope(met: &mut Met) {
    let mut ledger = shipped();
    with_head(&mut ledger, |_| ()).expect("accepted unchanged");
    let now = ledger.now.0;
    met.meet_result("rules.event.chain", with_head(&mut ledger, |head| head.chain_id.0[0] ^= 1));
    met.meet_result("rules.event.member", with_head(&mut ledger, |head| head.member = MemberId(99)));
    met.meet_result("rules.event.key", with_head(&mut ledger, |head| head.key_number = KeyNumber(2)));
    met.meet_result("rules.event.signature", with_head(&mut ledger, |head| head.member = MemberId(CLINIC)));
    met.meet_result("rules.event.role", with_head(&mut ledger, |head| head.role = MemberRole(5)));
    met.meet_result("rules.event.late", with_head(&mut ledger, |head| head.not_after = UnixMillis(now - 1)));
    with_head(&mut ledger, |head| head.not_after = UnixMillis(now)).expect("to the millisecond");
    with_head(&mut ledger, |head| head.not_after = UnixMillis(now + 7 * DAY_MS)).expect("seven days");
    met.meet_result(
        "rules.event.early",
        with_head(&mut ledger, |head| head.not_after = UnixMillis(now + 7 * DAY_MS + 1)),
    );
    for (day, is_near) in [(-8, false), (-7, true), (1, true), (2, false)] {
        let result = with_head(&mut ledger, |head| head.day = Day(head.day.0.wrapping_add_signed(day)));
        assert_eq!(result.is_ok(), is_near, "{day}");
        if let Err(refusal) = result {
            met.meet("rules.event.day", refusal.code);
        }
    }
    met.meet_result("rules.event.kind", with_head(&mut ledger, |head| head.kind = EventKind(999)));
    met.meet_result("rules.event.sender", with_head(&mut ledger, |head| head.kind = number::EXPORT));
    met.meet_result("rules.event.body", with_head(&mut ledger, |head| head.kind = number::SHIP));

    let standing = |ledger: &mut Ledger, act: fn(MemberStanding) -> Act| {
        let fields = MemberStanding { member: MemberId(HOSPITAL), reason: MemberReason::KeyIncident, approval: None };
        ledger.ok(REGULATOR, act(fields));
    };
    standing(&mut ledger, Act::MemberSuspend);
    met.meet_result("rules.event.suspended", with_head(&mut ledger, |_| ()));
    standing(&mut ledger, Act::MemberExclude);
    met.meet_result("rules.event.member", with_head(&mut ledger, |_| ()));
}

fn numbers(met: &mut Met) {
    let mut ledger = shipped();
    let mut number = |counter| {
        let act = Act::DocumentStore(medproof_rules::body::DocumentStore { documents: vec![Digest::ZERO] });
        let head = EventHead { counter, ..ledger.head(HOSPITAL, 4, &act) };
        ledger.apply(&sign(head, Body::new(Digest::ZERO, act).to_bytes(), &signing_key("member 4")))
    };
    met.meet_result("rules.event.number-ahead", number(257));
    number(256).expect("the window");
    number(1).expect("out of order");
    met.meet_result("rules.event.number-used", number(1));
    number(300).expect("ahead");
    met.meet_result("rules.event.number-old", number(44));
    number(45).expect("still in the window");
}

fn products(met: &mut Met) {
    let mut ledger = Ledger::stocked(&[]);
    met.meet("rules.product.present", ledger.refused(WHOLESALER, register_product(1, None)));
    met.meet("rules.product.absent", ledger.refused(MANUFACTURER, release_lot(2, "L1", 40_000)));
    let alias =
        |alias, canonical| Act::ProductAlias(ProductAlias { alias: product(alias), canonical: product(canonical) });
    met.meet("rules.issuer.other", ledger.refused(WHOLESALER, alias(5, 1)));
    met.meet("rules.product.present", ledger.refused(MANUFACTURER, alias(1, 1)));
    ledger.ok(MANUFACTURER, alias(5, 1));
    met.meet("rules.alias.present", ledger.refused(MANUFACTURER, alias(5, 1)));
    met.meet("rules.alias.present", ledger.refused(MANUFACTURER, register_product(5, None)));
    met.meet("rules.alias.of-alias", ledger.refused(MANUFACTURER, alias(6, 5)));
    met.meet("rules.alias.not-canonical", ledger.refused(MANUFACTURER, release_lot(5, "L2", 40_000)));
    let change = |random_serials, new_issuer: Option<u32>| {
        let (product, info) = (product(1), product_info(None));
        Act::ProductChange(ProductChange { product, info, random_serials, new_issuer: new_issuer.map(MemberId) })
    };
    met.meet("rules.member.absent", ledger.refused(MANUFACTURER, change(false, Some(99))));
    ledger.ok(MANUFACTURER, change(false, None));
    met.meet("rules.product.random-serials", ledger.refused(MANUFACTURER, change(true, None)));
    ledger.ok(REGULATOR, change(false, Some(WHOLESALER)));
    met.meet("rules.issuer.other", ledger.refused(MANUFACTURER, change(false, None)));
    let measure = ProductMeasure { product: product(1), severity: Severity::One, depth: Depth::Patients };
    met.meet("rules.issuer.other", ledger.refused(MANUFACTURER, Act::ProductWithdraw(measure.clone())));
    ledger.ok(WHOLESALER, Act::ProductWithdraw(measure.clone()));
    ledger.ok(REGULATOR, Act::ProductRecall(measure));
    let lift = ProductLift { product: product(1), reason: HoldReason::Mistake };
    met.meet("rules.event.sender", ledger.refused(WHOLESALER, Act::ProductLift(lift.clone())));
    ledger.ok(REGULATOR, Act::ProductLift(lift));
}

fn lots(met: &mut Met) {
    let mut ledger = Ledger::stocked(&[]);
    let today = ledger.today().0;
    met.meet("rules.lot.present", ledger.refused(MANUFACTURER, release_lot(1, "L1", today)));
    met.meet("rules.expired", ledger.refused(MANUFACTURER, release_lot(1, "L2", today - 1)));
    met.meet("rules.issuer.other", ledger.refused(WHOLESALER, release_lot(1, "L2", today)));
    ledger.ok(MANUFACTURER, release_lot(1, "L2", today));
    let hold = |lot| LotHold { product: product(1), lot: lot_name(lot), reason: HoldReason::Quality };
    met.meet("rules.lot.absent", ledger.refused(MANUFACTURER, Act::LotQuarantine(hold("L9"))));
    met.meet("rules.issuer.other", ledger.refused(WHOLESALER, Act::LotQuarantine(hold("L2"))));
    let measure =
        LotMeasure { product: product(1), lot: lot_name("L2"), severity: Severity::Two, depth: Depth::Dispensers };
    ledger.ok(REGULATOR, Act::LotWithdraw(measure.clone()));
    ledger.ok(MANUFACTURER, Act::LotRecall(measure));
    // In date to 24:00 UTC of the expiry day.
    met.meet("rules.lot.absent", ledger.refused(MANUFACTURER, register_packs(1, "L9", &["S1"])));
    ledger.ok(MANUFACTURER, release_lot(1, "L3", today));
    ledger.now.0 = u64::from(today + 1) * DAY_MS - 1;
    ledger.ok(MANUFACTURER, register_packs(1, "L3", &["S1"]));
    ledger.now.0 += 1;
    met.meet("rules.expired", ledger.refused(MANUFACTURER, register_packs(1, "L3", &["S2"])));
    let items = ledger.held(&["S1"]);
    met.meet("rules.expired", ledger.refused(MANUFACTURER, ship_to(HOSPITAL, items)));
}

fn packs(met: &mut Met) {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1", "S2"]);
    met.meet("rules.pack.present", ledger.refused(MANUFACTURER, register_packs(1, "L1", &["S1"])));
    met.meet("rules.issuer.other", ledger.refused(WHOLESALER, register_packs(1, "L1", &["S9"])));
    let dispense = |ledger: &Ledger, serial| Act::Dispense(at_site(ledger.held(&[serial])));
    let act = dispense(&ledger, "S9");
    met.meet("rules.pack.absent", ledger.refused(HOSPITAL, act));
    let unknown = Items::new(Capacity::Holder).pack(pack(2, "S1"), EventSalt([1; 32]));
    met.meet("rules.product.absent", ledger.refused(HOSPITAL, Act::Dispense(at_site(unknown))));
    let act = dispense(&ledger, "S1");
    met.meet("rules.holder.other", ledger.refused(PHARMACY, act));
    let retired = leaf::RetiredPack {
        state: leaf::State::Active.into(),
        lot: ledger.pack("S2").lot,
        holder: Digest::ZERO,
        events: 3,
        custody: ledger.pack("S2").custody,
    };
    let path: Path = ledger.paths().pack(&pack(1, "S2"));
    ledger.values.insert(path, Leaf::RetiredPack(retired).to_value());
    let act = dispense(&ledger, "S2");
    met.meet("rules.pack.retired", ledger.refused(HOSPITAL, act));
}

fn aliases(met: &mut Met) {
    let mut ledger = Ledger::stocked(&["S1", "S2", "S3"]);
    let alias = |from, to| {
        let pair = AliasPair { alias: pack(5, from), canonical: pack(1, to) };
        Act::PackAlias(PackAlias { aliases: vec![pair] })
    };
    met.meet("rules.alias.product", ledger.refused(MANUFACTURER, alias("A1", "S1")));
    ledger.ok(MANUFACTURER, Act::ProductAlias(ProductAlias { alias: product(5), canonical: product(1) }));
    met.meet("rules.pack.absent", ledger.refused(MANUFACTURER, alias("A1", "S9")));
    met.meet("rules.issuer.other", ledger.refused(WHOLESALER, alias("A1", "S1")));
    ledger.ok(MANUFACTURER, alias("A1", "S1"));
    met.meet("rules.alias.present", ledger.refused(MANUFACTURER, alias("A1", "S2")));
    let pair = AliasPair { alias: pack(5, "A2"), canonical: pack(5, "A1") };
    let act = Act::PackAlias(PackAlias { aliases: vec![pair] });
    met.meet("rules.alias.of-alias", ledger.refused(MANUFACTURER, act));
    let by_alias = Items::new(Capacity::Holder).pack(pack(5, "A1"), EventSalt([1; 32]));
    met.meet("rules.alias.not-canonical", ledger.refused(MANUFACTURER, ship_to(HOSPITAL, by_alias)));
    let unregistered = Items::new(Capacity::Holder).pack(pack(5, "A7"), EventSalt([1; 32]));
    met.meet("rules.alias.not-canonical", ledger.refused(MANUFACTURER, ship_to(HOSPITAL, unregistered)));
    // Who took the product over issued no lot of before, but may hold one back.
    let mut moved = ledger.clone();
    moved.force_product(|leaf| leaf.issuer = MemberId(WHOLESALER));
    met.meet("rules.issuer.other", moved.refused(WHOLESALER, alias("A3", "S3")));
    met.meet("rules.issuer.other", moved.refused(WHOLESALER, register_packs(1, "L1", &["S9"])));
    let hold = LotHold { product: product(1), lot: lot_name("L1"), reason: HoldReason::Quality };
    moved.ok(WHOLESALER, Act::LotQuarantine(hold.clone()));
    moved.ok(MANUFACTURER, Act::LotReleaseQuarantine(hold));
    moved.ok(WHOLESALER, Act::Stolen(at_site(moved.named(Capacity::Issuer, &["S3"]))));
    let items = ledger.held(&["S2"]);
    ledger.ok(MANUFACTURER, Act::PutAway(at_site(items)));
    met.meet("rules.alias.late", ledger.refused(MANUFACTURER, alias("A2", "S2")));
}

/// Packs of product 1 go into a unit that this makes.
fn fill(ledger: &mut Ledger, member: u32, into: Parent, items: Items) {
    ledger.ok(member, Act::Aggregate(Aggregate { unit: into, unit_salt: None, items }));
}

fn dissolve(ledger: &Ledger, unit: Parent) -> Act {
    Act::Dissolve(Dissolve { unit, salt: ledger.salt(&ItemName::Unit(unit)) })
}

fn units(met: &mut Met) {
    let mut ledger = Ledger::stocked(&["S1", "S2", "S3"]);
    let (case, next) = (unit(1, 1), unit(1, 2));
    let into = |ledger: &Ledger, unit: Parent, serial: &str| {
        Act::Aggregate(Aggregate { unit, unit_salt: None, items: ledger.held(&[serial]) })
    };
    let act = into(&ledger, next, "S1");
    met.meet("rules.unit.generation", ledger.refused(MANUFACTURER, act));
    let salted = Aggregate { unit: case, unit_salt: Some(EventSalt([1; 32])), items: ledger.held(&["S1"]) };
    met.meet("rules.event.body", ledger.refused(MANUFACTURER, Act::Aggregate(salted)));
    let act = into(&ledger, case, "S1");
    ledger.ok(MANUFACTURER, act);
    let act = into(&ledger, case, "S2");
    met.meet("rules.holder.other", ledger.refused(MANUFACTURER, act));
    let act = into(&ledger, next, "S2");
    met.meet("rules.unit.live", ledger.refused(MANUFACTURER, act));
    let items = ledger.held(&["S1"]);
    met.meet("rules.pack.inside-unit", ledger.refused(MANUFACTURER, ship_to(HOSPITAL, items)));
    let absent = Items::new(Capacity::Holder).unit(unit(9, 1), EventSalt([1; 32]));
    met.meet("rules.unit.absent", ledger.refused(MANUFACTURER, ship_to(HOSPITAL, absent)));
    let other = Items::new(Capacity::Holder).unit(unit(1, 7), EventSalt([1; 32]));
    met.meet("rules.unit.generation", ledger.refused(MANUFACTURER, ship_to(HOSPITAL, other)));

    let mut lost = ledger.clone();
    let items = lost.held_unit(case);
    lost.ok(MANUFACTURER, Act::Stolen(at_site(items)));
    let act = into(&lost, next, "S2");
    met.meet("rules.unit.final", lost.refused(MANUFACTURER, act));

    let act = dissolve(&ledger, case);
    ledger.ok(MANUFACTURER, act);
    let act = into(&ledger, case, "S2");
    met.meet("rules.unit.dissolved", ledger.refused(MANUFACTURER, act));
    let act = into(&ledger, next, "S2");
    ledger.ok(MANUFACTURER, act);
}

fn contents(met: &mut Met) {
    let mut ledger = Ledger::stocked(&["S1", "S2", "S3", "S4"]);
    let (case, pallet) = (unit(1, 1), unit(2, 1));
    let items = ledger.held(&["S1"]);
    fill(&mut ledger, MANUFACTURER, case, items);
    let itself =
        Aggregate { unit: case, unit_salt: Some(ledger.salt(&ItemName::Unit(case))), items: ledger.held_unit(case) };
    met.meet("rules.unit.self", ledger.refused(MANUFACTURER, Act::Aggregate(itself)));
    let out = |ledger: &Ledger, unit: Parent, items| {
        Act::Disaggregate(Disaggregate { unit, unit_salt: ledger.salt(&ItemName::Unit(unit)), items })
    };
    let act = out(&ledger, case, ledger.named(Capacity::Holder, &["S2"]));
    met.meet("rules.unit.not-child", ledger.refused(MANUFACTURER, act));
    let items = ledger.held_unit(case);
    fill(&mut ledger, MANUFACTURER, pallet, items);
    let items = ledger.held_unit(case);
    met.meet("rules.unit.inside-unit", ledger.refused(MANUFACTURER, ship_to(HOSPITAL, items)));
    let mut full = ledger.clone();
    full.force_unit(pallet, |leaf| leaf.children = u32::MAX);
    let more = |ledger: &Ledger, serial| {
        let unit_salt = Some(ledger.salt(&ItemName::Unit(pallet)));
        Act::Aggregate(Aggregate { unit: pallet, unit_salt, items: ledger.held(&[serial]) })
    };
    let act = more(&full, "S2");
    met.meet("rules.unit.full", full.refused(MANUFACTURER, act));
    let act = more(&ledger, "S2");
    ledger.ok(MANUFACTURER, act);

    // Four units above a pack, not five.
    for level in 3..=5 {
        let items = ledger.held_unit(unit(level - 1, 1));
        let act = Act::Aggregate(Aggregate { unit: unit(level, 1), unit_salt: None, items });
        if level < 5 {
            ledger.ok(MANUFACTURER, act);
        } else {
            met.meet("rules.unit.too-deep", ledger.refused(MANUFACTURER, act));
        }
    }

    // Limits that leave no temperature.
    let warm = StorageLimits { min_decicelsius: 150, max_decicelsius: 250, ..LIMITS };
    ledger.ok(MANUFACTURER, register_product(3, Some(warm)));
    let expiry = ledger.today().0 + 9;
    ledger.ok(MANUFACTURER, release_lot(3, "L1", expiry));
    ledger.ok(MANUFACTURER, register_packs(3, "L1", &["W1"]));
    let salt = ledger.salt(&ItemName::Pack(pack(3, "W1")));
    let items = ledger.held(&["S3"]).pack(pack(3, "W1"), salt);
    let act = Act::Aggregate(Aggregate { unit: unit(9, 1), unit_salt: None, items });
    met.meet("rules.unit.limits", ledger.refused(MANUFACTURER, act));
    // Two packs that together were outside for too long.
    ledger.now.0 += DAY_MS;
    let hours = |first: u64, count: u64| {
        let start = first * 3_600_000 + ledger::GENESIS_MS;
        Temperature {
            start: UnixMillis(start),
            end: UnixMillis(start + count * 3_600_000),
            lowest_decicelsius: 90,
            highest_decicelsius: 90,
        }
    };
    for (serial, span) in [("S3", hours(0, 6)), ("S4", hours(10, 6))] {
        let items = ledger.held(&[serial]);
        ledger.ok(MANUFACTURER, Act::Reading(Reading { items, temperatures: vec![span] }));
    }
    let items = ledger.held(&["S3", "S4"]);
    let act = Act::Aggregate(Aggregate { unit: unit(9, 1), unit_salt: None, items });
    met.meet("rules.unit.exposure", ledger.refused(MANUFACTURER, act));
}

fn movement_and_outcome(met: &mut Met) {
    let mut ledger = Ledger::stocked(&["S1", "S2"]);
    let items = ledger.held(&["S1"]);
    met.meet("rules.consignee.role", ledger.refused(MANUFACTURER, ship_to(REGULATOR, items.clone())));
    met.meet("rules.member.absent", ledger.refused(MANUFACTURER, ship_to(99, items)));
    ledger.bring(HOSPITAL, &["S1", "S2"]);
    for (consignee, code) in [(99, "rules.member.absent"), (REGULATOR, "rules.consignee.role")] {
        let (reason, consignee, items) = (ReturnReason::Recall, MemberId(consignee), ledger.held(&["S1"]));
        let act = Act::Return(Return { reason, consignee, site: SITE, trade: None, items });
        met.meet(code, ledger.refused(HOSPITAL, act));
    }
    let amount = NonZeroU16::new(30).expect("not 0");
    let portion = Portion { pack: pack(1, "S1"), salt: ledger.salt(&ItemName::Pack(pack(1, "S1"))), amount };
    let all = Act::DispensePartly(DispensePartly { site: SITE, portions: vec![portion] });
    met.meet("rules.quantity.short", ledger.refused(HOSPITAL, all));
    let undo = |ledger: &Ledger, undone, site| Act::Undo(Undo { undone, site, items: ledger.done(&["S1"]) });
    let act = undo(&ledger, number::DISPENSE, SITE);
    met.meet("rules.undo.nothing", ledger.refused(HOSPITAL, act));
    let items = ledger.held(&["S1"]);
    ledger.ok(HOSPITAL, Act::Sample(at_site(items)));
    let act = undo(&ledger, number::DISPENSE, SITE);
    met.meet("rules.undo.kind", ledger.refused(HOSPITAL, act));
    let act = undo(&ledger, number::SAMPLE, Site(3));
    met.meet("rules.undo.place", ledger.refused(HOSPITAL, act));
    ledger.pass_days(11);
    let act = undo(&ledger, number::SAMPLE, SITE);
    met.meet("rules.undo.days", ledger.refused(HOSPITAL, act));
    // What left the market is not reported stolen by who took it out.
    let items = ledger.held(&["S2"]);
    ledger.ok(HOSPITAL, Act::PutAway(at_site(items)));
    let export = Export {
        country: medproof_rules::body::Country::new(*b"DE").expect("letters"),
        site: SITE,
        items: ledger.held(&["S2"]),
    };
    met.meet("rules.event.sender", ledger.refused(HOSPITAL, Act::Export(export)));
    let by_place = AtSite { site: SITE, items: ledger.done(&["S2"]) };
    met.meet("rules.undo.place", ledger.refused(HOSPITAL, Act::Stolen(by_place)));
    let issuer = Act::Stolen(at_site(ledger.named(Capacity::Issuer, &["S2"])));
    met.meet("rules.event.sender", ledger.refused(PHARMACY, issuer.clone()));
    met.meet("rules.issuer.other", ledger.refused(HOSPITAL, issuer));
    let regulator = Act::Stolen(at_site(ledger.named(Capacity::Regulator, &["S2"])));
    met.meet("rules.regulator.only", ledger.refused(HOSPITAL, regulator));
    met.meet_result("rules.regulator.only", {
        let act = Act::Stolen(at_site(ledger.named(Capacity::Regulator, &["S2"])));
        ledger.act_as(ALL_ROLES, 4, act)
    });
    let destroy =
        Destroy { reason: DestroyReason::Order, site: SITE, items: ledger.named(Capacity::Regulator, &["S2"]) };
    ledger.ok(REGULATOR, Act::Destroy(destroy));
}

fn holds_and_readings(met: &mut Met) {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1"]);
    let lock = |items| Act::Lock(Lock { reason: PackHoldReason::Quality, items });
    let unlock = |items| Act::Unlock(Unlock { items });
    let mine = ledger.held(&["S1"]);
    met.meet("rules.hold.none", ledger.refused(HOSPITAL, unlock(mine.clone())));
    let issuers = ledger.named(Capacity::Issuer, &["S1"]);
    ledger.ok(MANUFACTURER, lock(issuers.clone()));
    met.meet("rules.hold.already", ledger.refused(MANUFACTURER, lock(issuers.clone())));
    met.meet("rules.hold.none", ledger.refused(HOSPITAL, unlock(mine.clone())));
    let destroy = |items| Act::Destroy(Destroy { reason: DestroyReason::Damaged, site: SITE, items });
    met.meet("rules.hold.authority", ledger.refused(HOSPITAL, destroy(mine.clone())));
    ledger.ok(HOSPITAL, Act::Quarantine(Quarantine { reason: PackHoldReason::Temperature, items: mine.clone() }));
    let release = |items| Act::Release(Release { allowance_minutes: 0, items });
    ledger.ok(HOSPITAL, release(mine.clone()));
    met.meet("rules.hold.none", ledger.refused(HOSPITAL, release(mine.clone())));
    ledger.ok(MANUFACTURER, unlock(issuers));

    let now = ledger.now;
    let span = |start: u64, end: u64| Temperature {
        start: UnixMillis(start),
        end: UnixMillis(end),
        lowest_decicelsius: 90,
        highest_decicelsius: 90,
    };
    let read = |items, span| Act::Reading(Reading { items, temperatures: vec![span] });
    met.meet("rules.reading.future", ledger.refused(HOSPITAL, read(mine.clone(), span(now.0, now.0 + 1))));
    ledger.ok(MANUFACTURER, register_product(3, None));
    let expiry = ledger.today().0;
    ledger.ok(MANUFACTURER, release_lot(3, "L1", expiry));
    ledger.ok(MANUFACTURER, register_packs(3, "L1", &["W1"]));
    let salt = ledger.salt(&ItemName::Pack(pack(3, "W1")));
    let items = Items::new(Capacity::Holder).pack(pack(3, "W1"), salt);
    met.meet("rules.reading.no-limits", ledger.refused(MANUFACTURER, read(items, span(1, 2))));
}

fn trade_and_records(met: &mut Met) {
    let mut ledger = Ledger::new();
    let order = |counterparty| {
        let (trade, counterparty) = (TradeId([1; 32]), MemberId(counterparty));
        Act::Order(TradeStep { trade, follows: None, counterparty })
    };
    met.meet("rules.trade.document", ledger.refused(HOSPITAL, order(WHOLESALER)));
    let mut send = |counterparty| {
        let body = Body::new(Digest::ZERO, order(counterparty)).with_documents(vec![Digest([2; 32])]);
        ledger.send(HOSPITAL, 4, body)
    };
    met.meet_result("rules.trade.self", send(HOSPITAL));
    met.meet_result("rules.member.absent", send(99));
    send(WHOLESALER).expect("accepted");
    let record = Act::RecordCommit(RecordCommit { record: [3; 32], commitment: Digest([4; 32]) });
    let with_document = Body::new(Digest::ZERO, record.clone()).with_documents(vec![Digest([2; 32])]);
    met.meet_result("rules.record.document", ledger.send(HOSPITAL, 4, with_document));
    ledger.ok(HOSPITAL, record.clone());
    met.meet("rules.record.present", ledger.refused(PHARMACY, record));
}
