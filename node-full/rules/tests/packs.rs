//! A pack's life: registered, shipped, received, dispensed, undone, and what is refused on the way.

#![allow(clippy::expect_used, reason = "tests")]

mod ledger;

use ledger::{
    CLINIC, DAY_MS, HOSPITAL, Ledger, MANUFACTURER, SITE, WHOLESALER, at_site, pack, public_key, receive,
    register_packs, ship_to, sign, signing_key,
};
use medproof_core::{
    hash::Digest,
    leaf::{Place, Prior, State},
};
use medproof_rules::{
    Executor, ItemName, Signed,
    body::{Act, Body, DispensePartly, Portion, Undo, number},
};
use std::num::NonZeroU16;

#[test]
fn a_pack_goes_from_the_manufacturer_to_a_patient() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1", "S2"]);
    let before = ledger.pack("S1");
    assert_eq!((before.state, before.quantity_left, before.events), (State::Active.into(), 30, 3));
    let items = ledger.held(&["S1"]);
    ledger.ok(HOSPITAL, Act::Dispense(at_site(items)));
    let after = ledger.pack("S1");
    assert_eq!((after.state, after.quantity_left, after.events), (State::Dispensed.into(), 0, 4));
    assert!(matches!(after.prior, Some(Prior::Undo { quantity: 30, .. })));
    let again = ledger.held(&["S1"]);
    assert_eq!(ledger.refused(HOSPITAL, Act::Dispense(at_site(again.clone()))), "rules.state.dispensed-pack");
    // A clone scanned elsewhere meets the state, not the holder.
    assert_eq!(ledger.refused(CLINIC, Act::Dispense(at_site(again))), "rules.state.dispensed-pack");
    let other = ledger.held(&["S2"]);
    assert_eq!(ledger.refused(CLINIC, Act::Dispense(at_site(other))), "rules.holder.other");
    ledger.check_chains();
}

#[test]
fn only_the_consignee_receives_and_the_sender_may_cancel() {
    let mut ledger = Ledger::stocked(&["S1", "S2"]);
    let items = ledger.held(&["S1", "S2"]);
    ledger.ok(MANUFACTURER, ship_to(WHOLESALER, items));
    assert_eq!(ledger.pack("S1").state, State::InTransit.into());
    let items = ledger.held(&["S1", "S2"]);
    assert_eq!(ledger.refused(HOSPITAL, receive(items.clone())), "rules.holder.other");
    let undo = ledger.done(&["S2"]);
    assert_eq!(ledger.refused(WHOLESALER, Act::ShipCancel(at_site(undo.clone()))), "rules.undo.place");
    ledger.ok(MANUFACTURER, Act::ShipCancel(at_site(undo)));
    assert_eq!((ledger.pack("S2").state, ledger.pack("S2").prior), (State::Active.into(), None));
    let items = ledger.held(&["S1"]);
    ledger.ok(WHOLESALER, receive(items));
    let late = ledger.done(&["S1"]);
    assert_eq!(ledger.refused(MANUFACTURER, Act::ShipCancel(at_site(late))), "rules.state.active-pack");
    let back = ledger.held(&["S2"]);
    ledger.ok(MANUFACTURER, ship_to(WHOLESALER, back));
    ledger.check_chains();
}

#[test]
fn a_slip_is_undone_where_it_was_made_within_the_days() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1"]);
    let items = ledger.held(&["S1"]);
    ledger.ok(HOSPITAL, Act::Dispense(at_site(items)));
    let undo = |ledger: &Ledger, site| Act::Undo(Undo { undone: number::DISPENSE, site, items: ledger.done(&["S1"]) });
    let elsewhere = undo(&ledger, medproof_rules::body::Site(1));
    assert_eq!(ledger.refused(HOSPITAL, elsewhere), "rules.undo.place");
    let by_other = undo(&ledger, SITE);
    assert_eq!(ledger.refused(CLINIC, by_other), "rules.undo.place");
    let items = ledger.done(&["S1"]);
    let wrong = Act::Undo(Undo { undone: number::SAMPLE, site: SITE, items });
    assert_eq!(ledger.refused(HOSPITAL, wrong), "rules.undo.kind");
    let mut late = ledger.clone();
    late.pass_days(10);
    let in_time = undo(&late, SITE);
    late.clone().ok(HOSPITAL, in_time.clone());
    late.now.0 += DAY_MS;
    assert_eq!(late.refused(HOSPITAL, in_time), "rules.undo.days");
    let act = undo(&ledger, SITE);
    ledger.ok(HOSPITAL, act.clone());
    let pack = ledger.pack("S1");
    assert_eq!((pack.state, pack.quantity_left, pack.prior), (State::Active.into(), 30, None));
    assert_eq!(ledger.refused(HOSPITAL, act), "rules.undo.nothing");
    ledger.check_chains();
}

