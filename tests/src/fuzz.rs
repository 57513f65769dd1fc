//! What each fuzz target does with its input, and the seeds that it starts from.
//!
//! The targets in `core/fuzz` call [`run`] and nothing else, so that the same checks run on a stable
//! compiler over all seeds, those of former findings among them.

use crate::{
    honest::Honest,
    rng::Rng,
    seeded,
    stock::{gtin, pack_scan, unit_scan},
};
use medproof_core::{
    bundle::Bundle,
    client::scan_keys,
    encoding::{Message, Wire},
    plain,
    proof::{Key, QrProof},
    scan::{MAX_READINGS, Mode, Reading, Scan, parse},
    text::{from_fragment, from_qr_text, to_fragment, to_qr_text},
};
use std::sync::LazyLock;

/// What a target does.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Decodes and encodes again: nothing, or the same bytes.
    Decode,
    /// Panics where an input shows a fault; starts from seeds of its own.
    Own(fn(&[u8]), fn() -> Vec<Vec<u8>>),
}

/// Every fuzz target. One that decodes has the name of its wire type.
pub const TARGETS: &[(&str, Work)] = &[
    ("genesis", Work::Decode),
    ("header", Work::Decode),
    ("anchor", Work::Decode),
    ("update", Work::Decode),
    ("proof", Work::Decode),
    ("qr-proof", Work::Decode),
    ("fork", Work::Decode),
    ("disclosure", Work::Decode),
    ("event", Work::Decode),
    ("product-info", Work::Decode),
    ("memory", Work::Decode),
    ("bucket", Work::Decode),
    ("bundle", Work::Decode),
    ("member-info", Work::Decode),
    ("state-proof", Work::Decode),
    ("bucket-proof", Work::Decode),
    ("log-proof", Work::Decode),
    ("custody-chain", Work::Decode),
    ("key", Work::Decode),
    ("leaf", Work::Own(|value| _ = seeded::LEAVES[0].accepts(value), leaf_seeds)),
    ("text", Work::Own(check_text, text_seeds)),
    ("scan", Work::Own(check_scan, scan_seeds)),
    ("advance", Work::Own(|update| HONEST.check_update(update), || vec![HONEST.update.to_bytes()])),
    ("verify", Work::Own(check_verify, proof_seeds)),
    ("plain", Work::Own(check_plain, plain_seeds)),
];

/// The longest seed.
const MAX_SEED_BYTES: usize = 2_500;

static HONEST: LazyLock<Honest> = LazyLock::new(Honest::default);

/// Gives `input` to the target.
pub fn run(target: &str, input: &[u8]) {
    match work(target) {
        Work::Decode => _ = seeded::named(target).accepts(input),
        Work::Own(check, _) => check(input),
    }
}

/// The inputs that the target starts from, always the same.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    match work(target) {
        Work::Decode => {
            let of = seeded::named(target);
            let seeds = (0..40).map(|seed| (of.seeded)(&mut Rng(seed)));
            seeds.filter(|seed| seed.len() <= MAX_SEED_BYTES).take(5).collect()
        }
        Work::Own(_, seeds) => seeds(),
    }
}

fn work(target: &str) -> Work {
    let known = TARGETS.iter().find(|(name, _)| *name == target);
    known.unwrap_or_else(|| panic!("there is no fuzz target `{target}`")).1
}

fn leaf_seeds() -> Vec<Vec<u8>> {
    let seeds = |of: seeded::WireType| (0..2).map(move |seed| (of.seeded)(&mut Rng(seed)));
    seeded::LEAVES.into_iter().flat_map(seeds).collect()
}

/// Both text forms: one spelling for each message.
fn check_text(data: &[u8]) {
    assert_eq!(from_qr_text(&to_qr_text(data)).as_deref(), Some(data));
    assert_eq!(from_fragment(&to_fragment(data)).as_deref(), Some(data));
    let Ok(text) = str::from_utf8(data) else { return };
    if let Some(message) = from_qr_text(text) {
        assert_eq!(to_qr_text(&message), text);
    }
    if let Some(message) = from_fragment(text) {
        assert_eq!(to_fragment(&message), text);
    }
}

fn text_seeds() -> Vec<Vec<u8>> {
    let texts = ["MP1:", "MP1:%69 VD92EX0", "mp1=", "mp1=Zm9vYg", "mp1=-_8"];
    let of_messages = [to_qr_text(b"MPRF\x06\x00\x01"), to_fragment(b"MPRF\x06\x00\x01")];
    texts.into_iter().map(String::from).chain(of_messages).map(String::into_bytes).collect()
}

fn check_scan(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (strict, tolerant) = (parse(&text, Mode::Strict), parse(&text, Mode::Tolerant));
    for scan in [&strict, &tolerant] {
        match scan {
            Scan::Read(reading) => check_reading(reading),
            Scan::Ambiguous(readings) => {
                assert!((2..=MAX_READINGS).contains(&readings.len()), "{} readings", readings.len());
                readings.iter().for_each(check_reading);
            }
            _ => {}
        }
    }
    if let (Scan::Read(strict), Scan::Read(tolerant)) = (&strict, &tolerant) {
        assert_eq!(strict, tolerant, "what is readable as it stands was changed");
    }
    assert!(!matches!((&strict, &tolerant), (Scan::Read(_), Scan::Unreadable(_))), "tolerant reads less than strict");
}

