//! State trees that no honest chain has, signed by the real quorum: leaves of the wrong type, names
//! of nothing, aliases of aliases, units too deep or in a circle.

mod client_support;

use client_support::{Scene, assert_refused, assert_says, shapes};
use medproof_core::{
    encoding::Message,
    hash::sha256,
    identity::{Lot, MemberId, PackId, Serial, Sscc},
    keys::KeyNumber,
    leaf::{Counter, Exposure, Leaf, Pack, Parameters, Place, Record, UnitPlace},
    state::Path,
    verdict::{Overall, Verdict},
};
use medproof_tests::{
    ledger::Ledger,
    report::ran,
    stock::{
        LOT, MANUFACTURER, commitment, lot, pack, pack_id, pack_scan, parent, product, product_code, sscc, unit,
        unit_scan,
    },
};

const LEAF_TYPE: &str = "trust.proof.leaf-type";
const DANGLING: &str = "trust.proof.dangling";
const TOO_DEEP: &str = "trust.proof.too-deep";

/// Changes the tree of all shapes, has the quorum sign it, and asks with a proof about `asked`.
fn ask(scene: &Scene, text: &str, asked: &[Path], change: impl FnOnce(&mut Ledger)) -> Verdict {
    let mut ledger = scene.ledger.clone();
    change(&mut ledger);
    let block = ledger.seal(1_000);
    let changed = Scene { ledger, anchor: scene.anchor.clone(), block };
    changed.ask(text, &changed.prove_paths(text, asked).to_bytes())
}

/// One leaf of each type, by its number.
fn samples(ledger: &Ledger) -> [(u8, Leaf); 16] {
    let other = PackId { product: product_code(2), serial: Serial::new("S").expect("a serial") };
    let member = |path| medproof_core::leaf::Leaf::from_value(ledger.tree.get(&path).expect("present"));
    let paths = ledger.paths();
    let retired = ledger.tree.get(&paths.pack(&pack_id(1, "RETIRED"))).expect("present");
    [
        (1, Leaf::Product(product())),
        (2, Leaf::ProductAlias(product_code(2))),
        (3, Leaf::Lot(lot())),
        (4, Leaf::Pack(pack(ledger, 1, MANUFACTURER))),
        (5, Leaf::PackAlias(other)),
        (6, Leaf::from_value(retired).expect("a leaf")),
        (7, Leaf::UnitHead(1)),
        (8, Leaf::Unit(unit(1, UnitPlace::Holder(commitment(MANUFACTURER))))),
        (9, Leaf::Exposure(Exposure::new(0, Vec::new()).expect("no interval"))),
        (10, member(paths.member(MANUFACTURER)).expect("a leaf")),
        (11, member(paths.key(MANUFACTURER, KeyNumber(1))).expect("a leaf")),
        (12, Leaf::Record(Record { commitment: sha256(b"record"), issuer: sha256(b"issuer") })),
        (13, Leaf::Validators(sha256(b"set"))),
        (14, Leaf::Parameters(Parameters { heartbeat_ms: 1, undo_days: 1, trusting_period_ms: 1 })),
        (15, Leaf::Rules(1)),
        (16, Leaf::Counter(Counter { highest: 1, used: [0; 32] })),
    ]
}

/// The types that may lie at a path of the family and kind that `path` has.
fn allowed(path: &Path) -> &'static [u8] {
    match (path.as_bytes()[0] >> 4, path.as_bytes()[3] & 15) {
        (0, 0) => &[1, 2],
        (0, 1) => &[3],
        (0, 2) => &[4, 5, 6],
        (1, 0) => &[7],
        (1, 1) => &[8],
        (2, 0) => &[10],
        (2, 1) => &[11],
        other => panic!("{other:?} is no required leaf"),
    }
}

#[test]
fn a_leaf_of_another_type_is_refused_wherever_it_lies() {
    let mut cases = 0;
    let scene = shapes::scene();
    for shape in shapes::shapes() {
        let required = scene.required(&shape.scan);
        for path in &required {
            for (number, leaf) in samples(&scene.ledger) {
                if allowed(path).contains(&number) {
                    continue;
                }
                let verdict = ask(&scene, &shape.scan, &required, |ledger| ledger.put(*path, &leaf));
                assert_refused(&verdict, LEAF_TYPE);
                cases += 1;
            }
        }
    }
    ran("client: leaves of the wrong type", cases);
}

/// A value cut short, too long, or with a field that its definition excludes.
#[test]
fn a_leaf_that_does_not_decode_is_refused() {
    let mut cases = 0;
    let scene = shapes::scene();
    for shape in shapes::shapes() {
        let required = scene.required(&shape.scan);
        for path in &required {
            let Some(value) = scene.ledger.tree.get(path) else { continue };
            let (mut longer, shorter) = (value.to_vec(), value[..value.len() - 1].to_vec());
            longer.push(0);
            for bad in [longer, shorter, vec![0]] {
                let verdict = ask(&scene, &shape.scan, &required, |ledger| {
                    ledger.tree.insert(*path, bad).expect("a short value");
                });
                assert_refused(&verdict, "trust.proof.leaf");
                cases += 1;
            }
        }
    }
    ran("client: leaves that do not decode", cases);
}

