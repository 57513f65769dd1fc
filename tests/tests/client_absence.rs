//! Proofs that something is not there: true ones, and forged ones.

mod client_support;

use client_support::{
    Scene, ask, assert_refused, assert_says,
    parts::{Parts, QrParts, What},
    policy, prove_paths, qr, shapes,
};
use medproof_core::{
    encoding::Message,
    proof::{Proof, QrProof},
    state::{Path, ValueHash},
    verdict::{Identifier, Level, Overall, Purpose},
};
use medproof_tests::{
    ledger::Ledger,
    report::ran,
    rng::Rng,
    stock::{LOT, gtin, pack_id, pack_scan, product_code, sscc, unit_scan},
};

const FORGED: &str = "trust.state.forged";

#[test]
fn absence_is_proved_for_each_level_in_both_forms() {
    let scene = shapes::scene();
    let cases = [
        ("absent pack", Identifier::Absent(Level::Pack)),
        ("absent pack, product alias", Identifier::Absent(Level::Pack)),
        ("absent pack, two codes", Identifier::Absent(Level::Pack)),
        ("unknown product", Identifier::UnknownProduct),
        ("absent lot", Identifier::Absent(Level::Lot)),
        ("absent unit", Identifier::Absent(Level::Unit)),
    ];
    for (name, identifier) in cases {
        let shape = shapes::shapes().into_iter().find(|shape| shape.name == name).expect("a shape of that name");
        let proof = scene.prove(&shape.scan);
        for bytes in [proof.to_bytes(), qr(&proof)] {
            for purpose in Purpose::ALL {
                let verdict = ask(&mut scene.client(), &shape.scan, &bytes, scene.now(), &policy(purpose));
                assert_eq!(verdict.identifier, identifier);
                let reasons: Vec<&str> =
                    verdict.reasons.iter().copied().filter(|code| *code != "state.not-dispensed").collect();
                assert_eq!((verdict.overall, reasons.as_slice()), (shape.overall, shape.reasons));
            }
        }
    }
    ran("client: absence proved", cases.len() * 8);
}

/// A proof about `paths` whose last end is forged away, for the scan that would believe it.
fn forged(scene: &Scene, text: &str, paths: &[Path]) -> Proof {
    let honest = scene.prove_paths(text, paths);
    let mut parts = Parts::of(honest.state());
    parts.forge_last();
    let (header, certificate) = (honest.header().clone(), honest.certificate().clone());
    Proof::new(honest.keys().to_vec(), Vec::new(), header, certificate, parts.to_proof()).expect("sorted keys")
}

/// Refused in both forms; the client learns nothing from it.
fn refuse(scene: &Scene, text: &str, paths: &[Path]) {
    let proof = forged(scene, text, paths);
    let client = scene.warm_client();
    let short = QrProof::from_proof(&proof).expect("what a careless verifier would ask");
    for bytes in [proof.to_bytes(), short.to_bytes()] {
        let mut asked = client.clone();
        assert_refused(&ask(&mut asked, text, &bytes, scene.now(), &policy(Purpose::Dispenser)), FORGED);
        assert_eq!(asked.to_bytes(), client.to_bytes());
    }
}

/// A chain with `count` random packs.
fn crowd(count: usize) -> (Scene, Vec<String>) {
    let mut rng = Rng(9);
    let serials: Vec<String> = (0..count).map(|_| rng.serial()).collect();
    let scene = Scene::new(|ledger: &mut Ledger| {
        ledger.add_product(1);
        serials.iter().for_each(|serial| ledger.add_pack(1, serial));
        (0..250).for_each(|n| ledger.add_product(100 + n));
        (0..250).for_each(|n| ledger.add_pallet(1, n, &[]));
    });
    (scene, serials)
}

#[test]
fn absence_forged_for_1000_packs_is_refused() {
    let (scene, serials) = crowd(1_000);
    let paths = scene.ledger.paths();
    for serial in &serials {
        let asked = [paths.product(&product_code(1)), paths.pack(&pack_id(1, serial))];
        refuse(&scene, &pack_scan(1, serial), &asked);
    }
    println!("client\tforged absence refused, packs\t{0} of {0}", serials.len());
    ran("client: forged absence of packs, two forms", 2 * serials.len());
}

