//! Naive twins, external suites and whole-system tests; everything is in `tests/`. The guides' examples compile here.

/// The English guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.en.md")]
mod guide_en {}

/// The Chinese guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.zh.md")]
mod guide_zh {}
