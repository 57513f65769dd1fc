//! What decoders do with bytes that nobody wrote: flipped, cut, lengthened, and with hostile counts.

use medproof_core::{
    anchor::Anchor,
    client::{Client, Update},
    encoding::{Message, Wire, put_bytes16, put_count16},
    header::Header,
    proof::{Proof, QrProof},
    scan::{Mode as Reading, parse},
    text,
};
use medproof_tests::{
    allocation::{Counting, bound, peak_of},
    honest::Honest,
    rng::Rng,
    seeded::{self, Seeded, WireType},
    stock::gtin,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Up to this length every byte takes all 255 other values, above it three of them.
const SMALL_BYTES: usize = 160;

/// Longer samples show nothing that shorter ones do not.
const LARGE_BYTES: usize = 3_000;

#[test]
fn a_flipped_byte_is_refused_or_another_value() {
    for of in seeded::all() {
        let (mut flips, mut accepted) = (0_u32, 0_u32);
        for bytes in (0..20).map(|seed| (of.seeded)(&mut Rng(seed))).filter(|bytes| bytes.len() <= LARGE_BYTES).take(3)
        {
            each_flip(&bytes, SMALL_BYTES, |flipped| {
                flips += 1;
                accepted += u32::from(of.accepts(flipped));
            });
        }
        println!("flips\t{}\t{flips}\taccepted as another value\t{accepted}", of.name);
    }
}

#[test]
fn cut_and_lengthened_bytes_are_refused_or_another_value() {
    for of in seeded::all() {
        for seed in 0..8 {
            let bytes = (of.seeded)(&mut Rng(seed));
            (0..bytes.len()).for_each(|len| _ = of.accepts(&bytes[..len]));
            (0..=255).for_each(|last| _ = of.accepts(&[&bytes[..], &[last]].concat()));
        }
    }
}

#[test]
fn a_message_is_of_one_type_version_and_suite() {
    for of in seeded::MESSAGES {
        let bytes = (of.seeded)(&mut Rng(1));
        for other in seeded::MESSAGES.into_iter().filter(|other| other.name != of.name) {
            assert!(!other.accepts(&bytes), "{} is taken for {}", of.name, other.name);
        }
        for place in 0..7 {
            let mut other = bytes.clone();
            other[place] ^= 0x40;
            // A header of a later version is understood as far as its place in the chain.
            assert_eq!(of.accepts(&other), of.name == "header" && place > 4, "{} at {place}", of.name);
        }
    }
}

#[test]
fn no_flipped_proof_is_trusted() {
    let honest = Honest::default();
    for (name, scan, proof) in &honest.proofs {
        let bytes = proof.to_bytes();
        assert!(honest.trusts(scan, &bytes), "{name}");
        let flips = each_flip(&bytes, 0, |flipped| {
            if honest.trusts(scan, flipped) {
                assert_eq!(Proof::from_bytes(flipped).as_ref(), Ok(proof), "{name}");
            }
        });
        println!("flips through verify\t{name}\t{flips}");
    }
}

#[test]
fn no_flipped_qr_proof_is_trusted() {
    let honest = Honest::default();
    for (name, scan, proof) in &honest.proofs {
        let Some(short) = QrProof::from_proof(proof) else { continue };
        let bytes = short.to_bytes();
        assert!(honest.trusts(scan, &bytes), "{name}");
        let flips = each_flip(&bytes, 0, |flipped| {
            if honest.trusts(scan, flipped) {
                assert_eq!(QrProof::from_bytes(flipped).as_ref(), Ok(&short), "{name}");
            }
        });
        println!("flips through verify\t{name} qr\t{flips}");
    }
}

#[test]
fn no_flipped_bucket_is_trusted() {
    let honest = Honest::default();
    for (name, scan, bucket) in &honest.buckets {
        let bytes = bucket.to_bytes();
        assert!(honest.trusts_bucket(scan, &bytes), "{name}");
        let flips = each_flip(&bytes, 0, |flipped| {
            if honest.trusts_bucket(scan, flipped) {
                assert!(honest.is_known_bucket(flipped), "{name}");
            }
        });
        println!("flips through verify_bucket\t{name}\t{flips}");
    }
}

#[test]
fn no_flipped_update_is_taken() {
    let honest = Honest::default();
    let bytes = honest.update.to_bytes();
    assert!(honest.takes(&bytes), "the honest update");
    let flips = each_flip(&bytes, 0, |flipped| {
        if honest.takes(flipped) {
            assert_eq!(Update::from_bytes(flipped).as_ref(), Ok(&honest.update));
        }
    });
    println!("flips through advance\tupdate\t{flips}");
}

#[test]
fn an_unchanged_next_set_has_one_spelling_in_a_qr_proof() {
    let honest = Honest::default();
    let (_, scan, proof) = &honest.proofs[0];
    let bytes = QrProof::from_proof(proof).expect("has a short form").to_bytes();
    let keys_len: usize = proof.keys().iter().map(|key| key.to_wire().len()).sum();
    // Behind prelude, count, keys, height, time, parent hash, log size, log root and rules version.
    let flag = 7 + 1 + keys_len + 8 + 8 + 32 + 8 + 32 + 4;
    assert_eq!(bytes[flag], 0);
    let set_hash = &honest.anchor.set().hash().0[..];
    let spelt_out = [&bytes[..flag], &[1], set_hash, &bytes[flag + 1..]].concat();
    let verdict = honest.verify(&mut honest.client(), scan, &spelt_out);
    assert_eq!(verdict.reasons, ["trust.message.value"]);
}

#[test]
fn client_memory_names_nothing_twice() {
    let honest = Honest::default();
    let mut client = honest.client();
    let (_, scan, proof) = &honest.proofs[0];
    honest.verify(&mut client, scan, &proof.to_bytes());
    let bytes = client.to_bytes();
    assert!(seeded::named("memory").accepts(&bytes));
    // At the end: no fork, one pack seen, and before it one certified header with its certificate.
    let seen_at = bytes.len() - 1 - 40;
    let mut certified = proof.header().to_wire();
    proof.certificate().put(&mut certified);
    let certified_at = seen_at - 2 - certified.len();
    let [before, entry, seen] = [&bytes[..certified_at], &certified, &bytes[seen_at - 2..]];
    assert_eq!([before, entry, seen].concat(), bytes);
    let twice = |count: &[u8], entry: &[u8]| -> Vec<u8> {
        assert_eq!(count, [0, 1]);
        [&[0, 2][..], entry, entry].concat()
    };
    let seen_twice = [&bytes[..seen_at - 2], &twice(&bytes[seen_at - 2..seen_at], &bytes[seen_at..seen_at + 40]), &[0]];
    let certified_twice =
        [&before[..certified_at - 2], &twice(&before[certified_at - 2..], entry), &bytes[seen_at - 2..]];
    for hostile in [seen_twice.concat(), certified_twice.concat()] {
        assert_eq!(Client::from_bytes(&hostile).map(drop), Err(medproof_core::encoding::DecodeError::Order));
    }
}

#[test]
fn honest_messages_are_within_the_bound() {
    for of in seeded::all() {
        for seed in 0..20 {
            bounded(&of, &(of.seeded)(&mut Rng(seed)));
        }
    }
}

#[test]
fn hostile_lengths_and_counts_allocate_nothing_unpaid() {
    for of in seeded::all() {
        let bytes = (of.seeded)(&mut Rng(5));
        for at in 0..bytes.len() {
            for hostile in [0xff, 0x7f, 0x01] {
                let mut longer = bytes.clone();
                longer[at] = hostile;
                if let Some(next) = longer.get_mut(at + 1) {
                    *next = 0xff;
                }
                bounded(&of, &longer);
                longer.truncate(at + 2);
                bounded(&of, &longer);
            }
        }
        for filler in [0x00, 0x01, 0x20, 0xff] {
            for len in [1, 10, 1_000, 65_536, 1 << 20] {
                bounded(&of, &vec![filler; len]);
                // The fields' first bytes stay, so that the filler is read as counts and entries.
                for kept in [7, 8, 40, 72, 128, 160] {
                    let mut input = vec![filler; len.max(kept)];
                    input[..kept.min(bytes.len())].copy_from_slice(&bytes[..kept.min(bytes.len())]);
                    bounded(&of, &input);
                }
            }
        }
    }
}

#[test]
fn the_smallest_entries_are_paid_for() {
    let mut rng = Rng(9);
    let header = Header::seeded(&mut rng);
    let rest = {
        let mut rest = header.to_wire();
        medproof_core::certificate::Certificate::seeded(&mut rng).put(&mut rest);
        rest
    };
    let prelude = |of: &str| (seeded::named(of).seeded)(&mut Rng(1))[..7].to_vec();

    // 10,000 keys of three-character national codes, six bytes each.
    let mut codes: Vec<[u8; 3]> = Vec::new();
    for first in b'A'..=b'Z' {
        for second in b'A'..=b'Z' {
            (b'0'..=b'9').chain(b'A'..=b'Z').for_each(|third| codes.push([first, second, third]));
        }
    }
    let mut proof = prelude("proof");
    put_count16(&mut proof, 10_000);
    codes.iter().take(10_000).for_each(|code| proof.extend([&[1, 4, 3][..], code].concat()));
    let keys_end = proof.len();
    put_count16(&mut proof, 0);
    proof.extend(&rest);
    proof.extend([0, 1, 0, 0]);
    assert!(bounded(&seeded::named("proof"), &proof));

    // 1,000 hand-overs with nothing in them.
    let unknown = [&b"MPRF\x02\x01\x01"[..], &[0; 112]].concat();
    let mut hand_over = Vec::new();
    put_bytes16(&mut hand_over, &unknown);
    hand_over.extend([0; 44]);
    hand_over.extend([0, 1, 0]);
    hand_over.extend([0, 1]);
    hand_over.extend([7; 32]);
    hand_over.extend([0, 0, 0, 1]);
    assert!(bounded(&seeded::named("hand-over"), &hand_over));
    for count in [513, 600, 1_000] {
        let mut update = prelude("update");
        put_count16(&mut update, count);
        update.extend(hand_over.repeat(count));
        update.extend(&rest);
        update.push(0);
        assert!(bounded(&seeded::named("update"), &update));
        let mut both = proof[..keys_end].to_vec();
        put_count16(&mut both, count);
        both.extend(hand_over.repeat(count));
        both.extend(&rest);
        both.extend([0, 1, 0, 0]);
        assert!(bounded(&seeded::named("proof"), &both));
    }

    // 1,000 fields with a name of one letter.
    let mut disclosure = prelude("disclosure");
    disclosure.extend([0; 32]);
    disclosure.extend(1_000_u16.to_be_bytes());
    put_count16(&mut disclosure, 1_000);
    for index in 0..1_000_u16 {
        disclosure.extend(index.to_be_bytes());
        disclosure.extend([1, b'a', 0, 0]);
        disclosure.extend([0; 33]);
    }
    assert!(bounded(&seeded::named("disclosure"), &disclosure));

    // 10,000 steps of custody.
    let mut chain = Vec::new();
    put_count16(&mut chain, 10_000);
    chain.resize(2 + 400_000, 0);
    assert!(bounded(&seeded::named("custody-chain"), &chain));

    // 20,000 sets of one validator.
    let anchor = Anchor::seeded(&mut rng);
    let newest_set = anchor.set().to_wire();
    let client = Client::new(anchor).to_bytes();
    let (newest_end, set_len) = {
        let anchor_len = usize::from(u16::from_be_bytes([client[7], client[8]]));
        let header_len = usize::from(u16::from_be_bytes([client[9 + anchor_len], client[10 + anchor_len]]));
        (11 + anchor_len + header_len, 48)
    };
    let mut memory = client[..newest_end].to_vec();
    put_count16(&mut memory, 20_000);
    for height in 0..20_000_u64 {
        memory.extend(height.to_be_bytes());
        memory.extend(vec![0; set_len - 8]);
        if height == 19_999 {
            memory.extend(&newest_set);
        } else {
            memory.extend(&hand_over[hand_over.len() - 38..]);
        }
    }
    memory.extend([0; 40]);
    memory.extend([0; 5]);
    assert!(bounded(&seeded::named("memory"), &memory));
}

#[test]
fn text_and_scans_are_within_the_bound() {
    for len in [0, 1, 2, 3, 100, 2_000, 100_000] {
        for filler in ["0", "A", ":", "é", "\u{1d}", "01", "]d2", "%", "(", "21"] {
            let data = filler.repeat(len / filler.len() + 1);
            for text in
                [data.clone(), format!("MP1:{data}"), format!("mp1={data}"), format!("]d201{}21{data}", gtin(1))]
            {
                let work = || (text::from_qr_text(&text), text::from_fragment(&text));
                let (_, peak) = peak_of(work);
                assert!(peak <= bound(text.len()), "text of {}: {peak}", text.len());
                for mode in [Reading::Strict, Reading::Tolerant] {
                    let (_, peak) = peak_of(|| parse(&text, mode));
                    assert!(peak <= bound(text.len()), "scan of {}: {peak}", text.len());
                }
            }
        }
    }
}

/// Calls `check` with flips of every byte, all of them up to a length, and says how many there were.
fn each_flip(bytes: &[u8], small_bytes: usize, mut check: impl FnMut(&[u8])) -> usize {
    let mut flipped = bytes.to_vec();
    let mut flips = 0;
    for at in 0..bytes.len() {
        let changes: Vec<u8> = if bytes.len() <= small_bytes { (1..=255).collect() } else { vec![0x01, 0x80, 0xff] };
        for change in changes {
            flipped[at] = bytes[at] ^ change;
            check(&flipped);
            flips += 1;
        }
        flipped[at] = bytes[at];
    }
    flips
}

/// Decodes within the bound on memory; whether the bytes were accepted.
fn bounded(of: &WireType, bytes: &[u8]) -> bool {
    let (accepted, peak) = peak_of(|| (of.decode)(bytes));
    assert!(peak <= bound(bytes.len()), "{}: {peak} for {}", of.name, bytes.len());
    accepted
}
