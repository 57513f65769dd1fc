//! Units: packing, moving, unpacking, dissolving; what contents inherit, and how custody goes through.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

mod ledger;

use ledger::{
    DAY_MS, GENESIS_MS, HOSPITAL, Ledger, MANUFACTURER, REGULATOR, SITE, at_site, pack, receive, ship_to, unit,
};
use medproof_core::{
    custody::Step,
    header::UnixMillis,
    identity::MemberId,
    leaf::{Exposure, Holds, Leaf, Parent, Place, Prior, State, UnitPlace},
};
use medproof_rules::{
    Effect, ItemName,
    body::{
        Act, Aggregate, Capacity, Disaggregate, DispensePartly, Dissolve, Items, Lock, PackHoldReason, Portion,
        Quarantine, Reading, Release, Return, ReturnReason, Temperature, Undo, number,
    },
};

fn pack_into(ledger: &mut Ledger, member: u32, unit: Parent, items: Items) {
    let salt = ledger.index.units.contains_key(&unit).then(|| ledger.salt(&ItemName::Unit(unit)));
    ledger.ok(member, Act::Aggregate(Aggregate { unit, unit_salt: salt, items }));
}

fn take_out(ledger: &Ledger, unit: Parent, serials: &[&str]) -> Act {
    let unit_salt = ledger.salt(&ItemName::Unit(unit));
    Act::Disaggregate(Disaggregate { unit, unit_salt, items: ledger.named(Capacity::Holder, serials) })
}

fn dissolve(ledger: &Ledger, unit: Parent) -> Act {
    Act::Dissolve(Dissolve { unit, salt: ledger.salt(&ItemName::Unit(unit)) })
}

/// A pallet of two cases with two packs each, shipped to the hospital and received.
fn pallet() -> (Ledger, Parent, [Parent; 2]) {
    let mut ledger = Ledger::stocked(&["A1", "A2", "B1", "B2"]);
    let (pallet, cases) = (unit(9, 1), [unit(1, 1), unit(2, 1)]);
    let items = ledger.held(&["A1", "A2"]);
    pack_into(&mut ledger, MANUFACTURER, cases[0], items);
    let items = ledger.held(&["B1", "B2"]);
    pack_into(&mut ledger, MANUFACTURER, cases[1], items);
    let both = cases
        .iter()
        .fold(Items::new(Capacity::Holder), |items, case| items.unit(*case, ledger.salt(&ItemName::Unit(*case))));
    pack_into(&mut ledger, MANUFACTURER, pallet, both);
    let items = ledger.held_unit(pallet);
    let shipped = ledger.ok(MANUFACTURER, ship_to(HOSPITAL, items));
    assert_eq!(shipped.effects.len(), 1, "shipping a pallet changes one leaf");
    let items = ledger.held_unit(pallet);
    ledger.ok(HOSPITAL, receive(items));
    (ledger, pallet, cases)
}

#[test]
fn a_pallet_is_packed_shipped_and_unpacked() {
    let (mut ledger, pallet, cases) = pallet();
    assert_eq!((ledger.unit(pallet).children, ledger.unit(pallet).levels, ledger.unit(pallet).events), (2, 2, 3));
    let items = Items::new(Capacity::Holder).unit(cases[0], None);
    let unit_salt = ledger.salt(&ItemName::Unit(pallet));
    ledger.ok(HOSPITAL, Act::Disaggregate(Disaggregate { unit: pallet, unit_salt, items }));
    assert_eq!(ledger.unit(pallet).children, 1);
    let act = take_out(&ledger, cases[0], &["A2"]);
    ledger.ok(HOSPITAL, act);
    assert_eq!(ledger.unit(cases[0]).children, 1);
    let items = ledger.held(&["A2"]);
    ledger.ok(HOSPITAL, Act::Dispense(at_site(items)));
    ledger.check_chains();
    // Registered, joined, left, dispensed: the way of the pallet is bound by the leaving.
    assert_eq!(ledger.pack("A2").events, 4);
    assert_eq!(ledger.pack("A1").events, 2);
}

