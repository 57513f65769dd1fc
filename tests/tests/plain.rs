//! The layer that bindings call says what the client says, in flat records.

use medproof_core::{
    client,
    disclosure::{Disclosure, Field, commitment, field_leaf},
    encoding::Message,
    fork::Fork,
    hash::{Digest, sha256},
    header::{Header, HeaderFields},
    leaf::{Leaf, Record, State},
    log::LogProof,
    plain::{Client, Policy, Problem, check_fork, message_from_text, parse_scan},
    proof::{Key, QrProof},
    prove::prove,
    text::{to_fragment, to_qr_text},
};
use medproof_tests::{
    honest::Honest,
    ledger::{Ledger, Quorum},
    stock::{pack_scan, sscc, unit_scan},
};

fn policy(purpose: &str, mode: &str) -> Policy {
    let (purpose, mode) = (purpose.to_string(), mode.to_string());
    Policy { purpose, mode, max_age_online_ms: None, max_age_carried_ms: None, clock_tolerance_ms: None }
}

fn client(honest: &Honest) -> Client {
    Client::new(&honest.anchor.to_bytes()).expect("an anchor")
}

#[test]
fn a_client_goes_on_from_its_memory() {
    let honest = Honest::default();
    let mut client = client(&honest);
    let anchor = client.anchor();
    assert_eq!((anchor.name.as_str(), anchor.demo, anchor.height), ("honest", true, client.height()));
    assert_eq!((anchor.fingerprint, anchor.time_ms), (honest.anchor.fingerprint(), honest.anchor.header().time().0));
    assert_eq!(client.history_size(), 5);

    let advanced = client.advance(&honest.update.to_bytes(), honest.now.0).expect("an honest update");
    assert_eq!((advanced.height, advanced.history_shown, advanced.newer), (client.height(), true, true));
    assert_eq!((client.history_size(), client.fork()), (11, None));
    let again = Client::resume(&honest.anchor.to_bytes(), &client.memory()).expect("its own memory");
    assert_eq!((again.height(), again.memory()), (client.height(), client.memory()));

    // The memory of another chain is not gone on from.
    let other = Ledger::new("other", Quorum::new("other", &[1])).anchor();
    let begun = Client::resume(&other.to_bytes(), &client.memory()).expect("well-formed memory");
    assert_eq!((begun.anchor().name.as_str(), begun.height()), ("other", 0));
}

#[test]
fn every_axis_is_in_the_record() {
    let honest = Honest::default();
    let (_, scan, proof) = &honest.proofs[1];
    let verdict = client(&honest).verify(scan, &proof.to_bytes(), honest.now.0, &policy("dispenser", "online"));
    let json = serde_json::to_value(verdict.expect("a policy")).expect("records become JSON");
    assert_eq!(json["overall"], "ok");
    assert_eq!(json["reasons"], serde_json::json!(["state.active"]));
    let axes = &json["axes"];
    for (axis, value) in [("trust", "quorum"), ("freshness", "fresh"), ("identifier", "registered"), ("level", "pack")]
    {
        assert_eq!(axes[axis], value);
    }
    assert_eq!((&axes["lot"], &axes["expiry"]), (&"match".into(), &"match".into()));
    let active = State::Active as u8;
    let states =
        serde_json::json!({"pack": active, "unit": active, "lot": active, "product": active, "effective": "active"});
    assert_eq!(axes["states"], states);
    assert_eq!((&axes["issuer"]["member"], &axes["issuer"]["key_then"]), (&2.into(), &"valid".into()));
    assert_eq!((&axes["issuer"]["member_now"], &axes["expired"]), (&"admitted".into(), &false.into()));
    assert_eq!((&axes["quantity_left"], &axes["problem"]), (&30.into(), &serde_json::Value::Null));
    assert_eq!(axes["height"], proof.header().height().0);
    assert_eq!(axes["age_ms"], honest.now.0 - proof.header().time().0);
}

#[test]
fn forms_and_purposes_lead_to_one_client() {
    let honest = Honest::default();
    for (name, scan, proof) in &honest.proofs {
        let forms = [Some(proof.to_bytes()), QrProof::from_proof(proof).map(|short| short.to_bytes())];
        for purpose in ["holder", "buyer", "dispenser", "receiver"] {
            let verdicts: Vec<_> = forms
                .iter()
                .flatten()
                .map(|form| client(&honest).verify(scan, form, honest.now.0, &policy(purpose, "carried")))
                .collect();
            assert!(verdicts.iter().all(|verdict| Ok(verdict) == verdicts[0].as_ref().map(|_| &verdicts[0])), "{name}");
        }
    }
    for (name, scan, bucket) in &honest.buckets {
        let verdict = client(&honest).verify_bucket(scan, &bucket.to_bytes(), honest.now.0, &policy("buyer", "online"));
        assert_eq!(verdict.map(|verdict| verdict.axes.trust), Ok("quorum"), "{name}");
    }
}

