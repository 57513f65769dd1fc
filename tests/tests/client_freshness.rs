//! Age, to the millisecond, and what it does to an answer.

mod client_support;

use client_support::{Scene, after, ask, assert_refused, assert_says};
use medproof_core::{
    encoding::Message,
    header::UnixMillis,
    leaf::State,
    verdict::{Freshness, Mode, Overall, Policy, Purpose},
};
use medproof_tests::{ledger::Ledger, report::ran, stock::pack_scan};

const STATES: [State; 12] = State::ALL;

/// A chain with a pack in each state.
fn fill(ledger: &mut Ledger) {
    ledger.add_product(1);
    STATES.iter().for_each(|state| ledger.add_pack_in(1, state.name(), *state));
}

/// The whole rule, written as prose has it: who may do what with a pack in which state.
fn current_answer(state: State, purpose: Purpose) -> Overall {
    use Purpose::{Buyer, Dispenser, Holder, Receiver};
    match (state, purpose) {
        (State::Active, Holder) => Overall::Warn,
        (State::InTransit, Holder | Buyer | Dispenser) | (State::PartlyDispensed, Dispenser) => Overall::Warn,
        (State::Active, _) | (State::InTransit, Receiver) => Overall::Ok,
        (State::PartlyDispensed | State::Dispensed, Holder) => Overall::Ok,
        _ => Overall::DoNotUse,
    }
}

#[test]
fn ages_at_the_limit_for_every_purpose_mode_and_state() {
    let scene = Scene::new(fill);
    let mut cases = 0;
    for purpose in Purpose::ALL {
        for (mode, limit) in [
            (Mode::Online, 300_000),
            (Mode::Carried, if purpose as u8 <= Purpose::Buyer as u8 { 86_400_000 } else { 900_000 }),
        ] {
            let policy = Policy::new(purpose, mode);
            for state in STATES {
                let text = pack_scan(1, state.name());
                let proof = scene.prove(&text).to_bytes();
                for age_ms in [0, limit - 1, limit, limit + 1, limit + 86_400_000] {
                    let now = after(&scene.block.header, age_ms);
                    let verdict = ask(&mut scene.client(), &text, &proof, now, &policy);
                    let is_stale = age_ms > limit;
                    let expected = match (is_stale, mode) {
                        (true, _) => Freshness::Stale { age_ms },
                        (false, Mode::Online) => Freshness::Fresh { age_ms },
                        (false, Mode::Carried) => Freshness::Carried { age_ms },
                    };
                    assert_eq!(verdict.freshness, Some(expected));
                    let current = current_answer(state, purpose);
                    let is_good = matches!(current, Overall::Ok | Overall::Warn);
                    let overall = if is_stale && is_good { Overall::CannotTell } else { current };
                    let mut reasons = match (is_stale, mode) {
                        (true, _) => vec!["freshness.stale"],
                        (false, Mode::Carried) => vec!["freshness.carried"],
                        (false, Mode::Online) => vec![],
                    };
                    let own = format!("state.{}-pack", state.name());
                    reasons.push(if state == State::Active { "state.active" } else { &own });
                    if state == State::Active && purpose == Purpose::Holder {
                        reasons.push("state.not-dispensed");
                    }
                    assert_says(&verdict, overall, &reasons);
                    cases += 1;
                }
            }
        }
    }
    ran("client: ages at the limit", cases);
}

#[test]
fn a_time_from_the_future_is_its_own_answer() {
    let scene = Scene::new(fill);
    let time = scene.block.header.time().0;
    let mut cases = 0;
    for purpose in Purpose::ALL {
        for mode in [Mode::Online, Mode::Carried] {
            for state in STATES {
                let text = pack_scan(1, state.name());
                let proof = scene.prove(&text).to_bytes();
                for ahead_ms in [1, 29_999, 30_000, 30_001, 3_600_000] {
                    let policy = Policy::new(purpose, mode);
                    let verdict = ask(&mut scene.client(), &text, &proof, UnixMillis(time - ahead_ms), &policy);
                    let expected = match (ahead_ms > 30_000, mode) {
                        (true, _) => Freshness::Future { ahead_ms },
                        (false, Mode::Online) => Freshness::Fresh { age_ms: 0 },
                        (false, Mode::Carried) => Freshness::Carried { age_ms: 0 },
                    };
                    assert_eq!(verdict.freshness, Some(expected));
                    let current = current_answer(state, purpose);
                    let is_good = matches!(current, Overall::Ok | Overall::Warn);
                    let overall = if ahead_ms > 30_000 && is_good { Overall::CannotTell } else { current };
                    assert_eq!(verdict.overall, overall);
                    let first = match (ahead_ms > 30_000, mode) {
                        (true, _) => Some("freshness.future"),
                        (false, Mode::Carried) => Some("freshness.carried"),
                        (false, Mode::Online) => None,
                    };
                    assert_eq!(verdict.reasons.iter().copied().find(|code| code.starts_with("fresh")), first);
                    cases += 1;
                }
            }
        }
    }
    ran("client: times from the future", cases);
}

