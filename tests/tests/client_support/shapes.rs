//! Every shape that a scan's required leaves can have, on one ledger.

use super::Scene;
use medproof_core::{
    header::UnixMillis,
    identity::{self, MemberId, PackId, ProductCode, Scheme, Serial},
    keys::KeyNumber,
    leaf::{Key, Leaf, Pack, Place, RetiredPack, State, UnitPlace},
    state::Path,
    verdict::Overall,
};
use medproof_tests::{
    ledger::{GENESIS_MS, Ledger, public_key, signing_key},
    rng::Rng,
    stock::{
        LOT, MANUFACTURER, commitment, gtin, pack, pack_id, pack_scan, parent, product_code, sscc, unit, unit_scan,
    },
};

/// A scan with the answer that a dispenser gets from an honest node.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) scan: String,
    pub(crate) overall: Overall,
    pub(crate) reasons: &'static [&'static str],
}

/// The product number that is an alias of product 1.
pub(crate) const ALIAS: u32 = 101;

/// The Spanish code that is another alias of product 1.
pub(crate) fn national() -> ProductCode {
    ProductCode::new(Scheme::National, "ES7654321").expect("a national code")
}

/// The scan of a pack of product 1 with a Spanish code beside it.
pub(crate) fn two_code_scan(serial: &str, code: &str) -> String {
    format!("]d201{}21{serial}\u{1d}712{code}", gtin(1))
}

/// The ledger with all shapes and some leaves beside them.
pub(crate) fn scene() -> Scene {
    Scene::new(fill)
}

fn fill(ledger: &mut Ledger) {
    ledger.add_product(1);
    ledger.add_product(2);
    let mut rng = Rng(1);
    (0..60).for_each(|_| ledger.add_pack(1, &rng.serial()));
    (0..20).for_each(|_| ledger.add_pack(2, &rng.serial()));
    (900..920).for_each(|n| ledger.put_unit(n, 1, unit(0, UnitPlace::Holder(commitment(MANUFACTURER)))));
    ledger.add_pack(1, "LOOSE");
    put_aliases(ledger);
    (1..=4).for_each(|depth| ledger.add_nested(1, &format!("DEEP{depth}"), 100 * depth, depth));
    put_dissolved(ledger);
    put_retired(ledger);
    let other_key = Pack { registering_key: KeyNumber(2), ..pack(ledger, 1, MANUFACTURER) };
    put_key(ledger, 2);
    ledger.put_pack(1, "KEY2", other_key);
}

fn put_aliases(ledger: &mut Ledger) {
    for code in [product_code(ALIAS), national()] {
        let path = ledger.paths().product(&code);
        ledger.put(path, &Leaf::ProductAlias(product_code(1)));
    }
    ledger.add_pack(1, "VIA");
    ledger.add_pack(1, "OTHER");
    ledger.add_pack(1, "NAT");
    let other = PackId { product: product_code(ALIAS), serial: Serial::new("X-OTHER").expect("a serial") };
    let national = PackId { product: national(), serial: Serial::new("NAT").expect("a serial") };
    for (alias, serial) in [(other, "OTHER"), (national, "NAT")] {
        let path = ledger.paths().pack(&alias);
        ledger.put(path, &Leaf::PackAlias(pack_id(1, serial)));
    }
}

/// A case that was unpacked, a case on a pallet that was unpacked, and four levels of which the top was.
fn put_dissolved(ledger: &mut Ledger) {
    let holder = commitment(MemberId(3));
    for (first, depth) in [(500, 1), (600, 2), (700, 4)] {
        ledger.add_nested(1, &format!("DIS{depth}"), first, depth);
        ledger.put_unit(first + depth - 1, 1, unit(1, UnitPlace::Dissolved(holder)));
    }
    ledger.put_unit(500, 2, unit(0, UnitPlace::Holder(holder)));
}

fn put_retired(ledger: &mut Ledger) {
    let Pack { lot, events, custody, .. } = pack(ledger, 1, MANUFACTURER);
    let leaf = RetiredPack { state: State::Active.into(), lot, holder: commitment(MANUFACTURER), events, custody };
    let path = ledger.paths().pack(&pack_id(1, "RETIRED"));
    ledger.put(path, &Leaf::RetiredPack(leaf));
}

/// Registers the manufacturer's key `number`.
pub(crate) fn put_key(ledger: &mut Ledger, number: u16) {
    let key = public_key(&signing_key(&format!("member/2/{number}")));
    let leaf = Key { key, valid_from: UnixMillis(GENESIS_MS), revoked_at: None, compromised_since: None };
    let path = ledger.paths().key(MANUFACTURER, KeyNumber(number));
    ledger.put(path, &Leaf::Key(leaf));
}

