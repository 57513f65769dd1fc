//! Blocks per second of the engine with our signing state, over chains in memory, and how long an idle chain takes
//! from work to a decision.
//!
//! `cargo bench -p medproof-consensus`; `BLOCKS_SECONDS` sets how long each line takes, 5 by default.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a benchmark")]

#[path = "../tests/memory/mod.rs"]
mod memory;

use memory::{Memory, network, set};
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

#[tokio::main]
async fn main() {
    let seconds = std::env::var("BLOCKS_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    println!("{} cores; load {}", std::thread::available_parallelism().map_or(0, usize::from), load());
    for (validators, body_bytes) in [(1, 1_000), (4, 1_000), (4, 100_000)] {
        measure(validators, body_bytes, Duration::from_secs(seconds)).await;
    }
    latency(4, 50).await;
}

/// All validators are idle, then have work at once, as after its spreading; until the last has the block.
async fn latency(validators: u8, samples: usize) {
    let nodes = network(validators, 0, &vec![(1, set(1..=validators))]);
    let mut handles = Vec::new();
    for node in &nodes {
        node.chain.eager.store(false, Ordering::SeqCst);
        handles.push(node.start().await);
    }
    let mut took = Vec::new();
    for height in 1..=samples as u64 + 5 {
        let start = Instant::now();
        while nodes.iter().any(|node| node.chain.height() < height) {
            nodes.iter().for_each(|node| node.chain.work.notify_waiters());
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        took.push(start.elapsed());
        // Whoever is late to wait is waiting by then.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    took.drain(..5);
    took.sort();
    let (median, p95) = (took[took.len() / 2], took[took.len() * 95 / 100]);
    println!(
        "{validators} validators, from work to the last decision: median {median:?}, p95 {p95:?}; load {}",
        load()
    );
    for handle in handles {
        handle.stop().await.unwrap();
    }
}

async fn measure(validators: u8, body_bytes: usize, span: Duration) {
    let schedule = vec![(1, set(1..=validators))];
    let mut nodes = network(validators, 0, &schedule);
    for node in &mut nodes {
        node.chain = Memory::with_bodies(schedule.clone(), body_bytes);
    }
    let start = Instant::now();
    let mut handles = Vec::new();
    for node in &nodes {
        handles.push(node.start().await);
    }
    let chain = nodes[0].chain.clone();
    chain.reach(1, Duration::from_secs(60)).await;
    let first = start.elapsed();
    chain.reach(5, Duration::from_secs(60)).await;
    let (from, since) = (chain.height(), Instant::now());
    tokio::time::sleep(span).await;
    let rate = (chain.height() - from) as f64 / since.elapsed().as_secs_f64();
    println!(
        "{validators} validators, {body_bytes} B: {rate:.1} blocks/s, first block after {first:?}; load {}",
        load()
    );
    for handle in handles {
        handle.stop().await.unwrap();
    }
    chain.verify();
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}
