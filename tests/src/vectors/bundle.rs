//! Bundles: names and timelines that the leaves bear out, and those that they do not.

use super::case::{Case, base64, decimal};
use crate::{
    ledger::{Block, Ledger, Quorum},
    stock::{self, LOT, gtin, pack_id, pack_scan, parent, unit, unit_scan},
};
use medproof_core::{
    anchor::Anchor,
    bundle::Bundle,
    custody::{Chain, Custody, Step},
    encoding::Message,
    event::{EventKind, LogEntry, MemberRole},
    hash::sha256,
    identity::{Day, MemberId},
    info::{MemberInfo, ProductInfo},
    keys::KeyNumber,
    leaf::{Leaf, Member, Pack, Parent, Place, State, StateCode, UnitPlace},
    proof::QrProof,
    state::Path,
};
use serde_json::{Value, json};

/// A ledger whose packs and units have the chains that lead to their leaves.
struct Shelf {
    ledger: Ledger,
    anchor: Anchor,
    chains: Vec<(Path, Chain)>,
}

/// One of each way of a pack through units, and its one block.
struct Journeys {
    shelf: Shelf,
    block: Block,
}

pub(super) fn cases() -> Vec<Value> {
    let journeys = Journeys::new();
    let mut cases = borne_out(&journeys);
    cases.extend(not_borne_out(&journeys));
    cases.extend(without_trust(&journeys));
    cases
}

fn borne_out(journeys: &Journeys) -> Vec<Value> {
    let lot_scan = format!("]d201{}10{LOT}", gtin(1));
    let product_scan = format!("]d201{}", gtin(1));
    let whole = |scan: &str, items: &[Path]| journeys.bundle(scan, items);
    let [loose, back, deep, left, done] = ["LOOSE", "BACK", "DEEP", "LEFT", "DONE"].map(|serial| journeys.pack(serial));
    let [case, pallet, open] = [1, 2, 3].map(|n| journeys.unit(n));
    let short = {
        let bundle = whole(&pack_scan(1, "LOOSE"), &[loose]);
        let proof = journeys.shelf.ledger.prove(&journeys.block, &[&pack_scan(1, "LOOSE")]);
        Bundle { proof: QrProof::from_proof(&proof).expect("one pack").to_bytes(), ..bundle }
    };
    let bare = Bundle { product: None, issuer: None, chains: vec![], ..whole(&pack_scan(1, "LOOSE"), &[]) };
    let unused = whole(&pack_scan(1, "LOOSE"), &[loose, back]);
    let active = ("ok", "state.active");
    let list: [(&str, String, Bundle, (&str, &str), Option<&[u16]>); 11] = [
        ("loose", pack_scan(1, "LOOSE"), whole(&pack_scan(1, "LOOSE"), &[loose]), active, Some(&[600, 903])),
        ("qr-form", pack_scan(1, "LOOSE"), short, active, Some(&[600, 903])),
        ("proof-alone", pack_scan(1, "LOOSE"), bare, active, None),
        ("another-chain-beside", pack_scan(1, "LOOSE"), unused, active, Some(&[600, 903])),
        (
            "out-of-a-unit-again",
            pack_scan(1, "BACK"),
            whole(&pack_scan(1, "BACK"), &[back, case, pallet]),
            active,
            Some(&[600, 700, 700, 900, 903, 701, 701, 904]),
        ),
        (
            "in-a-unit-of-a-unit",
            pack_scan(1, "DEEP"),
            whole(&pack_scan(1, "DEEP"), &[pallet, case, deep]),
            ("warn", "state.in-transit-unit"),
            Some(&[600, 700, 700, 900]),
        ),
        (
            "left-in-a-dissolved-unit",
            pack_scan(1, "LEFT"),
            whole(&pack_scan(1, "LEFT"), &[left, open]),
            active,
            Some(&[600, 700, 702]),
        ),
        (
            "touched-after-the-unit-was-dissolved",
            pack_scan(1, "DONE"),
            whole(&pack_scan(1, "DONE"), &[done, open]),
            ("do-not-use", "state.dispensed-pack"),
            Some(&[600, 700, 702, 1000]),
        ),
        (
            "unit",
            unit_scan(2),
            whole(&unit_scan(2), &[pallet]),
            ("warn", "state.in-transit-unit"),
            Some(&[700, 900, 903, 701, 700, 900]),
        ),
        ("lot", lot_scan.clone(), whole(&lot_scan, &[]), ("warn", "identifier.lot-only"), None),
        ("product", product_scan.clone(), whole(&product_scan, &[]), ("warn", "identifier.product-only"), None),
    ];
    list.into_iter()
        .map(|(name, scan, bundle, (overall, reason), kinds)| {
            let (case, opened) = journeys.case(name, &scan, &bundle.to_bytes());
            assert_eq!((opened.verdict.overall, opened.verdict.reasons[0]), (overall, reason), "{name}: {opened:?}");
            let found = opened.timeline.map(|timeline| timeline.iter().map(|event| event.kind).collect::<Vec<_>>());
            assert_eq!(found.as_deref(), kinds, "{name}");
            assert_eq!(opened.refused, [""; 0], "{name}");
            case
        })
        .collect()
}

