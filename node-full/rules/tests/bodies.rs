//! Bodies of every kind: what is written is read, in one way only, and nothing else is.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod ledger;

use ledger::{
    HOSPITAL, LIMITS, Ledger, SITE, lot_name, member_info, pack, product, product_info, public_key, set_of,
    signing_key, unit,
};
use medproof_core::{
    certificate::Signers,
    hash::Digest,
    header::UnixMillis,
    identity::{Day, MemberId, PackId, ProductCode, Scheme, Serial},
    keys::{KeyNumber, Signature},
    leaf::Parameters,
};
use medproof_rules::{
    body::{
        Act, Aggregate, AliasPair, Approval, AtSite, AuditAnchor, Body, Capacity, Country, Depth, Destroy,
        DestroyReason, Disaggregate, DispensePartly, Dissolve, DocumentStore, EventSalt, Export, HoldReason, Items,
        KeyCompromised, KeyRegister, KeyRevoke, KeyRotate, Lock, LotHold, LotMeasure, LotRelease, MemberAdmit,
        MemberChange, MemberReason, MemberRoles, MemberStanding, PackAlias, PackHoldReason, PackRegister, Packs,
        ParametersSet, Portion, ProductAlias, ProductChange, ProductLift, ProductMeasure, ProductRegister, Quarantine,
        Reading, Receive, RecordCommit, Release, Return, ReturnReason, RulesVersion, Severity, Ship, Site, Suspicion,
        SuspicionReason, Temperature, TradeId, TradeStep, Undo, Unlock, ValidatorsChange, idempotency, number,
    },
    kind::KINDS,
};
use proptest::prelude::*;
use std::{collections::BTreeSet, num::NonZeroU16};

fn salt(byte: u8) -> EventSalt {
    EventSalt([byte; 32])
}

fn short_code() -> ProductCode {
    ProductCode::new(Scheme::National, "DEZ").expect("a code")
}

fn long_code() -> ProductCode {
    ProductCode::new(Scheme::National, "DE123").expect("a code")
}

fn of(product: &ProductCode, serial: &str) -> PackId {
    PackId { product: product.clone(), serial: Serial::new(serial).expect("a serial") }
}

/// Units and packs of three products, added in no order, with two salts.
fn items(capacity: Capacity) -> Items {
    let salts = matches!(capacity, Capacity::Holder | Capacity::Shipper);
    let (a, b) = (salts.then_some(salt(7)), salts.then_some(salt(3)));
    let packs = packs(capacity);
    Items { packs: packs.packs, ..Items::new(capacity).unit(unit(2, 1), a).unit(unit(1, 9), b) }
}

fn packs(capacity: Capacity) -> Items {
    let salts = matches!(capacity, Capacity::Holder | Capacity::Shipper);
    let (a, b) = (salts.then_some(salt(7)), salts.then_some(salt(3)));
    Items::new(capacity)
        .pack(of(&long_code(), "1"), a)
        .pack(pack(1, "ZZ"), b)
        .pack(pack(1, "100"), a)
        .pack(pack(1, "A1"), b)
        .pack(of(&short_code(), "9"), a)
}

fn approval() -> Option<Approval> {
    let signers = Signers::new(4, &[(0, Signature([1; 64])), (2, Signature([2; 64]))]).expect("ascending places");
    Some(Approval { set: Ledger::new().set, signers })
}

fn key_register() -> KeyRegister {
    KeyRegister {
        member: MemberId(HOSPITAL),
        key: public_key(&signing_key("x")),
        key_signature: Signature([5; 64]),
        valid_from: UnixMillis(9),
    }
}

