//! Many scans, one proof: pallets, nested ones, mixed lists.

mod client_support;

use client_support::{Scene, assert_refused, assert_says, policy, scan};
use medproof_core::{
    client::{Client, Many},
    encoding::Message,
    leaf::{Pack, Parent, Place, State, UnitPlace},
    proof::Proof,
    scan::Scan,
    verdict::{Identifier, Overall, Purpose, Trust},
};
use medproof_tests::{
    ledger::read,
    report::ran,
    stock::{MANUFACTURER, commitment, gtin, pack, pack_scan, parent, unit, unit_scan},
};

/// What a receiver is told about `texts`, from the honest proof for `proved`.
fn receive(scene: &Scene, texts: &[&str], proved: &[&str]) -> Many {
    let proof = scene.ledger.prove(&scene.block, proved).to_bytes();
    verify(scene, texts, &proof)
}

fn verify(scene: &Scene, texts: &[&str], proof: &[u8]) -> Many {
    let scans: Vec<Scan> = texts.iter().map(|text| scan(text)).collect();
    scene.client().verify_many(&scans, proof, scene.now(), &policy(Purpose::Receiver))
}

/// Unit, children and how many of them were seen, for each scanned unit.
fn counts(many: &Many) -> Vec<(Parent, u32, u32, bool)> {
    many.contents.iter().map(|of| (of.unit, of.children, of.seen, of.is_complete())).collect()
}

fn serials(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("S{n:04}")).collect()
}

#[test]
fn a_pallet_of_a_thousand_packs() {
    let serials = serials(1_000);
    let scene = Scene::new(|ledger| {
        ledger.add_product(1);
        ledger.add_pallet(1, 5, &serials);
        ledger.add_pack(1, "FOREIGN");
        ledger.add_pallet(1, 6, &["NEIGHBOUR".to_string()]);
    });
    let pallet = unit_scan(5);
    let packs: Vec<String> = serials.iter().map(|serial| pack_scan(1, serial)).collect();
    let mut all: Vec<&str> = packs.iter().map(String::as_str).collect();
    all.insert(0, &pallet);
    let unit = parent(5, 1);

    let proof = scene.ledger.prove(&scene.block, &all).to_bytes();
    println!("client\t1,000 packs of a pallet in one proof: {} bytes", proof.len());
    let many = verify(&scene, &all, &proof);
    assert_eq!(counts(&many), [(unit, 1_000, 1_000, true)]);
    many.verdicts.iter().for_each(|verdict| assert_says(verdict, Overall::Ok, &["state.active"]));

    // One missing from the list; one twice; one that stands loose, or on another pallet.
    let fewer = [&all[..500], &all[501..]].concat();
    assert_eq!(counts(&receive(&scene, &fewer, &fewer)), [(unit, 1_000, 999, false)]);
    let twice = [fewer.as_slice(), &[all[1], &pallet]].concat();
    let many = receive(&scene, &twice, &twice);
    assert_eq!(counts(&many), [(unit, 1_000, 999, false); 2]);
    for foreign in ["FOREIGN", "NEIGHBOUR"] {
        let foreign = pack_scan(1, foreign);
        let replaced = [fewer.as_slice(), &[&foreign]].concat();
        let many = receive(&scene, &replaced, &replaced);
        assert_eq!(counts(&many), [(unit, 1_000, 999, false)]);
        assert_says(&many.verdicts[1_000], Overall::Ok, &["state.active"]);
        let more = [all.as_slice(), &[&foreign]].concat();
        assert_eq!(counts(&receive(&scene, &more, &more)), [(unit, 1_000, 1_000, true)]);
    }
    // A proof for one pack less or more than was scanned answers nothing.
    for (scanned, proved) in [(&all, &fewer), (&fewer, &all)] {
        let many = receive(&scene, scanned, proved);
        many.verdicts.iter().for_each(|verdict| assert_refused(verdict, "trust.proof.other-scan"));
        assert_eq!((many.verdicts.len(), many.contents.len()), (scanned.len(), 0));
    }
    // Of all that is required, one leaf left out refuses the whole.
    let keys: Vec<_> = all.iter().map(|text| medproof_core::client::scan_keys(&read(text))).collect();
    let paths = scene.ledger.paths();
    let required = medproof_core::prove::required_paths(&paths, &scene.ledger.tree, &keys).expect("hang together");
    let honest = scene.ledger.prove(&scene.block, &all);
    for (place, left_out) in required.iter().enumerate().step_by(40) {
        let fewer: Vec<_> = required.iter().copied().filter(|path| path != left_out).collect();
        let state = scene.ledger.tree.prove(&fewer).expect("some paths");
        let (header, certificate) = (honest.header().clone(), honest.certificate().clone());
        let proof = Proof::new(honest.keys().to_vec(), Vec::new(), header, certificate, state).expect("sorted keys");
        let many = verify(&scene, &all, &proof.to_bytes());
        many.verdicts.iter().for_each(|verdict| assert_refused(verdict, "trust.proof.incomplete"));
        assert!(many.contents.is_empty(), "{place}");
    }
    ran("client: a pallet of 1,000 packs", 9 + required.len().div_ceil(40));
}

