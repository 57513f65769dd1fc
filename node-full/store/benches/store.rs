//! How fast the store takes packs, changes them, and proves them.
//!
//! `cargo bench -p medproof-store`; `MEDPROOF_BENCH_PACKS` sets the number of packs, a million by default.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a benchmark")]

#[path = "../tests/support/mod.rs"]
mod support;

use medproof_core::{
    encoding::Wire,
    header::{Header, HeaderFields, Height, UnixMillis},
    state::Path,
};
use medproof_store::{LeafChanges, LogTail, LoggedEvent, NewBlock, Options, Staged, Store, View};
use std::{env, fs, sync::mpsc, thread, time::Instant};
use support::{Chain, Rng, certify, key, logged};

fn main() {
    if env::args().any(|arg| arg == "--test") {
        return;
    }
    let packs: u64 = env::var("MEDPROOF_BENCH_PACKS").map_or(1_000_000, |packs| packs.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let options = Options { cache_bytes: 512 << 20, ..Options::default() };
    machine();
    let store = Store::create(&path, &key(), &options).unwrap();
    let mut bench = Bench { chain: Chain::new(), known: Vec::new(), rng: Rng(1), tail: LogTail::empty() };
    let rows = [
        bench.packs(&store, "insert, blocks of 10,000", 10_000, packs / 10_000, false),
        bench.packs(&store, "update, blocks of 10,000", 10_000, 20, true),
        bench.packs(&store, "update, blocks of 50,000", 50_000, 8, true),
        bench.packs(&store, "update, blocks of 100", 100, 100, true),
    ];
    drop(store);
    println!("\n| packs in one block | per second | stage ms | commit ms | CPU µs a pack |");
    println!("|---|---|---|---|---|");
    rows.iter().for_each(|row| println!("{row}"));
    let store = Store::open(&path, &key(), &options).unwrap();
    let view = store.view();
    let bytes = fs::metadata(&path).unwrap().len();
    let leaves = view.counts().unwrap();
    println!(
        "\n{} leaves, {} node rows, file {} MB: {} bytes a pack",
        leaves.leaves,
        leaves.nodes,
        bytes >> 20,
        bytes / packs
    );
    bench.proofs(&view);
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let backup = store.backup_to(&folder.path().join("backup"), &key(), &mut |_| {}).unwrap();
    println!(
        "\nbackup: {:.1} s, {:.1} s of CPU, {} MB: {} bytes a pack",
        start.elapsed().as_secs_f64(),
        cpu_seconds() - cpu,
        backup.file_bytes >> 20,
        backup.file_bytes / packs
    );
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let report = store.check(&mut |_| {});
    println!(
        "fsck: {:.1} s, {:.1} s of CPU, {} records, {}",
        start.elapsed().as_secs_f64(),
        cpu_seconds() - cpu,
        report.checked,
        if report.is_clean() { "clean" } else { "damaged" }
    );
}

struct Bench {
    chain: Chain,
    known: Vec<Path>,
    rng: Rng,
    tail: LogTail,
}

impl Bench {
    /// Commits blocks while the next one is staged on another thread, as a node does.
    fn packs(&mut self, store: &Store, name: &str, size: u64, blocks: u64, update: bool) -> String {
        let batches: Vec<LeafChanges> = (0..blocks).map(|_| self.batch(size, update)).collect();
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let (send, receive) = mpsc::sync_channel::<Staged>(0);
        let (send_view, views) = mpsc::channel::<View>();
        let (mut staging, mut committing) = (0.0, 0.0);
        let first = store.view();
        thread::scope(|scope| {
            let stager = scope.spawn(move || {
                let (mut time, mut view, mut below): (f64, View, Option<Staged>) = (0.0, first, None);
                for (number, batch) in batches.into_iter().enumerate() {
                    // The block before the last one is committed, the last one perhaps not.
                    if number >= 2 {
                        view = views.recv().unwrap();
                    }
                    let start = Instant::now();
                    let below_it: Vec<&Staged> = below.iter().collect();
                    let staged = store.stage_on(&view, &below_it, &batch).unwrap();
                    time += start.elapsed().as_secs_f64();
                    below = Some(staged.clone());
                    if send.send(staged).is_err() {
                        break;
                    }
                }
                time
            });
            for staged in receive {
                let block = self.block(staged);
                let start = Instant::now();
                let view = store.commit(&block).unwrap();
                committing += start.elapsed().as_secs_f64();
                let _ = send_view.send(view);
            }
            staging = stager.join().unwrap();
        });
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        let count = (size * blocks) as f64;
        let blocks = blocks as f64;
        format!(
            "| {name} | {:.0} | {:.1} | {:.1} | {:.1} |",
            count / seconds,
            staging * 1000.0 / blocks,
            committing * 1000.0 / blocks,
            cpu * 1e6 / count
        )
    }

    fn batch(&mut self, size: u64, update: bool) -> LeafChanges {
        let mut changes = LeafChanges::new();
        while (changes.len() as u64) < size {
            let path = if update {
                self.known[self.rng.below(self.known.len() as u64) as usize]
            } else {
                let path = self.rng.pack(50);
                self.known.push(path);
                path
            };
            // A pack's leaf takes about 130 bytes.
            changes.insert(path, Some((0..130).map(|_| self.rng.next() as u8).collect()));
        }
        changes
    }

    /// A block with one event; ten thousand packs are one event's doing.
    fn block(&mut self, staged: Staged) -> NewBlock {
        let chain = &mut self.chain;
        let height = chain.headers.len() as u64;
        let events: Vec<LoggedEvent> = vec![logged(height, 0)];
        self.tail = self.tail.append(events.iter().map(|event| &event.entry[..])).unwrap();
        let header = Header::from(&HeaderFields {
            chain_id: medproof_core::hash::sha256(b"chain"),
            height: Height(height),
            time: UnixMillis(height),
            set_hash: *chain.set.hash(),
            next_set_hash: *chain.set.hash(),
            parent_hash: chain.headers.last().map_or(medproof_core::hash::Digest::ZERO, Header::hash),
            log_size: self.tail.size(),
            log_root: self.tail.root(),
            state_root: staged.state_root(),
            rules_version: 1,
        });
        chain.headers.push(header.clone());
        let certificate = (height > 0).then(|| certify(&chain.signer, &header));
        NewBlock { header, certificate, next_set: Some(chain.set.clone()), events, staged, rows: Vec::new() }
    }

    fn proofs(&mut self, view: &View) {
        println!("\n| proof | µs of CPU | bytes |\n|---|---|---|");
        let mut one = |name: &str, paths: usize, known: bool| {
            let rounds = 2000;
            let asked: Vec<Vec<Path>> = (0..rounds)
                .map(|_| {
                    let pick = |rng: &mut Rng| {
                        if known { self.known[rng.below(self.known.len() as u64) as usize] } else { rng.pack(50) }
                    };
                    (0..paths).map(|_| pick(&mut self.rng)).collect()
                })
                .collect();
            asked.iter().take(200).for_each(|asked| drop(view.prove(asked).unwrap()));
            let cpu = cpu_seconds();
            let bytes: usize = asked.iter().map(|asked| view.prove(asked).unwrap().unwrap().to_wire().len()).sum();
            println!(
                "| {name} | {:.1} | {} |",
                (cpu_seconds() - cpu) * 1e6 / f64::from(rounds),
                bytes / rounds as usize
            );
        };
        one("one pack", 1, true);
        one("one absent pack", 1, false);
        one("six leaves, as a pack with lot, product, issuer and keys", 6, true);
        one("1,000 packs", 1000, true);
    }
}

fn machine() {
    let cpus = thread::available_parallelism().map_or(0, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("{cpus} cores, load {}", load.trim());
}

/// Processor seconds of this process.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after = stat.rsplit(')').next().unwrap();
    let ticks: f64 = after.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum();
    // The kernel counts in hundredths of a second.
    ticks / 100.0
}
