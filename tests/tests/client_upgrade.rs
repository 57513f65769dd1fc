//! Headers, messages, leaves and state codes that a newer client would understand.

mod client_support;

use client_support::{Scene, after, ask, assert_refused, certified, keys, policy, qr, shapes};
use medproof_core::{
    anchor::Anchor,
    client::{Client, Update},
    encoding::{DecodeError, Message, Wire, put_bytes16},
    fork::Fork,
    handover::HandOver,
    header::Header,
    keys::KeyNumber,
    leaf::{Key, Leaf, Member, Pack, Place, StateCode, Unit, UnitPlace},
    proof::{Proof, QrProof},
    state::{Path, compress},
    verdict::{Overall, Purpose, Trust, Verdict},
};
use medproof_tests::{
    ledger::{Block, Ledger, Quorum},
    report::ran,
    stock::{MANUFACTURER, commitment, lot, pack, pack_scan, parent, product, unit},
};

const NEWER_LEAF: &str = "trust.newer-client.leaf";
const NEWER_HEADER: &str = "trust.newer-client.header";

/// The header as a later version might write it: other version or suite, more or fewer bytes behind.
fn newer_headers(header: &Header) -> Vec<Header> {
    let mut all = Vec::new();
    for (version, suite) in [(1, 1), (255, 1), (0, 0), (0, 2), (7, 9)] {
        for tail in [0, 108, 109, 905] {
            let mut raw = header.raw().to_vec();
            (raw[5], raw[6]) = (version, suite);
            raw.resize(119 + tail, 0xab);
            all.push(Header::from_bytes(&raw).expect("the fixed fields are there"));
        }
    }
    all
}

#[test]
fn a_header_of_an_unknown_version() {
    let scene = Scene::signed_by(Quorum::new("v", &[1; 4]), |ledger| {
        ledger.add_product(1);
        ledger.add_pack(1, "S");
    });
    let text = pack_scan(1, "S");
    let honest = scene.prove(&text);
    let quorum = &scene.ledger.quorum;
    let mut cases = 0;
    for header in newer_headers(&scene.block.header) {
        let good = quorum.certify(&header, &[0, 1, 2]);
        let few = quorum.certify(&header, &[0, 1]);
        for (certificate, code) in [(good, NEWER_HEADER), (few, "trust.certificate.power-short")] {
            let (keys, state) = (honest.keys().to_vec(), honest.state().clone());
            let proof = Proof::new(keys, Vec::new(), header.clone(), certificate.clone(), state);
            let bytes = proof.expect("sorted keys").to_bytes();
            let mut client = scene.client();
            let verdict = ask(&mut client, &text, &bytes, scene.now(), &policy(Purpose::Buyer));
            assert_refused(&verdict, code);
            let trust = if code == NEWER_HEADER { "needs-newer-client" } else { "invalid" };
            assert_eq!(verdict.trust.name(), trust);
            let update = Update { hand_overs: Vec::new(), header: header.clone(), certificate, consistency: None };
            assert_eq!(client.advance(&update, scene.now()).map_err(|error| error.code()), Err(code));
            assert_eq!(client.newest(), scene.anchor.header());
            cases += 2;
        }
        assert_eq!(Anchor::new("newer", false, header, quorum.set.clone(), 1_000), Err(DecodeError::NewerVersion));
        cases += 1;
    }
    ran("client: newer headers", cases);
}