#[test]
fn a_name_of_nothing_is_dangling() {
    let mut cases = 0;
    let scene = shapes::scene();
    let mut remove = |text: &str, path: Path| {
        let required = scene.required(text);
        assert!(required.contains(&path));
        let verdict = ask(&scene, text, &required, |ledger| ledger.tree.remove(&path));
        assert_refused(&verdict, DANGLING);
        cases += 1;
    };
    let paths = scene.ledger.paths();
    let lot_path = paths.lot(&product_code(1), &Lot::new(LOT).expect("a lot"));
    let issuer = paths.member(MANUFACTURER);
    let key = |number| paths.key(MANUFACTURER, KeyNumber(number));
    for serial in ["LOOSE", "DEEP1", "DEEP4", "DIS2", "RETIRED", "KEY2"] {
        [lot_path, issuer, key(1)].into_iter().for_each(|path| remove(&pack_scan(1, serial), path));
    }
    remove(&pack_scan(1, "KEY2"), key(2));
    (0..4).for_each(|level| remove(&pack_scan(1, "DEEP4"), paths.unit(parent(400 + level, 1))));
    (0..2).for_each(|level| remove(&pack_scan(1, "DIS2"), paths.unit(parent(600 + level, 1))));
    (0..4).for_each(|level| remove(&unit_scan(400), paths.unit(parent(400 + level, 1))));
    remove(&unit_scan(500), paths.unit(parent(500, 2)));
    remove(&pack_scan(shapes::ALIAS, "VIA"), paths.product(&product_code(1)));
    remove(&pack_scan(shapes::ALIAS, "X-OTHER"), paths.product(&product_code(1)));
    remove(&pack_scan(shapes::ALIAS, "X-OTHER"), paths.pack(&pack_id(1, "OTHER")));
    remove(&shapes::two_code_scan("NAT", "7654321"), paths.pack(&pack_id(1, "NAT")));
    let lot_scan = format!("]d201{}10{LOT}", medproof_tests::stock::gtin(1));
    [issuer, key(1)].into_iter().for_each(|path| remove(&lot_scan, path));
    ran("client: dangling names", cases);
}

/// What is looked up, not named, may be absent: then that is the answer.
#[test]
fn what_was_scanned_and_taken_away_is_absent() {
    let scene = shapes::scene();
    let paths = scene.ledger.paths();
    let without = |text: &str, path: Path| {
        let asked = scene.required(text);
        let needed: Vec<Path> = asked.into_iter().filter(|of| of == &path || is_product(of)).collect();
        ask(&scene, text, &needed, |ledger| ledger.tree.remove(&path))
    };
    let verdict = without(&pack_scan(1, "LOOSE"), paths.pack(&pack_id(1, "LOOSE")));
    assert_says(&verdict, Overall::DoNotUse, &["identifier.absent-pack"]);
    let verdict = without(&unit_scan(100), paths.unit_head(sscc(100)));
    assert_says(&verdict, Overall::DoNotUse, &["identifier.absent-unit"]);
    let product_scan = format!("]d201{}", medproof_tests::stock::gtin(1));
    let verdict = without(&product_scan, paths.product(&product_code(1)));
    assert_says(&verdict, Overall::Unknown, &["identifier.unknown-product"]);
    ran("client: taken away", 3);
}

fn is_product(path: &Path) -> bool {
    path.as_bytes()[0] >> 4 == 0 && path.as_bytes()[3] & 15 == 0
}

#[test]
fn an_alias_of_an_alias_is_refused() {
    let scene = shapes::scene();
    let paths = scene.ledger.paths();
    let (alias, alias_scan) = (product_code(102), pack_scan(102, "VIA"));
    let product_path = paths.product(&alias);
    let pack =
        |n: u32, serial: &str| PackId { product: product_code(n), serial: Serial::new(serial).expect("a serial") };
    let to_alias = Leaf::ProductAlias(product_code(shapes::ALIAS));
    let asked = [product_path, paths.product(&product_code(shapes::ALIAS)), paths.product(&product_code(1))];
    assert_refused(&ask(&scene, &alias_scan, &asked, |ledger| ledger.put(product_path, &to_alias)), LEAF_TYPE);
    let to_itself = Leaf::ProductAlias(alias.clone());
    assert_refused(&ask(&scene, &alias_scan, &asked, |ledger| ledger.put(product_path, &to_itself)), LEAF_TYPE);

    // A pack alias that names another pack alias; one that names itself; one under an alias product.
    let scanned = pack(1, "CHAIN");
    let scan = pack_scan(1, "CHAIN");
    for target in [pack(1, "CHAIN2"), pack(1, "CHAIN")] {
        let (from, to) = (paths.pack(&scanned), paths.pack(&target));
        let asked = [paths.product(&product_code(1)), from, to, paths.pack(&pack(1, "LOOSE"))];
        let verdict = ask(&scene, &scan, &asked, |ledger| {
            ledger.put(to, &Leaf::PackAlias(pack(1, "LOOSE")));
            ledger.put(from, &Leaf::PackAlias(target.clone()));
        });
        assert_refused(&verdict, LEAF_TYPE);
    }
    let target = pack(shapes::ALIAS, "X-OTHER");
    let asked = [&scanned, &target].map(|of| paths.pack(of)).into_iter();
    let asked: Vec<Path> = asked.chain([1, shapes::ALIAS].map(|n| paths.product(&product_code(n)))).collect();
    let verdict = ask(&scene, &scan, &asked, |ledger| ledger.put(paths.pack(&scanned), &Leaf::PackAlias(target)));
    assert_refused(&verdict, LEAF_TYPE);
    ran("client: aliases of aliases", 5);
}

