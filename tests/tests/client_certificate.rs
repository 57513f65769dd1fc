//! Certificates: who signed, with what power, over what.

mod client_support;

use client_support::{Scene, assert_refused, assert_says, rival};
use ed25519_dalek::Signer;
use medproof_core::{
    certificate::{Certificate, CertificateError, Signers, VoteKind, precommit_message, vote_message},
    encoding::{DecodeError, Message, Wire},
    hash::sha256,
    header::Height,
    keys::Signature,
    proof::Proof,
    validators::{Validator, ValidatorSet},
    verdict::Overall,
};
use medproof_tests::{
    ledger::{Block, Ledger, Quorum, public_key, signing_key},
    report::ran,
    rng::Rng,
    stock::pack_scan,
};

const SHORT: &str = "trust.certificate.power-short";
const BAD: &str = "trust.certificate.signature";

/// Weighs votes as a teller would: those for it against twice those not for it.
fn is_enough(powers: &[u32], signers: u16) -> bool {
    let mut balance = 0_i128;
    for (place, power) in powers.iter().enumerate() {
        balance += if signers >> place & 1 == 1 { i128::from(*power) } else { -2 * i128::from(*power) };
    }
    balance > 0
}

/// A block of a chain that a set with these powers signs.
fn block(powers: &[u32]) -> (Quorum, Block) {
    let mut ledger = Ledger::new("certificate", Quorum::new("c", powers));
    let block = ledger.seal(1_000);
    (ledger.quorum, block)
}

/// Every signature that the set can give over the block.
fn signatures(quorum: &Quorum, block: &Block) -> Vec<Signature> {
    let header = &block.header;
    let message = precommit_message(header.chain_id(), header.height(), 0, &header.hash());
    quorum.keys.iter().map(|key| Signature(key.sign(&message).to_bytes())).collect()
}

fn certificate(block: &Block, set_len: u16, signers: &[(u16, Signature)]) -> Certificate {
    let signers = Signers::new(set_len, signers).expect("ascending places");
    Certificate::new(block.header.height(), 0, block.header.hash(), signers)
}

#[test]
fn every_set_of_signers_up_to_twelve_validators() {
    let (mut cases, mut accepted) = (0, 0);
    let mut rng = Rng(5);
    for count in 1..=12_u16 {
        let equal = vec![1; usize::from(count)];
        let mixed = (0..count).map(|place| 1 + u32::from(place) % 3).collect();
        let random = (0..count).map(|_| 1 + rng.below(3) as u32).collect();
        for powers in [equal, mixed, random] {
            let (quorum, block) = block(&powers);
            let all = signatures(&quorum, &block);
            let powers: Vec<u32> = quorum.set.validators().iter().map(|validator| validator.power).collect();
            for subset in 0..1_u16 << count {
                let signers: Vec<_> =
                    (0..count).filter(|i| subset >> i & 1 == 1).map(|i| (i, all[usize::from(i)])).collect();
                let found: u64 = signers.iter().map(|(i, _)| u64::from(powers[usize::from(*i)])).sum();
                let certificate = certificate(&block, count, &signers);
                assert_eq!(Certificate::from_wire(&certificate.to_wire()).as_ref(), Ok(&certificate));
                let expected = if is_enough(&powers, subset) {
                    accepted += 1;
                    Ok(())
                } else {
                    Err(CertificateError::PowerShort { total: powers.iter().map(|p| u64::from(*p)).sum(), found })
                };
                assert_eq!(certificate.verify(&block.header, &quorum.set), expected);
                cases += 1;
            }
        }
    }
    assert_eq!((cases, accepted > 500), (3 * 8190, true));
    ran("client: signer bitmaps, exhaustive to 12 validators", cases);
}

/// Each signer's signature in turn is another validator's, flipped, or over nothing.
#[test]
fn one_bad_signature_among_enough_good_ones_refuses() {
    let mut cases = 0;
    for count in 2..=12_u16 {
        let (quorum, block) = block(&vec![1; usize::from(count)]);
        let good: Vec<_> = (0..).zip(signatures(&quorum, &block)).take(usize::from(count)).collect();
        for place in 0..count {
            let own = good[usize::from(place)].1;
            let mut flipped = own;
            flipped.0[40] ^= 1;
            let anothers = good[usize::from((place + 1) % count)].1;
            for bad in [flipped, anothers, Signature([0; 64])] {
                let mut signers = good.clone();
                signers[usize::from(place)].1 = bad;
                let found = certificate(&block, count, &signers).verify(&block.header, &quorum.set);
                assert_eq!(found, Err(CertificateError::Signature { validator: place }));
                cases += 1;
            }
        }
    }
    ran("client: one bad signature", cases);
}

