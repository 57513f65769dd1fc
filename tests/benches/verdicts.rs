//! Times of the verifier, natively.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use medproof_core::{
    client::{Client, Update},
    encoding::Message,
    header::UnixMillis,
    scan::{Mode as Reading, Scan, parse},
    verdict::{Mode, Overall, Policy, Purpose},
};
use medproof_tests::{
    crowd::{asked_serials, crowded, loose_serials},
    ledger::{Block, Ledger, Quorum},
    stock::{pack_scan, unit_scan},
};
use std::{hint::black_box, time::Duration};

/// Scans with the proof that answers them, and when.
struct Question {
    client: Client,
    scans: Vec<Scan>,
    proof: Vec<u8>,
    now: UnixMillis,
}

impl Question {
    fn new(ledger: &Ledger, client: Client, block: &Block, scans: &[String]) -> Self {
        let texts: Vec<&str> = scans.iter().map(String::as_str).collect();
        let proof = ledger.prove(block, &texts).to_bytes();
        let scans = texts.iter().map(|text| parse(text, Reading::Tolerant)).collect();
        Self { client, scans, proof, now: UnixMillis(block.header.time().0 + 1_000) }
    }

    fn answer(&self, client: &mut Client) -> Overall {
        let policy = Policy::new(Purpose::Receiver, Mode::Online);
        let many = client.verify_many(&self.scans, &self.proof, self.now, &policy);
        let worst = many.verdicts.iter().find(|verdict| verdict.overall != Overall::Ok);
        assert_eq!(worst, None);
        Overall::Ok
    }
}

/// First verdicts of clients that check 1, 7 and 67 signatures, and the next one of each kind.
fn verdicts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verdict");
    for validators in [1, 10, 100] {
        let mut ledger = crowded(1 << 16, Quorum::new("bench", &vec![1; validators]));
        let client = Client::new(ledger.anchor());
        let block = ledger.seal(1_000);
        let signatures = block.certificate.signers().iter().count();
        let scans: Vec<String> = loose_serials(1).iter().map(|serial| pack_scan(1, serial)).collect();
        let question = Question::new(&ledger, client, &block, &scans);
        group.bench_function(format!("first, {signatures} signatures"), |bencher| {
            let fresh = || question.client.clone();
            bencher.iter_batched_ref(fresh, |client| question.answer(client), BatchSize::SmallInput);
        });
        if signatures == 7 {
            let mut known = question.client.clone();
            question.answer(&mut known);
            group.bench_function("next under the same header", |bencher| bencher.iter(|| question.answer(&mut known)));
        }
    }
    group.finish();
}

/// A pallet and the 1,000 packs in it, in one proof.
fn pallet(criterion: &mut Criterion) {
    let mut ledger = crowded(1 << 16, Quorum::new("bench", &[1; 10]));
    let client = Client::new(ledger.anchor());
    let block = ledger.seal(1_000);
    let scans = std::iter::once(unit_scan(1)).chain(asked_serials().into_iter().map(|serial| pack_scan(1, &serial)));
    let question = Question::new(&ledger, client, &block, &scans.collect::<Vec<_>>());
    println!("1,000 packs of one pallet, with it: {} bytes", question.proof.len());
    let mut group = criterion.benchmark_group("pallet");
    group.sample_size(20);
    group.bench_function("first, 1,000 packs", |bencher| {
        let fresh = || question.client.clone();
        bencher.iter_batched_ref(fresh, |client| question.answer(client), BatchSize::SmallInput);
    });
    group.finish();
}

/// A client that was away while ten validators handed over 24 times.
fn hand_overs(criterion: &mut Criterion) {
    let mut ledger = Ledger::new("bench", Quorum::new("set 0", &[1; 10]));
    let client = Client::new(ledger.anchor());
    let hand_overs = (1..=24).map(|n| ledger.hand_over(1_000, Quorum::new(&format!("set {n}"), &[1; 10]))).collect();
    let block = ledger.seal(1_000);
    let update = ledger.update(hand_overs, &block, None).to_bytes();
    println!("24 hand-overs of 10 validators: {} bytes", update.len());
    let now = UnixMillis(block.header.time().0);
    criterion.bench_function("advance over 24 hand-overs", |bencher| {
        let fresh = || client.clone();
        let advance = |client: &mut Client| {
            let update = Update::from_bytes(&update).expect("an honest update");
            client.advance(&update, now).expect("honest hand-overs").height
        };
        bencher.iter_batched_ref(fresh, advance, BatchSize::SmallInput);
    });
}

/// Scans as they come, and as a broken scanner sends them.
fn scans(criterion: &mut Criterion) {
    let serial = &loose_serials(1)[0];
    let whole = pack_scan(1, serial);
    let cases = [
        ("element string", whole.clone()),
        ("separators lost", whole.replace('\u{1d}', "")),
        ("Digital Link", format!("https://id.example.org/01/{}/10/LOT-7A/21/{serial}?17=280531", &whole[5..19])),
        ("trace code", "81234567890123456789".to_string()),
    ];
    let mut group = criterion.benchmark_group("scan");
    for (name, text) in cases {
        group.bench_function(name, |bencher| bencher.iter(|| parse(black_box(&text), Reading::Tolerant)));
    }
    group.finish();
}

criterion_group! {
    name = all;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = verdicts, pallet, hand_overs, scans
}
criterion_main!(all);
