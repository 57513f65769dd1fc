//! Two certified headers of one height: seen, kept, and never seen where there are none.

mod client_support;

use client_support::{after, ask, assert_refused, certified, policy, qr, rival};
use medproof_core::{
    certificate::{Certificate, CertificateError, Signers, precommit_message},
    client::{Client, TrustError},
    encoding::{DecodeError, Message, Wire},
    fork::Fork,
    handover::HandOver,
    hash::sha256,
    header::{Height, UnixMillis},
    keys::Signature,
    scan::Scan,
    verdict::Purpose,
};
use medproof_tests::{
    ledger::{Block, Ledger, Quorum},
    report::ran,
    rng::Rng,
    stock::pack_scan,
};
use proptest::prelude::*;

/// A chain of a few blocks, and another branch of it.
struct Split {
    ledger: Ledger,
    client: Client,
    blocks: Vec<Block>,
}

impl Split {
    fn new() -> Self {
        let mut ledger = Ledger::new("fork", Quorum::new("v", &[1; 4]));
        let client = Client::new(ledger.anchor());
        ledger.add_product(1);
        ledger.add_pack(1, "S");
        let blocks = (0..4).map(|_| ledger.seal(1_000)).collect();
        Self { ledger, client, blocks }
    }

    fn now(&self) -> UnixMillis {
        after(&self.blocks[3].header, 1_000)
    }

    /// The block at the same place of another branch.
    fn other(&self, place: usize) -> Block {
        rival(&self.ledger.quorum, &self.blocks[place].header, |fields| fields.parent_hash = sha256(b"branch"))
    }

    /// Shows a block to the client as an update, a full proof or a QR proof.
    fn show(&self, client: &mut Client, block: &Block, how: How) -> Result<(), &'static str> {
        let text = pack_scan(1, "S");
        let proof = self.ledger.prove(block, &[&text]);
        let bytes = match how {
            How::Update => {
                let update = self.ledger.update(Vec::new(), block, None);
                return client.advance(&update, self.now()).map(|_| ()).map_err(|error| error.code());
            }
            How::Proof => proof.to_bytes(),
            How::Qr => qr(&proof),
        };
        let verdict = ask(client, &text, &bytes, self.now(), &policy(Purpose::Buyer));
        if verdict.reasons.contains(&"state.active") { Ok(()) } else { Err(verdict.reasons[0]) }
    }

    /// Everything that the client says from now on, and after a restart, is that there was a fork.
    #[track_caller]
    fn assert_forked(&self, client: &Client, height: Height, has_evidence: bool) {
        let resumed = Client::resume(client.anchor().clone(), &client.to_bytes()).expect("its own memory");
        for client in [client.clone(), resumed] {
            assert_eq!(client.forked_at(), Some(height));
            assert_eq!(client.fork().is_some(), has_evidence);
            for block in &self.blocks {
                for how in HOW {
                    assert_eq!(self.show(&mut client.clone(), block, how), Err("trust.fork"));
                }
            }
            let far = UnixMillis(u64::MAX);
            let update = self.ledger.update(Vec::new(), &self.blocks[3], None);
            assert_eq!(client.clone().advance(&update, far), Err(TrustError::Fork { height }));
            let verdict = client.clone().verify(&Scan::Unreadable(unreadable()), &[], far, &policy(Purpose::Buyer));
            assert_eq!(verdict.trust.name(), "not-checked");
            if let Some(fork) = client.fork() {
                assert_eq!((fork.height(), fork.verify()), (height, Ok(())));
                let file = fork.to_bytes();
                assert_eq!(Fork::from_bytes(&file).as_ref(), Ok(fork));
            }
        }
    }
}

fn unreadable() -> medproof_core::scan::ScanError {
    match client_support::scan("?") {
        Scan::Unreadable(error) => error,
        other => panic!("{other:?}"),
    }
}

#[derive(Clone, Copy, Debug)]
enum How {
    Update,
    Proof,
    Qr,
}

const HOW: [How; 3] = [How::Update, How::Proof, How::Qr];

