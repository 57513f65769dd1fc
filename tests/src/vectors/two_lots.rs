//! Two codes on one pack that name packs of two lots, by two issuers.

use super::good::changed;
use crate::stock::{self, LOT, gtin, pack_id, product_code};
use medproof_core::{
    header::UnixMillis,
    identity::{self, MemberId, PackId, ProductCode, Scheme, Serial},
    keys::{KeyNumber, PublicKey},
    leaf::{self, Key, Leaf, Member, Pack},
};
use serde_json::Value;

pub(super) fn cases() -> Vec<Value> {
    let france = || ProductCode::new(Scheme::National, "FR3400930000001").expect("a code");
    let scan = |lot: &str| format!("]d201{}21S1\u{1d}7113400930000001{lot}", gtin(1));
    let two = |name: &str, scan: &str, early: bool| {
        changed(name, scan, |ledger| {
            ledger.add_product(2);
            let number = MemberId(if early { 12 } else { 13 });
            let info_hash = medproof_core::hash::sha256(b"member");
            let leaf = Member { state: if early { 1 } else { 2 }, roles: 2, newest_key: KeyNumber(1), info_hash };
            let (at, key_at) = (ledger.paths().member(number), ledger.paths().key(number, KeyNumber(1)));
            ledger.put(at, &Leaf::Member(leaf));
            let header_ms = crate::ledger::GENESIS_MS + 60_000;
            let revoked_at = Some(UnixMillis(if early { header_ms + 1 } else { header_ms }));
            // Compromised from the first moment after the day of the registration: no longer that day.
            let compromised_since = early.then(|| UnixMillis(stock::day((2026, 1, 3)).end_ms()));
            let key = Key { key: PublicKey([9; 32]), valid_from: UnixMillis(1), revoked_at, compromised_since };
            ledger.put(key_at, &Leaf::Key(key));
            let lot = identity::Lot::new("OTHER").expect("a lot");
            let expiry = stock::day(if early { (2027, 5, 31) } else { (2029, 5, 31) });
            ledger.put_lot(2, leaf::Lot { lot: lot.clone(), expiry, issuer: number, ..stock::lot() });
            let reference = ledger.paths().lot_ref(&product_code(2), &lot);
            let pack = Pack { lot: reference, ..stock::pack(ledger, 2, MemberId(4)) };
            let path = ledger.paths().pack(&PackId { product: france(), serial: Serial::new("S1").expect("a serial") });
            ledger.put(path, &Leaf::PackAlias(pack_id(2, "S2")));
            ledger.put_pack(2, "S2", pack);
        })
    };
    // The keys ascend: the PZN comes before the French code, though it stands behind it.
    let order = format!("]d201{}21S1\u{1d}7113400930000001\u{1d}71012345684", gtin(1));
    let ordered = changed("two-lots/order-of-the-keys", &order, |ledger| {
        let pzn = ProductCode::new(Scheme::Pzn, "12345684").expect("a code");
        for (product, serial, events) in [(france(), "A", 7), (pzn, "B", 9)] {
            let leaf = Pack { events, ..stock::pack(ledger, 1, MemberId(4)) };
            ledger.put_pack(1, serial, leaf);
            let path = ledger.paths().pack(&PackId { product, serial: Serial::new("S1").expect("a serial") });
            ledger.put(path, &Leaf::PackAlias(pack_id(1, serial)));
        }
        let path = ledger.paths().pack(&pack_id(1, "S1"));
        ledger.remove(&path);
    });
    let differ = "agreement.codes-differ";
    let active = "state.active";
    vec![
        ordered.gives("do-not-use", &[differ, active]),
        two("two-lots/early", &scan(""), true).gives("do-not-use", &[differ, active]),
        two("two-lots/late", &scan(""), false).gives("do-not-use", &[differ, active, "issuer.not-admitted"]),
        two("two-lots/one-lot-agrees", &scan(&format!("\u{1d}10{LOT}")), true)
            .gives("do-not-use", &["agreement.lot-mismatch", differ, active]),
        two("two-lots/other-lot-agrees", &scan("\u{1d}10OTHER"), true)
            .gives("do-not-use", &["agreement.lot-mismatch", differ, active]),
        two("two-lots/one-expiry-agrees", &scan("\u{1d}17280531"), true)
            .gives("do-not-use", &["agreement.expiry-mismatch", differ, active]),
    ]
}
