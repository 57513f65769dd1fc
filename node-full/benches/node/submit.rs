//! From a change that is handed in to a proof that carries it.

use crate::{
    call::escaped,
    figure::{Bound, Figures, share},
    running::Running,
    scale::Scale,
    world::World,
};
use medproof_core::{encoding::Message, proof::Proof};
use std::time::Instant;

/// Puts packs away, one after the other, and asks for a proof at the height that the answer names.
pub(crate) fn measure(node: &Running, world: &World, scale: &Scale, figures: &mut Figures) {
    let (meter, mut caller) = (node.meter(), node.caller());
    let mut times: Vec<f64> = (0..scale.submissions)
        .map(|number| {
            // The last packs of a product are where they were made.
            let scan = world.scan(world.packs_of(0).end - 1 - number);
            let start = Instant::now();
            let body = serde_json::to_vec(&[&scan]).unwrap();
            let answer = caller.post("/v1/packs/put-away", node.token(0), &body).json(200);
            let height = answer["height"].as_u64().expect("a height");
            let proof = caller.get(&format!("/v1/proofs?code={}", escaped(&scan)), "").expect(200).to_vec();
            let took = start.elapsed().as_secs_f64() * 1000.0;
            let proven = Proof::from_bytes(&proof).unwrap().header().height().0;
            assert!(proven >= height, "the proof is of height {proven}, the change of {height}");
            node.check(&scan, &proof);
            took
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let took = meter.took();
    figures.add("submission to proof, one validator, p50", (share(&times, 0.5), "ms"), Bound::None, None);
    let p95 = (share(&times, 0.95), "ms");
    figures.add("submission to proof, one validator, p95", p95, Bound::AtMost(100.0), Some(took));
}
