//! Every cell of the state tables of `docs/EVENTS.md`, read from the page and tried with an event.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::type_complexity, reason = "tests")]

mod ledger;
mod page;

use ledger::{
    ALL_ROLES, DAY_MS, GENESIS_MS, HOSPITAL, LIMITS, Ledger, SITE, at_site, lot_name, pack, product, product_info,
    receive, register_packs, register_product, release_lot, ship_to, unit,
};
use medproof_core::{
    custody::{holder, holder_salt, place},
    header::UnixMillis,
    identity::MemberId,
    leaf::{Holds, Parent, Place, Prior, State, UnitPlace},
    state::Path,
};
use medproof_rules::{
    CODES,
    body::{
        Act, Aggregate, AliasPair, Capacity, Country, Depth, Destroy, DestroyReason, Disaggregate, DispensePartly,
        Dissolve, EventSalt, Export, HoldReason, Items, Lock, LotHold, LotMeasure, PackAlias, PackHoldReason, Portion,
        ProductAlias, ProductChange, ProductLift, ProductMeasure, Quarantine, Reading, Release, Return, ReturnReason,
        Severity, Temperature, Undo, Unlock, number,
    },
    table::Column,
};
use page::{column, states, tables, under};
use std::{collections::BTreeSet, num::NonZeroU16};

/// The salts of the holder and the place that these tests write into leaves.
const HOLDER_SALT: EventSalt = EventSalt([2; 32]);
const PLACE_SALT: EventSalt = EventSalt([1; 32]);
const CASE: u64 = 1;
const PALLET: u64 = 2;

/// What a cell promises.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Promise {
    Becomes(State),
    Refuses(String),
}

/// One way to try a cell: what the leaf keeps, whether a regulator acts, and what comes of it.
struct Trial {
    prior: Option<Prior>,
    as_regulator: bool,
    promise: Promise,
}

fn held(state: State, bits: u8) -> Option<Prior> {
    Some(Prior::Held { state: state.into(), holds: Holds::new(bits).expect("a bit") })
}

fn undoable(place: medproof_core::hash::Digest, quantity: u16) -> Option<Prior> {
    Some(Prior::Undo { state: State::Active.into(), quantity, place })
}

/// What a leaf in `state` keeps when nothing unusual happened.
fn natural(state: State, column: Column, place: medproof_core::hash::Digest, quantity: u16) -> Option<Prior> {
    match (state, column) {
        (State::InTransit | State::PartlyDispensed | State::Dispensed | State::Sample | State::Exported, _) => {
            undoable(place, quantity)
        }
        (State::Locked, Column::Destroy) => held(State::Active, Holds::HOLDER),
        (State::Locked, _) => held(State::Active, Holds::ISSUER),
        (State::Quarantined, Column::Release | Column::Return | Column::Destroy) => {
            held(State::Active, Holds::EXCURSION)
        }
        (State::Quarantined, _) => held(State::Active, Holds::EXCURSION | Holds::ISSUER),
        _ => None,
    }
}

/// The trials for a cell of the page.
fn trials(cell: &str, state: State, column: Column, level: &str, place: medproof_core::hash::Digest) -> Vec<Trial> {
    let quantity = if level == "pack" { 30 } else { 0 };
    let prior = natural(state, column, place, quantity);
    let refuses = |code: &str| Promise::Refuses(code.to_string());
    let in_state = |name: &str| refuses(&format!("rules.state.{name}-{level}"));
    let as_regulator = matches!(column, Column::Unlock);
    let one = |promise| vec![Trial { prior, as_regulator, promise }];
    let next = |text: &str| match text {
        "" => state,
        "p" => State::Active,
        number => State::ALL[number.parse::<usize>().expect("a state") - 1],
    };
    match cell.split_once(' ').unwrap_or((cell, "")) {
        ("×", _) => one(in_state(state.name())),
        ("=", "t") => {
            let holds = if state == State::Locked { Holds::HOLDER } else { Holds::QUARANTINE };
            let on_the_way =
                Trial { prior: held(State::InTransit, holds), as_regulator, promise: in_state("in-transit") };
            one(Promise::Becomes(state)).into_iter().chain([on_the_way]).collect()
        }
        ("=", "a") | ("12", "a") => {
            let to = if cell.starts_with('=') { state } else { State::Destroyed };
            let others = if state == State::Locked { 0 } else { Holds::EXCURSION };
            let authority = |bit| Trial {
                prior: held(State::Active, others | bit),
                as_regulator: false,
                promise: refuses("rules.hold.authority"),
            };
            let mut trials = one(Promise::Becomes(to));
            trials.extend([authority(Holds::ISSUER), authority(Holds::REGULATOR)]);
            if column == Column::Destroy {
                let promise = Promise::Becomes(to);
                let prior = held(State::Active, others | Holds::REGULATOR);
                trials.push(Trial { prior, as_regulator: true, promise });
            }
            trials
        }
        ("=", "") => one(Promise::Becomes(state)),
        ("p", "") => one(Promise::Becomes(State::Active)),
        ("u", "") => one(refuses("rules.undo.nothing")),
        ("h", "") => one(refuses("rules.hold.none")),
        ("H", to) => one(Promise::Becomes(next(to))),
        (number, "") => one(Promise::Becomes(next(number))),
        _ => panic!("{cell} is no cell"),
    }
}

