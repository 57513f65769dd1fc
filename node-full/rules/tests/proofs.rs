//! The leaves that the rules write are those that a verifier understands: proofs made from them verify.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod ledger;

use ledger::{GENESIS_MS, HOSPITAL, Ledger, MANUFACTURER, at_site, product, public_key, ship_to, signature, unit};
use medproof_core::{
    anchor::Anchor,
    certificate::{Certificate, Signers, precommit_message},
    client::{Client, scan_keys},
    encoding::{Message, Wire},
    header::{Header, HeaderFields, Height, UnixMillis},
    leaf::{Leaf, State},
    log::{LogHash, MemoryLog},
    prove::prove,
    scan::{Mode as Reading, Scan, parse},
    state::MemoryTree,
    verdict::{Mode, Overall, Policy, Purpose, Trust, Verdict},
};
use medproof_rules::{
    ItemName,
    body::{Act, Aggregate, Depth, Dissolve, LotMeasure, ProductMeasure, Severity},
};

/// The ledger's leaves as a tree.
fn tree(ledger: &Ledger) -> MemoryTree {
    let mut tree = MemoryTree::new();
    let leaves = ledger.values.iter().map(|(path, value)| (*path, Some(value.clone()))).collect();
    tree.update(leaves).expect("values are short enough");
    tree
}

/// A certified header over the present state, and the anchor of the same chain.
fn seal(ledger: &Ledger, tree: &MemoryTree) -> (Anchor, Header, Certificate) {
    let mut log = MemoryLog::new();
    for entry in &ledger.log {
        log.append(LogHash::leaf(&entry.to_wire()));
    }
    let set_hash = *ledger.set.hash();
    let fields = HeaderFields {
        chain_id: ledger.chain_id,
        height: Height(1),
        time: ledger.now,
        set_hash,
        next_set_hash: set_hash,
        parent_hash: medproof_core::hash::Digest::ZERO,
        log_size: log.size(),
        log_root: log.root(),
        state_root: tree.root(),
        rules_version: 0,
    };
    let first = Header::from(&HeaderFields { height: Height(0), time: UnixMillis(GENESIS_MS), ..fields.clone() });
    let header = Header::from(&fields);
    let message = precommit_message(&ledger.chain_id, Height(1), 0, &header.hash());
    let signatures: Vec<_> = (0..).zip(&ledger.validators[..3]).map(|(n, key)| (n, signature(key, &message))).collect();
    let signers = Signers::new(4, &signatures).expect("ascending places");
    assert!(ledger.set.validators().iter().any(|validator| validator.key == public_key(&ledger.validators[0])));
    let anchor =
        Anchor::new("rules", true, first, ledger.set.clone(), 1_000_000_000).expect("the parts belong together");
    let certificate = Certificate::new(Height(1), 0, header.hash(), signers);
    (anchor, header, certificate)
}

/// What a client with nothing but the anchor says to someone who wants to dispense it.
fn ask(ledger: &Ledger, scan: &str, purpose: Purpose) -> Verdict {
    let scan = parse(scan, Reading::Tolerant);
    let Scan::Read(reading) = &scan else { panic!("{scan:?}") };
    let tree = tree(ledger);
    let (anchor, header, certificate) = seal(ledger, &tree);
    let proof =
        prove(&tree, &[scan_keys(reading)], Vec::new(), &header, &certificate).expect("the leaves hang together");
    let verdict = Client::new(anchor).verify(&scan, &proof.to_bytes(), ledger.now, &Policy::new(purpose, Mode::Online));
    assert_eq!(verdict.trust, Trust::Quorum);
    verdict
}

fn dispensing(ledger: &Ledger, serial: &str) -> Verdict {
    ask(ledger, &format!("]d201{}21{serial}", product(1).code()), Purpose::Dispenser)
}

/// Packs `D0` to `D4`, nested so many units deep; the units of `D{n}` begin at number `10 n`.
fn nested() -> Ledger {
    let serials = ["D0", "D1", "D2", "D3", "D4"];
    let mut ledger = Ledger::stocked(&serials);
    for (depth, serial) in (0_u64..).zip(serials) {
        for level in 0..depth {
            let items = match level {
                0 => ledger.held(&[serial]),
                _ => ledger.held_unit(unit(depth * 10 + level - 1, 1)),
            };
            let unit = unit(depth * 10 + level, 1);
            ledger.ok(MANUFACTURER, Act::Aggregate(Aggregate { unit, unit_salt: None, items }));
        }
    }
    ledger
}

