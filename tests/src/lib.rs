//! Vectors, suites and whole-system tests; see `tests/`.