/// What a trial's items are, in the capacity that its kind takes.
struct Named<'a> {
    serial: Option<&'a str>,
    unit: Parent,
    column: Column,
    as_regulator: bool,
}

impl Named<'_> {
    fn items(&self) -> Items {
        let (capacity, salt) = match self.column {
            _ if self.as_regulator => (Capacity::Regulator, None),
            Column::ShipCancel | Column::Undo => (Capacity::Shipper, Some(PLACE_SALT)),
            _ => (Capacity::Holder, Some(HOLDER_SALT)),
        };
        let items = Items::new(capacity);
        match self.serial {
            Some(serial) => items.pack(pack(1, serial), salt),
            None => items.unit(self.unit, salt),
        }
    }

    fn bare(&self) -> Items {
        match self.serial {
            Some(serial) => Items::new(Capacity::Holder).pack(pack(1, serial), None),
            None => Items::new(Capacity::Holder).unit(self.unit, None),
        }
    }
}

/// The event of a column that names these items, and the role in which it is sent.
fn event(ledger: &Ledger, named: &Named<'_>, state: State) -> (u8, Act) {
    let items = named.items();
    let reason = PackHoldReason::NotStated;
    let undone = match state {
        State::PartlyDispensed => number::DISPENSE_PARTLY,
        State::Sample => number::SAMPLE,
        State::Exported => number::EXPORT,
        _ => number::DISPENSE,
    };
    let (site, consignee) = (SITE, MemberId(HOSPITAL));
    let act = match named.column {
        Column::Alias => {
            let pair = AliasPair { alias: pack(5, "ALIAS"), canonical: pack(1, named.serial.expect("a pack")) };
            Act::PackAlias(PackAlias { aliases: vec![pair] })
        }
        Column::AggregateParent => {
            let items = ledger.held(&["LOOSE"]);
            Act::Aggregate(Aggregate { unit: named.unit, unit_salt: Some(HOLDER_SALT), items })
        }
        Column::AggregateChild => Act::Aggregate(Aggregate { unit: unit(9, 1), unit_salt: None, items }),
        Column::DisaggregateParent => {
            let items = Items::new(Capacity::Holder).pack(pack(1, "INNER"), None);
            Act::Disaggregate(Disaggregate { unit: named.unit, unit_salt: HOLDER_SALT, items })
        }
        Column::DisaggregateChild => {
            let around = if named.serial.is_some() { unit(CASE, 1) } else { unit(PALLET, 1) };
            let unit_salt = ledger.salt(&medproof_rules::ItemName::Unit(around));
            Act::Disaggregate(Disaggregate { unit: around, unit_salt, items: named.bare() })
        }
        Column::Dissolve => Act::Dissolve(Dissolve { unit: named.unit, salt: HOLDER_SALT }),
        Column::Ship => ship_to(HOSPITAL, items),
        Column::ShipCancel => Act::ShipCancel(at_site(items)),
        Column::Return => Act::Return(Return { reason: ReturnReason::Recall, consignee, site, trade: None, items }),
        Column::Receive => receive(items),
        Column::PutAway => Act::PutAway(at_site(items)),
        Column::WardIssue => Act::WardIssue(at_site(items)),
        Column::Dispense => Act::Dispense(at_site(items)),
        Column::DispensePartly => {
            let (pack, amount) = (pack(1, named.serial.expect("a pack")), NonZeroU16::MIN);
            Act::DispensePartly(DispensePartly { site, portions: vec![Portion { pack, salt: HOLDER_SALT, amount }] })
        }
        Column::Sample => Act::Sample(at_site(items)),
        Column::Export => Act::Export(Export { country: Country::new(*b"CN").expect("letters"), site, items }),
        Column::Destroy => Act::Destroy(Destroy { reason: DestroyReason::NotStated, site, items }),
        Column::Stolen => Act::Stolen(at_site(items)),
        Column::Undo => Act::Undo(Undo { undone, site, items }),
        Column::Lock => Act::Lock(Lock { reason, items }),
        Column::Unlock => Act::Unlock(Unlock { items }),
        Column::Quarantine => Act::Quarantine(Quarantine { reason, items }),
        Column::Release => Act::Release(Release { allowance_minutes: 0, items }),
        _ => {
            let (start, end) = (UnixMillis(GENESIS_MS), UnixMillis(GENESIS_MS + 11 * 3_600_000));
            let span = Temperature { start, end, lowest_decicelsius: 81, highest_decicelsius: 90 };
            Act::Reading(Reading { items, temperatures: vec![span] })
        }
    };
    let role = match named.column {
        _ if named.as_regulator => 1,
        Column::Alias => 2,
        Column::Export => 3,
        _ => 4,
    };
    (role, act)
}

