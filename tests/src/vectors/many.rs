//! Several scans in one proof, and disclosed records.

use super::case::{Case, base64, problem};
use crate::{
    ledger::{Ledger, Quorum},
    rng::Rng,
    stock::{pack_scan, parent, unit, unit_scan},
};
use medproof_core::{
    client::Client,
    disclosure::{self, Disclosure, Field},
    encoding::Message,
    header::UnixMillis,
    identity::MemberId,
    leaf::{Leaf, Record, UnitPlace},
    log::{LeafIndex, MemoryLog},
    proof::Key,
    prove::prove,
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
    let lists: [(&str, Vec<String>, Vec<bool>); 6] = [
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
    let found: Vec<&str> = many.verdicts.iter().map(|verdict| verdict.overall.as_str()).collect();
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
