//! What a client keeps between runs: it goes on as if it had not stopped.

mod client_support;

use client_support::{Scene, after, ask, assert_refused, assert_says, policy, rival, scan};
use medproof_core::{
    client::Client,
    encoding::{DecodeError, Message, Reader, Wire},
    handover::HandOver,
    hash::sha256,
    header::{Header, UnixMillis},
    keys::Signature,
    leaf::State,
    proof::Proof,
    scan::Scan,
    validators::ValidatorSet,
    verdict::{Mode, Overall, Policy, Purpose},
};
use medproof_tests::{
    ledger::{Block, Ledger, Quorum},
    report::ran,
    rng::Rng,
    stock::pack_scan,
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// A client that is stored and resumed before every step, and one that never stops.
    #[test]
    fn stopping_changes_nothing(seed in any::<u64>()) {
        let mut rng = Rng(seed);
        let mut ledger = Ledger::new("memory", Quorum::new("0", &[1, 1, 1]));
        let anchor = ledger.anchor();
        ledger.add_product(1);
        ledger.add_pack(1, "A");
        let mut moments: Vec<(Ledger, Block, usize, u64)> = Vec::new();
        let mut changes: Vec<HandOver> = Vec::new();
        for n in 1..8 {
            ledger.add_pack_in(1, "A", State::ALL[rng.below(12) as usize]);
            ledger.append(&entry(n));
            if rng.below(3) == 0 {
                changes.push(ledger.hand_over(1_000, Quorum::new(&n.to_string(), &[1, 1, 1])));
            }
            let block = ledger.seal(1_000 + rng.below(600_000));
            moments.push((ledger.clone(), block, changes.len(), ledger.log.size().0));
        }
        let mut steady = Client::new(anchor.clone());
        let mut stopping = steady.clone();
        for _ in 0..25 {
            stopping = Client::resume(anchor.clone(), &stopping.to_bytes()).expect("its own memory");
            let (ledger, block, upto, _) = &moments[rng.below(moments.len() as u64) as usize];
            let now = UnixMillis(block.header.time().0 + rng.below(700_000));
            let hand_overs = changes[..*upto].to_vec();
            let block = if rng.below(25) == 0 {
                rival(&ledger.quorum, &block.header, |fields| fields.parent_hash = sha256(b"branch"))
            } else {
                block.clone()
            };
            if rng.below(3) == 0 {
                let size = steady.history_size().0;
                let size = (size > 0 && size <= ledger.log.size().0 && rng.below(2) == 0).then_some(size);
                let update = ledger.update(hand_overs, &block, size);
                prop_assert_eq!(steady.advance(&update, now), stopping.advance(&update, now));
            } else {
                let text = pack_scan(1, if rng.below(4) == 0 { "B" } else { "A" });
                let mut proof = ledger.prove_after(hand_overs, &block, &[&text]).to_bytes();
                if rng.below(8) == 0 {
                    let place = rng.below(proof.len() as u64) as usize;
                    proof[place] ^= 1 << rng.below(8);
                }
                let mode = if rng.below(2) == 0 { Mode::Online } else { Mode::Carried };
                let policy = Policy::new(Purpose::ALL[rng.below(4) as usize], mode);
                let verdict = ask(&mut steady, &text, &proof, now, &policy);
                prop_assert_eq!(verdict, ask(&mut stopping, &text, &proof, now, &policy));
            }
            prop_assert_eq!(steady.to_bytes(), stopping.to_bytes());
            prop_assert_eq!((steady.newest(), steady.fork()), (stopping.newest(), stopping.fork()));
        }
    }
}

fn entry(n: u64) -> medproof_core::event::LogEntry {
    use medproof_core::event::{EventKind, LogEntry, MemberRole};
    let day = medproof_core::identity::Day(20_000);
    LogEntry { kind: EventKind(1), day, role: MemberRole(2), envelope: sha256(&n.to_be_bytes()) }
}

#[test]
fn memory_of_another_anchor_starts_anew() {
    let scene = Scene::new(|ledger| ledger.add_product(1));
    let used = scene.warm_client();
    assert_eq!(Client::resume(scene.anchor.clone(), &used.to_bytes()).map(|c| c.to_bytes()), Ok(used.to_bytes()));
    // Another chain; the same chain at another height, under another name, with another period.
    let other = Scene::signed_by(Quorum::new("other", &[1]), |ledger| ledger.add_product(1));
    let later = scene.ledger.anchor();
    let (header, set) = (scene.anchor.header().clone(), scene.anchor.set().clone());
    let again = |name, period| medproof_core::anchor::Anchor::new(name, true, header.clone(), set.clone(), period);
    let renamed = again("renamed", scene.anchor.trusting_period_ms()).expect("an anchor");
    let shorter = again(scene.anchor.name(), 1_000).expect("an anchor");
    for anchor in [other.anchor, later, renamed, shorter] {
        let resumed = Client::resume(anchor.clone(), &used.to_bytes()).expect("well-formed memory");
        assert_eq!(resumed.to_bytes(), Client::new(anchor).to_bytes());
    }
    ran("client: memory of another anchor", 5);
}

