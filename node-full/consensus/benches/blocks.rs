//! Blocks per second of the engine with our signing state, over chains in memory.
//!
//! `cargo bench -p medproof-consensus`; `BLOCKS_SECONDS` sets how long each line takes, 5 by default.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a benchmark")]

#[path = "../tests/memory/mod.rs"]
mod memory;

use memory::{Memory, network, set};
use std::time::{Duration, Instant};

#[tokio::main]
async fn main() {
    let seconds = std::env::var("BLOCKS_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    println!("{} cores; load {}", std::thread::available_parallelism().map_or(0, usize::from), load());
    for (validators, body_bytes) in [(1, 1_000), (4, 1_000), (4, 100_000)] {
        measure(validators, body_bytes, Duration::from_secs(seconds)).await;
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