#[test]
fn policies_are_named_and_limits_are_the_callers() {
    let honest = Honest::default();
    let (_, scan, proof) = &honest.proofs[0];
    let ask = |policy: &Policy, now_ms: u64| client(&honest).verify(scan, &proof.to_bytes(), now_ms, policy);
    let code =
        |found: Result<_, Problem>| found.map(|_: medproof_core::plain::Verdict| ()).map_err(|problem| problem.code);
    assert_eq!(code(ask(&policy("thief", "online"), honest.now.0)), Err("policy.purpose"));
    assert_eq!(code(ask(&policy("buyer", "offline"), honest.now.0)), Err("policy.mode"));
    let freshness = |policy: &Policy, now_ms| ask(policy, now_ms).map(|verdict| verdict.axes.freshness);
    let strict = Policy { max_age_online_ms: Some(1), clock_tolerance_ms: Some(0), ..policy("buyer", "online") };
    let made = proof.header().time().0;
    for (now, expected) in [(made + 1, "fresh"), (made + 2, "stale"), (made, "fresh"), (made - 1, "future")] {
        assert_eq!(freshness(&strict, now), Ok(Some(expected)));
    }
    let carried = Policy { max_age_carried_ms: Some(1), ..policy("buyer", "carried") };
    assert_eq!(freshness(&carried, made + 1), Ok(Some("carried")));
    assert_eq!(freshness(&carried, made + 2), Ok(Some("stale")));
}

#[test]
fn problems_say_expected_and_found() {
    let honest = Honest::default();
    let anchor_height = honest.anchor.header().height().0;
    let older = client::Update {
        hand_overs: Vec::new(),
        header: honest.proofs[0].2.header().clone(),
        certificate: honest.proofs[0].2.certificate().clone(),
        consistency: None,
    };
    let mut client = client(&honest);
    client.advance(&honest.update.to_bytes(), honest.now.0).expect("an honest update");
    let problem = client.advance(&older.to_bytes(), honest.now.0).expect_err("an older header");
    let expected =
        Problem { code: "trust.older-header", expected: Some(client.height()), found: Some(anchor_height + 1) };
    assert_eq!(problem, expected);
    let problem = client.advance(b"MPRF", honest.now.0).expect_err("four bytes");
    assert_eq!(problem, Problem { code: "trust.message.truncated", expected: None, found: None });
    assert_eq!(Client::new(b"").err().map(|problem| problem.code), Some("trust.message.truncated"));
    let resumed = Client::resume(&honest.anchor.to_bytes(), b"MPRG").err();
    assert_eq!(resumed.map(|problem| problem.code), Some("trust.message.magic"));

    let (_, scan, proof) = &honest.proofs[0];
    let verdict =
        client.verify(scan, &proof.to_bytes()[..50], honest.now.0, &policy("buyer", "online")).expect("a policy");
    assert_eq!((verdict.overall, verdict.axes.trust), ("cannot-tell", "invalid"));
    assert_eq!(verdict.axes.problem.map(|problem| problem.code), Some("trust.message.truncated"));
}

