//! Proofs that do not hold, each with the reason that it must give.

use super::case::Case;
use crate::{
    ledger::{Block, GENESIS_MS, Ledger, Quorum, read},
    naive::Naive,
    stock::{self, LOT, gtin, pack_id, pack_scan, parent, product_code, unit, unit_scan},
};
use ed25519_dalek::Signer;
use medproof_core::{
    anchor::Anchor,
    certificate::{Certificate, Signers, VoteKind, vote_message},
    client::scan_keys,
    encoding::{Message, Wire},
    facts::{Found, Gap, Source, derive},
    hash::Digest,
    header::{Header, HeaderFields, Height, UnixMillis},
    identity::{MemberId, PackId, ProductCode, Scheme, Serial},
    keys::{KeyNumber, Signature},
    leaf::{Leaf, Pack, Paths, Place, Unit, UnitPlace},
    proof::{Proof, QrProof},
    prove::required_paths,
    state::{NodeHash, Path, StateProof},
};
use serde_json::Value;

pub(super) fn cases() -> Vec<Value> {
    let mut cases = certificates();
    cases.extend(bitmaps());
    cases.extend(headers());
    cases.extend(hand_overs());
    cases.extend(leaves());
    cases.extend(absence());
    cases.extend(malformed_trees());
    cases.extend(envelopes());
    cases.extend(short_forms());
    cases
}

/// A small honest ledger with one pack, and its block.
struct Honest {
    ledger: Ledger,
    anchor: Anchor,
    block: Block,
    scan: String,
}

impl Honest {
    fn new(name: &str, powers: &[u32]) -> Self {
        let mut ledger = Ledger::new(name, Quorum::new(name, powers));
        let anchor = ledger.anchor();
        ledger.add_product(1);
        ledger.add_pack(1, "S1");
        let block = ledger.seal(60_000);
        Self { ledger, anchor, block, scan: pack_scan(1, "S1") }
    }

    fn now(&self) -> u64 {
        self.block.header.time().0 + 1_000
    }

    fn proof(&self) -> Proof {
        self.ledger.prove(&self.block, &[&self.scan])
    }

    fn case(&self, name: &str, proof: &Proof) -> Case {
        Case::new(name, &self.anchor, &self.scan, proof.to_bytes(), self.now())
    }

    /// The honest proof with another header and certificate.
    fn with(&self, header: &Header, certificate: &Certificate) -> Proof {
        let honest = self.proof();
        Proof::new(honest.keys().to_vec(), Vec::new(), header.clone(), certificate.clone(), honest.state().clone())
            .expect("parts of a proof")
    }

    /// The honest header changed and signed again by the real quorum.
    fn resigned(&self, change: impl Fn(&mut HeaderFields)) -> Proof {
        let mut fields = self.block.header.fields().expect("this version");
        change(&mut fields);
        let header = Header::from(&fields);
        let certificate = self.ledger.quorum.certify(&header, &self.ledger.quorum.fewest());
        self.with(&header, &certificate)
    }
}