fn not_borne_out(journeys: &Journeys) -> Vec<Value> {
    let scan = pack_scan(1, "BACK");
    let [back, loose] = ["BACK", "LOOSE"].map(|serial| journeys.pack(serial));
    let [case, pallet] = [1, 2].map(|n| journeys.unit(n));
    let good = journeys.bundle(&scan, &[back, case, pallet]);
    let with = |change: fn(&mut Bundle)| {
        let mut bundle = good.clone();
        change(&mut bundle);
        bundle
    };
    let bend = |chain: usize, step: usize| {
        let mut bundle = good.clone();
        match &mut bundle.chains[chain].1.0[step] {
            Step::Own(entry) | Step::Unit(_, _, entry) => entry.day.0 += 1,
        }
        bundle
    };
    let (product, issuer, timeline) = ("bundle.product-refused", "bundle.issuer-refused", "bundle.timeline-refused");
    let product_scan = format!("]d201{}", gtin(1));
    let of_product = Bundle { chains: good.chains.clone(), ..journeys.bundle(&product_scan, &[]) };
    let list: Vec<(&str, &str, Bundle, Vec<&str>)> = vec![
        ("other-name", &scan, with(|bundle| rename(&mut bundle.product)), vec![product]),
        ("other-issuer", &scan, with(|bundle| rename_issuer(&mut bundle.issuer)), vec![issuer]),
        ("step-left-out", &scan, with(|bundle| _ = bundle.chains[0].1.0.remove(0)), vec![timeline]),
        ("last-step-left-out", &scan, with(|bundle| _ = bundle.chains[0].1.0.pop()), vec![timeline]),
        ("step-of-a-unit-left-out", &scan, with(|bundle| _ = bundle.chains[1].1.0.remove(1)), vec![timeline]),
        ("step-twice", &scan, with(|bundle| bundle.chains[0].1.0.insert(1, Step::Own(entry(600, 0)))), vec![timeline]),
        ("step-of-a-pallet-changed", &scan, bend(2, 1), vec![timeline]),
        ("step-changed", &scan, bend(0, 0), vec![timeline]),
        ("unit-missing", &scan, journeys.bundle(&scan, &[back, pallet]), vec![timeline]),
        ("pallet-missing", &scan, journeys.bundle(&scan, &[back, case]), vec![timeline]),
        ("of-another-pack", &scan, journeys.bundle(&scan, &[loose]), vec![timeline]),
        ("no-steps", &scan, with(|bundle| bundle.chains[0].1.0.clear()), vec![timeline]),
        ("timeline-of-a-product", product_scan.as_str(), of_product, vec![timeline]),
        (
            "nothing-holds",
            &scan,
            with(|bundle| {
                rename(&mut bundle.product);
                rename_issuer(&mut bundle.issuer);
                bundle.chains.pop();
            }),
            vec![product, issuer, timeline],
        ),
    ];
    list.into_iter()
        .map(|(name, scan, bundle, refused)| {
            let (case, opened) = journeys.case(&format!("refused/{name}"), scan, &bundle.to_bytes());
            let is_product = scan == product_scan;
            assert_eq!(opened.verdict.overall, if is_product { "warn" } else { "ok" }, "{name}");
            assert_eq!(opened.refused, refused, "{name}");
            case
        })
        .collect()
}