#[test]
fn packs_nested_up_to_four_deep_have_proofs() {
    let ledger = nested();
    for depth in 0..=4 {
        let verdict = dispensing(&ledger, &format!("D{depth}"));
        assert_eq!((verdict.overall, verdict.states.effective), (Overall::Ok, Some(State::Active)), "{depth}");
        assert_eq!(verdict.states.unit.is_some(), depth > 0);
        assert_eq!(verdict.ledger_lot.map(|lot| lot.as_str().to_string()).as_deref(), Some("L1"));
        assert_eq!(verdict.pack.map(|pack| pack.quantity_left), Some(30));
    }
    let absent = dispensing(&ledger, "D9");
    assert_eq!(absent.overall, Overall::DoNotUse);
    let unknown = ask(&ledger, &format!("]d201{}21D0", product(2).code()), Purpose::Dispenser);
    assert_eq!(unknown.overall, Overall::Unknown);
}

#[test]
fn what_happens_to_the_topmost_unit_shows_at_the_pack() {
    let mut ledger = nested();
    for depth in 1..=4_u64 {
        let top = unit(depth * 10 + depth - 1, 1);
        let items = ledger.held_unit(top);
        ledger.ok(MANUFACTURER, ship_to(HOSPITAL, items));
        let verdict = dispensing(&ledger, &format!("D{depth}"));
        assert_eq!((verdict.overall, verdict.states.effective), (Overall::Warn, Some(State::InTransit)), "{depth}");
        let mut stolen = ledger.clone();
        let items = stolen.held_unit(top);
        stolen.ok(HOSPITAL, Act::Stolen(at_site(items)));
        let verdict = dispensing(&stolen, &format!("D{depth}"));
        assert_eq!((verdict.overall, verdict.states.effective), (Overall::DoNotUse, Some(State::Stolen)), "{depth}");
    }
}

#[test]
fn a_recall_reaches_every_pack_of_the_lot_or_product() {
    let mut ledger = nested();
    let (severity, depth) = (Severity::One, Depth::Patients);
    let lot = LotMeasure { product: product(1), lot: ledger::lot_name("L1"), severity, depth };
    let mut by_product = ledger.clone();
    by_product.ok(MANUFACTURER, Act::ProductRecall(ProductMeasure { product: product(1), severity, depth }));
    ledger.ok(MANUFACTURER, Act::LotRecall(lot));
    for depth in 0..=4 {
        for (ledger, reason) in [(&ledger, "state.recalled-lot"), (&by_product, "state.recalled-product")] {
            let verdict = dispensing(ledger, &format!("D{depth}"));
            assert_eq!(verdict.overall, Overall::DoNotUse);
            assert!(verdict.reasons.contains(&reason), "{:?}", verdict.reasons);
        }
    }
}

#[test]
fn a_dispensed_pack_is_the_holders_and_nobody_elses() {
    let mut ledger = Ledger::stocked_at(HOSPITAL, &["S1"]);
    let items = ledger.held(&["S1"]);
    ledger.ok(HOSPITAL, Act::Dispense(at_site(items)));
    let scan = format!("]d201{}21S1", product(1).code());
    assert_eq!(ask(&ledger, &scan, Purpose::Holder).overall, Overall::Ok);
    for purpose in [Purpose::Dispenser, Purpose::Buyer, Purpose::Receiver] {
        assert_eq!(ask(&ledger, &scan, purpose).overall, Overall::DoNotUse);
    }
}

#[test]
fn packs_of_a_dissolved_unit_and_the_unit_itself_have_proofs() {
    let mut ledger = nested();
    let case = unit(10, 1);
    let salt = ledger.salt(&ItemName::Unit(case));
    ledger.ok(MANUFACTURER, Act::Dissolve(Dissolve { unit: case, salt }));
    assert_eq!(dispensing(&ledger, "D1").overall, Overall::Ok);
    let items = ledger.held(&["D1"]);
    ledger.ok(MANUFACTURER, Act::Aggregate(Aggregate { unit: unit(10, 2), unit_salt: None, items }));
    assert_eq!(dispensing(&ledger, "D1").overall, Overall::Ok);
    let scan = format!("]C100{}", unit(43, 1).sscc.digits());
    assert_eq!(ask(&ledger, &scan, Purpose::Receiver).overall, Overall::Ok);
    let head = ledger.leaf(ledger.paths().unit_head(case.sscc));
    assert_eq!(head, Some(Leaf::UnitHead(2)));
}