/// The set may change in a block whose header this client cannot read; it follows all the same.
#[test]
fn a_change_of_the_set_in_a_newer_header() {
    let mut ledger = Ledger::new("newer", Quorum::new("a", &[1; 3]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.add_pack(1, "S");
    let old = ledger.quorum.clone();
    let change = ledger.hand_over(1_000, Quorum::new("b", &[1; 3]));
    let block = ledger.seal(1_000);
    let now = after(&block.header, 1_000);
    let text = pack_scan(1, "S");
    let headers = newer_headers(&change.header);
    for header in &headers {
        let Block { header, certificate } = certified(&old, header.clone());
        let change =
            HandOver { header: header.clone(), certificate: certificate.clone(), new_set: change.new_set.clone() };
        let mut client = Client::new(anchor.clone());
        let update = ledger.update(vec![change.clone()], &block, None);
        assert!(client.advance(&update, now).is_ok_and(|step| step.is_newer));
        assert_eq!(Client::from_bytes(&client.to_bytes()).map(|c| c.to_bytes()), Ok(client.to_bytes()));
        let proof = ledger.prove_after(vec![change.clone()], &block, &[&text]).to_bytes();
        let mut client = Client::new(anchor.clone());
        let verdict = ask(&mut client, &text, &proof, now, &policy(Purpose::Buyer));
        assert_eq!((verdict.overall, verdict.trust), (Overall::Ok, Trust::Quorum));
        // The newer header itself as the goal cannot be gone to.
        let update = Update { hand_overs: vec![change], header, certificate, consistency: None };
        let error = Client::new(anchor.clone()).advance(&update, now).expect_err("cannot be read");
        assert_eq!(error.code(), NEWER_HEADER);
    }
    ran("client: changes of the set in newer headers", 3 * headers.len());
}

#[test]
fn messages_of_an_unknown_version_or_suite() {
    let scene = shapes::scene();
    let text = pack_scan(1, "LOOSE");
    let proof = scene.prove(&text);
    let (full, short) = (proof.to_bytes(), qr(&proof));
    let mut cases = 0;
    for (place, values, code) in
        [(5, [1, 2, 255], "trust.newer-client.format"), (6, [0, 2, 255], "trust.newer-client.suite")]
    {
        for value in values {
            for bytes in [&full, &short] {
                for end in [7, 60, bytes.len()] {
                    let mut newer = bytes[..end].to_vec();
                    newer[place] = value;
                    let verdict = scene.ask(&text, &newer);
                    assert_refused(&verdict, code);
                    assert_eq!(verdict.trust.name(), "needs-newer-client");
                    cases += 1;
                }
            }
            let error = if place == 5 { DecodeError::NewerVersion } else { DecodeError::NewerSuite };
            let newer = |mut bytes: Vec<u8>| {
                bytes[place] = value;
                bytes
            };
            assert_eq!(error.code(), code);
            let update = scene.ledger.update(Vec::new(), &scene.block, None).to_bytes();
            assert_eq!(Update::from_bytes(&newer(update)), Err(error));
            assert_eq!(Anchor::from_bytes(&newer(scene.anchor.to_bytes())), Err(error));
            assert_eq!(Client::from_bytes(&newer(scene.client().to_bytes())).err(), Some(error));
            let other =
                client_support::rival(&scene.ledger.quorum, &scene.block.header, |fields| fields.rules_version = 9);
            let side = |block: &Block| (block.header.clone(), block.certificate.clone());
            let fork = Fork::new(scene.ledger.quorum.set.clone(), [side(&scene.block), side(&other)]);
            assert_eq!(Fork::from_bytes(&newer(fork.expect("a fork").to_bytes())), Err(error));
            cases += 4;
        }
    }
    ran("client: messages of newer versions and suites", cases);
}

/// The scene with one more block in which `change` was made.
fn changed(scene: &Scene, change: impl FnOnce(&mut Ledger)) -> Scene {
    let mut ledger = scene.ledger.clone();
    change(&mut ledger);
    let block = ledger.seal(1_000);
    Scene { ledger, anchor: scene.anchor.clone(), block }
}

/// The QR form as a newer prover writes it: answers for `order`, whatever this client makes of them.
fn newer_qr(scene: &Scene, text: &str, order: &[Path]) -> Vec<u8> {
    let fields = scene.block.header.fields().expect("this version");
    let mut out = b"MPRF\x06\x00\x01".to_vec();
    out.push(keys(text).len() as u8);
    keys(text).iter().for_each(|key| key.put(&mut out));
    out.extend_from_slice(&fields.height.0.to_be_bytes());
    out.extend_from_slice(&fields.time.0.to_be_bytes());
    fields.parent_hash.put(&mut out);
    out.extend_from_slice(&fields.log_size.0.to_be_bytes());
    out.extend_from_slice(fields.log_root.as_bytes());
    out.extend_from_slice(&fields.rules_version.to_be_bytes());
    out.push(0);
    out.extend_from_slice(&scene.block.certificate.round().to_be_bytes());
    scene.block.certificate.signers().put(&mut out);
    out.push(order.len() as u8);
    let tree = &scene.ledger.tree;
    order.iter().for_each(|path| put_bytes16(&mut out, tree.get(path).unwrap_or_default()));
    let state = tree.prove(order).expect("some paths");
    let pairs: Vec<_> = order.iter().map(|path| (*path, tree.get(path))).collect();
    out.extend(compress(&state, &pairs).expect("about these keys"));
    out
}

/// The paths of a scan in the order of derivation.
fn order(scene: &Scene, text: &str) -> Vec<Path> {
    use medproof_core::facts::{Found, Gap, Source, derive};
    struct Asked<'a>(&'a Scene, Vec<Path>);
    impl<'a> Source<'a> for Asked<'a> {
        fn find(&mut self, path: &Path) -> Result<Found<'a>, Gap> {
            if !self.1.contains(path) {
                self.1.push(*path);
            }
            Ok(self.0.ledger.tree.get(path))
        }
    }
    let mut asked = Asked(scene, Vec::new());
    derive(&scene.ledger.paths(), &keys(text), &mut asked).expect("the leaves hang together");
    asked.1
}