fn without_trust(journeys: &Journeys) -> Vec<Value> {
    let scan = pack_scan(1, "LOOSE");
    let good = journeys.bundle(&scan, &[journeys.pack("LOOSE")]);
    let bytes = good.to_bytes();
    let mut version = bytes.clone();
    version[5] = 1;
    let mut forged = good.clone();
    *forged.proof.last_mut().expect("bytes") ^= 1;
    let list: [(&str, &str, Vec<u8>, &str); 8] = [
        ("no-proof", &scan, Bundle { proof: vec![], ..good.clone() }.to_bytes(), "trust.message.truncated"),
        (
            "a-bundle-in-a-bundle",
            &scan,
            Bundle { proof: bytes.clone(), ..good.clone() }.to_bytes(),
            "trust.message.type",
        ),
        ("a-proof-alone", &scan, good.proof.clone(), "trust.message.type"),
        ("cut", &scan, bytes[..bytes.len() - 1].to_vec(), "trust.message.truncated"),
        ("newer", &scan, version, "trust.newer-client.format"),
        ("forged", &scan, forged.to_bytes(), "trust.state.root"),
        ("other-scan", &pack_scan(1, "BACK"), bytes.clone(), "trust.proof.other-scan"),
        ("unreadable", "hello", bytes.clone(), "identifier.scan.not-a-medicine-code"),
    ];
    list.into_iter()
        .map(|(name, scan, bytes, reason)| {
            let (case, opened) = journeys.case(&format!("no-trust/{name}"), scan, &bytes);
            assert_eq!((opened.verdict.overall, opened.verdict.reasons[0]), ("cannot-tell", reason), "{name}");
            assert_eq!((opened.product, opened.issuer, opened.timeline), (None, None, None), "{name}");
            case
        })
        .collect()
}

impl Journeys {
    fn new() -> Self {
        let mut shelf = Shelf::new();
        let [case, pallet, open] = [1, 2, 3].map(|n| shelf.ledger.paths().unit(parent(n, 1)));
        let serials = ["LOOSE", "BACK", "DEEP", "LEFT", "DONE"];
        let [loose, back, deep, left, done] = serials.map(|serial| shelf.ledger.paths().pack(&pack_id(1, serial)));
        for pack in [loose, back, deep, left, done] {
            shelf.happens(pack, 600, 0);
        }
        shelf.happens(loose, 903, 4);
        // A pack travels in a case on a pallet and is taken out; another is put in, and on it goes.
        shelf.through(case, &[back], 700, 1);
        shelf.through(pallet, &[case], 700, 2);
        shelf.happens(pallet, 900, 3);
        shelf.happens(pallet, 903, 4);
        shelf.through(pallet, &[case], 701, 5);
        shelf.through(case, &[back], 701, 6);
        shelf.happens(back, 904, 7);
        shelf.through(case, &[deep], 700, 8);
        shelf.through(pallet, &[case], 700, 9);
        shelf.happens(pallet, 900, 10);
        // Two packs are left in a dissolved unit; one of them is dispensed from there.
        shelf.through(open, &[left, done], 700, 1);
        shelf.happens(open, 702, 2);
        shelf.settles(open, done, 1000, 3);
        shelf.write(&serials);
        let block = shelf.ledger.seal(60_000);
        Self { shelf, block }
    }

    fn pack(&self, serial: &str) -> Path {
        self.shelf.ledger.paths().pack(&pack_id(1, serial))
    }

    fn unit(&self, n: u64) -> Path {
        self.shelf.ledger.paths().unit(parent(n, 1))
    }

    /// A bundle with everything that belongs to `scan`, and the chains of `items`.
    fn bundle(&self, scan: &str, items: &[Path]) -> Bundle {
        let proof = self.shelf.ledger.prove(&self.block, &[scan]).to_bytes();
        let chains = items.iter().map(|item| (*item, self.shelf.chain(item).clone())).collect();
        let is_unit = scan.starts_with("]C1");
        let is_product = !scan.contains(LOT) && !is_unit;
        let product = (!is_unit).then(stock::amoxicillin);
        Bundle { proof, product, issuer: (!is_unit && !is_product).then(member_info), chains }
    }

    fn case(&self, name: &str, scan: &str, bundle: &[u8]) -> (Value, medproof_core::plain::Opened) {
        let now = self.block.header.time().0 + 1_000;
        let case = Case::new(&format!("bundle/{name}"), &self.shelf.anchor, scan, bundle.to_vec(), now);
        let opened = case.client().verify_bundle(scan, bundle, now, &case.policy).expect("a policy");
        let mut json = case.without_proof();
        json["bundle"] = json!(base64(bundle));
        json["expect"] = decimal(&json!(opened));
        (json, opened)
    }
}

