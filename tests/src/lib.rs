//! Naive twins, external suites and whole-system tests; everything is in `tests/`.