/// Not green, not invalid, and says what is missing; bad news that is understood may stand beside it.
#[track_caller]
fn assert_newer(verdict: &Verdict, may_be_bad: bool) {
    assert_eq!(verdict.trust.name(), "needs-newer-client", "{verdict:?}");
    assert!(verdict.reasons.contains(&NEWER_LEAF), "{verdict:?}");
    let bad = may_be_bad && verdict.overall == Overall::DoNotUse;
    assert!(bad || verdict.overall == Overall::CannotTell, "{verdict:?}");
}

/// Each required leaf of each shape in turn has another version or type.
#[test]
fn a_leaf_of_an_unknown_version_or_type() {
    let scene = shapes::scene();
    let (mut cases, mut bad) = (0, 0);
    for shape in shapes::shapes() {
        let order = order(&scene, &shape.scan);
        for path in order.iter().filter(|path| scene.ledger.tree.get(path).is_some()) {
            for (place, number) in [(0, 1), (0, 255), (1, 0), (1, 17), (1, 255)] {
                let scene = changed(&scene, |ledger| {
                    let mut value = ledger.tree.get(path).expect("present").to_vec();
                    value[place] = number;
                    value.extend_from_slice(b"more");
                    ledger.tree.insert(*path, value).expect("short");
                });
                let full = scene.prove_paths(&shape.scan, &order);
                let verdict = scene.ask(&shape.scan, &full.to_bytes());
                assert_newer(&verdict, shape.name == "retired pack");
                bad += usize::from(verdict.overall == Overall::DoNotUse);
                let verdict = scene.ask(&shape.scan, &newer_qr(&scene, &shape.scan, &order));
                assert_newer(&verdict, shape.name == "retired pack");
                cases += 2;
            }
        }
    }
    assert!(bad > 0);
    ran("client: newer leaves, two forms", cases);
}

/// The form that this crate's own prover makes, which asks no further than a newer leaf.
#[test]
fn a_newer_leaf_in_a_proof_of_this_version() {
    let scene = shapes::scene();
    let mut cases = 0;
    for shape in shapes::shapes() {
        for path in order(&scene, &shape.scan) {
            if scene.ledger.tree.get(&path).is_none() {
                continue;
            }
            let scene = changed(&scene, |ledger| ledger.tree.insert(path, vec![1]).expect("short"));
            let proof = scene.prove(&shape.scan);
            let short = QrProof::from_proof(&proof).expect("has a short form");
            let verdict = scene.ask(&shape.scan, &proof.to_bytes());
            assert_newer(&verdict, shape.name == "retired pack");
            assert_eq!(scene.ask(&shape.scan, &short.to_bytes()), verdict);
            cases += 2;
        }
    }
    ran("client: newer leaves, this version's prover", cases);
}

/// Where a state is, and how to write it.
type Change<'a> = (&'static str, &'a dyn Fn(&mut Ledger));