#[test]
fn two_certified_headers_of_one_height() {
    let split = Split::new();
    let mut cases = 0;
    for first in HOW {
        for second in HOW {
            // At the newest height, either branch first.
            for (one, two) in [(split.blocks[3].clone(), split.other(3)), (split.other(3), split.blocks[3].clone())] {
                let mut client = split.client.clone();
                assert_eq!(split.show(&mut client, &one, first), Ok(()));
                assert_eq!(split.show(&mut client, &two, second), Err("trust.fork"));
                assert_eq!(client.newest(), &one.header);
                split.assert_forked(&client, one.header.height(), true);
                cases += 1;
            }
            // At an older height that was seen.
            let mut client = split.client.clone();
            assert_eq!(split.show(&mut client, &split.blocks[1], first), Ok(()));
            assert_eq!(split.show(&mut client, &split.blocks[3], first), Ok(()));
            let answer = split.show(&mut client, &split.other(1), second);
            if matches!(second, How::Update) {
                assert_eq!((answer, client.forked_at()), (Err("trust.older-header"), None));
            } else {
                assert_eq!(answer, Err("trust.fork"));
                split.assert_forked(&client, Height(2), true);
            }
            cases += 1;
        }
    }
    ran("client: forks", cases);
}

#[test]
fn a_header_that_is_not_certified_is_no_fork() {
    let split = Split::new();
    let mut cases = 0;
    let quorum = &split.ledger.quorum;
    let other = split.other(3).header;
    let stranger = Quorum::new("stranger", &[1; 4]);
    for (certificate, code) in [
        (quorum.certify(&other, &[0, 1]), "trust.certificate.power-short"),
        (quorum.certify(&other, &[]), "trust.certificate.power-short"),
        (stranger.certify(&other, &[0, 1, 2]), "trust.certificate.signature"),
        (split.blocks[3].certificate.clone(), "trust.certificate.header-hash"),
    ] {
        let other = Block { header: other.clone(), certificate };
        let mut client = split.client.clone();
        assert_eq!(split.show(&mut client, &split.blocks[3], How::Update), Ok(()));
        for how in [How::Update, How::Proof] {
            assert_eq!(split.show(&mut client, &other, how), Err(code));
            assert_eq!((client.forked_at(), client.fork()), (None, None));
            cases += 1;
        }
        assert_eq!(split.show(&mut client, &split.blocks[3], How::Proof), Ok(()));
    }
    // The same header in another round, by other signers.
    let header = &split.blocks[3].header;
    let message = precommit_message(header.chain_id(), header.height(), 7, &header.hash());
    let sign = |place: &u16| {
        use ed25519_dalek::Signer;
        (*place, Signature(quorum.keys[usize::from(*place)].sign(&message).to_bytes()))
    };
    let signers = Signers::new(4, &[1, 2, 3].iter().map(sign).collect::<Vec<_>>()).expect("ascending places");
    let certificate = Certificate::new(header.height(), 7, header.hash(), signers);
    let again = Block { header: header.clone(), certificate };
    for (one, two) in [(&split.blocks[3], &again), (&again, &split.blocks[3])] {
        let mut client = split.client.clone();
        for how in HOW {
            assert_eq!(split.show(&mut client, one, how), Ok(()));
            assert_eq!(split.show(&mut client, two, how), Ok(()));
            cases += 2;
        }
        assert_eq!(client.forked_at(), None);
    }
    ran("client: no forks", cases);
}

#[test]
fn a_fork_against_the_anchor_has_no_evidence_but_counts() {
    let mut ledger = Ledger::new("fork", Quorum::new("v", &[1; 4]));
    ledger.add_product(1);
    ledger.add_pack(1, "S");
    ledger.seal(1_000);
    let client = Client::new(ledger.anchor());
    let blocks: Vec<Block> = (0..4).map(|_| ledger.seal(1_000)).collect();
    let split = Split { ledger, client: client.clone(), blocks };
    let other = rival(&split.ledger.quorum, client.anchor().header(), |fields| fields.parent_hash = sha256(b"branch"));
    for how in HOW {
        let mut client = client.clone();
        assert_eq!(split.show(&mut client, &other, how), Err("trust.fork"));
        split.assert_forked(&client, other.header.height(), false);
    }
    ran("client: forks against the anchor", 3);
}

