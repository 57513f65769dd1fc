//! Every trick with a token that is known to have worked somewhere, refused here.

#![expect(clippy::expect_used, reason = "tests")]

use super::*;
use serde_json::{Value, json};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const NOW_S: u64 = 1_800_000_000;

fn issuer() -> Issuer {
    Issuer::new(&[7; 32], "chain")
}

fn caller() -> Caller {
    let staff = vec![Staff::Pharmacist, Staff::GoodsIn];
    Caller { subject: "p1".into(), member: MemberId(4), staff, purpose: Some(Purpose::Treat) }
}

fn claims() -> Claims {
    Claims {
        aud: "medproof".into(),
        exp: NOW_S + 60,
        iat: NOW_S,
        nbf: None,
        iss: "chain".into(),
        sub: "p1".into(),
        mp_member: 4,
        mp_roles: vec![Staff::Nurse],
        mp_purpose: None,
    }
}

fn code(token: &str) -> &'static str {
    issuer().verifier().check(token, NOW).map_or_else(|fault| fault.code(), |_| "accepted")
}

fn with(change: impl FnOnce(&mut Claims)) -> &'static str {
    let mut claims = claims();
    change(&mut claims);
    code(&issuer().sign(&claims).expect("signed"))
}

/// A token whose header was chosen by somebody else, signed over with the right key all the same.
fn with_header(header: &Value) -> &'static str {
    let message = format!("{}.{}", part(header).expect("JSON"), part(&claims()).expect("JSON"));
    let signature = issuer().key.sign(message.as_bytes());
    code(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
}

#[test]
fn what_is_issued_is_accepted_until_it_expires() {
    let token = issuer().issue(&caller(), NOW, 12).expect("issued");
    let at = |ms: u64| issuer().verifier().check(&token, UnixMillis(NOW.0 + ms)).map_err(|fault| fault.code());
    assert_eq!(at(0), Ok(caller()));
    assert_eq!(at(12 * 3_600_000 - 1), Ok(caller()));
    assert_eq!(at(12 * 3_600_000), Err("token.expired"));
    assert_eq!(issuer().issue(&caller(), NOW, 13).map_err(|fault| fault.code()), Err("token.hours"));
}

#[test]
fn wrong_claims_are_refused_each_by_its_code() {
    assert_eq!(with(|_| {}), "accepted");
    assert_eq!(with(|claims| claims.aud = "other".into()), "token.audience");
    assert_eq!(with(|claims| claims.iss = "other".into()), "token.issuer");
    assert_eq!(with(|claims| claims.exp = NOW_S), "token.expired");
    assert_eq!(with(|claims| claims.exp = NOW_S + 13 * 3_600), "token.hours");
    assert_eq!(with(|claims| claims.exp = u64::MAX), "token.hours");
    assert_eq!(with(|claims| claims.iat = NOW_S + 31), "token.early");
    assert_eq!(with(|claims| claims.nbf = Some(NOW_S + 31)), "token.early");
    assert_eq!(with(|claims| claims.nbf = Some(u64::MAX)), "token.early");
}

#[test]
fn the_header_cannot_choose_algorithm_or_key() {
    let kid = issuer().verifier().kid;
    assert_eq!(with_header(&json!({"alg": "EdDSA", "kid": kid})), "accepted");
    for alg in ["none", "None", "HS256", "RS256", "ES256", "eddsa", "Ed25519", ""] {
        assert_eq!(with_header(&json!({"alg": alg, "kid": kid})), "token.algorithm", "{alg}");
    }
    assert_eq!(with_header(&json!({"alg": "EdDSA", "kid": "other"})), "token.key");
    assert_eq!(with_header(&json!({"alg": "EdDSA"})), "token.malformed");
    assert_eq!(with_header(&json!({"alg": "EdDSA", "kid": kid, "typ": "at+jwt"})), "token.algorithm");
    for name in ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "cty"] {
        assert_eq!(with_header(&json!({"alg": "EdDSA", "kid": kid, name: "https://evil.example/"})), "token.malformed");
    }
}

#[test]
fn a_token_without_a_signature_or_with_an_hmac_by_the_public_key_is_refused() {
    let token = issuer().sign(&claims()).expect("signed");
    let (message, _) = token.rsplit_once('.').expect("three parts");
    assert_eq!(code(&format!("{message}.")), "token.malformed");
    assert_eq!(code(message), "token.malformed");
    let forged = URL_SAFE_NO_PAD.encode([0; 64]);
    assert_eq!(code(&format!("{message}.{forged}")), "token.signature");
    let other = Issuer::new(&[8; 32], "chain").sign(&claims()).expect("signed");
    assert_eq!(code(&other), "token.key");
    let header = json!({"alg": "HS256", "kid": issuer().verifier().kid});
    let by_key = format!("{}.{}.{}", part(&header).expect("JSON"), part(&claims()).expect("JSON"), forged);
    assert_eq!(code(&by_key), "token.algorithm");
}

#[test]
fn every_changed_byte_is_refused() {
    let token = issuer().sign(&claims()).expect("signed");
    for place in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        let byte = bytes.get_mut(place).expect("in range");
        *byte = if *byte == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).expect("ASCII");
        assert_ne!(code(&changed), "accepted", "{place}");
    }
}

#[test]
fn only_a_bearer_header_carries_a_token() {
    assert_eq!(bearer("Bearer abc.def"), Ok("abc.def"));
    assert_eq!(bearer("bearer abc"), Ok("abc"));
    for header in ["abc", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer a,b", "Bearer  abc"] {
        assert_eq!(bearer(header).map_err(|fault| fault.code()), Err("token.malformed"), "{header}");
    }
    assert_eq!(code(&"A".repeat(5_000)), "token.malformed");
    assert_eq!(code(""), "token.malformed");
    assert_eq!(code(".."), "token.malformed");
}