/// At least one body of every kind.
fn samples() -> Vec<Body> {
    let member = MemberId(7);
    let standing = |approval| MemberStanding { member, reason: MemberReason::KeyIncident, approval };
    let admit = |approval| MemberAdmit {
        member,
        roles: 9,
        info: member_info("x"),
        key: public_key(&signing_key("x")),
        key_signature: Signature([4; 64]),
        approval,
    };
    let parameters = Parameters { heartbeat_ms: 1_000, undo_days: 30, trusting_period_ms: 1 };
    let mut keys = Ledger::new().validators;
    keys.push(signing_key("new"));
    keys.sort_by_key(public_key);
    let validators =
        ValidatorsChange { set: set_of(&keys), approval: approval(), signatures: vec![Signature([6; 64])] };
    let measure = ProductMeasure { product: product(1), severity: Severity::Two, depth: Depth::Dispensers };
    let (lot, lot_product) = (lot_name("L/1"), product(1));
    let lot_hold = LotHold { product: product(1), lot: lot.clone(), reason: HoldReason::Cleared };
    let lot_measure =
        LotMeasure { product: product(1), lot: lot.clone(), severity: Severity::One, depth: Depth::Patients };
    let serials = ["9", "10", "A", "a"].map(|serial| Serial::new(serial).expect("a serial")).into();
    let quantity = NonZeroU16::new(30).expect("not 0");
    let aliases = ["2", "1"].map(|serial| AliasPair { alias: pack(5, serial), canonical: pack(1, serial) }).into();
    let trade = TradeStep { trade: TradeId([1; 32]), follows: Some(TradeId([2; 32])), counterparty: member };
    let (site, consignee) = (SITE, MemberId(HOSPITAL));
    let at = |items| AtSite { site: Site(u64::MAX), items };
    let portion = |serial, byte, amount| Portion {
        pack: pack(1, serial),
        salt: salt(byte),
        amount: NonZeroU16::new(amount).expect("not 0"),
    };
    let span = |start, end, lowest| Temperature {
        start: UnixMillis(start),
        end: UnixMillis(end),
        lowest_decicelsius: lowest,
        highest_decicelsius: 80,
    };
    let loose = |byte| Some(salt(byte));
    let inside = Items::new(Capacity::Holder).pack(pack(1, "2"), None).pack(pack(1, "1"), None).unit(unit(3, 1), None);
    let reason = PackHoldReason::Inspection;
    let (trade_id, holder) = (Some(TradeId([3; 32])), Capacity::Holder);
    let acts = vec![
        Act::MemberAdmit(admit(None)),
        Act::MemberAdmit(admit(approval())),
        Act::MemberChange(MemberChange { member, info: member_info("y") }),
        Act::MemberRoles(MemberRoles { member, roles: 3, approval: approval() }),
        Act::MemberSuspend(standing(None)),
        Act::MemberResume(standing(approval())),
        Act::MemberExclude(standing(None)),
        Act::KeyRegister(key_register()),
        Act::KeyRotate(KeyRotate { new: key_register(), old: KeyNumber(3) }),
        Act::KeyRevoke(KeyRevoke { member, number: KeyNumber(2) }),
        Act::KeyCompromised(KeyCompromised { member, number: KeyNumber(2), since: UnixMillis(5) }),
        Act::Validators(validators.clone()),
        Act::Validators(ValidatorsChange { approval: None, signatures: Vec::new(), ..validators }),
        Act::Parameters(ParametersSet { parameters, approval: approval() }),
        Act::RulesVersion(RulesVersion { version: 2, approval: approval() }),
        Act::ProductRegister(ProductRegister {
            product: product(1),
            info: product_info(Some(LIMITS)),
            random_serials: true,
        }),
        Act::ProductChange(ProductChange {
            product: product(1),
            info: product_info(None),
            random_serials: false,
            new_issuer: Some(member),
        }),
        Act::ProductWithdraw(measure.clone()),
        Act::ProductRecall(measure),
        Act::ProductLift(ProductLift { product: product(1), reason: HoldReason::Mistake }),
        Act::ProductAlias(ProductAlias { alias: short_code(), canonical: product(1) }),
        Act::LotRelease(LotRelease { product: lot_product, lot: lot.clone(), expiry: Day(30_000) }),
        Act::LotQuarantine(lot_hold.clone()),
        Act::LotReleaseQuarantine(lot_hold.clone()),
        Act::LotLock(lot_hold.clone()),
        Act::LotUnlock(lot_hold.clone()),
        Act::LotLift(lot_hold),
        Act::LotWithdraw(lot_measure.clone()),
        Act::LotRecall(lot_measure),
        Act::PackRegister(PackRegister { product: product(1), lot, quantity, serials }),
        Act::PackAlias(PackAlias { aliases }),
        Act::Aggregate(Aggregate { unit: unit(5, 1), unit_salt: None, items: items(holder) }),
        Act::Aggregate(Aggregate { unit: unit(5, 1), unit_salt: loose(5), items: items(holder) }),
        Act::Disaggregate(Disaggregate { unit: unit(5, 1), unit_salt: salt(5), items: inside }),
        Act::Dissolve(Dissolve { unit: unit(5, 1), salt: salt(5) }),
        Act::Order(trade.clone()),
        Act::Confirmation(trade.clone()),
        Act::Sale(trade.clone()),
        Act::DespatchAdvice(trade.clone()),
        Act::Delivery(TradeStep { follows: None, ..trade.clone() }),
        Act::Discrepancy(trade),
        Act::Ship(Ship { consignee, site, trade: trade_id, items: items(holder) }),
        Act::ShipCancel(at(items(Capacity::Shipper))),
        Act::Return(Return { reason: ReturnReason::Recall, consignee, site, trade: None, items: items(holder) }),
        Act::Receive(Receive { site, trade: None, items: items(holder) }),
        Act::PutAway(at(items(holder))),
        Act::WardIssue(at(items(holder))),
        Act::Dispense(at(packs(holder))),
        Act::DispensePartly(DispensePartly { site, portions: vec![portion("22", 1, 3), portion("9", 2, 1)] }),
        Act::Sample(at(packs(Capacity::Regulator))),
        Act::Export(Export { country: Country::new(*b"CN").expect("letters"), site, items: items(holder) }),
        Act::Destroy(Destroy { reason: DestroyReason::Order, site, items: items(Capacity::Regulator) }),
        Act::Stolen(at(packs(Capacity::Issuer))),
        Act::Undo(Undo { undone: number::SAMPLE, site, items: items(Capacity::Shipper) }),
        Act::Lock(Lock { reason, items: packs(Capacity::Issuer) }),
        Act::Unlock(Unlock { items: items(Capacity::Regulator) }),
        Act::Quarantine(Quarantine { reason, items: items(holder) }),
        Act::Release(Release { allowance_minutes: 60, items: items(holder) }),
        Act::Reading(Reading {
            items: items(holder),
            temperatures: vec![span(7, 9, -3), span(5, 6, 2), span(5, 6, 1)],
        }),
        Act::RecordCommit(RecordCommit { record: [1; 32], commitment: Digest([2; 32]) }),
        Act::DocumentStore(DocumentStore { documents: vec![Digest([2; 32]), Digest([1; 32])] }),
        Act::AuditAnchor(AuditAnchor { first: 5, last: 5, head: Digest([3; 32]) }),
        Act::Suspicion(Suspicion {
            reason: SuspicionReason::LooksFalsified,
            packs: Packs(vec![pack(1, "B"), pack(1, "A")]),
        }),
    ];
    let documents = vec![Digest([9; 32]), Digest([8; 32])];
    let body = |act| Body::new(idempotency(MemberId(1), &[7; 32], b"key"), act).with_documents(documents.clone());
    acts.into_iter().map(body).collect()
}

