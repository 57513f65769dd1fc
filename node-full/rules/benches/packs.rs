//! Pack updates a second on one core: signed events of 10,000 packs each, executed without a tree.
//!
//! `cargo bench -p medproof-rules`

#![allow(clippy::expect_used, missing_docs, reason = "a program that prints a table")]

#[path = "../tests/ledger/mod.rs"]
mod ledger;

use ledger::{HOSPITAL, Ledger, MANUFACTURER, at_site, receive, register_packs, ship_to};
use medproof_core::{header::UnixMillis, leaf::Parent};
use medproof_rules::body::{Act, Aggregate, Reading, Release, Temperature};
use std::time::Instant;

const PACKS: usize = 10_000;
const EVENTS: u32 = 5;

/// Spans out of range that lie apart, the most that one event may carry.
fn temperatures(round: u64) -> Vec<Temperature> {
    let span = |n: u64| Temperature {
        start: UnixMillis(n * 100_000 + round),
        end: UnixMillis(n * 100_000 + 50_000 + n),
        lowest_decicelsius: 90,
        highest_decicelsius: 95,
    };
    (1..=1_000).map(span).collect()
}

fn main() {
    println!("{:<28} {:>12} {:>16}", "10,000 packs an event", "ms an event", "packs a second");
    let mut ledger = Ledger::stocked(&[]);
    for round in 0..EVENTS {
        let serials: Vec<String> = (0..PACKS).map(|n| format!("{round}S{n:011}")).collect();
        let serials: Vec<&str> = serials.iter().map(String::as_str).collect();
        let is_last = round + 1 == EVENTS;
        let mut run = |name: &str, packs: usize, member: u32, act: &dyn Fn(&Ledger) -> Act| {
            let act = act(&ledger);
            let (event, body_bytes) = ledger.prepare(member, act);
            let started = Instant::now();
            let changes = ledger.execute(&event);
            let seconds = started.elapsed().as_secs_f64();
            ledger.take(changes);
            if is_last {
                let rate = packs as f64 / seconds;
                println!("{name:<28} {:>12.1} {rate:>16.0}   (body {body_bytes} bytes)", seconds * 1_000.0);
            }
        };
        run("pack-register", PACKS, MANUFACTURER, &|_| register_packs(1, "L1", &serials));
        run("ship", PACKS, MANUFACTURER, &|ledger| ship_to(HOSPITAL, ledger.held(&serials)));
        run("receive", PACKS, HOSPITAL, &|ledger| receive(ledger.held(&serials)));
        let unit: Parent = ledger::unit(u64::from(round), 1);
        let (packed, single) = serials.split_at(PACKS / 2);
        run("put-away", PACKS, HOSPITAL, &|ledger| Act::PutAway(at_site(ledger.held(&serials))));
        run("reading of 1,000 spans", PACKS, HOSPITAL, &|ledger| {
            let items = ledger.held(&serials);
            Act::Reading(Reading { items, temperatures: temperatures(u64::from(round)) })
        });
        run("release", PACKS, HOSPITAL, &|ledger| {
            Act::Release(Release { allowance_minutes: u16::MAX, items: ledger.held(&serials) })
        });
        run("aggregate (half of them)", PACKS / 2, HOSPITAL, &|ledger| {
            Act::Aggregate(Aggregate { unit, unit_salt: None, items: ledger.held(packed) })
        });
        run("dispense (half of them)", PACKS / 2, HOSPITAL, &|ledger| Act::Dispense(at_site(ledger.held(single))));
    }
}