#[test]
fn five_units_deep_and_circles_are_too_deep() {
    let scene = shapes::scene();
    let mut cases = 0;
    let mut refuse = |text: &str, units: &[(u64, UnitPlace)], lowest: u64| {
        let paths = scene.ledger.paths();
        let mut asked = scene.required(&pack_scan(1, "LOOSE"));
        asked.extend(units.iter().map(|(n, _)| paths.unit(parent(*n, 1))));
        asked.push(paths.unit_head(sscc(lowest)));
        asked.push(paths.pack(&pack_id(1, "DOWN")));
        let verdict = ask(&scene, text, &asked, |ledger| {
            shapes::put_inside(ledger, "DOWN", lowest);
            units.iter().for_each(|(n, place)| ledger.put_unit(*n, 1, unit(1, *place)));
        });
        assert_refused(&verdict, TOO_DEEP);
        cases += 1;
    };
    let holder = UnitPlace::Holder(commitment(MANUFACTURER));
    let inside = |n| UnitPlace::Inside(parent(n, 1));
    for top in [holder, UnitPlace::Dissolved(commitment(MANUFACTURER)), inside(816)] {
        let five = [(811, inside(812)), (812, inside(813)), (813, inside(814)), (814, inside(815)), (815, top)];
        refuse(&pack_scan(1, "DOWN"), &five, 811);
        refuse(&unit_scan(811), &five, 811);
    }
    for length in 1..=4 {
        let circle: Vec<_> = (0..length).map(|i| (811 + i, inside(811 + (i + 1) % length))).collect();
        refuse(&pack_scan(1, "DOWN"), &circle, 811);
        refuse(&unit_scan(811), &circle, 811);
    }
    ran("client: units too deep or in a circle", cases);
}

/// A pack that names a lot of another product, or another member's key, names nothing.
#[test]
fn names_do_not_reach_into_other_products_and_members() {
    let scene = shapes::scene();
    let paths = scene.ledger.paths();
    let text = pack_scan(1, "LOOSE");
    let path = paths.pack(&pack_id(1, "LOOSE"));
    let base = pack(&scene.ledger, 1, MANUFACTURER);
    let foreign_lot = paths.lot_ref(&product_code(2), &Lot::new(LOT).expect("a lot"));
    let mut asked = scene.required(&text);
    asked.push(paths.lot(&product_code(2), &Lot::new(LOT).expect("a lot")));
    asked.push(foreign_lot.path(&path));
    let leaf = Leaf::Pack(Pack { lot: foreign_lot, ..base.clone() });
    assert_refused(&ask(&scene, &text, &asked, |ledger| ledger.put(path, &leaf)), DANGLING);

    let mut asked = scene.required(&text);
    asked.push(paths.key(MANUFACTURER, KeyNumber(7)));
    let leaf = Leaf::Pack(Pack { registering_key: KeyNumber(7), ..base.clone() });
    assert_refused(&ask(&scene, &text, &asked, |ledger| ledger.put(path, &leaf)), DANGLING);

    let lot_path = paths.lot(&product_code(1), &Lot::new(LOT).expect("a lot"));
    let mut asked = scene.required(&text);
    asked.extend([paths.member(MemberId(9)), paths.key(MemberId(9), KeyNumber(1))]);
    let leaf = Leaf::Lot(medproof_core::leaf::Lot { issuer: MemberId(9), ..lot() });
    assert_refused(&ask(&scene, &text, &asked, |ledger| ledger.put(lot_path, &leaf)), DANGLING);

    let nowhere = Sscc::new(&sscc(990).digits()).expect("an SSCC");
    let inside = medproof_core::leaf::Parent { sscc: nowhere, generation: 3 };
    let mut asked = scene.required(&text);
    asked.push(paths.unit(inside));
    let leaf = Leaf::Pack(Pack { place: Place::Inside(inside), ..base });
    assert_refused(&ask(&scene, &text, &asked, |ledger| ledger.put(path, &leaf)), DANGLING);
    ran("client: names into other products and members", 4);
}