#[test]
fn packs_of_a_dissolved_case_are_the_holders_and_settle_at_the_first_touch() {
    let (mut ledger, pallet, cases) = pallet();
    // The case leaves the pallet first.
    let act = dissolve(&ledger, cases[1]);
    let done = ledger.ok(HOSPITAL, act);
    assert_eq!(done.effects.len(), 2);
    assert_eq!(ledger.unit(pallet).children, 1);
    assert!(matches!(ledger.unit(cases[1]).place, UnitPlace::Dissolved(_)));
    let before = ledger.unit(cases[1]);
    assert_eq!(ledger.pack("B1").place, Place::Inside(cases[1]));
    let items = ledger.held(&["B1"]);
    ledger.ok(HOSPITAL, Act::Dispense(at_site(items)));
    let pack_leaf = ledger.pack("B1");
    assert!(matches!(pack_leaf.place, Place::Holder(_)));
    assert_eq!(pack_leaf.state, State::Dispensed.into());
    assert_eq!(ledger.unit(cases[1]), before, "a dissolved generation never changes again");
    // Settling and joining in one event are two steps, through the old unit and the new.
    let items = ledger.held(&["B2"]);
    pack_into(&mut ledger, HOSPITAL, unit(2, 2), items);
    let steps = ledger.index.chains.get(&ItemName::Pack(pack(1, "B2"))).expect("a chain");
    let through: Vec<_> = steps.iter().filter(|step| matches!(step, Step::Unit(..))).collect();
    assert_eq!((steps.len(), through.len(), ledger.pack("B2").events), (4, 3, 4));
    ledger.check_chains();
    let items = ledger.held_unit(cases[1]);
    assert_eq!(ledger.refused(HOSPITAL, ship_to(MANUFACTURER, items)), "rules.unit.generation");
}

#[test]
fn a_unit_inside_a_unit_inside_a_unit_is_not_reached() {
    let (mut ledger, pallet, cases) = pallet();
    let items = ledger.held_unit(pallet);
    pack_into(&mut ledger, HOSPITAL, unit(20, 1), items);
    let act = dissolve(&ledger, cases[0]);
    assert_eq!(ledger.refused(HOSPITAL, act), "rules.unit.inside-unit");
    let act = take_out(&ledger, cases[0], &["A1"]);
    assert_eq!(ledger.refused(HOSPITAL, act), "rules.unit.inside-unit");
    let act = dissolve(&ledger, pallet);
    ledger.ok(HOSPITAL, act);
    assert_eq!(ledger.unit(unit(20, 1)).children, 0, "an empty unit lives on");
    // The cases now stand under a dissolved pallet: they settle when they are touched as parents.
    let act = take_out(&ledger, cases[0], &["A1"]);
    ledger.ok(HOSPITAL, act);
    assert!(matches!(ledger.unit(cases[0]).place, UnitPlace::Holder(_)));
    let act = dissolve(&ledger, cases[1]);
    ledger.ok(HOSPITAL, act);
    let items = ledger.held(&["B1", "A1"]);
    ledger.ok(HOSPITAL, Act::PutAway(at_site(items)));
    ledger.check_chains();
}

#[test]
fn a_unit_under_a_dissolved_one_settles_as_a_parent_too() {
    let (mut ledger, pallet, cases) = pallet();
    let items = ledger.held_unit(pallet);
    pack_into(&mut ledger, HOSPITAL, unit(20, 1), items);
    let act = dissolve(&ledger, unit(20, 1));
    ledger.ok(HOSPITAL, act);
    // The pallet settles when a case in it is dissolved, and stays the case's way out.
    let mut apart = ledger.clone();
    let act = dissolve(&apart, cases[0]);
    apart.ok(HOSPITAL, act);
    assert!(matches!(apart.unit(pallet).place, UnitPlace::Holder(_)));
    apart.check_chains();
    // It settles when something goes into it as well.
    let act = dissolve(&ledger, pallet);
    let mut opened = ledger.clone();
    opened.ok(HOSPITAL, act);
    let items = opened.held_unit(cases[0]);
    let act =
        Act::Aggregate(Aggregate { unit: cases[1], unit_salt: Some(opened.salt(&ItemName::Unit(cases[1]))), items });
    opened.ok(HOSPITAL, act);
    assert!(matches!(opened.unit(cases[1]).place, UnitPlace::Holder(_)));
    assert_eq!((opened.unit(cases[1]).children, opened.unit(cases[1]).levels), (3, 2));
    opened.check_chains();
}

