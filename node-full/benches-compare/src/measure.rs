//! What is done to each engine, and what it took.

use std::{collections::BTreeMap, fs, path::Path, time::Instant};

pub type Result<T = ()> = anyhow::Result<T>;

/// Leaves to write, by path.
pub type Batch = BTreeMap<[u8; 32], Vec<u8>>;

/// A state tree with its leaves, on disk.
pub trait Engine {
    fn name(&self) -> &'static str;
    /// Writes a block, durably, and answers the root after it.
    fn commit(&mut self, batch: Batch) -> Result<[u8; 32]>;
}

pub struct Workload {
    pub packs: u64,
    pub updates: u64,
}

/// Runs the workload, prints a row for inserts and one for updates, and answers the last root.
pub fn measure(engine: &mut dyn Engine, place: &Path, workload: &Workload) -> Result<[u8; 32]> {
    let mut numbers = Numbers(1);
    let mut known = Vec::with_capacity(workload.packs as usize);
    let inserts = (0..workload.packs / A_BLOCK).map(|_| {
        (0..A_BLOCK)
            .map(|_| {
                let path = numbers.pack();
                known.push(path);
                (path, numbers.value())
            })
            .collect()
    });
    let inserts: Vec<Batch> = inserts.collect();
    run(engine, place, "insert", inserts, workload.packs)?;
    let updates = (0..workload.updates / A_BLOCK)
        .map(|_| {
            let mut batch = Batch::new();
            while (batch.len() as u64) < A_BLOCK.min(workload.packs) {
                let path = known[(numbers.next() % known.len() as u64) as usize];
                batch.insert(path, numbers.value());
            }
            batch
        })
        .collect();
    run(engine, place, "update", updates, workload.packs)
}

fn run(engine: &mut dyn Engine, place: &Path, what: &str, batches: Vec<Batch>, packs: u64) -> Result<[u8; 32]> {
    let count: usize = batches.iter().map(Batch::len).sum();
    let (start, cpu, mut root) = (Instant::now(), cpu_seconds(), [0; 32]);
    for batch in batches {
        root = engine.commit(batch)?;
    }
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    println!(
        "| {} | {what} | {:.0} | {:.1} | {wall:.1} | {cpu:.1} | {} | {:02x}{:02x}{:02x}{:02x} |",
        engine.name(),
        count as f64 / wall,
        cpu * 1e6 / count as f64,
        bytes(place)? / packs,
        root[0],
        root[1],
        root[2],
        root[3],
    );
    Ok(root)
}

/// A seeded stream of numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A path of a pack of one of 50 products, which share their first 28 bits.
    fn pack(&mut self) -> [u8; 32] {
        let product = Self(self.next() % PRODUCTS).next().to_be_bytes();
        let mut path = [0; 32];
        path.as_chunks_mut::<8>().0.iter_mut().for_each(|part| *part = self.next().to_be_bytes());
        path[..4].copy_from_slice(&product[..4]);
        path
    }

    /// As long as a pack's leaf.
    fn value(&mut self) -> Vec<u8> {
        (0..130).map(|_| self.next() as u8).collect()
    }
}

/// What the files of a folder take on disk, holes not counted.
fn bytes(place: &Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt;
    let mut bytes = 0;
    for entry in fs::read_dir(place)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { self::bytes(&entry.path())? } else { metadata.blocks() * 512 };
    }
    Ok(bytes)
}

/// Processor seconds of this process.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// The load average over the last minute.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

const A_BLOCK: u64 = 10_000;

const PRODUCTS: u64 = 50;