/// A branch that changes the set at a height where the client knows another header.
#[test]
fn a_fork_by_a_hand_over() {
    let split = Split::new();
    let quorum = split.ledger.quorum.clone();
    let taken = Quorum::new("taken", &[1; 4]);
    let mut cases = 0;
    for place in [1, 3] {
        let change = rival(&quorum, &split.blocks[place].header, |fields| fields.next_set_hash = *taken.set.hash());
        let hand_over = HandOver {
            header: change.header.clone(),
            certificate: change.certificate.clone(),
            new_set: taken.set.clone(),
        };
        let next = rival(&taken, &split.blocks[3].header, |fields| {
            (fields.height, fields.time) = (Height(9), UnixMillis(fields.time.0 + 1_000));
            (fields.set_hash, fields.next_set_hash) = (*taken.set.hash(), *taken.set.hash());
        });
        let update = split.ledger.update(vec![hand_over.clone()], &next, None);
        let text = pack_scan(1, "S");
        let proof = split.ledger.prove_after(vec![hand_over], &next, &[&text]).to_bytes();
        let mut client = split.client.clone();
        assert_eq!(split.show(&mut client, &split.blocks[place], How::Proof), Ok(()));
        assert_eq!(split.show(&mut client, &split.blocks[3], How::Proof), Ok(()));
        let mut updated = client.clone();
        assert_eq!(updated.advance(&update, split.now()).map_err(|error| error.code()), Err("trust.fork"));
        split.assert_forked(&updated, change.header.height(), true);
        let verdict = ask(&mut client, &text, &proof, split.now(), &policy(Purpose::Buyer));
        assert_refused(&verdict, "trust.fork");
        split.assert_forked(&client, change.header.height(), true);
        cases += 2;
    }
    ran("client: forks by a hand-over", cases);
}

/// The header of a change that was only proved against, and then another change at that height.
#[test]
fn two_changes_of_one_height() {
    let (a, b, c) = (Quorum::new("a", &[1; 3]), Quorum::new("b", &[1; 3]), Quorum::new("c", &[1; 3]));
    let mut ledger = Ledger::new("changes", a.clone());
    let client = Client::new(ledger.anchor());
    ledger.add_product(1);
    ledger.add_pack(1, "S");
    let text = pack_scan(1, "S");
    let first = ledger.hand_over(1_000, b);
    let as_block = |of: &HandOver| Block { header: of.header.clone(), certificate: of.certificate.clone() };
    let second = rival(&a, &first.header, |fields| fields.next_set_hash = *c.set.hash());
    let second = HandOver { header: second.header, certificate: second.certificate, new_set: c.set.clone() };
    let next = rival(&c, &first.header, |fields| {
        (fields.height, fields.time) = (Height(2), UnixMillis(fields.time.0 + 1_000));
        (fields.set_hash, fields.next_set_hash) = (*c.set.hash(), *c.set.hash());
    });
    let now = after(&next.header, 1_000);
    let height = first.header.height();
    let is_forked = |client: &Client, has_evidence: bool| {
        assert_eq!((client.forked_at(), client.fork().is_some()), (Some(height), has_evidence));
    };

    // Proved against, so certified and remembered; its set is not taken over.
    let mut known = client.clone();
    let proof = ledger.prove(&as_block(&first), &[&text]).to_bytes();
    assert_eq!(ask(&mut known, &text, &proof, now, &policy(Purpose::Buyer)).reasons, ["state.active"]);
    assert_eq!(known.newest(), client.newest());
    let mut updated = known.clone();
    let update = ledger.update(vec![second.clone()], &next, None);
    assert_eq!(updated.advance(&update, now), Err(TrustError::Fork { height }));
    is_forked(&updated, true);

    // Taken over by an update that went on: the boundary is known by its hash alone.
    let beyond = ledger.seal(1_000);
    let mut client = client;
    client.advance(&ledger.update(vec![first], &beyond, None), now).expect("in order");
    let proof = ledger.prove(&as_block(&second), &[&text]).to_bytes();
    assert_refused(&ask(&mut client.clone(), &text, &proof, now, &policy(Purpose::Buyer)), "trust.fork");
    let proof = ledger.prove_after(vec![second], &next, &[&text]).to_bytes();
    assert_refused(&ask(&mut client, &text, &proof, now, &policy(Purpose::Buyer)), "trust.fork");
    is_forked(&client, false);
    ran("client: two changes of one height", 3);
}