/// Packs and units that a member with all roles has made.
fn stock() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.now.0 += DAY_MS;
    let mut ok = |role, act| ledger.act_as(ALL_ROLES, role, act).expect("accepted");
    ok(2, register_product(1, Some(LIMITS)));
    ok(2, Act::ProductAlias(ProductAlias { alias: product(5), canonical: product(1) }));
    ok(2, release_lot(1, "L1", 30_000));
    ok(2, register_packs(1, "L1", &["LOOSE", "INNER", "TRIED"]));
    let fill = |ledger: &mut Ledger, unit, items| {
        let act = Act::Aggregate(Aggregate { unit, unit_salt: None, items });
        ledger.act_as(ALL_ROLES, 4, act).expect("accepted");
    };
    let items = ledger.held(&["INNER"]);
    fill(&mut ledger, unit(CASE, 1), items);
    ledger
}

fn found(result: Result<medproof_rules::Applied, medproof_rules::Refusal>, state: impl Fn() -> State) -> Promise {
    match result {
        Ok(_) => Promise::Becomes(state()),
        Err(refusal) => Promise::Refuses(refusal.code.to_string()),
    }
}

fn commitments(path: &Path) -> (medproof_core::hash::Digest, medproof_core::hash::Digest) {
    let member = MemberId(ALL_ROLES);
    (holder(&holder_salt(&HOLDER_SALT.0, path), member), place(&holder_salt(&PLACE_SALT.0, path), member, SITE.0))
}

/// Tries all cells of a section and says how many, and which codes were met.
fn try_all(
    section: &str,
    cells: usize,
    try_one: &dyn Fn(&str, State, Column) -> Vec<(Promise, Promise)>,
) -> BTreeSet<String> {
    let (mut codes, mut tried) = (BTreeSet::new(), 0);
    for table in tables(&under(section)) {
        for row in &table[1..] {
            for state in
                states(&row[0]).into_iter().filter(|state| !matches!(state, State::Withdrawn | State::Recalled))
            {
                for (heading, cell) in table[0].iter().zip(row).skip(1) {
                    let Some(column) = column(heading) else { continue };
                    tried += 1;
                    for (promised, found) in try_one(cell, state, column) {
                        assert_eq!(found, promised, "{section}: {state:?} × {heading}: {cell}");
                        if let Promise::Refuses(code) = found {
                            codes.insert(code);
                        }
                    }
                }
            }
        }
    }
    assert_eq!(tried, cells, "{section}");
    codes
}

/// The codes of the table that speak of the state of this level.
fn of_level(level: &str) -> BTreeSet<String> {
    let suffix = format!("-{level}");
    CODES
        .iter()
        .filter(|code| code.starts_with("rules.state.") && code.ends_with(&suffix))
        .map(|code| code.to_string())
        .collect()
}