fn certificates() -> Vec<Value> {
    let honest = Honest::new("certificates", &[1; 4]);
    let (header, quorum) = (&honest.block.header, &honest.ledger.quorum);
    let hash = header.hash();
    let stranger = Quorum::new("strangers", &[1; 4]);
    let signed_as = |kind, chain: &Digest, height, round, lock: i32, hash: &Digest| {
        let message = vote_message(kind, chain, height, round, lock, hash);
        let sign = |place: u16| (place, Signature(quorum.keys[usize::from(place)].sign(&message).to_bytes()));
        let signers = Signers::new(4, &[sign(0), sign(1), sign(2)]).expect("places");
        Certificate::new(header.height(), 0, header.hash(), signers)
    };
    let (chain, height) = (&honest.ledger.chain_id, header.height());
    let precommit = VoteKind::Precommit;
    let of = |certificate: &Certificate| honest.with(header, certificate);
    let signature = "trust.certificate.signature";
    let mut cases = Vec::new();
    let mut add = |name: &str, certificate: &Certificate, code: &str| {
        cases.push(honest.case(&format!("certificate/{name}"), &of(certificate)).fails(code));
    };
    add("strangers", &stranger.certify(header, &[0, 1, 2]), signature);
    add("prevotes", &signed_as(VoteKind::Prevote, chain, height, 0, -1, &hash), signature);
    add("proposals", &signed_as(VoteKind::Proposal, chain, height, 0, -1, &hash), signature);
    add("other-chain", &signed_as(precommit, &Digest([1; 32]), height, 0, -1, &hash), signature);
    add("other-height-signed", &signed_as(precommit, chain, Height(height.0 + 1), 0, -1, &hash), signature);
    add("other-round-signed", &signed_as(precommit, chain, height, 1, -1, &hash), signature);
    add("lock-round-signed", &signed_as(precommit, chain, height, 0, 0, &hash), signature);
    add("other-hash-signed", &signed_as(precommit, chain, height, 0, -1, &Digest::ZERO), signature);
    let signers = quorum.certify(header, &[0, 1, 2]).signers().clone();
    add("height", &Certificate::new(Height(9), 0, hash, signers.clone()), "trust.certificate.height");
    add("header-hash", &Certificate::new(height, 0, Digest::ZERO, signers.clone()), "trust.certificate.header-hash");
    add("round", &Certificate::new(height, 1, hash, signers.clone()), signature);
    let signatures: Vec<Signature> = signers.iter().map(|(_, signature)| *signature).collect();
    let places = |set_len, places: &[u16], by: &[usize]| {
        let pairs: Vec<_> = places.iter().zip(by).map(|(place, by)| (*place, signatures[*by])).collect();
        Certificate::new(height, 0, hash, Signers::new(set_len, &pairs).expect("places"))
    };
    add("one-signature-three-times", &places(4, &[0, 1, 2], &[0, 0, 0]), signature);
    add("signatures-swapped", &places(4, &[0, 1, 2], &[1, 0, 2]), signature);
    add("shifted-places", &places(4, &[1, 2, 3], &[0, 1, 2]), signature);
    add("three-good-one-bad", &places(4, &[0, 1, 2, 3], &[0, 1, 2, 0]), signature);
    add("set-length-3", &places(3, &[0, 1, 2], &[0, 1, 2]), "trust.certificate.set-length");
    add("set-length-5", &places(5, &[0, 1, 2], &[0, 1, 2]), "trust.certificate.set-length");
    add("set-length-256", &places(256, &[0, 1, 2], &[0, 1, 2]), "trust.certificate.set-length");
    for (bit, byte) in [(0, 0), (7, 0), (0, 31), (7, 31), (0, 32), (7, 63), (4, 63), (0, 63)] {
        let mut bent = signatures.clone();
        bent[1].0[byte] ^= 0x80 >> bit;
        let pairs: Vec<_> = (0..3).zip(bent).collect();
        let signers = Signers::new(4, &pairs).expect("places");
        add(&format!("bit-{bit}-of-byte-{byte}"), &Certificate::new(height, 0, hash, signers), signature);
    }
    cases
}

/// Every subset of four signers with powers 3, 1, 2, 1: more than two thirds of 7 is 5 and more.
fn bitmaps() -> Vec<Value> {
    let honest = Honest::new("bitmaps", &[3, 1, 2, 1]);
    let quorum = &honest.ledger.quorum;
    let powers: Vec<u32> = quorum.set.validators().iter().map(|validator| validator.power).collect();
    (0_u16..16)
        .map(|subset| {
            let signers: Vec<u16> = (0..4).filter(|place| subset >> place & 1 == 1).collect();
            let power: u32 = signers.iter().map(|place| powers[usize::from(*place)]).sum();
            let certificate = quorum.certify(&honest.block.header, &signers);
            let case = honest.case(&format!("bitmap/{subset:04b}"), &honest.with(&honest.block.header, &certificate));
            if power >= 5 { case.gives("ok", &["state.active"]) } else { case.fails("trust.certificate.power-short") }
        })
        .collect()
}