/// A client that remembers a bit of everything.
fn full_client() -> (Scene, Client) {
    let mut scene = Scene::new(|ledger| {
        ledger.add_product(1);
        ledger.add_pack(1, "A");
        ledger.add_pack(1, "B");
    });
    let mut client = scene.client();
    for serial in ["A", "B"] {
        let text = pack_scan(1, serial);
        ask(&mut client, &text, &scene.prove(&text).to_bytes(), scene.now(), &policy(Purpose::Buyer));
    }
    let change = scene.ledger.hand_over(1_000, Quorum::new("next", &[1, 2]));
    scene.block = scene.ledger.seal(1_000);
    let update = scene.ledger.update(vec![change], &scene.block, None);
    client.advance(&update, scene.now()).expect("in order");
    (scene, client)
}

/// Where the parts of a memory begin: newest header, ranges, history, certified, seen, fork, end.
fn places(bytes: &[u8]) -> [usize; 7] {
    let mut reader = Reader::new(&bytes[7..]);
    let at = |reader: &Reader<'_>| bytes.len() - reader.rest().len();
    reader.bytes16(0..=65_535).unwrap();
    let newest = at(&reader);
    Header::get(&mut reader).unwrap();
    let ranges = at(&reader);
    for _ in 0..reader.u16().unwrap() {
        reader.take(48).unwrap();
        ValidatorSet::get(&mut reader).unwrap();
    }
    let history = at(&reader);
    reader.take(40).unwrap();
    let certified = at(&reader);
    for _ in 0..reader.u16().unwrap() {
        Header::get(&mut reader).unwrap();
        medproof_core::certificate::Certificate::get(&mut reader).unwrap();
    }
    let seen = at(&reader);
    let count = reader.u16().unwrap();
    reader.take(40 * usize::from(count)).unwrap();
    [newest, ranges, history, certified, seen, at(&reader), bytes.len()]
}

#[test]
fn corrupted_memory_is_refused() {
    let (scene, client) = full_client();
    let bytes = client.to_bytes();
    let mut cases = 0;
    let mut refuse = |bytes: &[u8], error: DecodeError| {
        assert_eq!(Client::from_bytes(bytes).map(|client| client.to_bytes()), Err(error));
        assert_eq!(Client::resume(scene.anchor.clone(), bytes).map(|client| client.to_bytes()), Err(error));
        cases += 1;
    };
    refuse(&[], DecodeError::Truncated);
    let mut longer = bytes.clone();
    longer.push(0);
    refuse(&longer, DecodeError::Trailing);
    refuse(&scene.anchor.to_bytes(), DecodeError::Type);
    for (place, error) in [(5, DecodeError::NewerVersion), (6, DecodeError::NewerSuite)] {
        let mut newer = bytes.clone();
        newer[place] += 1;
        refuse(&newer, error);
    }
    let [newest, ranges, _, certified, seen, fork, _] = places(&bytes);
    // The newest header of another chain, below the anchor, or one whose next set is not known.
    let with_newest = |change: &dyn Fn(&mut medproof_core::header::HeaderFields)| {
        let mut fields = client.newest().fields().expect("this version");
        change(&mut fields);
        [&bytes[..newest], &Header::from(&fields).to_wire(), &bytes[ranges..]].concat()
    };
    refuse(&with_newest(&|fields| fields.chain_id = sha256(b"other")), DecodeError::Value);
    refuse(&with_newest(&|fields| fields.next_set_hash = sha256(b"other")), DecodeError::Value);
    // No range; a header or pack remembered twice; counts out of bounds; an unknown flag.
    let with = |from: usize, to: usize, part: &[u8]| [&bytes[..from], part, &bytes[to..]].concat();
    refuse(&with(ranges, ranges + 2, &[0, 0]), DecodeError::Bounds);
    let count = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    let entry_len = (seen - certified - 2) / usize::from(count(certified));
    let twice = |at: usize, len: usize| {
        let one = &bytes[at + 2..at + 2 + len];
        let more = (count(at) + 1).to_be_bytes();
        [&bytes[..at], &more, one, &bytes[at + 2..]].concat()
    };
    assert!(count(certified) >= 2 && count(seen) == 2 && entry_len > 300);
    let first_len = {
        let mut reader = Reader::new(&bytes[certified + 2..]);
        let before = reader.rest().len();
        Header::get(&mut reader).unwrap();
        medproof_core::certificate::Certificate::get(&mut reader).unwrap();
        before - reader.rest().len()
    };
    refuse(&twice(certified, first_len), DecodeError::Order);
    refuse(&twice(seen, 40), DecodeError::Order);
    refuse(&with(certified, certified + 2, &17_u16.to_be_bytes()), DecodeError::Bounds);
    refuse(&with(seen, seen + 2, &1_025_u16.to_be_bytes()), DecodeError::Bounds);
    refuse(&with(fork, fork + 1, &[3]), DecodeError::Value);
    for end in 1..bytes.len() {
        assert!(Client::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
        cases += 1;
    }
    // A flipped bit is refused, or is another memory with the one encoding that it has.
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << bit;
            if let Ok(client) = Client::from_bytes(&flipped) {
                assert_eq!(client.to_bytes(), flipped, "byte {place}");
            }
            cases += 1;
        }
    }
    ran("client: corrupted memory", cases);
}