#[test]
fn a_stolen_case_is_not_dissolved_inside_its_pallet() {
    let (mut ledger, _, cases) = pallet();
    let items = ledger.held_unit(cases[0]);
    ledger.ok(HOSPITAL, Act::Stolen(at_site(items)));
    let act = dissolve(&ledger, cases[0]);
    assert_eq!(ledger.refused(HOSPITAL, act), "rules.state.stolen-unit");
    let act = dissolve(&ledger, cases[1]);
    ledger.ok(HOSPITAL, act);
}

fn holds(prior: Option<Prior>) -> u8 {
    match prior {
        Some(Prior::Held { holds, .. }) => holds.bits(),
        _ => 0,
    }
}

#[test]
fn what_leaves_a_held_unit_takes_the_holds_along() {
    let (mut ledger, pallet, cases) = pallet();
    let items = ledger.held_unit(pallet);
    ledger.ok(HOSPITAL, Act::Quarantine(Quarantine { reason: PackHoldReason::Temperature, items }));
    let by_regulator = Items::new(Capacity::Regulator).unit(pallet, None);
    ledger.ok(REGULATOR, Act::Lock(Lock { reason: PackHoldReason::Inspection, items: by_regulator }));
    let act = dissolve(&ledger, pallet);
    ledger.ok(HOSPITAL, act);
    let act = take_out(&ledger, cases[0], &["A1"]);
    ledger.ok(HOSPITAL, act);
    for (state, prior) in
        [(ledger.unit(cases[0]).state, ledger.unit(cases[0]).prior), (ledger.pack("A1").state, ledger.pack("A1").prior)]
    {
        assert_eq!((state, holds(prior)), (State::Quarantined.into(), Holds::QUARANTINE | Holds::REGULATOR));
    }
    // A settling pack counts with what it inherits.
    let act = dissolve(&ledger, cases[0]);
    ledger.ok(HOSPITAL, act);
    let items = ledger.held(&["A2"]);
    assert_eq!(ledger.pack("A2").state, State::Active.into());
    assert_eq!(ledger.refused(HOSPITAL, Act::Dispense(at_site(items))), "rules.state.quarantined-pack");
    // The regulator acts in place, without settling anything.
    let items = ledger.named(Capacity::Regulator, &["A2"]);
    ledger.ok(REGULATOR, Act::Lock(Lock { reason: PackHoldReason::Inspection, items }));
    assert_eq!(ledger.pack("A2").place, Place::Inside(cases[0]));
    ledger.check_chains();
}

#[test]
fn a_lock_reaches_a_pack_in_a_closed_pallet() {
    let (mut ledger, _, cases) = pallet();
    let items = ledger.named(Capacity::Issuer, &["A1"]);
    ledger.ok(MANUFACTURER, Act::Lock(Lock { reason: PackHoldReason::RecallExpected, items }));
    assert_eq!((ledger.pack("A1").state, ledger.pack("A1").place), (State::Locked.into(), Place::Inside(cases[0])));
    // The holder's own hold needs the salt of the topmost unit.
    let items = ledger.held(&["A1"]);
    ledger.ok(HOSPITAL, Act::Quarantine(Quarantine { reason: PackHoldReason::Quality, items }));
    let stolen = ledger.held(&["A2"]);
    ledger.ok(HOSPITAL, Act::Stolen(at_site(stolen)));
    let act = take_out(&ledger, cases[0], &["A2"]);
    assert_eq!(ledger.refused(HOSPITAL, act), "rules.unit.inside-unit");
    ledger.check_chains();
}