fn headers() -> Vec<Value> {
    let honest = Honest::new("headers", &[1; 4]);
    let header = &honest.block.header;
    let mut cases = Vec::new();
    let mut add = |name: &str, proof: &Proof, code: &str| {
        cases.push(honest.case(&format!("header/{name}"), proof).fails(code));
    };
    add("other-chain", &honest.resigned(|fields| fields.chain_id = Digest([1; 32])), "trust.header.other-chain");
    add("set-unknown", &honest.resigned(|fields| fields.set_hash = Digest([1; 32])), "trust.header.set-unknown");
    add("before-anchor", &honest.resigned(|fields| fields.height = Height(0)), "trust.fork");
    add(
        "time-not-after-anchor",
        &honest.resigned(|fields| fields.time = UnixMillis(GENESIS_MS)),
        "trust.header.time-order",
    );
    add("time-before-anchor", &honest.resigned(|fields| fields.time = UnixMillis(1)), "trust.header.time-order");
    add("state-root", &honest.resigned(|fields| fields.state_root = NodeHash::from_bytes([1; 32])), "trust.state.root");
    let certificate = honest.proof().certificate().clone();
    for (offset, name) in [(130, "parent"), (160, "log-size"), (170, "log-root"), (200, "state-root"), (226, "rules")] {
        let mut bytes = header.raw().to_vec();
        bytes[offset] ^= 1;
        let bent = Header::from_bytes(&bytes).expect("a header");
        add(&format!("bent-{name}"), &honest.with(&bent, &certificate), "trust.certificate.header-hash");
        let renamed = Certificate::new(bent.height(), 0, bent.hash(), certificate.signers().clone());
        add(&format!("bent-{name}-renamed"), &honest.with(&bent, &renamed), "trust.certificate.signature");
    }
    for (offset, value, name) in [(5, 1, "version"), (6, 2, "suite")] {
        let mut bytes = header.raw().to_vec();
        bytes[offset] = value;
        let newer = Header::from_bytes(&bytes).expect("fixed fields");
        let certificate = honest.ledger.quorum.certify(&newer, &[0, 1, 2]);
        add(&format!("newer-{name}"), &honest.with(&newer, &certificate), "trust.newer-client.header");
        let longer = Header::from_bytes(&[bytes.as_slice(), &[1, 2, 3]].concat()).expect("fixed fields");
        let certificate = honest.ledger.quorum.certify(&longer, &[0, 1, 2]);
        add(&format!("newer-and-longer-{name}"), &honest.with(&longer, &certificate), "trust.newer-client.header");
        let unsigned = honest.ledger.quorum.certify(&longer, &[0, 1]);
        add(&format!("newer-unsigned-{name}"), &honest.with(&longer, &unsigned), "trust.certificate.power-short");
    }
    cases
}