#[test]
fn evidence_decodes_only_in_one_form_and_checks_itself() {
    let split = Split::new();
    let (one, two) = (split.blocks[3].clone(), split.other(3));
    let set = &split.ledger.quorum.set;
    let side = |block: &Block| (block.header.clone(), block.certificate.clone());
    let fork = Fork::new(set.clone(), [side(&one), side(&two)]).expect("a fork");
    assert_eq!(Fork::new(set.clone(), [side(&two), side(&one)]).as_ref(), Ok(&fork));
    assert_eq!(fork.verify(), Ok(()));
    let bytes = fork.to_bytes();
    let (set_len, side_len) = (set.to_wire().len(), (bytes.len() - 7 - set.to_wire().len()) / 2);
    let (head, sides) = bytes.split_at(7 + set_len);
    let (left, right) = sides.split_at(side_len);
    let join = |parts: &[&[u8]]| parts.concat();
    assert_eq!(Fork::from_bytes(&join(&[head, right, left])), Err(DecodeError::Order));
    assert_eq!(Fork::from_bytes(&join(&[head, left, left])), Err(DecodeError::Order));
    assert_eq!(Fork::from_bytes(&join(&[head, left, right, &[0]])), Err(DecodeError::Trailing));
    for end in 0..bytes.len() {
        assert!(Fork::from_bytes(&bytes[..end]).is_err());
    }
    // Sides that do not belong together.
    let other_set = Quorum::new("w", &[1; 4]);
    let elsewhere = rival(&split.ledger.quorum, &one.header, |fields| fields.chain_id = sha256(b"elsewhere"));
    let named = rival(&split.ledger.quorum, &one.header, |fields| fields.set_hash = *other_set.set.hash());
    for (set, sides) in [
        (set, [side(&one), side(&split.blocks[2])]),
        (set, [side(&one), side(&elsewhere)]),
        (set, [side(&one), side(&named)]),
        (&other_set.set, [side(&one), side(&two)]),
    ] {
        assert_eq!(Fork::new(set.clone(), sides), Err(DecodeError::Value));
    }
    // Sides that the quorum did not sign.
    let few = (two.header.clone(), split.ledger.quorum.certify(&two.header, &[0, 1]));
    let found = Fork::new(set.clone(), [side(&one), few]).expect("well-formed").verify();
    assert_eq!(found, Err(CertificateError::PowerShort { total: 4, found: 2 }));
    let foreign = certified(&other_set, two.header.clone());
    let found = Fork::new(set.clone(), [side(&one), side(&foreign)]).expect("well-formed").verify();
    assert!(matches!(found, Err(CertificateError::Signature { .. })));
    let mixed = (two.header, one.certificate.clone());
    let found = Fork::new(set.clone(), [side(&one), mixed]).expect("well-formed").verify();
    assert_eq!(found, Err(CertificateError::HeaderHash));
    // Every byte flipped: another fork that does not check, or none; never the same.
    for place in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        assert!(Fork::from_bytes(&flipped).map_or(true, |fork| fork.verify().is_err()), "byte {place}");
    }
    ran("client: fork evidence", 2 * bytes.len() + 10);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Honest chains with changes of the set, shown in any order, in any form and round: never a fork.
    #[test]
    fn honest_headers_never_give_a_fork(seed in any::<u64>()) {
        let mut rng = Rng(seed);
        let mut ledger = Ledger::new("honest", Quorum::new("0", &[1, 2, 3]));
        let mut client = Client::new(ledger.anchor());
        ledger.add_product(1);
        ledger.add_pack(1, "S");
        let text = pack_scan(1, "S");
        let (mut changes, mut blocks) = (Vec::new(), Vec::new());
        for n in 1..12 {
            if rng.below(4) == 0 {
                let powers: Vec<u32> = (0..=rng.below(4)).map(|_| 1 + rng.below(3) as u32).collect();
                let change = ledger.hand_over(1 + rng.below(5_000), Quorum::new(&n.to_string(), &powers));
                let block = Block { header: change.header.clone(), certificate: change.certificate.clone() };
                changes.push(change);
                blocks.push((changes.len(), block, ledger.clone()));
            } else {
                let block = ledger.seal(1 + rng.below(5_000));
                blocks.push((changes.len(), block, ledger.clone()));
            }
        }
        let now = after(&ledger.newest, 1);
        for _ in 0..30 {
            let (upto, block, ledger) = &blocks[rng.below(blocks.len() as u64) as usize];
            let from = rng.below(*upto as u64 + 1) as usize;
            let hand_overs = changes[if rng.below(3) == 0 { from } else { 0 }..*upto].to_vec();
            let code = if rng.below(2) == 0 {
                let update = ledger.update(hand_overs, block, None);
                client.advance(&update, now).err().map(|error| error.code())
            } else {
                let proof = ledger.prove_after(hand_overs, block, &[&text]).to_bytes();
                let verdict = ask(&mut client, &text, &proof, now, &policy(Purpose::Buyer));
                verdict.reasons.first().copied().filter(|code| verdict.as_of.is_none() && !code.is_empty())
            };
            let allowed = [None, Some("trust.older-header"), Some("trust.header.set-unknown"), Some("trust.hand-over.missing")];
            prop_assert!(allowed.contains(&code), "{:?}", code);
            prop_assert_eq!(client.forked_at(), None);
        }
    }
}