/// A pallet of cases of packs: a case is seen by its own code, or by those of all that is in it.
#[test]
fn a_pallet_of_cases() {
    let (cases, packs_each) = (10_u64, 5);
    let scene = Scene::new(|ledger| {
        ledger.add_product(1);
        let holder = UnitPlace::Holder(commitment(MANUFACTURER));
        ledger.put_unit(100, 1, unit(cases as u32, holder));
        for case in 1..=cases {
            ledger.put_unit(100 + case, 1, unit(packs_each, UnitPlace::Inside(parent(100, 1))));
            for n in 0..packs_each {
                let place = Place::Inside(parent(100 + case, 1));
                let leaf = Pack { place, ..pack(ledger, 1, MANUFACTURER) };
                ledger.put_pack(1, &format!("C{case}P{n}"), leaf);
            }
        }
    });
    let pallet = unit_scan(100);
    let case_scans: Vec<String> = (1..=cases).map(|case| unit_scan(100 + case)).collect();
    let pack_scans: Vec<String> =
        (1..=cases).flat_map(|case| (0..packs_each).map(move |n| pack_scan(1, &format!("C{case}P{n}")))).collect();
    let ask = |texts: &[&str]| counts(&receive(&scene, texts, texts));
    let all_cases: Vec<&str> = case_scans.iter().map(String::as_str).collect();
    let all_packs: Vec<&str> = pack_scans.iter().map(String::as_str).collect();

    let everything = [&[pallet.as_str()], all_cases.as_slice(), all_packs.as_slice()].concat();
    let found = ask(&everything);
    assert_eq!(found[0], (parent(100, 1), 10, 10, true));
    for (case, of) in (1..=cases).zip(&found[1..]) {
        assert_eq!(*of, (parent(100 + case, 1), packs_each, packs_each, true));
    }
    // Codes of pallet and cases only: the pallet is complete, no case is.
    let found = ask(&[&[pallet.as_str()], all_cases.as_slice()].concat());
    assert_eq!(found[0], (parent(100, 1), 10, 10, true));
    assert!(found[1..].iter().all(|(_, children, seen, complete)| (*children, *seen, *complete) == (5, 0, false)));
    // The packs of a case make up for its code only if none is missing.
    let one_of_each: Vec<&str> = all_packs.iter().copied().step_by(packs_each as usize).collect();
    assert_eq!(ask(&[&[pallet.as_str()], one_of_each.as_slice()].concat()), [(parent(100, 1), 10, 0, false)]);
    assert_eq!(ask(&[&[pallet.as_str()], all_packs.as_slice()].concat()), [(parent(100, 1), 10, 10, true)]);
    assert_eq!(ask(&[&[pallet.as_str()], &all_packs[1..]].concat()), [(parent(100, 1), 10, 9, false)]);
    // One case not scanned, with its packs there; with all but one of them there; one pack not there.
    let found = ask(&[&[pallet.as_str()], &all_cases[1..], all_packs.as_slice()].concat());
    assert_eq!(found[0], (parent(100, 1), 10, 10, true));
    let found = ask(&[&[pallet.as_str()], &all_cases[1..], &all_packs[1..]].concat());
    assert_eq!(found[0], (parent(100, 1), 10, 9, false));
    let found = ask(&[&[pallet.as_str()], all_cases.as_slice(), &all_packs[1..]].concat());
    assert_eq!((found[0].3, found[1]), (true, (parent(101, 1), 5, 4, false)));
    assert!(found[2..].iter().all(|(.., complete)| *complete));
    // Without the pallet's own code there is nothing to be complete.
    assert_eq!(ask(&all_packs), []);
    ran("client: a pallet of cases", 9);
}