/// Registers a pack of product 1 inside generation 1 of unit `n`.
pub(crate) fn put_inside(ledger: &mut Ledger, serial: &str, n: u64) {
    let leaf = Pack { place: Place::Inside(parent(n, 1)), ..pack(ledger, 1, MANUFACTURER) };
    ledger.put_pack(1, serial, leaf);
}

/// All shapes of [`scene`].
pub(crate) fn shapes() -> Vec<Shape> {
    use Overall::{DoNotUse, Ok, Unknown, Warn};
    const ACTIVE: &[&str] = &["state.active"];
    const NO_PACK: &[&str] = &["identifier.absent-pack"];
    const LOT_ONLY: &[&str] = &["identifier.lot-only"];
    const PRODUCT_ONLY: &[&str] = &["identifier.product-only"];
    let of = |name, scan, overall, reasons| Shape { name, scan, overall, reasons };
    let lot_scan = |product, lot| format!("]d201{}10{lot}", gtin(product));
    let product_scan = |product| format!("]d201{}", gtin(product));
    vec![
        of("loose pack", pack_scan(1, "LOOSE"), Ok, ACTIVE),
        of("product alias", pack_scan(ALIAS, "VIA"), Ok, ACTIVE),
        of("pack alias", pack_scan(ALIAS, "X-OTHER"), Ok, ACTIVE),
        of("second code", two_code_scan("VIA", "7654321"), Ok, ACTIVE),
        of("second code with pack alias", two_code_scan("NAT", "7654321"), Ok, ACTIVE),
        of("second code unknown", two_code_scan("LOOSE", "1234567"), Ok, ACTIVE),
        of("other registering key", pack_scan(1, "KEY2"), Ok, ACTIVE),
        of("one unit deep", pack_scan(1, "DEEP1"), Ok, ACTIVE),
        of("two units deep", pack_scan(1, "DEEP2"), Ok, ACTIVE),
        of("three units deep", pack_scan(1, "DEEP3"), Ok, ACTIVE),
        of("four units deep", pack_scan(1, "DEEP4"), Ok, ACTIVE),
        of("dissolved generation", pack_scan(1, "DIS1"), Ok, ACTIVE),
        of("below a dissolved generation", pack_scan(1, "DIS2"), Ok, ACTIVE),
        of("four deep, top dissolved", pack_scan(1, "DIS4"), Ok, ACTIVE),
        of("retired pack", pack_scan(1, "RETIRED"), DoNotUse, &["state.retired-pack", "state.active"]),
        of("absent pack", pack_scan(1, "NONE"), DoNotUse, NO_PACK),
        of("absent pack, product alias", pack_scan(ALIAS, "NONE"), DoNotUse, NO_PACK),
        of("absent pack, two codes", two_code_scan("NONE", "7654321"), DoNotUse, NO_PACK),
        of("unknown product", pack_scan(77, "NONE"), Unknown, &["identifier.unknown-product"]),
        of("lot", lot_scan(1, LOT), Warn, LOT_ONLY),
        of("lot, product alias", lot_scan(ALIAS, LOT), Warn, LOT_ONLY),
        of("absent lot", lot_scan(1, "NO-LOT"), DoNotUse, &["identifier.absent-lot"]),
        of("product", product_scan(1), Warn, PRODUCT_ONLY),
        of("product alias alone", product_scan(ALIAS), Warn, PRODUCT_ONLY),
        of("unit", unit_scan(100), Ok, ACTIVE),
        of("unit in a unit", unit_scan(200), Ok, ACTIVE),
        of("unit three below the top", unit_scan(400), Ok, ACTIVE),
        of("unit under a dissolved one", unit_scan(600), Ok, ACTIVE),
        of("dissolved unit", unit_scan(601), Warn, &["state.dissolved-unit", "state.active"]),
        of("absent unit", unit_scan(999), DoNotUse, &["identifier.absent-unit"]),
    ]
}

/// Paths of leaves that lie on the ledger and mostly belong to other scans.
pub(crate) fn present_paths(scene: &Scene) -> Vec<Path> {
    let mut all: Vec<Path> = shapes().iter().flat_map(|shape| scene.required(&shape.scan)).collect();
    let paths = scene.ledger.paths();
    all.push(paths.product(&product_code(2)));
    all.push(paths.lot(&product_code(2), &identity::Lot::new(LOT).expect("a lot")));
    all.extend((900..920).map(|n| paths.unit_head(sscc(n))));
    all.extend((1..=5).map(|n| paths.member(MemberId(n))));
    all.push(paths.parameters());
    all.sort_unstable();
    all.dedup();
    all.retain(|path| scene.ledger.tree.get(path).is_some());
    all
}