#[test]
fn several_scans_and_the_contents_of_a_unit() {
    let mut ledger = Ledger::new("many", Quorum::new("many", &[1]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    let serials: Vec<String> = (0..3).map(|number| format!("S{number}")).collect();
    ledger.add_pallet(1, 7, &serials);
    let block = ledger.seal(1_000);
    let mut scans = vec![unit_scan(7), pack_scan(1, "S0"), pack_scan(1, "S2")];
    let texts: Vec<&str> = scans.iter().map(String::as_str).collect();
    let proof = ledger.prove(&block, &texts).to_bytes();
    scans.push("no scan".to_string());
    let mut client = Client::new(&anchor.to_bytes()).expect("an anchor");
    let now = block.header.time().0;
    let many = client.verify_many(&scans, &proof, now, &policy("receiver", "online")).expect("a policy");
    let overall: Vec<_> = many.verdicts.iter().map(|verdict| verdict.overall).collect();
    assert_eq!(overall, ["ok", "ok", "ok", "cannot-tell"]);
    let [contents] = &many.contents[..] else { panic!("one unit was scanned") };
    assert_eq!((&contents.sscc, contents.generation), (&sscc(7).digits(), 1));
    assert_eq!((contents.children, contents.seen, contents.complete), (3, 2, false));
    assert!(client.verify_many(&scans, &proof, now, &policy("", "")).is_err());
}

#[test]
fn a_record_belongs_to_its_commitment() {
    let id = [5; 32];
    let field = Field {
        index: 0,
        name: "dosage".to_string(),
        value: b"1-0-1".to_vec(),
        salt: [6; 32],
        proof: LogProof::default(),
    };
    let root = field_leaf(&field.salt, &field.name, &field.value);
    let disclose = |id, value: &[u8]| {
        let field = Field { value: value.to_vec(), ..field.clone() };
        Disclosure::new(id, 1, vec![field]).expect("one field").to_bytes()
    };
    let mut ledger = Ledger::new("records", Quorum::new("records", &[1]));
    let anchor = ledger.anchor();
    let path = ledger.paths().record(&id);
    ledger.put(path, &Leaf::Record(Record { commitment: commitment(&id, 1, &root), issuer: Digest([7; 32]) }));
    let block = ledger.seal(1_000);
    let ask = |id, disclosure: &[u8]| {
        let proof = prove(&ledger.tree, &[vec![Key::Record(id)]], Vec::new(), &block.header, &block.certificate);
        let mut client = Client::new(&anchor.to_bytes()).expect("an anchor");
        client.verify_record(disclosure, &proof.expect("a record").to_bytes(), block.header.time().0)
    };
    assert_eq!(ask(id, &disclose(id, b"1-0-1")), Ok(Some(true)));
    assert_eq!(ask(id, &disclose(id, b"1-1-1")), Ok(Some(false)));
    assert_eq!(ask([8; 32], &disclose([8; 32], b"1-0-1")), Ok(None));
    let other = ask([8; 32], &disclose(id, b"1-0-1"));
    assert_eq!(other.map_err(|problem| problem.code), Err("trust.proof.other-scan"));
    assert_eq!(ask(id, b"").map_err(|problem| problem.code), Err("trust.message.truncated"));
}

#[test]
fn a_fork_is_checked_without_a_client() {
    let mut ledger = Ledger::new("fork", Quorum::new("fork", &[1; 4]));
    let block = ledger.seal(1_000);
    let fields = block.header.fields().expect("of this version");
    let twin = Header::from(&HeaderFields { parent_hash: sha256(b"another"), ..fields });
    let fork = |signers: &[u16]| {
        let sides =
            [(block.header.clone(), block.certificate.clone()), (twin.clone(), ledger.quorum.certify(&twin, signers))];
        Fork::new(ledger.quorum.set.clone(), sides).expect("two headers").to_bytes()
    };
    assert_eq!(check_fork(&fork(&[0, 1, 2])), Ok(1));
    let short = Problem { code: "trust.certificate.power-short", expected: Some(3), found: Some(2) };
    assert_eq!(check_fork(&fork(&[0, 1])), Err(short));
    assert_eq!(check_fork(b"").map_err(|problem| problem.code), Err("trust.message.truncated"));
}

#[test]
fn scans_are_shown_with_what_was_read() {
    let info = parse_scan(&pack_scan(1, "S1"), true);
    assert_eq!((info.result, info.code, info.readings.len()), ("read", None, 1));
    let reading = &info.readings[0];
    assert_eq!((reading.level, reading.products.as_slice()), ("pack", &["1:09504000000011".to_string()][..]));
    assert_eq!((reading.serial.as_deref(), reading.lot.as_deref()), (Some("S1"), Some("LOT-7A")));
    assert_eq!((reading.crypto_tail, reading.host.as_deref()), ("absent", None));

    let unit = parse_scan(&unit_scan(1), true);
    assert_eq!((unit.readings[0].level, unit.readings[0].sscc.as_ref()), ("unit", Some(&sscc(1).digits())));
    let link = parse_scan("https://id.example:8080/01/09504000000011/10/LOT?17=280531", true);
    assert_eq!((link.readings[0].level, link.readings[0].host.as_deref()), ("lot", Some("id.example:8080")));
    let product = parse_scan("09504000000011", false);
    assert_eq!(product.readings[0].level, "product");
    let none = parse_scan("", false);
    assert_eq!((none.result, none.code), ("unreadable", Some("identifier.scan.empty")));
}

#[test]
fn text_is_a_qr_code_or_a_fragment() {
    let message = b"MPRF\x05".to_vec();
    let fragment = to_fragment(&message);
    for text in [to_qr_text(&message), format!("#{fragment}"), fragment] {
        assert_eq!(message_from_text(&text), Some(message.clone()));
    }
    assert_eq!(message_from_text("https://id.gs1.org/01/09504000000011"), None);
}
