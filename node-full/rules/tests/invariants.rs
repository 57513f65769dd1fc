//! The invariants of `docs/EVENTS.md` section 8, over random walks of a small consortium.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod ledger;

use ledger::{
    CLINIC, DAY_MS, HOSPITAL, Ledger, MANUFACTURER, REGULATOR, SITE, WHOLESALER, at_site, pack, receive, ship_to, sign,
    signing_key, unit,
};
use medproof_core::{
    custody::{holder, holder_salt},
    event::Event,
    hash::Digest,
    header::UnixMillis,
    identity::MemberId,
    leaf::{Leaf, MAX_UNIT_DEPTH, Pack, Parent, Place, Prior, State, StateCode, Unit, UnitPlace},
    state::{MemoryTree, Path},
};
use medproof_rules::{
    Executor, ItemName,
    body::{
        Act, Aggregate, Body, Capacity, Destroy, DestroyReason, Disaggregate, DispensePartly, Dissolve, Items, Lock,
        PackHoldReason, Portion, Quarantine, Reading, Release, Return, ReturnReason, Temperature, Undo, Unlock, number,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU16,
};

const SERIALS: [&str; 6] = ["P0", "P1", "P2", "P3", "P4", "P5"];
const MEMBERS: [u32; 4] = [MANUFACTURER, WHOLESALER, HOSPITAL, CLINIC];
const UNITS: u64 = 6;

/// Numbers that follow from a seed (splitmix64).
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % bound
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

/// All packs and units with their leaves.
fn leaves(ledger: &Ledger) -> (BTreeMap<Path, Pack>, BTreeMap<Parent, Unit>) {
    let packs = ledger.values.iter().filter_map(|(path, value)| match Leaf::from_value(value) {
        Ok(Leaf::Pack(leaf)) => Some((*path, leaf)),
        _ => None,
    });
    let units = ledger.index.units.keys().map(|unit| (*unit, ledger.unit(*unit)));
    (packs.collect(), units.collect())
}

fn check(ledger: &Ledger, before: &BTreeMap<Path, Pack>) {
    let (packs, units) = leaves(ledger);
    assert_eq!(packs.len(), SERIALS.len(), "packs are conserved");
    for (path, leaf) in &packs {
        if let Some(was) = before.get(path).filter(|was| was.state >= State::Stolen.into()) {
            assert_eq!(was, leaf, "final stays final");
        }
        check_holds(leaf.state, leaf.prior);
        assert!(leaf.quantity_left <= 30 && (leaf.quantity_left == 0) == (was_emptied(leaf)), "{leaf:?}");
        assert!(depth(&units, leaf.place.into_unit()) <= MAX_UNIT_DEPTH);
    }
    for (name, unit) in &units {
        check_holds(unit.state, unit.prior);
        let levels = usize::from(unit.levels) - 1 + depth(&units, Some(*name));
        assert!(levels <= MAX_UNIT_DEPTH, "no pack in it can be deeper");
        let in_packs = packs.values().filter(|leaf| leaf.place == Place::Inside(*name)).count();
        let in_units = units.values().filter(|leaf| leaf.place == UnitPlace::Inside(*name)).count();
        if !matches!(unit.place, UnitPlace::Dissolved(_)) {
            assert_eq!(unit.children as usize, in_packs + in_units, "children are those that name it");
        }
    }
    check_holders(ledger);
    ledger.check_chains();
}

trait IntoUnit {
    fn into_unit(self) -> Option<Parent>;
}

impl IntoUnit for Place {
    fn into_unit(self) -> Option<Parent> {
        match self {
            Self::Inside(unit) => Some(unit),
            Self::Holder(_) => None,
        }
    }
}

/// How many units there are from here upward.
fn depth(units: &BTreeMap<Parent, Unit>, mut unit: Option<Parent>) -> usize {
    let mut depth = 0;
    while let Some(name) = unit {
        depth += 1;
        unit = match units[&name].place {
            UnitPlace::Inside(above) => Some(above),
            _ => None,
        };
    }
    depth
}

/// Dispensed as a whole, or destroyed or stolen after that.
fn was_emptied(leaf: &Pack) -> bool {
    leaf.state == State::Dispensed.into() || leaf.state == State::Destroyed.into() && leaf.quantity_left == 0
}

fn check_holds(state: StateCode, prior: Option<Prior>) {
    let is_held = matches!(prior, Some(Prior::Held { .. }));
    let is_back = [State::Locked, State::Quarantined].map(StateCode::from).contains(&state);
    assert_eq!(is_held, is_back, "{state:?} {prior:?}");
}

/// What effects told opens what leaves hold.
fn check_holders(ledger: &Ledger) {
    for (name, (member, salt)) in &ledger.index.held {
        let (path, commitment) = match name {
            ItemName::Pack(pack) => {
                let path = ledger.paths().pack(pack);
                match ledger.index.packs[pack].1.place {
                    Place::Holder(commitment) => (path, commitment),
                    Place::Inside(_) => continue,
                }
            }
            ItemName::Unit(unit) => match ledger.unit(*unit).place {
                UnitPlace::Holder(commitment) | UnitPlace::Dissolved(commitment) => {
                    (ledger.paths().unit(*unit), commitment)
                }
                UnitPlace::Inside(_) => continue,
            },
        };
        assert_eq!(holder(&holder_salt(&salt.0, &path), *member), commitment, "{name:?}");
    }
}

/// Who holds an item, as the index knows it.
fn holder_of(ledger: &Ledger, item: &ItemName) -> Option<u32> {
    let inside = match item {
        ItemName::Pack(pack) => ledger.index.packs[pack].1.place.into_unit(),
        ItemName::Unit(unit) => match ledger.index.units.get(unit)?.place {
            UnitPlace::Inside(above) => Some(above),
            _ => None,
        },
    };
    match inside {
        Some(above) => holder_of(ledger, &ItemName::Unit(above)),
        None => ledger.index.held.get(item).map(|(member, _)| member.0),
    }
}

/// A random item with its salt: mostly a pack, sometimes a unit.
fn any_item(ledger: &Ledger, rng: &mut Rng, capacity: Capacity, packs_only: bool) -> (ItemName, Items) {
    let units: Vec<Parent> = ledger.index.units.keys().copied().collect();
    let name = if packs_only || units.is_empty() || rng.below(3) > 0 {
        ItemName::Pack(pack(1, rng.one(&SERIALS)))
    } else {
        ItemName::Unit(rng.one(&units))
    };
    // Of what can be undone, most of the time.
    let undoable: Vec<&ItemName> = ledger.index.undo.keys().filter(|name| can_be_undone(ledger, name)).collect();
    let name = match (capacity, undoable.is_empty()) {
        (Capacity::Shipper, false) => rng.one(&undoable).clone(),
        _ => name,
    };
    let salt = match capacity {
        Capacity::Holder => Some(ledger.salt(&name)),
        Capacity::Shipper => Some(ledger.index.undo.get(&name).copied().unwrap_or(ledger.salt(&name))),
        _ => None,
    };
    let items = Items::new(capacity);
    let items = match &name {
        ItemName::Pack(pack) => items.pack(pack.clone(), salt),
        ItemName::Unit(unit) => items.unit(*unit, salt),
    };
    (name, items)
}

fn can_be_undone(ledger: &Ledger, name: &ItemName) -> bool {
    let prior = match name {
        ItemName::Pack(pack) => ledger.index.packs[pack].1.prior,
        ItemName::Unit(unit) => ledger.index.units[unit].prior,
    };
    matches!(prior, Some(Prior::Undo { .. }))
}

/// A random act and who sends it in which role.
fn any_act(ledger: &Ledger, rng: &mut Rng) -> (u32, u8, Act) {
    // Some oftener than others, so that walks go everywhere.
    let what =
        rng.one(&[0, 1, 2, 3, 2, 3, 4, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 10, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    let capacity = match what {
        5 | 6 => Capacity::Shipper,
        13 | 14 => rng.one(&[Capacity::Holder, Capacity::Issuer, Capacity::Regulator]),
        10 => rng.one(&[Capacity::Holder, Capacity::Regulator]),
        _ => Capacity::Holder,
    };
    let packs_only = matches!(what, 6..=9) || capacity == Capacity::Issuer;
    let (name, items) = any_item(ledger, rng, capacity, packs_only);
    let honest = match capacity {
        Capacity::Issuer => Some(MANUFACTURER),
        Capacity::Regulator => Some(REGULATOR),
        Capacity::Holder => holder_of(ledger, &name),
        Capacity::Shipper if what == 6 => Some(rng.one(&[HOSPITAL, HOSPITAL, CLINIC])),
        Capacity::Shipper => Some(rng.one(&MEMBERS)),
    };
    let sender = honest.filter(|_| rng.below(10) > 0).unwrap_or_else(|| rng.one(&MEMBERS));
    let role = if sender == CLINIC { 4 } else { sender as u8 };
    let (site, consignee) = (SITE, MemberId(rng.one(&[HOSPITAL, HOSPITAL, CLINIC, WHOLESALER, MANUFACTURER])));
    let (reason, hold) = (ReturnReason::Quality, PackHoldReason::Quality);
    let act = match what {
        0 | 1 => ship_to(consignee.0, items),
        2 | 3 => receive(items),
        4 => Act::Return(Return { reason, consignee, site, trade: None, items }),
        5 => Act::ShipCancel(at_site(items)),
        6 => {
            let undone = rng.one(&[number::DISPENSE, number::DISPENSE_PARTLY, number::DISPENSE_PARTLY, number::SAMPLE]);
            Act::Undo(Undo { undone, site, items })
        }
        7 => Act::Dispense(at_site(items)),
        8 => {
            let amount = NonZeroU16::new(1 + rng.below(12) as u16).expect("not 0");
            let item = items.packs[0].clone();
            let portion = Portion { pack: item.pack, salt: item.salt.expect("a salt"), amount };
            Act::DispensePartly(DispensePartly { site, portions: vec![portion] })
        }
        9 => Act::Sample(at_site(items)),
        10 if rng.below(4) == 0 => Act::Destroy(Destroy { reason: DestroyReason::Expired, site, items }),
        10 if rng.below(4) == 0 => Act::Stolen(at_site(items)),
        10 => Act::Release(Release { allowance_minutes: rng.below(90) as u16, items }),
        11 => Act::Quarantine(Quarantine { reason: hold, items }),
        12 => {
            let start = ledger.now.0 - DAY_MS + rng.below(20) * 3_600_000;
            let span = Temperature {
                start: UnixMillis(start),
                end: UnixMillis(start + (1 + rng.below(8)) * 600_000),
                lowest_decicelsius: 50,
                highest_decicelsius: 75 + rng.below(10) as i16,
            };
            Act::Reading(Reading { items, temperatures: vec![span] })
        }
        13 => Act::Lock(Lock { reason: hold, items }),
        14 => Act::Unlock(Unlock { items }),
        15 => Act::PutAway(at_site(items)),
        16 | 17 => {
            let sscc = 1 + rng.below(UNITS);
            let generation = (1..).find(|generation| {
                let unit = ledger.index.units.get(&unit(sscc, *generation));
                unit.is_none_or(|unit| !matches!(unit.place, UnitPlace::Dissolved(_)))
            });
            let unit = unit(sscc, generation.expect("one is free"));
            let is_there = ledger.index.units.contains_key(&unit);
            let unit_salt = is_there.then(|| ledger.salt(&ItemName::Unit(unit)));
            Act::Aggregate(Aggregate { unit, unit_salt, items })
        }
        18 => {
            let around = ledger.index.packs.values().filter_map(|(_, leaf)| leaf.place.into_unit()).next();
            let unit = around.unwrap_or(unit(1, 1));
            let inside = |leaf: &Pack| leaf.place == Place::Inside(unit);
            let packs = ledger.index.packs.iter().filter(|(_, (_, leaf))| inside(leaf)).map(|(pack, _)| pack.clone());
            let items = packs.take(2).fold(Items::new(Capacity::Holder), |items, pack| items.pack(pack, None));
            Act::Disaggregate(Disaggregate { unit, unit_salt: ledger.salt(&ItemName::Unit(unit)), items })
        }
        _ => {
            let units: Vec<Parent> = ledger.index.units.keys().copied().collect();
            let unit = if units.is_empty() { unit(1, 1) } else { rng.one(&units) };
            Act::Dissolve(Dissolve { unit, salt: ledger.salt(&ItemName::Unit(unit)) })
        }
    };
    let sender_of_unit = match &act {
        Act::Disaggregate(Disaggregate { unit, .. }) | Act::Dissolve(Dissolve { unit, .. }) => {
            holder_of(ledger, &ItemName::Unit(*unit))
        }
        _ => None,
    };
    match sender_of_unit {
        Some(CLINIC) => (CLINIC, 4, act),
        Some(member) => (member, member as u8, act),
        None => (sender, role, act),
    }
}

fn root(values: &BTreeMap<Path, Vec<u8>>) -> medproof_core::state::NodeHash {
    let mut tree = MemoryTree::new();
    let leaves = values.iter().map(|(path, value)| (*path, Some(value.clone()))).collect();
    tree.update(leaves).expect("values are short enough");
    tree.root()
}

#[test]
fn invariants_hold_on_random_walks_and_replay_gives_the_same_root() {
    let mut accepted: BTreeMap<u16, usize> = BTreeMap::new();
    let mut refusals: BTreeSet<&'static str> = BTreeSet::new();
    for seed in 0..60 {
        let mut rng = Rng(seed);
        let mut ledger = Ledger::stocked(&SERIALS);
        ledger.now.0 += DAY_MS;
        let start = ledger.clone();
        let mut events: Vec<Event> = Vec::new();
        for _ in 0..150 {
            let (before, _) = leaves(&ledger);
            let (member, role, act) = any_act(&ledger, &mut rng);
            let kind = act.kind();
            let head = ledger.head(member, role, &act);
            let body = Body::new(Digest::ZERO, act).to_bytes();
            let event = sign(head, body, &signing_key(&format!("member {member}")));
            let values = ledger.values.clone();
            match ledger.apply(&event) {
                Ok(_) => {
                    *accepted.entry(kind.0).or_default() += 1;
                    events.push(event);
                    check(&ledger, &before);
                }
                Err(refusal) => {
                    refusals.insert(refusal.code);
                    assert_eq!(ledger.values, values, "a refused event changes nothing");
                }
            }
        }
        // All in one block.
        let mut executor = Executor::new(start.chain_id, &start, start.now);
        for event in &events {
            executor.apply(event).expect("what was accepted is accepted again");
        }
        let mut replayed = start.values.clone();
        for (path, value) in executor.finish().leaves {
            replayed.insert(path, value.expect("nothing is removed"));
        }
        assert_eq!(root(&replayed), root(&ledger.values), "seed {seed}");
    }
    // The walks went everywhere.
    for kind in
        [700, 701, 702, 900, 901, 902, 903, 904, 1000, 1001, 1002, 1004, 1005, 1006, 1100, 1101, 1102, 1103, 1200]
    {
        assert!(accepted.get(&kind).copied().unwrap_or(0) >= 10, "kind {kind}: {accepted:?}");
    }
    assert!(refusals.len() > 20, "{refusals:?}");
}

/// Every order of `items`.
fn orders<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let with_first = |place: usize| {
        let mut rest = items.to_vec();
        let first = rest.remove(place);
        orders(&rest).into_iter().map(move |mut order| {
            order.insert(0, first.clone());
            order
        })
    };
    (0..items.len()).flat_map(with_first).collect()
}

#[test]
fn no_order_of_concurrent_events_dispenses_a_pack_twice() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["P0"]);
    let mut events = Vec::new();
    let mut add = |ledger: &mut Ledger, member: u32, act: Act| {
        let head = ledger.head(member, 4, &act);
        let kind = act.kind();
        let body = Body::new(Digest::ZERO, act).to_bytes();
        events.push((kind, sign(head, body, &signing_key(&format!("member {member}")))));
    };
    // Two counters scan at once, a third sends it back to the ward's stock, one slips and one takes the slip back.
    for _ in 0..3 {
        let items = ledger.held(&["P0"]);
        add(&mut ledger, HOSPITAL, Act::Dispense(at_site(items)));
    }
    let items = ledger.held(&["P0"]);
    add(&mut ledger, CLINIC, Act::Dispense(at_site(items)));
    let items = ledger.held(&["P0"]);
    add(&mut ledger, HOSPITAL, Act::PutAway(at_site(items)));
    let items = ledger.held(&["P0"]);
    add(&mut ledger, HOSPITAL, Act::Sample(at_site(items)));
    let orders = orders(&events);
    assert_eq!(orders.len(), 720);
    for order in orders {
        let mut executor = Executor::new(ledger.chain_id, &ledger, ledger.now);
        let accepted: Vec<_> =
            order.iter().filter(|(_, event)| executor.apply(event).is_ok()).map(|(kind, _)| *kind).collect();
        let ends = accepted.iter().filter(|kind| **kind != number::PUT_AWAY).count();
        assert_eq!(ends, 1, "one of the dispenses, or the sample");
    }
}