#[test]
fn absence_forged_for_products_lots_and_units_is_refused() {
    let (scene, _) = crowd(100);
    let paths = scene.ledger.paths();
    for n in 0..250 {
        let product = paths.product(&product_code(100 + n));
        refuse(&scene, &format!("]d201{}", gtin(100 + n)), &[product]);
        let lot = paths.lot(&product_code(100 + n), &medproof_tests::stock::lot().lot);
        refuse(&scene, &format!("]d201{}10{LOT}", gtin(100 + n)), &[product, lot]);
        refuse(&scene, &unit_scan(u64::from(n)), &[paths.unit_head(sscc(u64::from(n)))]);
    }
    ran("client: forged absence of products, lots and units, two forms", 1_500);
}

/// Everything else that could make a registered pack look absent.
#[test]
fn an_absent_answer_for_a_registered_pack_is_never_accepted() {
    let scene = shapes::scene();
    let text = pack_scan(1, "LOOSE");
    let paths = scene.ledger.paths();
    let (product, own) = (paths.product(&product_code(1)), paths.pack(&pack_id(1, "LOOSE")));
    let honest = scene.prove_paths(&text, &[product, own]);
    let parts = Parts::of(honest.state());
    let at = parts.ends.iter().position(|end| end.path == own).expect("the pack's end");
    let with = |change: &dyn Fn(&mut Parts)| {
        let mut changed = parts.clone();
        change(&mut changed);
        let (header, certificate) = (honest.header().clone(), honest.certificate().clone());
        let proof = Proof::new(honest.keys().to_vec(), Vec::new(), header, certificate, changed.to_proof());
        scene.ask(&text, &proof.expect("sorted keys").to_bytes())
    };
    let neighbour = |byte: usize| {
        let mut path = *own.as_bytes();
        path[byte] ^= 1;
        Path::new(path)
    };
    let What::Leaf(value) = parts.ends[at].what.clone() else { panic!("the pack is present") };
    let hash = *ValueHash::of(&value).as_bytes();
    // Nothing in its place; its own leaf without the value; its value under another path.
    // (Nothing beside the leaf that is the pack's sibling is a shape that no tree has.)
    assert_refused(&with(&|parts| parts.ends[at].what = What::Nothing), FORGED);
    assert_refused(&with(&|parts| parts.ends[at].what = What::Other(hash)), "trust.proof.incomplete");
    for byte in [8, 31] {
        let other = |parts: &mut Parts| {
            parts.ends[at].path = neighbour(byte);
            parts.ends[at].what = What::Other(hash);
        };
        assert_refused(&with(&other), "trust.state.root");
        let leaf = |parts: &mut Parts| parts.ends[at].path = neighbour(byte);
        assert_refused(&with(&leaf), "trust.state.root");
    }
    // Absence of a neighbour, proved truly, under this pack's key.
    let beside = prove_paths(&scene.ledger.tree, &scene.block, &text, &[product, neighbour(8)]);
    assert_refused(&scene.ask(&text, &beside.to_bytes()), "trust.proof.incomplete");
    let absent = scene.prove(&pack_scan(1, "NONE"));
    assert_refused(&scene.ask(&text, &absent.to_bytes()), "trust.proof.other-scan");
    // The QR form with an empty answer.
    let whole = scene.prove(&text);
    let mut short = QrParts::of(&qr(&whole));
    short.answers.truncate(2);
    short.answers[1].clear();
    let verdict = scene.ask(&text, &short.to_bytes());
    assert_refused(&verdict, "trust.message.value");
    ran("client: absent answers for a registered pack", 9);
}

/// A proof from before the registration is true, and says of when it is.
#[test]
fn absence_from_before_the_registration_is_old_news() {
    let mut scene = Scene::new(|ledger| ledger.add_product(1));
    let text = pack_scan(1, "LATE");
    let before = scene.prove(&text).to_bytes();
    scene.ledger.add_pack(1, "LATE");
    scene.block = scene.ledger.seal(1_000);
    let mut client = scene.warm_client();
    let verdict = ask(&mut client, &text, &before, scene.now(), &policy(Purpose::Buyer));
    let reasons = ["trust.older-header", "identifier.absent-pack"];
    assert_says(&verdict, Overall::DoNotUse, &reasons);
    let after = scene.prove(&text).to_bytes();
    assert_says(&ask(&mut client, &text, &after, scene.now(), &policy(Purpose::Buyer)), Overall::Ok, &["state.active"]);
    ran("client: absence before registration", 2);
}
