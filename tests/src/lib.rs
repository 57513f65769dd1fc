//! A synthetic ledger, and what the tests, vectors, benches and the demonstration make from it.

pub mod ledger;
#[path = "../tests/state_support/mod.rs"]
mod naive;
pub mod report;
pub mod rng;
pub mod stock;
pub mod vectors;
