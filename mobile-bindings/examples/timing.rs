//! Times a first and a next verdict natively, as `Timing.kt` and `timing.py` do through the bindings.
//!
//! `cargo run --profile mobile --package medproof-mobile --example timing -- bench.json`; the file is
//! what `bench_fixture` writes.

use base64::{Engine, engine::general_purpose::STANDARD};
use medproof_core::plain::{Client, Policy};
use serde_json::Value;
use std::error::Error;
use std::time::Instant;

const FIRST: usize = 200;
const NEXT: usize = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: timing bench.json")?;
    let fixture: Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let text = |at: &str| fixture.pointer(at).and_then(Value::as_str).ok_or_else(|| format!("no {at}"));
    let (anchor, now_ms) = (STANDARD.decode(text("/anchor")?)?, text("/now_ms")?.parse()?);
    let packs = [0, 1].map(|pack| -> Result<_, Box<dyn Error>> {
        let proof = STANDARD.decode(text(&format!("/packs/{pack}/proof"))?)?;
        Ok((text(&format!("/packs/{pack}/scan"))?, proof))
    });
    let [first, second] = packs;
    let (first, second) = (first?, second?);
    let policy = Policy {
        purpose: "dispenser".into(),
        mode: "online".into(),
        max_age_online_ms: None,
        max_age_carried_ms: None,
        clock_tolerance_ms: None,
    };
    let client = || Client::new(&anchor).map_err(|problem| problem.code);
    let answer = |client: &mut Client, pack: &(&str, Vec<u8>)| {
        let overall = client.verify(pack.0, &pack.1, now_ms, &policy).map(|verdict| verdict.overall);
        if overall == Ok("ok") { Ok(()) } else { Err(format!("not ok: {overall:?}")) }
    };
    let mut firsts = Vec::new();
    for _ in 0..FIRST {
        let mut fresh = client()?;
        firsts.push(timed(|| answer(&mut fresh, &first))?);
    }
    let mut known = client()?;
    answer(&mut known, &first)?;
    let mut nexts = Vec::new();
    for turn in 0..NEXT {
        nexts.push(timed(|| answer(&mut known, if turn % 2 == 0 { &second } else { &first }))?);
    }
    println!("native: first verdict {:.0} µs, next {:.0} µs (medians)", median(firsts), median(nexts));
    Ok(())
}

/// How long `work` took, in µs.
fn timed(work: impl FnOnce() -> Result<(), String>) -> Result<f64, String> {
    let begin = Instant::now();
    work()?;
    Ok(begin.elapsed().as_secs_f64() * 1e6)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
