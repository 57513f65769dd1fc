//! Leaves that only a newer client reads, at each place where one may stand, and unknown states.

use super::good::changed;
use crate::{
    ledger::Ledger,
    stock::{self, LOT, gtin, pack_id, pack_scan, parent, product_code, unit, unit_scan},
};
use medproof_core::{
    identity::{MemberId, PackId, ProductCode, Scheme, Serial},
    keys::KeyNumber,
    leaf::{self, Holds, Leaf, Member, Pack, Prior, State, StateCode, UnitPlace},
};
use serde_json::Value;

pub(super) fn cases() -> Vec<Value> {
    let newer = "trust.newer-client.leaf";
    let pack = pack_scan(1, "S1");
    let lot_scan = format!("]d201{}10{LOT}", gtin(1));
    let with = |ledger: &mut Ledger, change: fn(&mut Pack)| {
        let mut leaf = stock::pack(ledger, 1, MemberId(4));
        change(&mut leaf);
        ledger.put_pack(1, "S1", leaf);
    };
    let holder = stock::commitment(MemberId(3));
    let member = |state: u8| Member {
        state,
        roles: 2,
        newest_key: KeyNumber(1),
        info_hash: medproof_core::hash::sha256(b"member"),
    };
    let china = || ProductCode::new(Scheme::China, "8100001").expect("a code");
    let trace = "81000010000000000123";
    let aliased = || PackId { product: china(), serial: Serial::new("0000000000123").expect("a serial") };
    let put_newer = |ledger: &mut Ledger, path| ledger.put_value(path, vec![1]);
    vec![
        changed("newer/lot", &pack, |ledger| {
            let path = ledger.paths().lot(&product_code(1), &stock::lot().lot);
            put_newer(ledger, path);
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/lot-scan", &lot_scan, |ledger| {
            let path = ledger.paths().lot(&product_code(1), &stock::lot().lot);
            put_newer(ledger, path);
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/product-of-a-pack", &pack, |ledger| {
            let path = ledger.paths().product(&product_code(1));
            put_newer(ledger, path);
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/product-and-no-pack", &pack_scan(1, "NONE"), |ledger| {
            let path = ledger.paths().product(&product_code(1));
            put_newer(ledger, path);
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/product-behind-an-alias", trace, |ledger| {
            let (at, product) = (ledger.paths().product(&china()), ledger.paths().product(&product_code(1)));
            ledger.put(at, &Leaf::ProductAlias(product_code(1)));
            put_newer(ledger, product);
            ledger.add_pack(1, "0000000000123");
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/pack-behind-an-alias", trace, |ledger| {
            let (at, pack) = (ledger.paths().product(&china()), ledger.paths().pack(&aliased()));
            ledger.put(at, &Leaf::ProductAlias(product_code(1)));
            ledger.put(pack, &Leaf::PackAlias(pack_id(1, "S1")));
            let target = ledger.paths().pack(&pack_id(1, "S1"));
            put_newer(ledger, target);
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/head", &unit_scan(1), |ledger| {
            let path = ledger.paths().unit_head(stock::sscc(1));
            put_newer(ledger, path);
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/unit", &unit_scan(1), |ledger| {
            ledger.put_unit(1, 1, unit(1, UnitPlace::Holder(holder)));
            let path = ledger.paths().unit(parent(1, 1));
            put_newer(ledger, path);
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/unit-above-a-pack", &pack_scan(1, "D1"), |ledger| {
            ledger.add_nested(1, "D1", 1, 2);
            let path = ledger.paths().unit(parent(2, 1));
            put_newer(ledger, path);
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/member", &pack, |ledger| {
            let path = ledger.paths().member(MemberId(2));
            put_newer(ledger, path);
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/release-key", &pack, |ledger| {
            let path = ledger.paths().key(MemberId(2), KeyNumber(1));
            put_newer(ledger, path);
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/registering-key", &pack, |ledger| {
            let path = ledger.paths().key(MemberId(2), KeyNumber(2));
            put_newer(ledger, path);
            with(ledger, |leaf| leaf.registering_key = KeyNumber(2));
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/member-state-0", &pack, |ledger| {
            let path = ledger.paths().member(MemberId(2));
            ledger.put(path, &Leaf::Member(member(0)));
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/member-state-4", &pack, |ledger| {
            let path = ledger.paths().member(MemberId(2));
            ledger.put(path, &Leaf::Member(member(4)));
        })
        .gives("cannot-tell", &[newer]),
        changed("newer/lot-state", &pack, |ledger| {
            ledger.put_lot(1, leaf::Lot { state: StateCode(13), ..stock::lot() });
        })
        .gives("cannot-tell", &[newer]),
        // What an undo or the lifting of a hold would go back to is no state of the pack.
        changed("newer/state-before-an-undo", &pack, |ledger| {
            with(ledger, |leaf| {
                let place = stock::commitment(MemberId(3));
                leaf.prior = Some(Prior::Undo { state: StateCode(13), quantity: 30, place });
            });
        })
        .gives("ok", &["state.active"]),
        changed("newer/state-before-a-hold", &pack, |ledger| {
            with(ledger, |leaf| {
                leaf.state = State::Locked.into();
                leaf.prior = Some(Prior::Held { state: StateCode(13), holds: Holds::new(1).expect("a bit") });
            });
        })
        .gives("do-not-use", &["state.locked-pack"]),
        // An unread pack beside one that is recalled: the first may be another alias of the second.
        changed("newer/pack-beside-a-recalled-one", &format!("]d201{}21S1\u{1d}7113400930000001", gtin(1)), |ledger| {
            ledger.add_pack_in(1, "S1", State::Recalled);
            let france = ProductCode::new(Scheme::National, "FR3400930000001").expect("a code");
            let path = ledger.paths().pack(&PackId { product: france, serial: Serial::new("S1").expect("a serial") });
            put_newer(ledger, path);
        })
        .gives("do-not-use", &[newer, "state.recalled-pack"]),
        changed("newer/states-of-two-packs", &format!("]d201{}21S1\u{1d}7113400930000001", gtin(1)), |ledger| {
            ledger.add_pack_in(1, "S1", State::Recalled);
            let france = ProductCode::new(Scheme::National, "FR3400930000001").expect("a code");
            let path = ledger.paths().pack(&PackId { product: france, serial: Serial::new("S1").expect("a serial") });
            ledger.put(path, &Leaf::PackAlias(pack_id(1, "S2")));
            let leaf = Pack { state: StateCode(13), ..stock::pack(ledger, 1, MemberId(4)) };
            ledger.put_pack(1, "S2", leaf);
        })
        .gives("do-not-use", &[newer, "agreement.codes-differ", "state.recalled-pack"]),
    ]
}
