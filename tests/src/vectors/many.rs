//! Several scans in one proof, and disclosed records.

use super::case::{Case, base64, problem};
use crate::{
    ledger::{Ledger, Quorum},
    rng::Rng,
    stock::{pack_id, pack_scan, parent, product_code, unit, unit_scan},
};
use medproof_core::{
    bucket::Bucket,
    client::Client,
    disclosure::{self, Disclosure, Field},
    encoding::{Message, Wire},
    header::UnixMillis,
    identity::MemberId,
    leaf::{self, Leaf, Record, UnitPlace},
    log::{LeafIndex, MemoryLog},
    proof::Key,
    prove::{prove, prove_bucket},
    state::{BucketProof, Path, Prefix},
};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Value> {
    let mut ledger = Ledger::new("many", Quorum::new("many", &[1; 4]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    let mut rng = Rng(7);
    let serials: Vec<String> = (0..1_000).map(|_| rng.serial()).collect();
    ledger.add_pallet(1, 100, &serials);
    let few: Vec<String> = (0..6).map(|n| format!("F{n}")).collect();
    ledger.add_pallet(1, 200, &few);
    // A pallet of two cases with three packs each.
    for case in 0..2 {
        let packs: Vec<String> = (0..3).map(|n| format!("C{case}{n}")).collect();
        ledger.add_pallet(1, 301 + case, &packs);
        ledger.put_unit(301 + case, 1, unit(3, UnitPlace::Inside(parent(300, 1))));
    }
    ledger.put_unit(300, 1, unit(2, UnitPlace::Holder(crate::stock::commitment(MemberId(3)))));
    ledger.add_pack(1, "LOOSE");
    let block = ledger.seal(60_000);
    let now = block.header.time().0 + 1_000;
    let pallet = |sscc: u64, serials: &[&str]| -> Vec<String> {
        std::iter::once(unit_scan(sscc)).chain(serials.iter().map(|serial| pack_scan(1, serial))).collect()
    };
    let all: Vec<&str> = serials.iter().map(String::as_str).collect();
    let nested =
        [pallet(300, &["C00", "C01", "C02", "C10", "C11", "C12"]), vec![unit_scan(301), unit_scan(302)]].concat();
    let mixed = vec![
        pack_scan(1, "LOOSE"),
        "hello".to_string(),
        pack_scan(1, "NONE"),
        pack_scan(999, "X"),
        pack_scan(1, "LOOSE"),
    ];
    let loose_case = vec![unit_scan(300), pack_scan(1, "C00"), pack_scan(1, "C10")];
    let one_case = [loose_case.as_slice(), &[unit_scan(301)]].concat();
    let whole = pallet(300, &["C00", "C01", "C02", "C10", "C11", "C12"]);
    let lists: [(&str, Vec<String>, Vec<bool>); 11] = [
        ("all-packs-of-unscanned-units", whole.clone(), vec![true]),
        ("all-packs-of-unscanned-units-but-one", whole[..6].to_vec(), vec![false]),
        // The units that stand above the scanned packs were not scanned themselves: they are not seen.
        ("units-above-packs-only", loose_case, vec![false]),
        ("one-of-two-units", one_case, vec![false, false]),
        ("unit-twice", vec![unit_scan(300), unit_scan(301), unit_scan(301)], vec![false, false, false]),
        ("pallet-1000", pallet(100, &all), vec![true]),
        ("one-missing", pallet(200, &["F0", "F1", "F2", "F3", "F4"]), vec![false]),
        ("complete", pallet(200, &["F0", "F1", "F2", "F3", "F4", "F5"]), vec![true]),
        ("one-twice", pallet(200, &["F0", "F0", "F2", "F3", "F4", "F5"]), vec![false]),
        ("one-foreign", pallet(200, &["F0", "F1", "F2", "F3", "F4", "LOOSE"]), vec![false]),
        ("nested", nested, vec![true, true, true]),
    ];
    let mut cases = Vec::new();
    for (name, scans, complete) in lists {
        let texts: Vec<&str> = scans.iter().map(String::as_str).collect();
        let proof = ledger.prove(&block, &texts).to_bytes();
        let (case, many) =
            Case::new(&format!("many/{name}"), &anchor, "", proof, now).policy("receiver", "online").many(&scans);
        let found: Vec<bool> = many.contents.iter().map(|contents| contents.complete).collect();
        assert_eq!(found, complete, "{name}");
        cases.push(case);
    }
    let readable: Vec<&str> = mixed.iter().map(String::as_str).filter(|scan| *scan != "hello").collect();
    let proof = ledger.prove(&block, &readable).to_bytes();
    let case = Case::new("many/mixed", &anchor, "", proof.clone(), now);
    let (value, many) = case.many(&mixed);
    let found: Vec<&str> = many.verdicts.iter().map(|verdict| verdict.overall).collect();
    assert_eq!(found, ["ok", "cannot-tell", "do-not-use", "unknown", "ok"]);
    cases.push(value);
    let (value, many) = Case { name: "many/one-scan-less".to_string(), ..case }.many(&mixed[..3]);
    assert_eq!(many.verdicts[0].reasons, ["trust.proof.other-scan"]);
    cases.push(value);
    let (value, many) = Case::new("many/nothing-readable", &anchor, "", proof, now).many(&["hello".to_string()]);
    assert_eq!(many.verdicts[0].axes.trust, "not-checked");
    cases.push(value);
    cases
}

/// A record of five fields, of which some are shown.
pub(super) fn disclosure_cases() -> Vec<Value> {
    let mut rng = Rng(9);
    let (id, other_id) = (rng.bytes32(), rng.bytes32());
    let values = ["2026-01-03", "30 tablets", "乙型肝炎", "ward 4", "PRN"];
    let salts: Vec<[u8; 32]> = values.iter().map(|_| rng.bytes32()).collect();
    let name = |index: usize| format!("MedicationDispense.field{index}");
    let mut log = MemoryLog::new();
    for (index, (value, salt)) in values.iter().zip(&salts).enumerate() {
        log.append(disclosure::field_leaf(salt, &name(index), value.as_bytes()));
    }
    let field = |index: usize| Field {
        index: index as u16,
        name: name(index),
        value: values[index].as_bytes().to_vec(),
        salt: salts[index],
        proof: log.inclusion_proof(LeafIndex(index as u64), log.size()).expect("within the log"),
    };
    let mut ledger = Ledger::new("records", Quorum::new("records", &[1; 4]));
    let anchor = ledger.anchor();
    let path = ledger.paths().record(&id);
    ledger.put(
        path,
        &Leaf::Record(Record {
            commitment: disclosure::commitment(&id, 5, &log.root()),
            issuer: crate::stock::commitment(MemberId(4)),
        }),
    );
    let block = ledger.seal(60_000);
    let now = block.header.time().0 + 1_000;
    let shown = |id: [u8; 32], fields: Vec<Field>| Disclosure::new(id, 5, fields).expect("fields of a record");
    let bent = |change: &dyn Fn(&mut Field)| {
        let mut field = field(2);
        change(&mut field);
        shown(id, vec![field])
    };
    let mut cases = Vec::new();
    let mut add = |name: &str, disclosure: &Disclosure, asked: [u8; 32], expected: Value| {
        let proof = prove(&ledger.tree, &[vec![Key::Record(asked)]], Vec::new(), &block.header, &block.certificate)
            .expect("a proof")
            .to_bytes();
        let answer = Client::new(anchor.clone()).verify_record(disclosure, &proof, UnixMillis(now));
        let found = match answer {
            Ok(answer) => json!({"committed": answer.is_committed}),
            Err(error) => problem(&error.into()),
        };
        assert_eq!(found, expected, "{name}");
        cases.push(json!({
            "name": format!("disclosure/{name}"),
            "anchor": base64(&anchor.to_bytes()),
            "disclosure": base64(&disclosure.to_bytes()),
            "proof": base64(&proof),
            "now_ms": now.to_string(),
            "expect": found,
        }));
    };
    let yes = json!({"committed": true});
    let no = json!({"committed": false});
    for index in 0..5 {
        add(&format!("field-{index}"), &shown(id, vec![field(index)]), id, yes.clone());
    }
    add("all", &shown(id, (0..5).map(field).collect()), id, yes.clone());
    add("two", &shown(id, vec![field(0), field(4)]), id, yes);
    add("other-value", &bent(&|field| field.value = b"x".to_vec()), id, no.clone());
    add("other-name", &bent(&|field| field.name = "x".to_string()), id, no.clone());
    add("other-salt", &bent(&|field| field.salt[0] ^= 1), id, no.clone());
    add("other-index", &bent(&|field| field.index = 3), id, no.clone());
    let moved = |index: usize| Field { proof: field(1).proof, ..field(index) };
    add("other-proof", &shown(id, vec![moved(2)]), id, no.clone());
    let mixed = shown(id, vec![field(0), Field { value: b"x".to_vec(), ..field(1) }]);
    add("one-of-two-bent", &mixed, id, no.clone());
    let counted = Disclosure::new(id, 6, vec![field(0)]).expect("fields of a record");
    add("other-count", &counted, id, no);
    add("not-on-the-ledger", &shown(other_id, vec![field(0)]), other_id, json!({"committed": null}));
    let other = json!({"code": "trust.proof.other-scan", "expected": null, "found": null});
    add("other-record", &shown(other_id, vec![field(0)]), id, other);
    cases
}

/// Buckets with packs, aliases and nothing in them, and buckets that must be refused.
pub(super) fn bucket_cases() -> Vec<Value> {
    let mut ledger = Ledger::new("buckets", Quorum::new("buckets", &[1; 4]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.put_product(2, leaf::Product { random_serials: false, ..crate::stock::product() });
    ledger.put_lot(2, crate::stock::lot());
    ledger.add_pack(2, "P0");
    let mut rng = Rng(11);
    let serials: Vec<String> = (0..600).map(|_| rng.serial()).collect();
    serials.iter().take(500).for_each(|serial| ledger.add_pack(1, serial));
    ledger.add_pallet(1, 1, &serials[500..]);
    let alias = ledger.paths().pack(&pack_id(1, "ALIAS"));
    ledger.put(alias, &Leaf::PackAlias(pack_id(1, &serials[0])));
    let block = ledger.seal(60_000);
    let now = block.header.time().0 + 1_000;
    let bucket_of = |n: u32, serial: &str, bits: u8| {
        let prefix = Prefix::new(&ledger.paths().pack(&pack_id(n, serial)), bits);
        prove_bucket(&ledger.tree, &product_code(n), prefix, &block.header, &block.certificate).expect("a bucket")
    };
    let case = |name: &str, n: u32, serial: &str, bucket: &Bucket| {
        Case::new(&format!("bucket/{name}"), &anchor, &pack_scan(n, serial), bucket.to_bytes(), now)
    };
    let mut cases = Vec::new();
    let mut add = |case: Case, overall: &str, reasons: &[&str]| cases.push(case.gives_bucket(overall, reasons));
    for bits in [32, 33, 36, 40, 64] {
        let bucket = bucket_of(1, &serials[3], bits);
        add(case(&format!("present-{bits}-bits"), 1, &serials[3], &bucket), "ok", &["state.active"]);
        let bucket = bucket_of(1, "NONE", bits);
        add(case(&format!("absent-{bits}-bits"), 1, "NONE", &bucket), "do-not-use", &["identifier.absent-pack"]);
    }
    let bucket = bucket_of(1, "ALIAS", 36);
    add(case("alias", 1, "ALIAS", &bucket), "ok", &["state.active"]);
    let bucket = bucket_of(1, &serials[550], 36);
    add(case("in-a-pallet", 1, &serials[550], &bucket), "ok", &["state.active"]);
    let fails = "cannot-tell";
    let outside = serials.iter().find(|serial| {
        let path = ledger.paths().pack(&pack_id(1, serial));
        !bucket.prefix.contains(&path)
    });
    add(case("of-another-pack", 1, outside.expect("many packs"), &bucket), fails, &["trust.proof.other-scan"]);
    add(case("of-another-product", 2, "P0", &bucket), fails, &["trust.proof.other-scan"]);
    let guessable = bucket_of(2, "P0", 40);
    add(case("guessable-serials", 2, "P0", &guessable), fails, &["trust.bucket.refused"]);
    // A bucket that says less, or more, than it should: the proof of a longer prefix, or with a path more.
    let mut shorter = bucket_of(1, &serials[3], 32);
    shorter.state = bucket_of(1, &serials[3], 34).state;
    add(case("part-of-the-prefix", 1, &serials[3], &shorter), fails, &["trust.proof.incomplete"]);
    let mut more = bucket_of(1, &serials[3], 40);
    let product = ledger.paths().product(&product_code(2));
    let mut asked: Vec<Path> = more.state.as_state_proof().leaves().map(|(path, _)| path).collect();
    asked.retain(|path| !more.prefix.contains(path));
    let honest = asked.clone();
    asked.push(product);
    more.state = ledger.tree.prove_bucket(&more.prefix, &asked).expect("a bucket");
    add(case("one-leaf-more", 1, &serials[3], &more), fails, &["trust.proof.superfluous"]);
    for index in 0..honest.len() {
        let mut fewer = honest.clone();
        fewer.remove(index);
        more.state = ledger.tree.prove_bucket(&more.prefix, &fewer).expect("a bucket");
        add(case(&format!("without-{index}"), 1, &serials[3], &more), fails, &["trust.proof.incomplete"]);
    }
    // All packs of the product in a subtree, though only those under a longer prefix are asked for.
    let mut wider = bucket_of(1, &serials[3], 40);
    wider.state = bucket_of(1, &serials[3], 32).state;
    add(case("subtree-of-a-shorter-prefix", 1, &serials[3], &wider), fails, &["trust.proof.superfluous"]);
    let mut unsigned = bucket_of(1, &serials[3], 40);
    unsigned.certificate = ledger.quorum.certify(&unsigned.header, &[0, 1]);
    add(case("unsigned", 1, &serials[3], &unsigned), fails, &["trust.certificate.power-short"]);
    cases.extend(small_buckets());
    cases
}

/// Buckets of a product with one pack, and with a pack beside one that only a newer client reads.
fn small_buckets() -> Vec<Value> {
    let mut ledger = Ledger::new("small buckets", Quorum::new("small buckets", &[1]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.add_pack(1, "S1");
    ledger.add_product(2);
    ledger.add_pack(2, "S2");
    let newer = ledger.paths().pack(&pack_id(2, "N"));
    ledger.put_value(newer, vec![9]);
    let block = ledger.seal(60_000);
    let now = block.header.time().0 + 1_000;
    let bucket_of = |n: u32| {
        let prefix = Prefix::new(&ledger.paths().pack(&pack_id(n, "S")), 32);
        prove_bucket(&ledger.tree, &product_code(n), prefix, &block.header, &block.certificate).expect("a bucket")
    };
    let case = |name: &str, n: u32, serial: &str, bucket: &Bucket| {
        Case::new(&format!("bucket/{name}"), &anchor, &pack_scan(n, serial), bucket.to_bytes(), now)
    };
    let one = bucket_of(1);
    // The only pack is shown by its hash alone.
    let mut hidden = one.clone();
    let absent = [ledger.paths().product(&product_code(1)), ledger.paths().pack(&pack_id(1, "NONE"))];
    let shown = ledger.tree.prove(&absent).expect("paths");
    hidden.state = BucketProof::from_wire(&shown.to_wire()).expect("well-formed");
    let mut more = bucket_of(2);
    let asked: Vec<Path> = more.state.as_state_proof().leaves().map(|(path, _)| path).collect();
    let beside: Vec<Path> = asked.into_iter().filter(|path| !more.prefix.contains(path)).collect();
    let product = ledger.paths().product(&product_code(1));
    let both = [beside.as_slice(), &[product]].concat();
    let two = bucket_of(2);
    more.state = ledger.tree.prove_bucket(&more.prefix, &both).expect("a bucket");
    let mut apart = two.clone();
    let packs = [ledger.paths().pack(&pack_id(2, "S2")), newer];
    let shown = ledger.tree.prove(&[beside.as_slice(), &packs].concat()).expect("paths");
    apart.state = BucketProof::from_wire(&shown.to_wire()).expect("well-formed");
    let cell = &["state.active"];
    vec![
        case("one-pack", 1, "S1", &one).gives_bucket("ok", cell),
        case("one-other-pack", 1, "NONE", &one).gives_bucket("do-not-use", &["identifier.absent-pack"]),
        case("only-pack-withheld", 1, "NONE", &hidden).gives_bucket("cannot-tell", &["trust.state.withheld"]),
        case("asked-pack-withheld", 1, "S1", &hidden).gives_bucket("cannot-tell", &["trust.proof.incomplete"]),
        // Beside a leaf that only a newer client reads, the verdict is about the scanned pack all the same, and
        // what else that client would ask for is not superfluous.
        case("beside-a-newer-leaf", 2, "S2", &two).gives_bucket("ok", cell),
        case("beside-a-newer-leaf-and-more", 2, "S2", &more).gives_bucket("ok", cell),
        case("apart-from-a-newer-leaf", 2, "S2", &apart).gives_bucket("ok", cell),
        case("a-newer-leaf", 2, "N", &two).gives_bucket("cannot-tell", &["trust.newer-client.leaf"]),
    ]
}