fn take(ledger: &Ledger, amount: u16) -> Act {
    let (pack, amount) = (pack(1, "S1"), NonZeroU16::new(amount).expect("not 0"));
    let salt = ledger.salt(&ItemName::Pack(pack.clone()));
    Act::DispensePartly(DispensePartly { site: SITE, portions: vec![Portion { pack, salt, amount }] })
}

#[test]
fn each_portion_has_undo_days_of_its_own() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1"]);
    for _ in 0..2 {
        ledger.pass_days(20);
        let act = take(&ledger, 10);
        ledger.ok(HOSPITAL, act);
        assert_eq!(ledger.pack("S1").since, ledger.today());
    }
    ledger.pass_days(10);
    let items = ledger.done(&["S1"]);
    ledger.ok(HOSPITAL, Act::Undo(Undo { undone: number::DISPENSE_PARTLY, site: SITE, items }));
    assert_eq!(ledger.pack("S1").quantity_left, 20);
}

#[test]
fn a_signature_checked_before_counts_under_the_ledgers_key_only() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1"]);
    let act = Act::PutAway(at_site(ledger.held(&["S1"])));
    let head = ledger.head(HOSPITAL, 4, &act);
    let body = Body::new(Digest::ZERO, act).to_bytes();
    let [own, other] = ["member 4", "member 6"].map(signing_key);
    let (signed, forged) = (sign(head.clone(), body.clone(), &own), sign(head, body, &other));
    let apply = |signed: &Signed<'_>| {
        let mut executor = Executor::new(ledger.chain_id, &ledger, ledger.now);
        executor.apply_signed(signed).map(|applied| applied.effects.len()).map_err(|fault| fault.to_string())
    };
    assert!(Signed::check(&forged, public_key(&own)).is_none());
    assert_eq!(Signed::check(&signed, public_key(&own)).map(|signed| apply(&signed)), Some(Ok(1)));
    let forged = Signed::check(&forged, public_key(&other)).expect("it is that key's");
    assert_eq!(apply(&forged), Err("rules.event.signature".to_string()));
}

#[test]
fn portions_come_out_until_all_is_one_dispense() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1", "S2"]);
    let act = take(&ledger, 10);
    ledger.ok(HOSPITAL, act);
    let act = take(&ledger, 20);
    assert_eq!(ledger.refused(HOSPITAL, act), "rules.quantity.short");
    let act = take(&ledger, 19);
    ledger.ok(HOSPITAL, act);
    assert_eq!((ledger.pack("S1").state, ledger.pack("S1").quantity_left), (State::PartlyDispensed.into(), 1));
    // The last portion is undone; the one before it stands.
    let items = ledger.done(&["S1"]);
    ledger.ok(HOSPITAL, Act::Undo(Undo { undone: number::DISPENSE_PARTLY, site: SITE, items }));
    assert_eq!((ledger.pack("S1").state, ledger.pack("S1").quantity_left), (State::PartlyDispensed.into(), 20));
    ledger.check_chains();
}

#[test]
fn an_event_names_the_item_that_it_stumbled_over() {
    let mut ledger = Ledger::stocked(&["S1", "S2", "S3"]);
    let items = ledger.held(&["S3"]);
    ledger.ok(MANUFACTURER, ship_to(WHOLESALER, items));
    let refusal = ledger.act(MANUFACTURER, ship_to(WHOLESALER, ledger.held(&["S1", "S2", "S3"]))).err();
    assert_eq!(refusal.map(|refusal| (refusal.code, refusal.item)), Some(("rules.state.in-transit-pack", Some(2))));
    assert_eq!(ledger.pack("S1").state, State::Active.into());
    let refusal = ledger.act(MANUFACTURER, register_packs(1, "L1", &["S0", "S2"])).err();
    assert_eq!(refusal.map(|refusal| (refusal.code, refusal.item)), Some(("rules.pack.present", Some(1))));
}

#[test]
fn a_new_pack_is_held_by_its_issuer() {
    let ledger = Ledger::stocked(&["S1"]);
    let leaf = ledger.pack("S1");
    let path = ledger.paths().pack(&pack(1, "S1"));
    let salt = ledger.salt(&ItemName::Pack(pack(1, "S1")));
    let salt = medproof_core::custody::holder_salt(&salt.0, &path);
    let holder = medproof_core::custody::holder(&salt, medproof_core::identity::MemberId(MANUFACTURER));
    assert_eq!(leaf.place, Place::Holder(holder));
    assert_eq!((leaf.since, leaf.registered, leaf.events), (ledger.today(), ledger.today(), 1));
}