fn hand_overs() -> Vec<Value> {
    let mut ledger = Ledger::new("hand-overs", Quorum::new("set a", &[1; 4]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.add_pack(1, "S1");
    let scan = pack_scan(1, "S1");
    let a = ledger.quorum.clone();
    let before = ledger.seal(1_000);
    let early = ledger.prove(&before, &[&scan]);
    let first = ledger.hand_over(1_000, Quorum::new("set b", &[1; 4]));
    let b = ledger.quorum.clone();
    let second = ledger.hand_over(1_000, Quorum::new("set c", &[1; 4]));
    let block = ledger.seal(1_000);
    let now = block.header.time().0 + 1_000;
    let proof = |hand_overs: Vec<_>| ledger.prove_after(hand_overs, &block, &[&scan]);
    let case =
        |name: &str, proof: &Proof| Case::new(&format!("hand-over/{name}"), &anchor, &scan, proof.to_bytes(), now);
    let (first, second) = (&first, &second);
    let both = || vec![first.clone(), second.clone()];
    let bent = |change: &dyn Fn(&mut medproof_core::handover::HandOver)| {
        let mut bent = first.clone();
        change(&mut bent);
        proof(vec![bent, second.clone()])
    };
    let resigned = |by: &Quorum, change: &dyn Fn(&mut HeaderFields)| {
        let mut fields = first.header.fields().expect("this version");
        change(&mut fields);
        let header = Header::from(&fields);
        bent(&|hand_over| {
            hand_over.certificate = by.certify(&header, &by.fewest());
            hand_over.header = header.clone();
        })
    };
    // A header of the second range signed by the retired set, and one of the first range by the next.
    let mut fields = block.header.fields().expect("this version");
    fields.set_hash = *a.set.hash();
    let retired = Block { certificate: a.certify(&Header::from(&fields), &[0, 1, 2]), header: Header::from(&fields) };
    let mut fields = before.header.fields().expect("this version");
    fields.set_hash = *b.set.hash();
    let too_early = Block { certificate: b.certify(&Header::from(&fields), &[0, 1, 2]), header: Header::from(&fields) };
    let mut late = before.header.fields().expect("this version");
    late.time = UnixMillis(first.header.time().0 + 1);
    let late = Block { certificate: a.certify(&Header::from(&late), &[0, 1, 2]), header: Header::from(&late) };
    vec![
        case("both", &proof(both())).gives("ok", &["state.active"]),
        case("before-the-first", &early).gives("ok", &["state.active"]),
        case("before-with-both", &ledger.prove_after(both(), &before, &[&scan])).fails("trust.state.root"),
        case("none", &proof(vec![])).fails("trust.header.set-unknown"),
        case("second-skipped", &proof(vec![first.clone()])).fails("trust.header.set-unknown"),
        case("first-skipped", &proof(vec![second.clone()])).fails("trust.header.set-unknown"),
        case("reordered", &proof(vec![second.clone(), first.clone()])).fails("trust.hand-over.order"),
        case("repeated", &proof(vec![first.clone(), first.clone(), second.clone()])).fails("trust.hand-over.order"),
        case("wrong-new-set", &bent(&|hand_over| hand_over.new_set = a.set.clone())).fails("trust.hand-over.set"),
        case("signed-by-the-new-set", &resigned(&b, &|_| {})).fails("trust.certificate.signature"),
        case("idle", &resigned(&a, &|fields| fields.next_set_hash = fields.set_hash)).fails("trust.hand-over.idle"),
        case("other-chain", &resigned(&a, &|fields| fields.chain_id = Digest::ZERO)).fails("trust.header.other-chain"),
        case("time", &resigned(&a, &|fields| fields.time = UnixMillis(GENESIS_MS))).fails("trust.header.time-order"),
        case("height", &resigned(&a, &|fields| fields.height = Height(0))).fails("trust.fork"),
        case("set-early", &ledger.prove_after(both(), &too_early, &[&scan])).fails("trust.header.set-early"),
        case("set-retired", &ledger.prove_after(both(), &retired, &[&scan])).fails("trust.header.set-retired"),
        case("retired-set-later-time", &ledger.prove_after(both(), &late, &[&scan])).fails("trust.header.time-order"),
    ]
}

/// A proof over exactly `paths`, whatever is required.
fn proof_over(ledger: &Ledger, block: &Block, scan: &str, paths: &[Path]) -> Proof {
    let state = ledger.tree.prove(paths).expect("paths");
    let mut keys = scan_keys(&read(scan));
    keys.sort();
    Proof::new(keys, Vec::new(), block.header.clone(), block.certificate.clone(), state).expect("parts of a proof")
}

/// Every required leaf left out, replaced by a neighbour, and one added, for every shape of a pack.
fn leaves() -> Vec<Value> {
    let mut ledger = Ledger::new("leaves", Quorum::new("leaves", &[1]));
    let anchor = ledger.anchor();
    for n in 1..=6 {
        ledger.add_product(n);
    }
    ledger.add_pack(1, "S1");
    for depth in 1..=4 {
        ledger.add_nested(6, &format!("D{depth}"), depth * 10, depth);
    }
    let holder = stock::commitment(MemberId(3));
    ledger.put_unit(50, 1, unit(1, UnitPlace::Dissolved(holder)));
    let inside = Pack { place: Place::Inside(parent(50, 1)), ..stock::pack(&ledger, 6, MemberId(3)) };
    ledger.put_pack(6, "X1", inside);
    let chain_id = ledger.chain_id;
    let paths = Paths::new(&chain_id);
    let china = ProductCode::new(Scheme::China, "8100001").expect("a code");
    ledger.put(paths.product(&china), &Leaf::ProductAlias(product_code(1)));
    let alias = PackId { product: china, serial: Serial::new("0000000000123").expect("a serial") };
    ledger.put(paths.pack(&alias), &Leaf::PackAlias(pack_id(1, "S1")));
    for n in 0..200 {
        ledger.add_pack(2, &format!("N{n}"));
    }
    let block = ledger.seal(60_000);
    let now = block.header.time().0 + 1_000;
    let extra = paths.pack(&pack_id(2, "N1"));
    let mut scans = vec![
        ("loose".to_string(), pack_scan(1, "S1")),
        ("absent".to_string(), pack_scan(1, "NONE")),
        ("alias".to_string(), "81000010000000000123".to_string()),
        ("lot".to_string(), format!("]d201{}10{LOT}", gtin(1))),
        ("product".to_string(), format!("]d201{}", gtin(1))),
        ("unit".to_string(), unit_scan(30)),
        ("dissolved".to_string(), pack_scan(6, "X1")),
    ];
    scans.extend((1..=4).map(|depth| (format!("depth-{depth}"), pack_scan(6, &format!("D{depth}")))));
    let mut cases = Vec::new();
    for (name, scan) in scans {
        let required = required_paths(&paths, &ledger.tree, &[scan_keys(&read(&scan))]).expect("hang together");
        let required: Vec<Path> = required.into_iter().collect();
        let case = |name: String, paths: &[Path]| {
            let proof = proof_over(&ledger, &block, &scan, paths);
            Case::new(&name, &anchor, &scan, proof.to_bytes(), now)
        };
        for index in 0..required.len() {
            let mut fewer = required.clone();
            fewer.remove(index);
            if !fewer.is_empty() {
                cases.push(case(format!("leaves/{name}/without-{index}"), &fewer).fails("trust.proof.incomplete"));
            }
            let mut replaced = required.clone();
            replaced[index] = extra;
            cases.push(case(format!("leaves/{name}/replaced-{index}"), &replaced).fails("trust.proof.incomplete"));
        }
        let more = [required.as_slice(), &[extra]].concat();
        cases.push(case(format!("leaves/{name}/one-more"), &more).fails("trust.proof.superfluous"));
    }
    cases
}

/// The forged absence: one level deeper, the key's own leaf as sibling of nothing.
fn absence() -> Vec<Value> {
    let mut cases = Vec::new();
    for n in 0..12 {
        let mut ledger = Ledger::new("absence", Quorum::new("absence", &[1]));
        let anchor = ledger.anchor();
        ledger.add_product(1);
        for serial in 0..=n * 3 {
            ledger.add_pack(1, &format!("S{serial}"));
        }
        let block = ledger.seal(60_000);
        let honest = Honest { ledger, anchor, block, scan: pack_scan(1, "S0") };
        let (pack, product) = {
            let paths = honest.ledger.paths();
            (paths.pack(&pack_id(1, "S0")), paths.product(&product_code(1)))
        };
        let state = StateProof::from_wire(&forged_absence(&honest.ledger, &product, &pack)).expect("well-formed");
        let block = &honest.block;
        let keys = scan_keys(&read(&honest.scan));
        let proof =
            Proof::new(keys, Vec::new(), block.header.clone(), block.certificate.clone(), state).expect("parts");
        cases.push(honest.case(&format!("absence/forged-{n}"), &proof).fails("trust.state.forged"));
    }
    cases
}

/// A proof of `product` and of `pack`, whose leaf hangs one level deeper beside an empty place.
fn forged_absence(ledger: &Ledger, product: &Path, pack: &Path) -> Vec<u8> {
    let mut naive = Naive::from_leaves(&ledger.values);
    let (node, depth) = naive.find(pack);
    let leaf = std::mem::replace(node, Naive::Empty);
    let children = if pack.bit(depth) { (leaf, Naive::Empty) } else { (Naive::Empty, leaf) };
    *node = Naive::Node(Box::new(children));
    let mut asked = [*product, *pack];
    asked.sort_unstable();
    naive.prove(&asked)
}

/// Trees that no honest chain makes, signed by a quorum all the same.
fn malformed_trees() -> Vec<Value> {
    type Change = fn(&mut Ledger);
    let trees: [(&str, &str, &str, Change); 14] = [
        ("lot-missing", "", "trust.proof.dangling", |ledger| {
            let path = ledger.paths().lot(&product_code(1), &stock::lot().lot);
            ledger.remove(&path);
        }),
        ("issuer-missing", "", "trust.proof.dangling", |ledger| {
            let path = ledger.paths().member(MemberId(2));
            ledger.remove(&path);
        }),
        ("key-missing", "", "trust.proof.dangling", |ledger| {
            let path = ledger.paths().key(MemberId(2), KeyNumber(1));
            ledger.remove(&path);
        }),
        ("unit-missing", "", "trust.proof.dangling", |ledger| {
            let leaf = Pack { place: Place::Inside(parent(1, 1)), ..stock::pack(ledger, 1, MemberId(3)) };
            ledger.put_pack(1, "S1", leaf);
        }),
        ("alias-of-nothing", "", "trust.proof.dangling", |ledger| {
            let path = ledger.paths().pack(&pack_id(1, "S1"));
            ledger.put(path, &Leaf::PackAlias(pack_id(1, "S2")));
        }),
        ("alias-of-alias", "", "trust.proof.leaf-type", |ledger| {
            let (one, two) = (ledger.paths().pack(&pack_id(1, "S1")), ledger.paths().pack(&pack_id(1, "S2")));
            ledger.put(one, &Leaf::PackAlias(pack_id(1, "S2")));
            ledger.put(two, &Leaf::PackAlias(pack_id(1, "S3")));
        }),
        ("product-alias-of-alias", "", "trust.proof.leaf-type", |ledger| {
            let (one, two) = (ledger.paths().product(&product_code(1)), ledger.paths().product(&product_code(2)));
            ledger.put(one, &Leaf::ProductAlias(product_code(2)));
            ledger.put(two, &Leaf::ProductAlias(product_code(3)));
        }),
        ("pack-where-a-product-lies", "", "trust.proof.leaf-type", |ledger| {
            let path = ledger.paths().product(&product_code(1));
            let leaf = stock::pack(ledger, 1, MemberId(3));
            ledger.put(path, &Leaf::Pack(leaf));
        }),
        ("member-where-a-pack-lies", "", "trust.proof.leaf-type", |ledger| {
            let path = ledger.paths().pack(&pack_id(1, "S1"));
            ledger.put(path, &Leaf::UnitHead(1));
        }),
        ("leaf-cut-short", "", "trust.proof.leaf", |ledger| {
            let path = ledger.paths().pack(&pack_id(1, "S1"));
            ledger.put_value(path, vec![0, 4, 1]);
        }),
        ("leaf-with-more-behind", "", "trust.proof.leaf", |ledger| {
            let path = ledger.paths().product(&product_code(1));
            let mut value = Leaf::Product(stock::product()).to_value();
            value.push(0);
            ledger.put_value(path, value);
        }),
        ("units-five-deep", "", "trust.proof.too-deep", |ledger| ledger.add_nested(1, "S1", 1, 5)),
        ("units-in-a-ring", "", "trust.proof.too-deep", |ledger| {
            ledger.add_nested(1, "S1", 1, 2);
            ledger.put_unit(
                2,
                1,
                Unit { place: UnitPlace::Inside(parent(1, 1)), ..unit(1, UnitPlace::Inside(parent(1, 1))) },
            );
        }),
        ("unit-head-of-nothing", "unit", "trust.proof.dangling", |ledger| {
            let path = ledger.paths().unit_head(stock::sscc(1));
            ledger.put(path, &Leaf::UnitHead(3));
        }),
    ];
    let mut cases = Vec::new();
    for (name, level, code, change) in trees {
        let mut honest = Honest::new(name, &[1]);
        change(&mut honest.ledger);
        honest.block = honest.ledger.seal(1_000);
        if level == "unit" {
            honest.scan = unit_scan(1);
        }
        let paths = asked_until_the_fault(&honest.ledger, &honest.scan);
        let proof = proof_over(&honest.ledger, &honest.block, &honest.scan, &paths);
        cases.push(honest.case(&format!("tree/{name}"), &proof).fails(code));
    }
    cases
}

/// The paths that a verifier asks for until it meets the fault.
fn asked_until_the_fault(ledger: &Ledger, scan: &str) -> Vec<Path> {
    struct Asked<'a>(&'a Ledger, Vec<Path>);
    impl<'a> Source<'a> for Asked<'a> {
        fn find(&mut self, path: &Path) -> Result<Found<'a>, Gap> {
            self.1.push(*path);
            Ok(self.0.tree.get(path))
        }
    }
    let mut asked = Asked(ledger, Vec::new());
    derive(&ledger.paths(), &scan_keys(&read(scan)), &mut asked).expect_err("a malformed tree");
    asked.1
}