/// Units as deep as they may stand, of which none but the outermost is scanned.
#[test]
fn everything_in_units_in_units() {
    let outermost = 4;
    let serials = serials(6);
    let scene = Scene::new(|ledger| {
        ledger.add_product(1);
        // Unit 1 holds three packs; each unit above it holds the one below and a pack of its own.
        for sscc in 1..=outermost {
            let place = match sscc {
                4 => UnitPlace::Holder(commitment(MANUFACTURER)),
                _ => UnitPlace::Inside(parent(sscc + 1, 1)),
            };
            ledger.put_unit(sscc, 1, unit(if sscc == 1 { 3 } else { 2 }, place));
        }
        for (serial, sscc) in serials.iter().zip([1, 1, 1, 2, 3, 4]) {
            let leaf = Pack { place: Place::Inside(parent(sscc, 1)), ..pack(ledger, 1, MANUFACTURER) };
            ledger.put_pack(1, serial, leaf);
        }
    });
    let packs: Vec<String> = serials.iter().map(|serial| pack_scan(1, serial)).collect();
    let top = unit_scan(outermost);
    for missing in 0..=packs.len() {
        let mut texts: Vec<&str> = packs.iter().map(String::as_str).collect();
        if missing < packs.len() {
            texts.remove(missing);
        }
        texts.push(&top);
        let seen = if missing == packs.len() { 2 } else { 1 };
        assert_eq!(counts(&receive(&scene, &texts, &texts)), [(parent(outermost, 1), 2, seen, seen == 2)], "{missing}");
    }
    ran("client: units in units", packs.len() + 1);
}

/// What happens to a pallet happens to every pack on it, and to no other in the same answer.
#[test]
fn a_stolen_pallet_among_others() {
    let scene = Scene::new(|ledger| {
        ledger.add_product(1);
        ledger.add_pallet(1, 5, &serials(20));
        ledger.add_pack(1, "LOOSE");
        let stolen = unit(20, UnitPlace::Holder(commitment(MANUFACTURER)));
        let stolen = medproof_core::leaf::Unit { state: State::Stolen.into(), ..stolen };
        ledger.put_unit(5, 1, stolen);
    });
    let packs: Vec<String> = serials(20).iter().map(|serial| pack_scan(1, serial)).collect();
    let loose = pack_scan(1, "LOOSE");
    let texts: Vec<&str> = packs.iter().chain([&loose]).map(String::as_str).collect();
    let many = receive(&scene, &texts, &texts);
    let (last, on_it) = many.verdicts.split_last().expect("verdicts");
    on_it.iter().for_each(|verdict| assert_says(verdict, Overall::DoNotUse, &["state.stolen-unit"]));
    assert_says(last, Overall::Ok, &["state.active"]);
    ran("client: a stolen pallet", 21);
}

