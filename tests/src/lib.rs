//! A synthetic ledger, and what the tests, vectors, benches and the story make from it.

pub mod allocation;
pub mod crowd;
pub mod examples;
pub mod fuzz;
pub mod honest;
pub mod ledger;
pub mod liar;
pub mod naive;
pub mod report;
pub mod rng;
pub mod seeded;
pub mod stock;
pub mod suites;
pub mod vectors;
pub mod world;

/// The English guide, whose examples compile here.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.en.md")]
mod guide_en {}

/// The Chinese guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.zh.md")]
mod guide_zh {}
