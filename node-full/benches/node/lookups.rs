//! Questions: proofs and timelines from many connections, the impact of recalls from one.

use crate::{
    call::{Caller, escaped},
    figure::{Bound, Figures, share},
    meter::Took,
    running::Running,
    scale::Scale,
    world::{Rng, World},
};
use std::{thread, time::Instant};

/// Proofs about random packs.
pub(crate) fn proofs(node: &Running, world: &World, scale: &Scale, figures: &mut Figures) {
    let ask = |caller: &mut Caller, pack: u64| {
        let scan = world.scan(pack);
        let path = format!("/v1/proofs?code={}", escaped(&scan));
        let proof = caller.get(&path, "").expect(200).to_vec();
        // A wrong proof is no proof: some are checked as a client would.
        if pack.is_multiple_of(CHECKED) {
            node.check(&scan, &proof);
        }
    };
    let load = load(node, world, scale, &ask);
    load.rate("proofs over HTTP", 10_000.0, figures);
    load.times("proofs over HTTP", Some(20.0), figures);
    load.cpu("proofs over HTTP, CPU of the node each", 150.0, figures);
}

/// Timelines of random packs, of which a tenth, by default, has had many events.
pub(crate) fn timelines(node: &Running, world: &World, scale: &Scale, figures: &mut Figures) {
    let moved = scale.moved_a_product();
    let ask = |caller: &mut Caller, pack: u64| {
        let path = format!("/v1/timeline?code={}", escaped(&world.scan(pack)));
        let timeline = caller.get(&path, "").json(200);
        let steps = timeline["steps"].as_array().map_or(0, Vec::len);
        let has_moved = pack - world.packs_of(world.product_of(pack)).start < moved;
        let fewest = if has_moved { 1 + scale.events_a_pack as usize } else { 1 };
        assert!(steps >= fewest, "{steps} steps of {fewest}");
    };
    let load = load(node, world, scale, &ask);
    let sorted = load.sorted();
    figures.add("custody timeline, p95", (share(&sorted, 0.95), "ms"), Bound::AtMost(50.0), Some(load.took));
    figures.add("custody timeline, p99", (share(&sorted, 0.99), "ms"), Bound::None, None);
}

/// Who has how many packs of each product: all packs together.
pub(crate) fn impact(node: &Running, world: &World, figures: &mut Figures) {
    let (meter, mut caller, mut packs) = (node.meter(), node.caller(), 0);
    let start = Instant::now();
    for product in 0..world.products.len() as u64 {
        let answer =
            caller.get(&format!("/v1/recalls/impact?product={}", world.gtin(product)), node.token(0)).json(200);
        let rows = answer["stock"].as_array().unwrap();
        packs += rows.iter().filter_map(|row| row["packs"].as_u64()).sum::<u64>();
    }
    let wall_ms = start.elapsed().as_secs_f64() * 1000.0;
    assert_eq!(packs, world.packs, "packs with somebody");
    let name = format!("recall impact over {packs} packs, {} products one by one", world.products.len());
    figures.add(&name, (wall_ms, "ms"), Bound::None, Some(meter.took()));
}

/// What a load gave.
struct Load {
    took: Took,
    /// Of each call, in ms.
    times: Vec<f64>,
}

/// Each connection asks about random packs, one after the other, until the time is up.
fn load(node: &Running, world: &World, scale: &Scale, ask: &(dyn Fn(&mut Caller, u64) + Sync)) -> Load {
    let run = |seed: u64, until: Instant| {
        let (mut caller, mut rng, mut times) = (node.caller(), Rng(seed), Vec::new());
        while Instant::now() < until {
            let (pack, start) = (rng.below(world.packs), Instant::now());
            ask(&mut caller, pack);
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        times
    };
    let all = |span: std::time::Duration, seed: u64| {
        let until = Instant::now() + span;
        let connections = seed..seed + scale.connections as u64;
        thread::scope(|scope| {
            let threads: Vec<_> = connections.map(|seed| scope.spawn(move || run(seed, until))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<f64>>()
        })
    };
    all(scale.load / 4, 1_000);
    let meter = node.meter();
    let times = all(scale.load, 1);
    Load { took: meter.took(), times }
}

impl Load {
    fn rate(&self, name: &str, aim: f64, figures: &mut Figures) {
        let rate = self.times.len() as f64 / self.took.wall_s;
        figures.add(name, (rate, "a second"), Bound::AtLeast(aim), Some(self.took));
    }

    fn times(&self, name: &str, p99_ms: Option<f64>, figures: &mut Figures) {
        let sorted = self.sorted();
        figures.add(&format!("{name}, p50"), (share(&sorted, 0.5), "ms"), Bound::None, None);
        figures.add(&format!("{name}, p95"), (share(&sorted, 0.95), "ms"), Bound::None, None);
        let bound = p99_ms.map_or(Bound::None, Bound::AtMost);
        figures.add(&format!("{name}, p99"), (share(&sorted, 0.99), "ms"), bound, None);
    }

    fn cpu(&self, name: &str, aim_us: f64, figures: &mut Figures) {
        let each = self.took.cpu_s * 1e6 / self.times.len() as f64;
        figures.add(name, (each, "µs"), Bound::AtMost(aim_us), None);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.times.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

/// One proof in as many is checked.
const CHECKED: u64 = 1_000;