#[test]
fn the_callers_own_limits_count() {
    let scene = Scene::new(fill);
    let text = pack_scan(1, "active");
    let proof = scene.prove(&text).to_bytes();
    let mut policy = Policy::new(Purpose::Buyer, Mode::Online);
    (policy.max_age_online_ms, policy.max_age_carried_ms, policy.clock_tolerance_ms) = (0, u64::MAX, 0);
    let at = |now: UnixMillis, policy: &Policy| ask(&mut scene.client(), &text, &proof, now, policy);
    let time = scene.block.header.time();
    assert_says(&at(time, &policy), Overall::Ok, &["state.active"]);
    let stale = ["freshness.stale", "state.active"];
    assert_says(&at(UnixMillis(time.0 + 1), &policy), Overall::CannotTell, &stale);
    let future = ["freshness.future", "state.active"];
    assert_says(&at(UnixMillis(time.0 - 1), &policy), Overall::CannotTell, &future);
    assert_says(&at(UnixMillis(0), &policy), Overall::CannotTell, &future);
    policy.clock_tolerance_ms = u64::MAX;
    assert_says(&at(UnixMillis(0), &policy), Overall::Ok, &["state.active"]);
    policy.mode = Mode::Carried;
    let carried = ["freshness.carried", "state.active"];
    assert_says(&at(UnixMillis(time.0 + 80 * 86_400_000), &policy), Overall::Ok, &carried);
    // No limit of the caller's reaches beyond the trusting period.
    assert_refused(&at(UnixMillis(u64::MAX), &policy), "trust.needs-new-anchor");
    ran("client: the caller's limits", 7);
}

/// A pack whose news came later: the older header never gives the better answer back.
#[test]
fn an_older_header_is_noted_and_a_pack_seen_later_is_superseded() {
    let mut scene = Scene::new(fill);
    let text = pack_scan(1, "active");
    let other = pack_scan(1, "in-transit");
    let (older, older_other) = (scene.prove(&text).to_bytes(), scene.prove(&other).to_bytes());
    scene.ledger.add_pack_in(1, "active", State::Recalled);
    scene.block = scene.ledger.seal(1_000);
    let newer = scene.prove(&text).to_bytes();
    let mut cases = 0;
    for purpose in Purpose::ALL {
        for mode in [Mode::Online, Mode::Carried] {
            let policy = Policy::new(purpose, mode);
            let mut client = scene.warm_client();
            // The newest header is known, this pack's news is not: noted, no more.
            let verdict = ask(&mut client, &text, &older, scene.now(), &policy);
            assert_eq!(verdict.overall, current_answer(State::Active, purpose));
            assert_eq!(verdict.reasons[0], "trust.older-header");
            // An old header gains no longer limit: one millisecond more and it is stale.
            let time = scene.block.header.time().0 - 1_000;
            let late = UnixMillis(time + policy.max_age_ms() + 1);
            let verdict = ask(&mut client.clone(), &text, &older, late, &policy);
            assert_eq!(
                (verdict.overall, &verdict.reasons[..2]),
                (Overall::CannotTell, ["trust.older-header", "freshness.stale"].as_slice())
            );
            let verdict = ask(&mut client, &text, &newer, scene.now(), &policy);
            assert_eq!(verdict.overall, Overall::DoNotUse);
            // From now on the older header is superseded for this pack, and for no other.
            for now in [scene.now(), UnixMillis(time), late] {
                let verdict = ask(&mut client.clone(), &text, &older, now, &policy);
                let reasons = ["trust.older-header", "freshness.superseded", "state.active"];
                let shown = if purpose == Purpose::Holder { 4 } else { 3 };
                assert_eq!((verdict.overall, &verdict.reasons[..3]), (Overall::CannotTell, reasons.as_slice()));
                assert_eq!(verdict.reasons.len(), shown);
                assert_eq!(verdict.freshness.map(|freshness| freshness.name()), Some("stale"));
            }
            let verdict = ask(&mut client, &other, &older_other, scene.now(), &policy);
            assert_eq!(verdict.overall, current_answer(State::InTransit, purpose));
            assert!(!verdict.reasons.contains(&"freshness.superseded"));
            cases += 7;
        }
    }
    ran("client: older headers and superseded packs", cases);
}

/// Under another of its codes it is the same pack.
#[test]
fn a_pack_is_superseded_under_each_of_its_codes() {
    let mut scene = client_support::shapes::scene();
    let alias = pack_scan(client_support::shapes::ALIAS, "X-OTHER");
    let older = scene.prove(&alias).to_bytes();
    scene.ledger.add_pack_in(1, "OTHER", State::Stolen);
    scene.block = scene.ledger.seal(1_000);
    let mut client = scene.warm_client();
    let own = pack_scan(1, "OTHER");
    let newer = scene.prove(&own).to_bytes();
    let policy = Policy::new(Purpose::Buyer, Mode::Online);
    assert_says(&ask(&mut client, &own, &newer, scene.now(), &policy), Overall::DoNotUse, &["state.stolen-pack"]);
    let verdict = ask(&mut client, &alias, &older, scene.now(), &policy);
    let reasons = ["trust.older-header", "freshness.superseded", "state.active"];
    assert_says(&verdict, Overall::CannotTell, &reasons);
    ran("client: superseded under another code", 2);
}

/// A device whose clock is set back: newer headers lie in its future; nothing becomes `ok` by it.
#[test]
fn a_clock_set_back() {
    let mut scene = Scene::new(fill);
    let text = pack_scan(1, "active");
    scene.block = scene.ledger.seal(7_200_000);
    let proof = scene.prove(&text).to_bytes();
    let mut client = scene.warm_client();
    let back = UnixMillis(scene.now().0 - 3_600_000);
    for mode in [Mode::Online, Mode::Carried] {
        for purpose in Purpose::ALL {
            let verdict = ask(&mut client, &text, &proof, back, &Policy::new(purpose, mode));
            assert_eq!((verdict.overall, verdict.reasons[0]), (Overall::CannotTell, "freshness.future"));
        }
    }
    // The trusting period is not longer for it, and the newest header stays.
    assert_eq!(client.newest(), &scene.block.header);
    let update = scene.ledger.update(Vec::new(), &scene.block, None);
    assert!(client.advance(&update, back).is_ok_and(|step| !step.is_newer));
    ran("client: clock set back", 9);
}
