//! `medproof_tests::fuzz` says what is checked.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| medproof_tests::fuzz::run("bundle", data));