#[test]
fn nothing_in_a_stolen_pallet_is_reached() {
    let (mut ledger, pallet, _) = pallet();
    let items = ledger.held_unit(pallet);
    ledger.ok(HOSPITAL, Act::Stolen(at_site(items)));
    let items = ledger.named(Capacity::Regulator, &["A1"]);
    let act = Act::Lock(Lock { reason: PackHoldReason::Inspection, items });
    assert_eq!(ledger.refused(REGULATOR, act), "rules.state.stolen-unit");
    let act = dissolve(&ledger, pallet);
    assert_eq!(ledger.refused(HOSPITAL, act), "rules.state.stolen-unit");
}

fn warm(first_hour: u64, hours: u64) -> Temperature {
    let start = GENESIS_MS + first_hour * 3_600_000;
    Temperature {
        start: UnixMillis(start),
        end: UnixMillis(start + hours * 3_600_000),
        lowest_decicelsius: 50,
        highest_decicelsius: 81,
    }
}

fn exposure(ledger: &Ledger, item: &ItemName) -> Option<Exposure> {
    let path = match item {
        ItemName::Pack(pack) => ledger.paths().pack_exposure(pack),
        ItemName::Unit(unit) => ledger.paths().exposure(*unit),
    };
    match ledger.leaf(path) {
        Some(Leaf::Exposure(exposure)) => Some(exposure),
        None => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn readings_in_any_order_and_number_give_one_exposure() {
    let (ledger, pallet, _) = pallet();
    let spans = [warm(0, 4), warm(3, 3), warm(10, 4)];
    let mut ends = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut ledger = ledger.clone();
        ledger.now = UnixMillis(GENESIS_MS + DAY_MS);
        for at in order.into_iter().chain(order) {
            let (items, before) = (ledger.held_unit(pallet), ledger.unit(pallet).events);
            let temperatures = spans.get(at).copied().into_iter().collect();
            let applied = ledger.ok(HOSPITAL, Act::Reading(Reading { items, temperatures }));
            // What changes nothing is logged, and appended to no chain.
            assert_eq!(applied.effects.is_empty(), ledger.unit(pallet).events == before);
        }
        assert_eq!(ledger.unit(pallet).events, 3 + 3);
        ends.push((exposure(&ledger, &ItemName::Unit(pallet)), ledger.unit(pallet).state, ledger.unit(pallet).prior));
        ledger.check_chains();
    }
    assert!(ends.windows(2).all(|pair| pair.first() == pair.last()));
    let exposure = ends.first().and_then(|(exposure, ..)| exposure.clone()).expect("an exposure");
    let hours: Vec<u64> = exposure.intervals().iter().map(|of| (of.end.0 - of.start.0) / 3_600_000).collect();
    assert_eq!(hours, [6, 4]);
    assert_eq!(ends.first().map(|(_, state, _)| *state), Some(State::Active.into()), "ten hours are allowed");
}

#[test]
fn a_millisecond_beyond_the_limit_quarantines_until_quality_assurance_lets_go() {
    let (mut ledger, pallet, cases) = pallet();
    ledger.now = UnixMillis(GENESIS_MS + 2 * DAY_MS);
    let read =
        |ledger: &Ledger, span| Act::Reading(Reading { items: ledger.held_unit(pallet), temperatures: vec![span] });
    let act = read(&ledger, warm(0, 10));
    ledger.ok(HOSPITAL, act);
    assert_eq!(ledger.unit(pallet).state, State::Active.into());
    let more = Temperature { end: UnixMillis(warm(0, 10).end.0 + 1), ..warm(0, 10) };
    let act = read(&ledger, more);
    ledger.ok(HOSPITAL, act);
    assert_eq!(holds(ledger.unit(pallet).prior), Holds::EXCURSION);
    assert_eq!(ledger.unit(pallet).state, State::Quarantined.into());
    let items = ledger.held_unit(pallet);
    ledger.ok(HOSPITAL, Act::Release(Release { allowance_minutes: 60, items }));
    assert_eq!(ledger.unit(pallet).state, State::Active.into());
    let accepted = exposure(&ledger, &ItemName::Unit(pallet)).map(|exposure| exposure.accepted_minutes());
    assert_eq!(accepted, Some(601 + 60));
    // A late reading within the allowance does not quarantine again; one beyond does.
    let act = read(&ledger, warm(20, 1));
    ledger.ok(HOSPITAL, act);
    assert_eq!(ledger.unit(pallet).state, State::Active.into());
    let act = read(&ledger, warm(30, 1));
    ledger.ok(HOSPITAL, act);
    assert_eq!(ledger.unit(pallet).state, State::Quarantined.into());
    // What leaves takes exposure, acceptance and hold along, down to the pack.
    let act = dissolve(&ledger, pallet);
    ledger.ok(HOSPITAL, act);
    let act = dissolve(&ledger, cases[0]);
    ledger.ok(HOSPITAL, act);
    let items = ledger.held(&["A1"]);
    let put_away = ledger.ok(HOSPITAL, Act::PutAway(at_site(items)));
    assert!(put_away.effects.iter().any(|effect| matches!(effect, Effect::Exposure { item: ItemName::Pack(_), .. })));
    let of = |item| exposure(&ledger, &item);
    assert_eq!(of(ItemName::Pack(pack(1, "A1"))), of(ItemName::Unit(pallet)));
    assert_eq!(holds(ledger.pack("A1").prior), Holds::EXCURSION);
    assert_eq!(of(ItemName::Pack(pack(1, "A2"))), None, "untouched contents are not walked");
    ledger.check_chains();
}

/// What an item holds after it left a pallet that was quarantined, locked and too warm, one way or another.
#[test]
fn every_way_out_of_a_unit_takes_holds_and_exposure_along() {
    let (mut ledger, pallet, cases) = pallet();
    ledger.now = UnixMillis(GENESIS_MS + 2 * DAY_MS);
    let own = ledger.held_unit(pallet);
    ledger.ok(HOSPITAL, Act::Quarantine(Quarantine { reason: PackHoldReason::Quality, items: own.clone() }));
    ledger.ok(HOSPITAL, Act::Reading(Reading { items: own, temperatures: vec![warm(0, 11)] }));
    let all = Holds::QUARANTINE | Holds::EXCURSION;
    assert_eq!(holds(ledger.unit(pallet).prior), all, "an excursion keeps what is there");
    // One case has a hold of its own already, by the issuer of a pack in it, at the pack.
    let items = ledger.named(Capacity::Issuer, &["A1"]);
    ledger.ok(MANUFACTURER, Act::Lock(Lock { reason: PackHoldReason::RecallExpected, items }));
    let of = |ledger: &Ledger, item| exposure(ledger, &item);
    let warmth = of(&ledger, ItemName::Unit(pallet));
    assert!(warmth.is_some());
    // Taken out.
    let mut out = ledger.clone();
    let unit_salt = out.salt(&ItemName::Unit(pallet));
    let items = Items::new(Capacity::Holder).unit(cases[0], None);
    out.ok(HOSPITAL, Act::Disaggregate(Disaggregate { unit: pallet, unit_salt, items }));
    // Dissolved inside.
    let mut dissolved = ledger.clone();
    let act = dissolve(&dissolved, cases[0]);
    dissolved.ok(HOSPITAL, act);
    // Under a dissolved pallet, then touched as a parent.
    let mut settled = ledger;
    let act = dissolve(&settled, pallet);
    settled.ok(HOSPITAL, act);
    for ledger in [&mut out, &mut dissolved, &mut settled] {
        if !matches!(ledger.unit(cases[0]).place, UnitPlace::Dissolved(_)) {
            let act = dissolve(ledger, cases[0]);
            ledger.ok(HOSPITAL, act);
        }
        assert_eq!(holds(ledger.unit(cases[0]).prior), all);
        assert_eq!(of(ledger, ItemName::Unit(cases[0])), warmth);
        let items = ledger.held(&["A1", "A2"]);
        ledger.ok(HOSPITAL, Act::PutAway(at_site(items)));
        assert_eq!(holds(ledger.pack("A1").prior), all | Holds::ISSUER);
        assert_eq!(holds(ledger.pack("A2").prior), all);
        assert_eq!(of(ledger, ItemName::Pack(pack(1, "A2"))), warmth);
        ledger.check_chains();
    }
}

#[test]
fn whoever_takes_an_item_over_ends_its_undo() {
    let portion = |ledger: &Ledger| {
        let (pack, amount) = (pack(1, "S1"), std::num::NonZeroU16::MIN);
        let salt = ledger.salt(&ItemName::Pack(pack.clone()));
        Act::DispensePartly(DispensePartly { site: SITE, portions: vec![Portion { pack, salt, amount }] })
    };
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1"]);
    let act = portion(&ledger);
    ledger.ok(HOSPITAL, act);
    let undo = Act::Undo(Undo { undone: number::DISPENSE_PARTLY, site: SITE, items: ledger.done(&["S1"]) });
    ledger.clone().ok(HOSPITAL, undo.clone());
    // Who gave out a portion does not report the rest as stolen by that place.
    let by_place = ledger.done(&["S1"]);
    assert_eq!(ledger.refused(HOSPITAL, Act::Stolen(at_site(by_place))), "rules.undo.place");
    let items = ledger.held(&["S1"]);
    let (reason, consignee) = (ReturnReason::Surplus, MemberId(HOSPITAL));
    let takes: [Act; 2] =
        [receive(items.clone()), Act::Return(Return { reason, consignee, site: SITE, trade: None, items })];
    for act in takes {
        let mut ledger = ledger.clone();
        ledger.ok(HOSPITAL, act);
        assert_eq!(ledger.pack("S1").prior, None);
        assert_eq!(ledger.refused(HOSPITAL, undo.clone()), "rules.undo.nothing");
    }
}

/// In a unit that is active it could go where it may not go by itself.
#[test]
fn what_is_held_or_opened_joins_no_unit() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1", "S2", "S3"]);
    let wrap = |ledger: &Ledger, serial| {
        Act::Aggregate(Aggregate { unit: unit(7, 1), unit_salt: None, items: ledger.held(&[serial]) })
    };
    let locked = ledger.named(Capacity::Regulator, &["S1"]);
    ledger.ok(REGULATOR, Act::Lock(Lock { reason: PackHoldReason::Inspection, items: locked }));
    let items = ledger.held(&["S2"]);
    ledger.ok(HOSPITAL, Act::Quarantine(Quarantine { reason: PackHoldReason::Quality, items }));
    let salt = ledger.salt(&ItemName::Pack(pack(1, "S3")));
    let portion = Portion { pack: pack(1, "S3"), salt, amount: std::num::NonZeroU16::MIN };
    ledger.ok(HOSPITAL, Act::DispensePartly(DispensePartly { site: SITE, portions: vec![portion] }));
    for (serial, code) in [
        ("S1", "rules.state.locked-pack"),
        ("S2", "rules.state.quarantined-pack"),
        ("S3", "rules.state.partly-dispensed-pack"),
    ] {
        let act = wrap(&ledger, serial);
        assert_eq!(ledger.refused(HOSPITAL, act), code);
    }
    let (mut ledger, pallet, _) = pallet();
    let items = ledger.held_unit(pallet);
    ledger.ok(HOSPITAL, Act::Quarantine(Quarantine { reason: PackHoldReason::Quality, items }));
    let act = Act::Aggregate(Aggregate { unit: unit(70, 1), unit_salt: None, items: ledger.held_unit(pallet) });
    assert_eq!(ledger.refused(HOSPITAL, act), "rules.state.quarantined-unit");
}