#[test]
fn an_undo_lets_a_pack_be_dispensed_once_more_and_not_twice() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["P0"]);
    for _ in 0..4 {
        let items = ledger.held(&["P0"]);
        ledger.ok(HOSPITAL, Act::Dispense(at_site(items.clone())));
        assert_eq!(ledger.refused(HOSPITAL, Act::Dispense(at_site(items))), "rules.state.dispensed-pack");
        let items = ledger.done(&["P0"]);
        ledger.ok(HOSPITAL, Act::Undo(Undo { undone: number::DISPENSE, site: SITE, items }));
    }
}

#[test]
fn an_event_counts_once() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["P0"]);
    let act = Act::PutAway(at_site(ledger.held(&["P0"])));
    let head = ledger.head(HOSPITAL, 4, &act);
    let event = sign(head, Body::new(Digest::ZERO, act).to_bytes(), &signing_key("member 4"));
    let mut executor = Executor::new(ledger.chain_id, &ledger, ledger.now);
    assert!(executor.apply(&event).is_ok());
    assert!(executor.apply(&event).is_err_and(|fault| fault.to_string() == "rules.event.number-used"));
    drop(executor);
    ledger.apply(&event).expect("once");
    assert_eq!(ledger.apply(&event).err().map(|refusal| refusal.code), Some("rules.event.number-used"));
}
