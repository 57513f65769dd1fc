//! The Ed25519 suites: every verdict is that of the strict rule, and what may be registered as a key.

use curve25519_dalek::{EdwardsPoint, Scalar, constants, edwards::CompressedEdwardsY};
use ed25519_dalek::{Signer, SigningKey};
use medproof_core::{
    hash::Digest,
    identity::MemberId,
    keys::{KeyError, KeyNumber, PublicKey, Signature, registration_message},
};
use medproof_tests::{
    report, suites,
    suites::{find, from_hex},
};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

#[test]
fn wycheproof_says_the_same() {
    let Some(file) = find("ed25519/wycheproof/ed25519_test.json") else { return };
    let suite = read(&file);
    let mut count = 0;
    for group in list(&suite["testGroups"]) {
        let key = text(&group["publicKey"]["pk"]);
        for case in list(&group["tests"]) {
            let accepted = verify(key, &from_hex(text(&case["msg"])), text(&case["sig"]));
            assert_eq!(accepted, case["result"] == "valid", "case {}", case["tcId"]);
            count += 1;
        }
    }
    assert_eq!(count, 151);
    report::ran("ed25519/wycheproof", count);
}

#[test]
fn known_answers_are_signed_and_verified() {
    let Some(file) = find("ed25519/ed25519-djb-1024/sign.input") else { return };
    let lines = fs::read_to_string(file).expect("the file can be read");
    let mut count = 0;
    for line in lines.lines() {
        let fields: Vec<&str> = line.split(':').collect();
        let [secret, key, message, signed, ""] = fields[..] else { panic!("not five fields: {line}") };
        let (seed, signature) = (from_hex(&secret[..64]), &signed[..128]);
        let message = from_hex(message);
        assert!(verify(key, &message, signature), "line {}", count + 1);
        let signing = SigningKey::from_bytes(&seed.try_into().expect("32 bytes"));
        assert_eq!(signing.verifying_key().to_bytes().as_slice(), from_hex(key));
        assert_eq!(signing.sign(&message).to_bytes().as_slice(), from_hex(signature));
        count += 1;
    }
    assert_eq!(count, 1_024);
    report::ran("ed25519/ed25519-djb-1024", count);
}

#[test]
fn the_odd_points_get_the_strict_verdict() {
    let Some(file) = find("ed25519/cctv-ed25519/ed25519/ed25519vectors.json") else { return };
    let Some(rules) = strict_column("cctv") else { return };
    let suite = read(&file);
    for case in list(&suite) {
        let number = case["number"].as_u64().expect("a number");
        let accepted = verify(text(&case["key"]), text(&case["msg"]).as_bytes(), text(&case["sig"]));
        assert_eq!(Some(&accepted), rules.get(&number), "case {number}");
    }
    assert_eq!((list(&suite).len(), rules.len()), (914, 914));
    assert_eq!(rules.values().filter(|strict| **strict).count(), 43);
    report::ran("ed25519/cctv-ed25519", rules.len());
}

#[test]
fn the_rule_in_force_is_the_strict_one() {
    let Some(file) = find("ed25519/ed25519-speccheck/cases.json") else { return };
    let Some(rules) = strict_column("speccheck") else { return };
    let suite = read(&file);
    for (number, case) in (0..).zip(list(&suite)) {
        let accepted = verify(text(&case["pub_key"]), &from_hex(text(&case["message"])), text(&case["signature"]));
        assert_eq!(Some(&accepted), rules.get(&number), "case {number}");
    }
    assert_eq!((list(&suite).len(), rules.len()), (12, 12));
    report::ran("ed25519/ed25519-speccheck", rules.len());
}

#[test]
fn no_small_order_encoding_can_be_registered() {
    for (digits, error) in LOW_ORDER {
        let key = key(digits);
        assert_eq!(key.check_registrable(), Err(error), "{digits}");
        // R = [S]B: a rule that multiplies by the cofactor accepts it under each of these keys.
        let signature = Signature(
            [constants::ED25519_BASEPOINT_COMPRESSED.to_bytes(), Scalar::ONE.to_bytes()]
                .concat()
                .try_into()
                .expect("64 bytes"),
        );
        assert!(!key.verify(b"anything", &signature), "{digits}");
        assert_eq!(register(&key, &signature), Err(error), "{digits}");
    }
    assert_eq!(LOW_ORDER.len(), 14);
}

#[test]
fn the_small_order_encodings_are_those_of_the_suite() {
    let Some(file) = find("ed25519/cctv-ed25519/ed25519/ed25519vectors.json") else { return };
    let suite = read(&file);
    let low_order =
        |case: &&Value| case["flags"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == "low_order_A"));
    let mut listed: Vec<&str> = list(&suite).iter().filter(low_order).map(|case| text(&case["key"])).collect();
    listed.sort_unstable();
    listed.dedup();
    assert_eq!(listed, LOW_ORDER.map(|(digits, _)| digits));
}