#[test]
fn a_repeated_signature_counts_once() {
    let (quorum, block) = block(&[1; 4]);
    let all = signatures(&quorum, &block);
    // Under every place: it is the signature of one.
    let everywhere: Vec<_> = (0..4).map(|place| (place, all[0])).collect();
    let found = certificate(&block, 4, &everywhere).verify(&block.header, &quorum.set);
    assert_eq!(found, Err(CertificateError::Signature { validator: 1 }));
    // Twice under its own place: there is no such list.
    for places in [[0, 0], [1, 0]] {
        let twice = places.map(|place| (place, all[0]));
        assert_eq!(Signers::new(4, &twice), Err(DecodeError::Order));
    }
    // One validator twice in a set, with the same or another power: there is no such set.
    let validator = quorum.set.validators()[0];
    for power in [1, 2] {
        let twice = vec![validator, Validator { power, ..validator }];
        assert_eq!(ValidatorSet::new(twice.clone()), Err(DecodeError::Order));
        let mut wire = vec![0, 2];
        for Validator { key, power } in twice {
            key.put(&mut wire);
            wire.extend_from_slice(&power.to_be_bytes());
        }
        assert_eq!(ValidatorSet::from_wire(&wire), Err(DecodeError::Order));
    }
    let mut falling = quorum.set.validators().to_vec();
    falling.reverse();
    assert_eq!(ValidatorSet::new(falling), Err(DecodeError::Order));
    assert_eq!(ValidatorSet::new(vec![Validator { power: 0, ..validator }]), Err(DecodeError::Value));
    assert_eq!(ValidatorSet::new(Vec::new()), Err(DecodeError::Bounds));
    ran("client: repeated signers", 10);
}

#[test]
fn bitmaps_of_another_length_and_padding_are_refused() {
    let mut cases = 0;
    for count in 1..=17_u16 {
        let (quorum, block) = block(&vec![1; usize::from(count)]);
        let signers: Vec<_> = (0..count).zip(signatures(&quorum, &block)).collect();
        let good = certificate(&block, count, &signers);
        let wire = good.to_wire();
        for other in (1..=20).filter(|other| *other != count) {
            let kept: Vec<_> = signers.iter().copied().filter(|(place, _)| *place < other).collect();
            let found = certificate(&block, other, &kept).verify(&block.header, &quorum.set);
            assert_eq!(found, Err(CertificateError::SetLength { expected: count, found: other }));
            cases += 1;
        }
        // One bit more than validators, in the padding.
        for bit in usize::from(count)..usize::from(count).div_ceil(8) * 8 {
            let mut padded = wire.clone();
            padded[46 + bit / 8] |= 0x80 >> (bit % 8);
            assert_eq!(Certificate::from_wire(&padded), Err(DecodeError::Padding));
            cases += 1;
        }
        // One bit less or more than signatures.
        let mut fewer = wire.clone();
        fewer[46] &= 0x7f;
        assert_eq!(Certificate::from_wire(&fewer), Err(DecodeError::Trailing));
        assert_eq!(Certificate::from_wire(&wire[..wire.len() - 64]), Err(DecodeError::Truncated));
        assert_eq!(Certificate::from_wire(&wire[..wire.len() - 1]), Err(DecodeError::Truncated));
        cases += 3;
        for length in [0_u16, 257, u16::MAX] {
            let mut wire = wire.clone();
            wire[44..46].copy_from_slice(&length.to_be_bytes());
            assert_eq!(Certificate::from_wire(&wire), Err(DecodeError::Bounds));
            cases += 1;
        }
    }
    ran("client: bitmaps of another length", cases);
}

#[test]
fn powers_at_the_limits_do_not_overflow() {
    let (quorum, block) = block(&[u32::MAX; 256]);
    let all: Vec<_> = (0..).zip(signatures(&quorum, &block)).collect();
    let total = 256 * u64::from(u32::MAX);
    assert_eq!(quorum.set.total_power(), total);
    for (signers, is_enough) in [(0, false), (1, false), (86, false), (170, false), (171, true), (256, true)] {
        let found = certificate(&block, 256, &all[..signers]).verify(&block.header, &quorum.set);
        let short = CertificateError::PowerShort { total, found: signers as u64 * u64::from(u32::MAX) };
        assert_eq!(found, if is_enough { Ok(()) } else { Err(short) });
    }
    let too_many: Vec<Validator> = (0..257)
        .map(|n| Validator { key: public_key(&signing_key(&format!("many/{n}"))), power: 1 })
        .collect::<Vec<_>>();
    assert_eq!(ValidatorSet::new(too_many), Err(DecodeError::Bounds));
    // One giant and one dwarf: exactly two thirds is not enough, one more is.
    for (powers, signer_power, is_enough) in [
        ([u32::MAX - 1, (u32::MAX - 1) / 2], u32::MAX - 1, false),
        ([u32::MAX, u32::MAX / 2], u32::MAX, true),
        ([2, 1], 2, false),
        ([3, 1], 3, true),
    ] {
        let quorum = Quorum::new("g", &powers);
        assert_eq!(quorum.set.is_quorum(u64::from(signer_power)), is_enough, "{powers:?}");
    }
    ran("client: powers at the limits", 11);
}