/// What quality assurance accepted of one pack says nothing of those that it is packed with.
#[test]
fn an_acceptance_does_not_reach_what_is_packed_beside_it() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1", "S2"]);
    ledger.now = UnixMillis(GENESIS_MS + 2 * DAY_MS);
    let items = ledger.held(&["S1"]);
    ledger.ok(HOSPITAL, Act::Reading(Reading { items: items.clone(), temperatures: vec![warm(0, 11)] }));
    ledger.ok(HOSPITAL, Act::Release(Release { allowance_minutes: 6_000, items }));
    let wrap = |ledger: &Ledger, serials: &[&str], unit_salt| {
        Act::Aggregate(Aggregate { unit: unit(7, 1), unit_salt, items: ledger.held(serials) })
    };
    let both = wrap(&ledger, &["S1", "S2"], None);
    assert_eq!(ledger.refused(HOSPITAL, both), "rules.unit.exposure");
    let alone = wrap(&ledger, &["S1"], None);
    ledger.ok(HOSPITAL, alone);
    let of = |ledger: &Ledger| exposure(ledger, &ItemName::Unit(unit(7, 1)));
    assert_eq!(of(&ledger), exposure(&ledger, &ItemName::Pack(pack(1, "S1"))));
    let later = wrap(&ledger, &["S2"], Some(ledger.salt(&ItemName::Unit(unit(7, 1)))));
    assert_eq!(ledger.refused(HOSPITAL, later), "rules.unit.exposure");
}

