//! Bytes of proofs: not a benchmark of time, but run with them.
//!
//! QR forms come from simulated ledgers of 2^33 packs (see `medproof_tests::world` for what is assumed);
//! proofs about many packs from there and from a real tree.

use medproof_core::{
    client::Client,
    encoding::Message,
    header::UnixMillis,
    proof::QrProof,
    text::to_qr_text,
    verdict::{Mode, Overall, Policy, Purpose},
};
use medproof_tests::{
    crowd::{crowded, loose_serials},
    ledger::{GENESIS_MS, Quorum},
    rng::Rng,
    stock::pack_scan,
    world::{Chain, LARGE, World},
};

const SAMPLES: usize = 2_000;

/// What base45 puts into version 40-L: 4,296 letters, four of them the prefix.
const BOUND_BYTES: usize = 2_860;

fn main() {
    let kept = qr_forms();
    multiproofs();
    if !kept {
        eprintln!("the 99th percentile of the QR form is over {BOUND_BYTES} bytes");
        std::process::exit(1);
    }
}

/// The table of QR forms; whether the first row keeps the bound.
fn qr_forms() -> bool {
    let long = World { text_len: 20, ..LARGE };
    let many_products = World { products: 65_536.0, ..LARGE };
    let rows: [(&str, &World, usize, u64); 8] = [
        ("loose", &LARGE, 10, 0),
        ("one unit deep", &LARGE, 10, 1),
        ("two units deep", &LARGE, 10, 2),
        ("four units deep", &LARGE, 10, 4),
        ("loose, serial and lot of 20 letters", &long, 10, 0),
        ("loose, 65,536 products", &many_products, 10, 0),
        ("loose, 4 validators", &LARGE, 4, 0),
        ("loose, 1 validator", &LARGE, 1, 0),
    ];
    println!("\nQR form in bytes, {SAMPLES} samples each; product of 2^20 packs, tree of 2^33");
    println!("  {:<38}{:>9}{:>7}{:>7}{:>7}{:>10}", "pack", "average", "p50", "p99", "worst", "letters");
    let mut p99s = rows.iter().map(|(name, world, validators, depth)| {
        let sizes = qr_sizes(&Chain::new(*validators), world, *depth);
        let (average, at) = (sizes.iter().sum::<usize>() / SAMPLES, |share: usize| sizes[SAMPLES * share / 100]);
        let worst = sizes[SAMPLES - 1];
        let letters = to_qr_text(&vec![0; worst]).len();
        println!("  {name:<38}{average:>9}{:>7}{:>7}{worst:>7}{letters:>10}", at(50), at(99));
        at(99)
    });
    let first = p99s.next().expect("a first row");
    p99s.for_each(drop);
    println!("  at most {BOUND_BYTES} wanted for the 99th percentile of the first row");
    first <= BOUND_BYTES
}

/// Sizes in ascending order. A few of the proofs are verified, so that no nonsense is weighed.
fn qr_sizes(chain: &Chain, world: &World, depth: u64) -> Vec<usize> {
    let mut rng = Rng(33);
    let mut client = Client::new(chain.anchor());
    let mut sizes: Vec<usize> = (0..SAMPLES)
        .map(|sample| {
            let (proof, scans) = chain.prove(world, 1, depth, &mut rng);
            let short = QrProof::from_proof(&proof).expect("has a short form").to_bytes();
            if sample % 500 == 0 {
                let policy = Policy::new(Purpose::Receiver, Mode::Online);
                let verdict = client.clone().verify(&scans[0], &short, UnixMillis(GENESIS_MS + 2_000), &policy);
                assert_eq!(verdict.overall, Overall::Ok, "{verdict:?}");
            }
            short.len()
        })
        .collect();
    let _ = &mut client;
    sizes.sort_unstable();
    sizes
}

/// Full proofs about many packs of one product, in a real tree and in a simulated one.
fn multiproofs() {
    let mut ledger = crowded(1 << 20, Quorum::new("sizes", &[1; 10]));
    let block = ledger.seal(1_000);
    let chain = Chain::new(10);
    let scans: Vec<String> = loose_serials(1_000).iter().map(|serial| pack_scan(1, serial)).collect();
    println!("\nfull form in bytes, packs of one product that lie apart, ten validators");
    println!("  {:<10}{:>16}{:>10}{:>18}{:>10}", "packs", "real, 2^20", "a pack", "simulated, 2^33", "a pack");
    for count in [1, 10, 100, 1_000] {
        let texts: Vec<&str> = scans.iter().take(count).map(String::as_str).collect();
        let real = ledger.prove(&block, &texts).to_bytes().len();
        let simulated = chain.prove(&LARGE, count, 0, &mut Rng(34)).0.to_bytes().len();
        println!("  {count:<10}{real:>16}{:>10}{simulated:>18}{:>10}", real / count, simulated / count);
    }
    let pallet = chain.prove(&LARGE, 1_000, 1, &mut Rng(35)).0.to_bytes().len();
    println!("  1,000 packs of one pallet, simulated: {pallet} bytes");
}