/// Signatures over everything that is not this header's precommit on this chain.
#[test]
fn a_signature_over_anything_else_is_refused() {
    let scene = Scene::signed_by(Quorum::new("v", &[1; 4]), |ledger| {
        ledger.add_product(1);
        ledger.add_pack(1, "S");
    });
    let (header, quorum) = (&scene.block.header, &scene.ledger.quorum);
    let (chain, height, hash) = (*header.chain_id(), header.height(), header.hash());
    let other = sha256(b"other");
    let kind = |kind, lock| vote_message(kind, &chain, height, 0, lock, &hash);
    let precommit = |chain, height, round, hash| precommit_message(&chain, height, round, &hash);
    let messages = [
        ("another chain", precommit(other, height, 0, hash)),
        ("a lower height", precommit(chain, Height(height.0 - 1), 0, hash)),
        ("a higher height", precommit(chain, Height(height.0 + 1), 0, hash)),
        ("another round", precommit(chain, height, 1, hash)),
        ("another header", precommit(chain, height, 0, other)),
        ("a prevote", kind(VoteKind::Prevote, -1)),
        ("a proposal", kind(VoteKind::Proposal, -1)),
        ("a lock round", kind(VoteKind::Precommit, 0)),
        ("the hash alone", hash.0.to_vec()),
        ("the header itself", header.raw().to_vec()),
    ];
    let text = pack_scan(1, "S");
    let honest = scene.prove(&text);
    assert_says(&scene.ask(&text, &honest.to_bytes()), Overall::Ok, &["state.active"]);
    for (name, message) in &messages {
        // All four signed it; then only one of four, among three good signatures.
        for bad in [0..4, 2..3] {
            let sign = |place: u16| {
                let key = &quorum.keys[usize::from(place)];
                let good = precommit_message(&chain, height, 0, &hash);
                let message = if bad.contains(&place) { message } else { &good };
                (place, Signature(key.sign(message).to_bytes()))
            };
            let signers: Vec<_> = (0..4).map(sign).collect();
            let certificate = certificate(&scene.block, 4, &signers);
            let state = honest.state().clone();
            let proof = Proof::new(honest.keys().to_vec(), Vec::new(), header.clone(), certificate, state);
            let verdict = scene.ask(&text, &proof.expect("sorted keys").to_bytes());
            assert_eq!(verdict.reasons, [BAD], "{name}");
            assert_refused(&verdict, BAD);
        }
    }
    ran("client: signatures over something else", 2 * messages.len());
}

#[test]
fn a_certificate_of_another_header_is_refused() {
    let mut scene = Scene::signed_by(Quorum::new("v", &[1; 4]), |ledger| {
        ledger.add_product(1);
        ledger.add_pack(1, "S");
    });
    let text = pack_scan(1, "S");
    let honest = scene.prove(&text);
    let quorum = scene.ledger.quorum.clone();
    let next = scene.ledger.seal(1_000);
    let same_height = rival(&quorum, &scene.block.header, |fields| fields.parent_hash = sha256(b"other"));
    let stranger = Quorum::new("w", &[1; 4]);
    let three = Quorum::new("w", &[1; 3]);
    let sign = |quorum: &Quorum, signers: &[u16]| quorum.certify(&scene.block.header, signers);
    let cases = [
        (next.certificate, "trust.certificate.height"),
        (same_height.certificate, "trust.certificate.header-hash"),
        (sign(&stranger, &[0, 1, 2]), BAD),
        (sign(&three, &[0, 1, 2]), "trust.certificate.set-length"),
        (sign(&quorum, &[0, 1]), SHORT),
        (sign(&quorum, &[]), SHORT),
    ];
    for (certificate, code) in cases.clone() {
        let (keys, state) = (honest.keys().to_vec(), honest.state().clone());
        let proof = Proof::new(keys, Vec::new(), scene.block.header.clone(), certificate, state);
        assert_refused(&scene.ask(&text, &proof.expect("sorted keys").to_bytes()), code);
    }
    ran("client: certificates of another header", cases.len());
}
