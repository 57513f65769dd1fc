//! Chance for tests that do harm, and what they count.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::time::{SystemTime, UNIX_EPOCH};

/// Numbers that look random. The seed is printed, and `MEDPROOF_FAULT_SEED` gives the same ones again.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(name: &str) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_nanos() as u64);
        let seed = setting("MEDPROOF_FAULT_SEED", now);
        println!("{name}: seed {seed}");
        Self(seed)
    }

    /// A number below `limit`: splitmix64.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// The number in an environment variable.
pub(crate) fn setting(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// Tells a figure, in the form that `cargo xtask faults` reads.
pub(crate) fn figure(of: &str, what: &str, count: impl std::fmt::Display) {
    println!("fault\t{of}\t{what}\t{count}");
}
