//! The machine beside its figures: a time without it says little.

use crate::command;
use std::fs;

/// Prints processor, load and compilers.
pub(crate) fn print() {
    let processor = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.into());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("machine: {processor}, {cores} cores");
    if let Ok(load) = fs::read_to_string("/proc/loadavg") {
        let averages: Vec<&str> = load.split(' ').take(3).collect();
        println!("load over 1, 5 and 15 minutes: {}", averages.join(" "));
    }
    for name in ["rustc", "node"] {
        let version = command::answer(command::program(name).arg("--version"));
        println!("{name}: {}", version.as_deref().unwrap_or("not found").trim().trim_start_matches("rustc "));
    }
}

/// The value of `key` in a file of lines `key : value`.
fn line_of(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}