#[test]
fn every_cell_for_packs_holds() {
    let stock = stock();
    let path = stock.paths().pack(&pack(1, "TRIED"));
    let (holder, place) = commitments(&path);
    let met = try_all("### 6.1", 10 * 21, &|cell, state, column| {
        let attempt = |trial: Trial| {
            let mut ledger = stock.clone();
            let is_inside = column == Column::DisaggregateChild;
            ledger.force_pack("TRIED", |leaf| {
                (leaf.state, leaf.prior) = (state.into(), trial.prior);
                leaf.place = if is_inside { Place::Inside(unit(CASE, 1)) } else { Place::Holder(holder) };
            });
            ledger.force_unit(unit(CASE, 1), |leaf| leaf.children = 2);
            let named = Named { serial: Some("TRIED"), unit: unit(CASE, 1), column, as_regulator: trial.as_regulator };
            let (role, act) = event(&ledger, &named, state);
            let result = ledger.act_as(ALL_ROLES, role, act);
            (trial.promise, found(result, || ledger.pack("TRIED").state.known().expect("a state")))
        };
        trials(cell, state, column, "pack", place).into_iter().map(attempt).collect()
    });
    let missing: Vec<_> = of_level("pack").difference(&met).cloned().collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_cell_for_units_holds() {
    let stock = stock();
    let case = unit(CASE, 1);
    let (holder, place) = commitments(&stock.paths().unit(case));
    let met = try_all("### 6.2", 7 * 20, &|cell, state, column| {
        let attempt = |trial: Trial| {
            let mut ledger = stock.clone();
            if column == Column::DisaggregateChild {
                let items = ledger.held_unit(case);
                let act = Act::Aggregate(Aggregate { unit: unit(PALLET, 1), unit_salt: None, items });
                ledger.act_as(ALL_ROLES, 4, act).expect("accepted");
            }
            let is_inside = column == Column::DisaggregateChild;
            ledger.force_unit(case, |leaf| {
                (leaf.state, leaf.prior) = (state.into(), trial.prior);
                leaf.place = if is_inside { UnitPlace::Inside(unit(PALLET, 1)) } else { UnitPlace::Holder(holder) };
            });
            let named = Named { serial: None, unit: case, column, as_regulator: trial.as_regulator };
            let (role, act) = event(&ledger, &named, state);
            let result = ledger.act_as(ALL_ROLES, role, act);
            (trial.promise, found(result, || ledger.unit(case).state.known().expect("a state")))
        };
        trials(cell, state, column, "unit", place).into_iter().map(attempt).collect()
    });
    let missing: Vec<_> = of_level("unit").difference(&met).cloned().collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_cell_for_lots_holds() {
    let stock = stock();
    let mut met = BTreeSet::new();
    let table = &tables(&under("### 6.3"))[0];
    for row in &table[1..] {
        for state in states(&row[0]) {
            for (heading, cell) in table[0].iter().zip(row).skip(1) {
                let mut ledger = stock.clone();
                ledger.force_lot("L1", |leaf| leaf.state = state.into());
                let result = ledger.act_as(ALL_ROLES, lot_role(heading), lot_act(heading));
                let state_after = || match ledger.leaf(ledger.paths().lot(&product(1), &lot_name("L1"))) {
                    Some(medproof_core::leaf::Leaf::Lot(leaf)) => leaf.state.known().expect("a state"),
                    other => panic!("{other:?}"),
                };
                let promised = match cell.as_str() {
                    "×" => Promise::Refuses(format!("rules.state.{}-lot", state.name())),
                    "yes" => Promise::Becomes(state),
                    number => Promise::Becomes(State::ALL[number.parse::<usize>().expect("a state") - 1]),
                };
                let found = found(result, state_after);
                assert_eq!(found, promised, "{state:?} × {heading}");
                if let Promise::Refuses(code) = found {
                    met.insert(code);
                }
            }
        }
    }
    assert_eq!(met, of_level("lot"));
}

fn lot_act(heading: &str) -> Act {
    let hold = LotHold { product: product(1), lot: lot_name("L1"), reason: HoldReason::NotStated };
    let (severity, depth) = (Severity::NotStated, Depth::Patients);
    let measure = LotMeasure { product: product(1), lot: lot_name("L1"), severity, depth };
    match &heading[..3] {
        "501" => Act::LotQuarantine(hold),
        "502" => Act::LotReleaseQuarantine(hold),
        "503" => Act::LotLock(hold),
        "504" => Act::LotUnlock(hold),
        "505" => Act::LotWithdraw(measure),
        "506" => Act::LotRecall(measure),
        "507" => Act::LotLift(hold),
        _ => register_packs(1, "L1", &["NEW"]),
    }
}

fn lot_role(heading: &str) -> u8 {
    if matches!(&heading[..3], "503" | "504" | "507") { 1 } else { 2 }
}

#[test]
fn every_cell_for_products_holds() {
    let stock = stock();
    let mut met = BTreeSet::new();
    let table = &tables(&under("### 6.4"))[0];
    let (severity, depth) = (Severity::NotStated, Depth::Patients);
    let measure = ProductMeasure { product: product(1), severity, depth };
    for row in &table[1..] {
        for state in states(&row[0]) {
            for (heading, cell) in table[0].iter().zip(row).skip(1) {
                let mut ledger = stock.clone();
                ledger.force_product(|leaf| leaf.state = state.into());
                let (role, act) = match &heading[..3] {
                    "401" => {
                        let (product, info) = (product(1), product_info(None));
                        let random_serials = true;
                        (2, Act::ProductChange(ProductChange { product, info, random_serials, new_issuer: None }))
                    }
                    "402" => (2, Act::ProductWithdraw(measure.clone())),
                    "403" => (2, Act::ProductRecall(measure.clone())),
                    "404" => (1, Act::ProductLift(ProductLift { product: product(1), reason: HoldReason::Cleared })),
                    "405" => (2, Act::ProductAlias(ProductAlias { alias: product(6), canonical: product(1) })),
                    "500" => (2, release_lot(1, "L2", 30_000)),
                    _ => (2, register_packs(1, "L1", &["NEW"])),
                };
                let result = ledger.act_as(ALL_ROLES, role, act);
                let state_after = || match ledger.leaf(ledger.paths().product(&product(1))) {
                    Some(medproof_core::leaf::Leaf::Product(leaf)) => leaf.state.known().expect("a state"),
                    other => panic!("{other:?}"),
                };
                let promised = match cell.as_str() {
                    "×" => Promise::Refuses(format!("rules.state.{}-product", state.name())),
                    "yes" | "=" => Promise::Becomes(state),
                    number => Promise::Becomes(State::ALL[number.parse::<usize>().expect("a state") - 1]),
                };
                let found = found(result, state_after);
                assert_eq!(found, promised, "{state:?} × {heading}");
                if let Promise::Refuses(code) = found {
                    met.insert(code);
                }
            }
        }
    }
    assert_eq!(met, of_level("product"));
}

/// Section 6.5 for packs in a state in which each kind is allowed.
#[test]
fn goods_go_forward_only_while_lot_and_product_let_them() {
    let stock = stock();
    let path = stock.paths().pack(&pack(1, "TRIED"));
    let (holder, place) = commitments(&path);
    let changes: [(&str, &dyn Fn(&mut Ledger)); 7] = [
        ("rules.state.locked-lot", &|ledger| ledger.force_lot("L1", |leaf| leaf.state = State::Locked.into())),
        ("rules.state.quarantined-lot", &|ledger| {
            ledger.force_lot("L1", |leaf| leaf.state = State::Quarantined.into())
        }),
        ("rules.state.withdrawn-lot", &|ledger| ledger.force_lot("L1", |leaf| leaf.state = State::Withdrawn.into())),
        ("rules.state.recalled-lot", &|ledger| ledger.force_lot("L1", |leaf| leaf.state = State::Recalled.into())),
        ("rules.state.withdrawn-product", &|ledger| ledger.force_product(|leaf| leaf.state = State::Withdrawn.into())),
        ("rules.state.recalled-product", &|ledger| ledger.force_product(|leaf| leaf.state = State::Recalled.into())),
        ("rules.expired", &|ledger| {
            let yesterday = medproof_core::identity::Day(ledger.today().0 - 1);
            ledger.force_lot("L1", |leaf| leaf.expiry = yesterday);
        }),
    ];
    for row in medproof_rules::table::MARKET {
        for &column in row.columns {
            let state = match column {
                Column::ShipCancel | Column::Receive => State::InTransit,
                Column::Undo => State::Dispensed,
                Column::Unlock => State::Locked,
                Column::Release => State::Quarantined,
                _ => State::Active,
            };
            for (code, change) in changes {
                let mut ledger = stock.clone();
                let is_inside = column == Column::DisaggregateChild;
                ledger.force_pack("TRIED", |leaf| {
                    (leaf.state, leaf.prior) = (state.into(), natural(state, column, place, 30));
                    leaf.place = if is_inside { Place::Inside(unit(CASE, 1)) } else { Place::Holder(holder) };
                });
                ledger.force_unit(unit(CASE, 1), |leaf| leaf.children = 2);
                change(&mut ledger);
                let as_regulator = column == Column::Unlock;
                let named = Named { serial: Some("TRIED"), unit: unit(CASE, 1), column, as_regulator };
                let (role, act) = event(&ledger, &named, state);
                let refused = ledger.act_as(ALL_ROLES, role, act).err().map(|refusal| refusal.code);
                assert_eq!(refused, row.is_forward.then_some(code), "{column:?}");
            }
        }
    }
}
