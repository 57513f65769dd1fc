//! A synthetic ledger, and what the tests, vectors, benches and the demonstration make from it.

pub mod allocation;
pub mod fuzz;
pub mod honest;
pub mod ledger;
pub mod report;
pub mod rng;
pub mod seeded;
pub mod stock;
pub mod suites;