#[test]
fn unknown_state_codes() {
    let scene = shapes::scene();
    let text = pack_scan(1, "DEEP2");
    let mut cases = 0;
    for code in [0, 13, 99, 255] {
        let state = StateCode(code);
        let member = |ledger: &Ledger| {
            let path = ledger.paths().member(MANUFACTURER);
            match Leaf::from_value(ledger.tree.get(&path).expect("present")) {
                Ok(Leaf::Member(leaf)) => (path, leaf),
                other => panic!("{other:?}"),
            }
        };
        let place = Place::Inside(parent(200, 1));
        let inside = UnitPlace::Inside(parent(201, 1));
        let holder = UnitPlace::Holder(commitment(MANUFACTURER));
        let changes: [Change<'_>; 6] = [
            ("pack", &|ledger| {
                let leaf = Pack { state, place, ..pack(ledger, 1, MANUFACTURER) };
                ledger.put_pack(1, "DEEP2", leaf);
            }),
            ("lower unit", &|ledger| ledger.put_unit(200, 1, Unit { state, ..unit(1, inside) })),
            ("upper unit", &|ledger| ledger.put_unit(201, 1, Unit { state, ..unit(1, holder) })),
            ("lot", &|ledger| ledger.put_lot(1, medproof_core::leaf::Lot { state, ..lot() })),
            ("product", &|ledger| ledger.put_product(1, medproof_core::leaf::Product { state, ..product() })),
            ("member", &|ledger| {
                let (path, leaf) = member(ledger);
                ledger.put(path, &Leaf::Member(Member { state: code, ..leaf }));
            }),
        ];
        for (name, change) in changes {
            let scene = changed(&scene, |ledger| change(ledger));
            for purpose in Purpose::ALL {
                let proof = scene.prove(&text);
                for bytes in [proof.to_bytes(), qr(&proof)] {
                    let verdict = ask(&mut scene.client(), &text, &bytes, scene.now(), &policy(purpose));
                    assert_newer(&verdict, false);
                    assert_eq!(verdict.reasons[0], NEWER_LEAF, "{name}");
                    cases += 1;
                }
            }
            // Bad news on another leaf stays bad news, with its reason.
            let recalled = medproof_core::leaf::State::Recalled.into();
            let (scene, reason) = if name == "upper unit" {
                let lower = Unit { state: recalled, ..unit(1, inside) };
                (changed(&scene, |ledger| ledger.put_unit(200, 1, lower)), "state.recalled-unit")
            } else {
                let upper = Unit { state: recalled, ..unit(1, holder) };
                (changed(&scene, |ledger| ledger.put_unit(201, 1, upper)), "state.recalled-unit")
            };
            let proof = scene.prove(&text);
            for bytes in [proof.to_bytes(), qr(&proof)] {
                let verdict = scene.ask(&text, &bytes);
                assert_eq!(
                    (verdict.overall, verdict.reasons.as_slice()),
                    (Overall::DoNotUse, [NEWER_LEAF, reason].as_slice())
                );
                assert_newer(&verdict, true);
                cases += 1;
            }
        }
    }
    ran("client: unknown state codes", cases);
}

/// A recalled lot is understood beside a pack leaf, a product or an issuer that is not.
#[test]
fn bad_news_beside_a_newer_leaf() {
    let scene = shapes::scene();
    let text = pack_scan(1, "DEEP1");
    let recalled = medproof_core::leaf::Lot { state: medproof_core::leaf::State::Recalled.into(), ..lot() };
    let recalled = changed(&scene, |ledger| ledger.put_lot(1, recalled));
    let order = order(&recalled, &text);
    let lot_path = recalled.ledger.paths().lot(&medproof_tests::stock::product_code(1), &lot().lot);
    let pack_path = recalled.ledger.paths().pack(&medproof_tests::stock::pack_id(1, "DEEP1"));
    let mut cases = 0;
    for path in order.iter().filter(|path| **path != lot_path) {
        let scene = changed(&recalled, |ledger| ledger.tree.insert(*path, vec![1, 1]).expect("short"));
        let verdict = scene.ask(&text, &scene.prove_paths(&text, &order).to_bytes());
        assert_newer(&verdict, true);
        // Below a pack leaf that cannot be read, nothing can: neither good nor bad.
        let expected = if *path == pack_path { Overall::CannotTell } else { Overall::DoNotUse };
        assert_eq!(verdict.overall, expected);
        assert_eq!(verdict.reasons.contains(&"state.recalled-lot"), expected == Overall::DoNotUse);
        cases += 1;
    }
    ran("client: bad news beside a newer leaf", cases);
}

/// A key that was compromised before the release says so beside a member or another key that cannot be read.
#[test]
fn a_compromised_key_beside_a_newer_leaf() {
    let scene = shapes::scene();
    let text = pack_scan(1, "KEY2");
    let order = order(&scene, &text);
    let paths = scene.ledger.paths();
    let [first, second] = [1, 2].map(|number| paths.key(MANUFACTURER, KeyNumber(number)));
    let member = paths.member(MANUFACTURER);
    let mut cases = 0;
    for (compromised, newer) in [(first, member), (first, second), (second, member), (second, first)] {
        let scene = changed(&scene, |ledger| {
            let leaf = Leaf::from_value(ledger.tree.get(&compromised).expect("present"));
            let Ok(Leaf::Key(key)) = leaf else { panic!("{leaf:?}") };
            let key = Key { compromised_since: Some(key.valid_from), ..key };
            ledger.put(compromised, &Leaf::Key(key));
            ledger.tree.insert(newer, vec![1]).expect("short");
        });
        for bytes in [scene.prove_paths(&text, &order).to_bytes(), newer_qr(&scene, &text, &order)] {
            let verdict = scene.ask(&text, &bytes);
            assert_newer(&verdict, true);
            assert_eq!(verdict.reasons, [NEWER_LEAF, "issuer.key-compromised"]);
            assert_eq!(verdict.overall, Overall::DoNotUse);
            cases += 1;
        }
    }
    ran("client: compromised keys beside a newer leaf", cases);
}