/// A reading is bounded, and its keys are identities that the ledger can hold.
fn check_reading(reading: &Reading) {
    assert!(reading.elements.len() <= 64);
    let keys = scan_keys(reading);
    assert!((1..=5).contains(&keys.len()), "{} keys", keys.len());
    for key in keys {
        assert_eq!(Key::from_wire(&key.to_wire()), Ok(key));
    }
}

fn scan_seeds() -> Vec<Vec<u8>> {
    let gtin = gtin(1);
    let scans = [
        pack_scan(1, "S1"),
        unit_scan(1),
        gtin.clone(),
        format!("01{gtin}21ABC123\u{1d}10LOT-7A\u{1d}17280500"),
        format!("(01){gtin}(21)ABC123(10)LOT-7A(17)280531"),
        format!("https://id.gs1.org/01/{gtin}/21/ABC%2F123?17=280531&10=LOT"),
        "urn:epc:id:sgtin:0950400.000001.ABC123".to_string(),
        "[)>\u{1e}06\u{1d}9N110375286414\u{1d}1TABC\u{1d}D281231\u{1d}S1234567890\u{1e}\u{4}".to_string(),
        "81234567890123456789".to_string(),
        format!("]d201{gtin}21ABC123\u{1d}91ABCD\u{1d}92{}", "x".repeat(44)),
        format!("01{gtin}21ABC12310LOT17280531"),
        "à&à(\"àà\"".to_string(),
    ];
    scans.into_iter().map(String::into_bytes).collect()
}

/// A bucket is told from a proof by its type.
fn check_verify(message: &[u8]) {
    match message.get(4) {
        Some(7) => HONEST.check_bucket(message),
        _ => HONEST.check_proof(message),
    }
}

fn proof_seeds() -> Vec<Vec<u8>> {
    let full = HONEST.proofs.iter().map(|(_, _, proof)| proof.to_bytes());
    let short = HONEST.proofs.iter().filter_map(|(_, _, proof)| Some(QrProof::from_proof(proof)?.to_bytes()));
    let buckets = HONEST.buckets.iter().map(|(_, _, bucket)| bucket.to_bytes());
    full.chain(short).chain(buckets).collect()
}

/// What bindings call: the first byte says what, the rest is its argument.
fn check_plain(data: &[u8]) {
    let Some((what, data)) = data.split_first() else { return };
    let anchor = HONEST.anchor.to_bytes();
    let mut client = plain::Client::new(&anchor).expect("the honest anchor");
    let now = HONEST.now.0;
    let (_, scan, proof) = &HONEST.proofs[0];
    match what % 12 {
        0 => drop(plain::Client::new(data).map(|client| (client.anchor(), client.memory()))),
        1 => drop(
            plain::Client::resume(&anchor, data).map(|client| (client.height(), client.history_size(), client.fork())),
        ),
        2 => drop(client.advance(data, now)),
        3 => drop(client.verify(scan, data, now, &plain_policy(*what))),
        4 => drop(client.verify(&String::from_utf8_lossy(data), &proof.to_bytes(), now, &plain_policy(*what))),
        5 => drop(plain::check_fork(data)),
        6 => drop(plain::parse_scan(&String::from_utf8_lossy(data), what % 20 == 6)),
        7 => drop(client.verify_bucket(scan, data, now, &plain_policy(*what))),
        8 => drop(client.verify_bundle(scan, data, now, &plain_policy(*what))),
        9 => drop(client.verify_record(data, &proof.to_bytes(), now)),
        10 => drop(plain::message_from_text(&String::from_utf8_lossy(data))),
        _ => drop(client.verify_seller("shop.example", data, now, &plain_policy(*what))),
    }
}

fn plain_policy(what: u8) -> plain::Policy {
    plain::Policy {
        purpose: ["holder", "buyer", "dispenser", "receiver"][usize::from(what / 8 % 4)].to_string(),
        mode: ["online", "carried"][usize::from(what / 32 % 2)].to_string(),
        max_age_online_ms: (what & 64 != 0).then_some(0),
        max_age_carried_ms: None,
        clock_tolerance_ms: None,
    }
}

fn plain_seeds() -> Vec<Vec<u8>> {
    let honest = [HONEST.anchor.to_bytes(), HONEST.client().to_bytes(), HONEST.update.to_bytes()];
    let proof = proof_seeds().remove(0);
    let fork = seeds("fork").remove(0);
    let [scan, text] = [pack_scan(1, "S2"), to_qr_text(b"MPRF")].map(String::into_bytes);
    let (bucket, disclosure) = (HONEST.buckets[1].2.to_bytes(), seeds("disclosure").remove(0));
    let bundle = Bundle { proof: proof.clone(), product: None, issuer: None, chains: Vec::new() }.to_bytes();
    let arguments =
        honest.into_iter().chain([proof, scan.clone(), fork, scan, bucket, bundle.clone(), disclosure, text, bundle]);
    (0..).zip(arguments).map(|(what, argument)| [&[what][..], &argument].concat()).collect()
}