/// The bytes around a proof that holds.
fn envelopes() -> Vec<Value> {
    let honest = Honest::new("envelopes", &[1; 4]);
    let bytes = honest.proof().to_bytes();
    let case = |name: &str, proof: Vec<u8>| {
        Case::new(&format!("envelope/{name}"), &honest.anchor, &honest.scan, proof, honest.now())
    };
    let bent = |offset: usize, value: u8| {
        let mut bent = bytes.clone();
        bent[offset] = value;
        bent
    };
    let other = Case::new("envelope/other-scan", &honest.anchor, &pack_scan(1, "S2"), bytes.clone(), honest.now());
    let two = honest.ledger.prove(&honest.block, &[&honest.scan, &pack_scan(1, "S2")]);
    let mut cases = vec![
        case("empty", Vec::new()).fails("trust.message.truncated"),
        case("magic", bent(0, b'm')).fails("trust.message.magic"),
        case("anchor-instead", honest.anchor.to_bytes()).fails("trust.message.type"),
        case("type", bent(4, 99)).fails("trust.message.type"),
        case("version", bent(5, 1)).fails("trust.newer-client.format"),
        case("suite", bent(6, 2)).fails("trust.newer-client.suite"),
        case("no-keys", bent(8, 0)).fails("trust.message.bounds"),
        case("key-kind", bent(9, 9)).fails("trust.message.value"),
        case("trailing", [bytes.as_slice(), &[0]].concat()).fails("trust.message.trailing"),
        case("two-asked-one-scanned", two.to_bytes()).fails("trust.proof.other-scan"),
        other.fails("trust.proof.other-scan"),
    ];
    for len in [3, 6, 7, 8, 20, 60, 300, bytes.len() - 1] {
        cases.push(case(&format!("cut-at-{len}"), bytes[..len].to_vec()).fails("trust.message.truncated"));
    }
    // The last sibling's last bit: the leaves fold to another root.
    let last = bytes.len() - 1;
    cases.push(case("last-bit", bent(last, bytes[last] ^ 1)).fails("trust.state.root"));
    for (name, scan) in
        [("unreadable", "hello"), ("check-digit", "]d2010950400000001021S1"), ("patient", "]d28018123456789012345675")]
    {
        let verdict = Case::new(&format!("scan/{name}"), &honest.anchor, scan, bytes.clone(), honest.now());
        let code = match medproof_core::scan::parse(scan, medproof_core::scan::Mode::Tolerant) {
            medproof_core::scan::Scan::Unreadable(error) => error.code(),
            other => panic!("{scan} can be read: {other:?}"),
        };
        cases.push(verdict.fails(code));
    }
    cases
}

