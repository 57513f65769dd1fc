//! Where the external suites lie: `MEDPROOF_SUITES`, else `../shared/suites` beside the checkout.

use crate::report;
use std::{env, path::Path, path::PathBuf};

/// The folder or file `name` among the suites; where it is not there, says so and gives nothing.
pub fn find(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/suites");
    let path = env::var_os("MEDPROOF_SUITES").map_or_else(beside, PathBuf::from).join(name);
    if path.exists() {
        return Some(path);
    }
    report::absent(name);
    None
}

/// The bytes that hexadecimal digits stand for.
pub fn from_hex(digits: &str) -> Vec<u8> {
    assert!(digits.len().is_multiple_of(2), "an odd number of digits: {digits}");
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits")).collect()
}