#[test]
fn no_key_with_a_torsion_part_can_be_registered() {
    for number in 1..=20_u64 {
        let prime = EdwardsPoint::mul_base(&Scalar::from(number));
        assert_eq!(encode(prime).check_registrable(), Ok(()));
        for torsion in &constants::EIGHT_TORSION[1..] {
            assert_eq!(encode(prime + torsion).check_registrable(), Err(KeyError::Torsion));
        }
    }
}

#[test]
fn no_other_encoding_can_be_registered() {
    // y from p to 2^255 − 1 stands for y − p; both signs of x.
    let mut refused = 0;
    for low in 0xed..=0xff_u8 {
        for sign in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (low, sign);
            let expected = match CompressedEdwardsY(bytes).decompress() {
                Some(_) => KeyError::NotCanonical,
                None => KeyError::NotOnCurve,
            };
            assert_eq!(PublicKey(bytes).check_registrable(), Err(expected), "{low:x} {sign:x}");
            refused += usize::from(expected == KeyError::NotCanonical);
        }
    }
    assert!(refused >= 4, "{refused} of these are points");
    let mut no_point = [0; 32];
    no_point[0] = 2;
    assert_eq!(PublicKey(no_point).check_registrable(), Err(KeyError::NotOnCurve));
}

#[test]
fn a_registration_is_for_one_chain_member_and_number() {
    let signing = SigningKey::from_bytes(&[7; 32]);
    let key = PublicKey(signing.verifying_key().to_bytes());
    let (chain, member, number) = (Digest([1; 32]), MemberId(2), KeyNumber(3));
    let sign =
        |chain, member, number| Signature(signing.sign(&registration_message(&chain, member, number, &key)).to_bytes());
    let check = |signature| key.check_registration(&chain, member, number, &signature);
    assert_eq!(check(sign(chain, member, number)), Ok(()));
    for other in [
        sign(Digest::ZERO, member, number),
        sign(chain, MemberId(3), number),
        sign(chain, member, KeyNumber(4)),
        Signature(signing.sign(&key.0).to_bytes()),
    ] {
        assert_eq!(check(other), Err(KeyError::SelfSignature));
    }
}

#[test]
fn s_plus_the_group_order_is_another_signature() {
    let signing = SigningKey::from_bytes(&[7; 32]);
    let key = PublicKey(signing.verifying_key().to_bytes());
    for message in 0..100_u8 {
        let mut signature = signing.sign(&[message]).to_bytes();
        assert!(key.verify(&[message], &Signature(signature)));
        let mut carry = 0;
        for (byte, order) in signature[32..].iter_mut().zip(GROUP_ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            (*byte, carry) = (sum as u8, sum >> 8);
        }
        assert_eq!(carry, 0);
        assert!(!key.verify(&[message], &Signature(signature)));
    }
}

/// Lexicographically, with what the check says first.
const LOW_ORDER: [(&str, KeyError); 14] = [
    ("0000000000000000000000000000000000000000000000000000000000000000", KeyError::SmallOrder),
    ("0000000000000000000000000000000000000000000000000000000000000080", KeyError::SmallOrder),
    ("0100000000000000000000000000000000000000000000000000000000000000", KeyError::SmallOrder),
    ("0100000000000000000000000000000000000000000000000000000000000080", KeyError::NotCanonical),
    ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", KeyError::SmallOrder),
    ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", KeyError::SmallOrder),
    ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", KeyError::SmallOrder),
    ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", KeyError::SmallOrder),
    ("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", KeyError::SmallOrder),
    ("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", KeyError::NotCanonical),
    ("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", KeyError::NotCanonical),
    ("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", KeyError::NotCanonical),
    ("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", KeyError::NotCanonical),
    ("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", KeyError::NotCanonical),
];

/// L, little-endian.
const GROUP_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// What the strict rule was measured to say in each case of `suite`.
fn strict_column(suite: &str) -> Option<BTreeMap<u64, bool>> {
    let lines = fs::read_to_string(suites::find("ed25519/ed25519_rules.jsonl")?).expect("the file can be read");
    let cases = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    let of_suite = cases.filter(|case| case["suite"] == suite);
    Some(of_suite.map(|case| (case["id"].as_u64().expect("an id"), case["strict"] == true)).collect())
}

/// Whether the key accepts. A signature of another length is none.
fn verify(key_digits: &str, message: &[u8], signature: &str) -> bool {
    let Ok(signature) = from_hex(signature).try_into() else { return false };
    key(key_digits).verify(message, &Signature(signature))
}

fn register(key: &PublicKey, signature: &Signature) -> Result<(), KeyError> {
    key.check_registration(&Digest::ZERO, MemberId(1), KeyNumber(1), signature)
}

fn key(digits: &str) -> PublicKey {
    PublicKey(from_hex(digits).try_into().expect("32 bytes"))
}

fn encode(point: EdwardsPoint) -> PublicKey {
    PublicKey(point.compress().to_bytes())
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).expect("the file can be read")).expect("a JSON file")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
