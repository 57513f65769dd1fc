//! The same inserts and updates through our store, through `nomt`, and through `jmt` on redb.
//!
//! All three hash by SHA-256 and make every block durable. Ours is encrypted and writes header, certificate and log
//! with each block; the others write leaves and tree alone. Ours and `nomt` must end in the same root.
//!
//! `cargo xtask bench engines [--packs N] [--updates N] [ENGINE]...`

mod jellyfish;
mod measure;
mod nearly_optimal;
mod ours;

use clap::{Parser, ValueEnum};
use measure::{Engine, Result, Workload, measure};

#[derive(Debug, Parser)]
struct Arguments {
    /// Packs that are inserted, 10,000 a block.
    #[arg(long, default_value_t = 1_000_000)]
    packs: u64,
    /// Random updates, 10,000 a block.
    #[arg(long, default_value_t = 200_000)]
    updates: u64,
    /// Which engines; all otherwise.
    engines: Vec<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    Ours,
    Nomt,
    Jmt,
}

fn main() -> Result {
    let arguments = Arguments::parse();
    let workload = Workload { packs: arguments.packs, updates: arguments.updates };
    println!("{} packs, {} updates, 10,000 a block; load {}", workload.packs, workload.updates, measure::load());
    println!("| engine | what | a second | CPU µs each | wall s | CPU s | bytes a pack | root |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut roots = Vec::new();
    for name in [Name::Ours, Name::Nomt, Name::Jmt] {
        if !arguments.engines.is_empty() && !arguments.engines.contains(&name) {
            continue;
        }
        let place = tempfile::tempdir()?;
        let path = place.path();
        let mut engine: Box<dyn Engine> = match name {
            Name::Ours => Box::new(ours::Ours::create(path)?),
            Name::Nomt => Box::new(nearly_optimal::Nomt::create(path)?),
            Name::Jmt => Box::new(jellyfish::Jmt::create(path)?),
        };
        let root = measure(engine.as_mut(), path, &workload)?;
        if name != Name::Jmt {
            roots.push(root);
        }
    }
    if roots.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(anyhow::anyhow!("the roots differ"));
    }
    Ok(())
}