/// A header's certificate is checked once; after sixteen others it is checked again.
#[test]
fn sixteen_certified_headers_are_remembered() {
    let mut scene = Scene::new(|ledger| {
        ledger.add_product(1);
        ledger.add_pack(1, "A");
    });
    let text = pack_scan(1, "A");
    let mut blocks = vec![scene.block.clone()];
    blocks.extend((0..20).map(|_| scene.ledger.seal(1_000)));
    let now = after(&blocks[20].header, 1);
    // With a signature that no one gave.
    let spoilt = |block: &Block| {
        let signers = medproof_core::certificate::Signers::new(1, &[(0, Signature([1; 64]))]).expect("one");
        let header = &block.header;
        let certificate = medproof_core::certificate::Certificate::new(header.height(), 0, header.hash(), signers);
        let honest = scene.ledger.prove(block, &[&text]);
        let (keys, state) = (honest.keys().to_vec(), honest.state().clone());
        Proof::new(keys, Vec::new(), header.clone(), certificate, state).expect("sorted keys").to_bytes()
    };
    let mut client = scene.client();
    for block in &blocks {
        let before = ask(&mut client.clone(), &text, &spoilt(block), now, &policy(Purpose::Buyer));
        assert_refused(&before, "trust.certificate.signature");
        let honest = scene.ledger.prove(block, &[&text]).to_bytes();
        assert_says(&ask(&mut client, &text, &honest, now, &policy(Purpose::Buyer)), Overall::Ok, &["state.active"]);
    }
    for client in [client.clone(), Client::from_bytes(&client.to_bytes()).expect("its own memory")] {
        for (number, block) in blocks.iter().enumerate() {
            let verdict = ask(&mut client.clone(), &text, &spoilt(block), now, &policy(Purpose::Buyer));
            if number < 5 {
                assert_refused(&verdict, "trust.certificate.signature");
            } else {
                assert!(verdict.reasons.contains(&"state.active"), "{number}: {:?}", verdict.reasons);
            }
        }
    }
    let [_, _, _, certified, ..] = places(&client.to_bytes());
    assert_eq!(client.to_bytes()[certified..certified + 2], [0, 16]);
    ran("client: sixteen certified headers", 63);
}

#[test]
fn one_thousand_and_twenty_four_packs_are_remembered() {
    let serials: Vec<String> = (0..1_030).map(|n| format!("P{n}")).collect();
    let mut scene = Scene::new(|ledger| {
        ledger.add_product(1);
        serials.iter().for_each(|serial| ledger.add_pack(1, serial));
    });
    let texts: Vec<String> = serials.iter().map(|serial| pack_scan(1, serial)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let older = scene.ledger.prove(&scene.block, &texts).to_bytes();
    scene.block = scene.ledger.seal(1_000);
    let newer = scene.ledger.prove(&scene.block, &texts).to_bytes();
    let scans: Vec<Scan> = texts.iter().map(|text| scan(text)).collect();
    let mut client = scene.client();
    let many = client.verify_many(&scans, &newer, scene.now(), &policy(Purpose::Buyer));
    assert!(many.verdicts.iter().all(|verdict| verdict.overall == Overall::Ok));
    let bytes = client.to_bytes();
    let [.., seen, fork, end] = places(&bytes);
    assert_eq!((fork - seen, end - fork), (2 + 1_024 * 40, 1));
    println!("client\tlargest memory of 1,024 packs: {} bytes", bytes.len());
    // The oldest six are forgotten; the others are all still known, though asking reminds of those six first.
    for mut client in [client, Client::from_bytes(&bytes).expect("its own memory")] {
        let many = client.verify_many(&scans, &older, scene.now(), &policy(Purpose::Buyer));
        for (number, verdict) in many.verdicts.iter().enumerate() {
            assert_eq!(verdict.reasons.contains(&"freshness.superseded"), number >= 6, "{number}");
        }
    }
    ran("client: 1,024 packs", 2 * 1_030);
}