#[test]
fn a_reading_within_the_range_leaves_a_settling_pack_where_it_is() {
    let (mut ledger, _, cases) = pallet();
    let act = dissolve(&ledger, cases[0]);
    ledger.ok(HOSPITAL, act);
    ledger.now = UnixMillis(GENESIS_MS + DAY_MS);
    let cool = Temperature { highest_decicelsius: 80, ..warm(0, 20) };
    let read = |ledger: &Ledger, span| Act::Reading(Reading { items: ledger.held(&["A1"]), temperatures: vec![span] });
    let act = read(&ledger, cool);
    assert!(ledger.ok(HOSPITAL, act).effects.is_empty());
    assert_eq!(ledger.pack("A1").place, Place::Inside(cases[0]));
    let act = read(&ledger, warm(0, 11));
    ledger.ok(HOSPITAL, act);
    assert!(matches!(ledger.pack("A1").place, Place::Holder(_)));
    assert_eq!(ledger.pack("A1").state, State::Quarantined.into());
    ledger.check_chains();
}

#[test]
fn a_hold_on_the_way_ends_the_cancelling_and_stays_after_arrival() {
    let mut ledger = Ledger::stocked(&["S1"]);
    let items = ledger.held(&["S1"]);
    ledger.ok(MANUFACTURER, ship_to(HOSPITAL, items));
    let undo = ledger.done(&["S1"]);
    let items = ledger.named(Capacity::Regulator, &["S1"]);
    ledger.ok(REGULATOR, Act::Lock(Lock { reason: PackHoldReason::Inspection, items }));
    assert_eq!(ledger.refused(MANUFACTURER, Act::ShipCancel(at_site(undo.clone()))), "rules.state.locked-pack");
    let items = ledger.held(&["S1"]);
    assert_eq!(ledger.refused(HOSPITAL, Act::PutAway(at_site(items.clone()))), "rules.state.in-transit-pack");
    ledger.ok(HOSPITAL, receive(items));
    assert_eq!(ledger.pack("S1").state, State::Locked.into());
    let items = ledger.named(Capacity::Regulator, &["S1"]);
    ledger.ok(REGULATOR, Act::Unlock(medproof_rules::body::Unlock { items }));
    assert_eq!((ledger.pack("S1").state, ledger.pack("S1").prior), (State::Active.into(), None));
    assert_eq!(ledger.refused(MANUFACTURER, Act::ShipCancel(at_site(undo))), "rules.state.active-pack");
    ledger.check_chains();
}