#[test]
fn what_is_written_is_read() {
    let mut kinds = BTreeSet::new();
    for body in samples() {
        let bytes = body.to_bytes();
        let read = Body::decode(body.kind(), &bytes).unwrap_or_else(|error| panic!("{:?}: {error}", body.kind()));
        assert_eq!(read.to_bytes(), bytes, "{:?}", body.kind());
        // What was read is in order, and is itself from there on.
        assert_eq!(Body::decode(body.kind(), &bytes), Ok(read));
        kinds.insert(body.kind());
    }
    assert_eq!(kinds, KINDS.iter().map(|kind| kind.number).collect());
}

#[test]
fn every_cut_and_every_extra_byte_is_refused() {
    for body in samples() {
        let (kind, bytes) = (body.kind(), body.to_bytes());
        assert!((0..bytes.len()).all(|len| Body::decode(kind, &bytes[..len]).is_err()), "{kind:?}");
        let longer = [&bytes[..], &[0]].concat();
        assert!(Body::decode(kind, &longer).is_err(), "{kind:?}");
    }
}

#[test]
fn a_changed_byte_is_another_value_or_none() {
    let (mut refused, mut other) = (0, 0);
    for body in samples() {
        let (kind, bytes) = (body.kind(), body.to_bytes());
        for at in 0..bytes.len() {
            for flip in [1, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                match Body::decode(kind, &changed) {
                    Ok(read) => {
                        assert_eq!(read.to_bytes(), changed, "{kind:?}: byte {at} has two encodings");
                        other += 1;
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(refused > 1_000 && other > 1_000, "{refused} {other}");
}

#[test]
fn items_keep_the_bounds_of_the_page() {
    let refuses = |act: Act| {
        let body = Body::new(Digest::ZERO, act);
        Body::decode(body.kind(), &body.to_bytes()).is_err()
    };
    let at = |items| AtSite { site: SITE, items };
    let held = |serial: &str| Items::new(Capacity::Holder).pack(pack(1, serial), salt(1));
    assert!(!refuses(Act::Dispense(at(held("1")))));
    let no_items = Items::new(Capacity::Holder);
    assert!(refuses(Act::Dispense(at(no_items))), "at least one");
    assert!(refuses(Act::Dispense(at(held("1").pack(pack(1, "1"), salt(1))))), "each once");
    assert!(refuses(Act::Dispense(at(held("1").pack(pack(1, "2"), None)))), "each with its salt");
    assert!(refuses(Act::Dispense(at(Items::new(Capacity::Regulator).pack(pack(1, "1"), None)))), "by its capacities");
    assert!(refuses(Act::Dispense(at(held("1").unit(unit(1, 1), salt(1))))), "packs only");
    assert!(refuses(Act::Stolen(at(Items::new(Capacity::Issuer).unit(unit(1, 1), None)))), "issuers name packs");
    assert!(refuses(Act::Lock(Lock {
        reason: PackHoldReason::Quality,
        items: Items::new(Capacity::Issuer).pack(pack(1, "1"), salt(1)),
    })));
    let many = |count: usize| {
        (0..count).fold(Items::new(Capacity::Holder), |items, n| items.pack(pack(1, &n.to_string()), salt(1)))
    };
    assert!(!refuses(Act::Dispense(at(many(10_000)))));
    assert!(refuses(Act::Dispense(at(many(10_001)))));
    let documents = |count: u8| (0..count).map(|n| Digest([n; 32])).collect::<Vec<_>>();
    let body = |count| Body::new(Digest::ZERO, Act::Dispense(at(held("1")))).with_documents(documents(count));
    assert!(Body::decode(number::DISPENSE, &body(16).to_bytes()).is_ok());
    assert!(Body::decode(number::DISPENSE, &body(17).to_bytes()).is_err());
}

/// The figures of the page, section 1.
#[test]
fn ten_thousand_packs_fit_an_event() {
    let serial = |n: usize| Serial::new(&format!("{n:020}")).expect("a serial");
    let salt = |n: usize| EventSalt(medproof_core::hash::sha256(&n.to_be_bytes()).0);
    let of_one = (0..10_000).fold(Items::new(Capacity::Holder), |items, n| {
        items.pack(PackId { product: product(1), serial: serial(n) }, salt(n))
    });
    let of_many = (0..10_000).fold(Items::new(Capacity::Holder), |items, n| {
        let product = ProductCode::new(Scheme::National, &format!("DE{n:020}")).expect("a code");
        items.pack(PackId { product, serial: serial(n) }, salt(n))
    });
    for (items, limit) in [(of_one, 560_000), (of_many, 820_000)] {
        let body = Body::new(Digest::ZERO, Act::Dispense(AtSite { site: SITE, items }));
        let bytes = body.to_bytes();
        assert!(bytes.len() <= limit, "{}", bytes.len());
        assert!(Body::decode(number::DISPENSE, &bytes).is_ok());
    }
}

proptest! {
    #[test]
    fn no_bytes_do_harm(kind in 0..KINDS.len(), bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let kind = KINDS[kind].number;
        if let Ok(body) = Body::decode(kind, &bytes) {
            prop_assert_eq!(body.to_bytes(), bytes);
        }
    }

    #[test]
    fn items_come_back_in_any_order(serials in proptest::collection::btree_set("[A-Za-z0-9]{1,20}", 1..40), turn in 0_usize..40) {
        let mut serials: Vec<String> = serials.into_iter().collect();
        let middle = turn % serials.len();
        serials.rotate_left(middle);
        let build = |serials: &[String]| serials.iter().fold(Items::new(Capacity::Holder), |items, serial| {
            items.pack(pack(1, serial), EventSalt([serial.len() as u8; 32]))
        });
        let body = |items| Body::new(Digest::ZERO, Act::PutAway(AtSite { site: SITE, items }));
        let bytes = body(build(&serials)).to_bytes();
        serials.reverse();
        prop_assert_eq!(&body(build(&serials)).to_bytes(), &bytes);
        let read = Body::decode(number::PUT_AWAY, &bytes).expect("well-formed");
        let items = read.act.items().expect("items");
        prop_assert_eq!(items.packs.len(), serials.len());
        prop_assert!(items.packs.iter().all(|item| item.salt == Some(EventSalt([item.pack.serial.as_str().len() as u8; 32]))));
    }
}