impl Shelf {
    fn new() -> Self {
        let mut ledger = Ledger::new("bundle", Quorum::new("bundle", &[1; 4]));
        let anchor = ledger.anchor();
        ledger.put_product(
            1,
            medproof_core::leaf::Product { info_hash: stock::amoxicillin().hash(), ..stock::product() },
        );
        ledger.put_lot(1, stock::lot());
        let path = ledger.paths().member(MemberId(2));
        let leaf = Member { state: 1, roles: 2, newest_key: KeyNumber(1), info_hash: member_info().hash() };
        ledger.put(path, &Leaf::Member(leaf));
        Self { ledger, anchor, chains: Vec::new() }
    }

    fn chain(&self, item: &Path) -> &Chain {
        &self.chains.iter().find(|(path, _)| path == item).expect("a chain").1
    }

    fn append(&mut self, item: Path, step: Step) {
        match self.chains.iter_mut().find(|(path, _)| *path == item) {
            Some((_, chain)) => chain.0.push(step),
            None => self.chains.push((item, Chain(vec![step]))),
        }
    }

    /// An event of the item's own.
    fn happens(&mut self, item: Path, kind: u16, days: u32) {
        self.append(item, Step::Own(entry(kind, days)));
    }

    /// An event of the unit by which children join or leave it.
    fn through(&mut self, unit: Path, children: &[Path], kind: u16, days: u32) {
        self.happens(unit, kind, days);
        let head = self.chain(&unit).replay();
        for child in children {
            self.append(*child, Step::Unit(unit, head, entry(kind, days)));
        }
    }

    /// A pack leaves a dissolved unit by an event of its own.
    fn settles(&mut self, unit: Path, pack: Path, kind: u16, days: u32) {
        let head = self.chain(&unit).replay();
        self.append(pack, Step::Unit(unit, head, entry(kind, days)));
    }

    /// Writes the leaves to which the chains lead.
    fn write(&mut self, serials: &[&str]) {
        let holder = stock::commitment(MemberId(3));
        let held = UnitPlace::Holder(holder);
        for (n, state, place, children) in [
            (1, State::Active, UnitPlace::Inside(parent(2, 1)), 1),
            (2, State::InTransit, held, 1),
            (3, State::Active, UnitPlace::Dissolved(holder), 2),
        ] {
            let Custody { events, hash } = self.chain(&self.ledger.paths().unit(parent(n, 1))).replay();
            let leaf = unit(children, place);
            let leaf = medproof_core::leaf::Unit { state: state.into(), events, custody: hash, ..leaf };
            self.ledger.put_unit(n, 1, leaf);
        }
        for serial in serials {
            let Custody { events, hash } = self.chain(&self.ledger.paths().pack(&pack_id(1, serial))).replay();
            let inside = |parent: Parent| (Place::Inside(parent), State::Active);
            let (place, state) = match *serial {
                "DEEP" => inside(parent(1, 1)),
                "LEFT" => inside(parent(3, 1)),
                "DONE" => (Place::Holder(holder), State::Dispensed),
                _ => (Place::Holder(holder), State::Active),
            };
            let leaf = stock::pack(&self.ledger, 1, MemberId(4));
            let state = StateCode::from(state);
            self.ledger.put_pack(1, serial, Pack { state, place, events, custody: hash, ..leaf });
        }
    }
}

fn entry(kind: u16, days: u32) -> LogEntry {
    let envelope = sha256(format!("{kind} on day {days}").as_bytes());
    LogEntry { kind: EventKind(kind), day: Day(20_456 + days), role: MemberRole(3), envelope }
}

fn member_info() -> MemberInfo {
    MemberInfo {
        name_zh: "示例制药".to_string(),
        name_en: "Example Pharma".to_string(),
        gln: "9520123456788".to_string(),
        domains: vec![],
    }
}

fn rename(product: &mut Option<ProductInfo>) {
    product.as_mut().expect("a product").name_en = "Ibuprofen tablets".to_string();
}

fn rename_issuer(issuer: &mut Option<MemberInfo>) {
    issuer.as_mut().expect("an issuer").name_en = "Another Pharma".to_string();
}