/// The QR form with answers left out, added and swapped.
fn short_forms() -> Vec<Value> {
    let honest = Honest::new("short forms", &[1; 4]);
    let short = QrProof::from_proof(&honest.proof()).expect("has a short form").to_bytes();
    let answers_at = {
        // prelude 7, one key 1 + 1 + 1 + 1 + 14 + 1 + 2, fixed fields, flag, round, signers.
        let key = 1 + Wire::to_wire(&scan_keys(&read(&honest.scan))[0]).len();
        7 + key + 8 + 8 + 32 + 8 + 32 + 4 + 1 + 4 + (2 + 1 + 64 * 3)
    };
    let count = usize::from(short[answers_at]);
    let mut answers = Vec::new();
    let mut at = answers_at + 1;
    for _ in 0..count {
        let len = usize::from(u16::from_be_bytes([short[at], short[at + 1]]));
        answers.push(short[at..at + 2 + len].to_vec());
        at += 2 + len;
    }
    let rebuilt =
        |answers: &[Vec<u8>]| [&short[..answers_at], &[answers.len() as u8], &answers.concat(), &short[at..]].concat();
    assert_eq!(rebuilt(&answers), short, "the short form is taken apart rightly");
    let case = |name: &str, proof: Vec<u8>| {
        Case::new(&format!("qr-bad/{name}"), &honest.anchor, &honest.scan, proof, honest.now())
    };
    let mut cases = vec![
        case("one-answer-more", rebuilt(&[answers.as_slice(), &[vec![0, 0]]].concat()))
            .fails("trust.proof.superfluous"),
        case("last-answer-missing", rebuilt(&answers[..count - 1])).fails("trust.proof.incomplete"),
        case("no-answers", rebuilt(&[])).fails("trust.message.bounds"),
        case("one-answer", rebuilt(&answers[..1])).fails("trust.proof.incomplete"),
        case("trailing", [short.as_slice(), &[0]].concat()).fails("trust.message.trailing"),
        case("cut", short[..short.len() - 1].to_vec()).fails("trust.message.truncated"),
        case("cut-in-answers", short[..answers_at + 4].to_vec()).fails("trust.message.truncated"),
        case("no-keys", {
            let mut bent = short.clone();
            bent[7] = 0;
            bent
        })
        .fails("trust.message.bounds"),
        case("six-keys", {
            let mut bent = short.clone();
            bent[7] = 6;
            bent
        })
        .fails("trust.message.bounds"),
    ];
    for index in 0..count {
        let mut absent = answers.clone();
        absent[index] = vec![0, 0];
        cases.push(refused(&honest, &format!("absent-{index}"), rebuilt(&absent)));
        let mut swapped = answers.clone();
        swapped.swap(index, (index + 1) % count);
        cases.push(refused(&honest, &format!("swapped-{index}"), rebuilt(&swapped)));
    }
    for offset in [38, 48, 58, 88, 98, 138] {
        let mut bent = short.clone();
        bent[offset] ^= 1;
        cases.push(refused(&honest, &format!("bent-{offset}"), bent));
    }
    cases
}

/// A short form that must be refused, for the reason that core gives.
fn refused(honest: &Honest, name: &str, proof: Vec<u8>) -> Value {
    let policy = super::case::policy("dispenser", "online");
    let mut client = medproof_core::plain::Client::new(&honest.anchor.to_bytes()).expect("an anchor");
    let found = client.verify(&honest.scan, &proof, honest.now(), &policy).expect("a policy");
    assert_eq!(found.axes.trust, "invalid", "{name}");
    let case = Case::new(&format!("qr-bad/{name}"), &honest.anchor, &honest.scan, proof, honest.now());
    case.fails(found.reasons[0])
}