/// Scans of every kind, and such as cannot be read, in every rotation.
#[test]
fn unreadable_scans_keep_their_place() {
    let scene = Scene::new(|ledger| {
        ledger.add_product(1);
        ledger.add_pallet(1, 5, &["ON".to_string()]);
        ledger.add_pack_in(1, "BAD", State::Recalled);
    });
    let two = Scan::Ambiguous(vec![read(&pack_scan(1, "ON")), read(&pack_scan(1, "BAD"))]);
    let unread = scan("no code at all");
    let Scan::Unreadable(error) = unread else { panic!("{unread:?}") };
    let product = format!("]d201{}", gtin(1));
    let texts =
        [pack_scan(1, "ON"), pack_scan(1, "BAD"), pack_scan(1, "NONE"), unit_scan(5), product, pack_scan(9, "NONE")];
    let expected = [
        (Overall::Ok, "state.active"),
        (Overall::DoNotUse, "state.recalled-pack"),
        (Overall::DoNotUse, "identifier.absent-pack"),
        (Overall::Ok, "state.active"),
        (Overall::Warn, "identifier.product-only"),
        (Overall::Unknown, "identifier.unknown-product"),
        (Overall::CannotTell, error.code()),
        (Overall::CannotTell, "identifier.scan.ambiguous"),
    ];
    let mut scans: Vec<Scan> = texts.iter().map(|text| scan(text)).collect();
    scans.extend([unread, two]);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let proof = scene.ledger.prove(&scene.block, &texts).to_bytes();
    for turn in 0..scans.len() {
        for (bytes, is_fine) in [(&proof[..], true), (&proof[..proof.len() - 1], false)] {
            let mut turned = scans.clone();
            turned.rotate_left(turn);
            let many = scene.client().verify_many(&turned, bytes, scene.now(), &policy(Purpose::Receiver));
            for (place, verdict) in many.verdicts.iter().enumerate() {
                let number = (place + turn) % scans.len();
                let (overall, reason) = expected[number];
                if is_fine || number >= 6 {
                    assert_eq!((verdict.overall, verdict.reasons[0]), (overall, reason));
                } else {
                    assert_refused(verdict, "trust.message.truncated");
                }
                assert_eq!(verdict.trust == Trust::NotChecked, number >= 6);
            }
            let counted = if is_fine { vec![(parent(5, 1), 1, 1, true)] } else { vec![] };
            assert_eq!(counts(&many), counted);
        }
    }
    // Nothing readable: the proof is not looked at, and the client stays as it is.
    let mut client: Client = scene.client();
    let many = client.verify_many(&scans[6..], &proof, scene.now(), &policy(Purpose::Receiver));
    let identifiers: Vec<Identifier> = many.verdicts.iter().map(|verdict| verdict.identifier).collect();
    assert_eq!(identifiers, [Identifier::Unreadable(error), Identifier::Ambiguous]);
    assert_eq!(client.to_bytes(), scene.client().to_bytes());
    assert_eq!(client.verify_many(&[], &proof, scene.now(), &policy(Purpose::Receiver)).verdicts, []);
    ran("client: unreadable scans among others", 2 * scans.len() * scans.len() + 3);
}

/// The keys are those of all scans, each once; more, fewer or others are another question.
#[test]
fn keys_are_the_union_of_all_scans() {
    let scene = client_support::shapes::scene();
    let shapes = client_support::shapes::shapes();
    let texts: Vec<&str> = shapes.iter().map(|shape| shape.scan.as_str()).collect();
    let doubled = [texts.as_slice(), &texts].concat();
    let proof = scene.ledger.prove(&scene.block, &texts);
    assert_eq!(proof.to_bytes(), scene.ledger.prove(&scene.block, &doubled).to_bytes());
    let scans: Vec<Scan> = doubled.iter().map(|text| scan(text)).collect();
    let policy = policy(Purpose::Dispenser);
    let many = scene.client().verify_many(&scans, &proof.to_bytes(), scene.now(), &policy);
    for (verdict, shape) in many.verdicts.iter().zip(shapes.iter().chain(&shapes)) {
        assert_says(verdict, shape.overall, shape.reasons);
        let alone = scene.ask(&shape.scan, &scene.prove(&shape.scan).to_bytes());
        assert_eq!(verdict, &alone, "{}", shape.name);
    }
    let mut cases = many.verdicts.len();
    for left_out in 0..texts.len() {
        let fewer = [&texts[..left_out], &texts[left_out + 1..]].concat();
        for (asked, proved) in [(&texts, &fewer), (&fewer, &texts)] {
            let is_same = client_keys(asked) == client_keys(proved);
            let scans: Vec<Scan> = asked.iter().map(|text| scan(text)).collect();
            let proof = scene.ledger.prove(&scene.block, proved).to_bytes();
            let many = scene.client().verify_many(&scans, &proof, scene.now(), &policy);
            for verdict in &many.verdicts {
                if is_same {
                    assert_ne!(verdict.reasons, ["trust.proof.other-scan"]);
                } else {
                    assert_refused(verdict, "trust.proof.other-scan");
                }
            }
            cases += many.verdicts.len();
        }
    }
    ran("client: keys of many scans", cases);
}

fn client_keys(texts: &[&str]) -> std::collections::BTreeSet<medproof_core::proof::Key> {
    texts.iter().flat_map(|text| client_support::keys(text)).collect()
}
