//! Time, processor seconds, memory and load, as the kernel counts them.

use std::{fs, process, time::Instant};

/// Begun when something begins to be measured.
pub(crate) struct Meter {
    pid: u32,
    start: Instant,
    cpu_s: f64,
}

/// What something took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: f64,
}

impl Meter {
    /// Of this process.
    pub(crate) fn own() -> Self {
        Self::of(process::id())
    }

    /// Of another process.
    pub(crate) fn of(pid: u32) -> Self {
        Self { pid, start: Instant::now(), cpu_s: cpu_seconds(pid) }
    }

    pub(crate) fn took(&self) -> Took {
        Took { wall_s: self.start.elapsed().as_secs_f64(), cpu_s: cpu_seconds(self.pid) - self.cpu_s }
    }
}

/// Processor seconds of a process, to a hundredth.
fn cpu_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after = stat.rsplit(')').next().unwrap();
    let ticks: f64 = after.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum();
    ticks / 100.0
}

/// Resident memory of a process in MiB: now, and the most so far.
pub(crate) fn memory_mib(pid: u32) -> (f64, f64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap()
    };
    (kib("VmRSS:") / 1024.0, kib("VmHWM:") / 1024.0)
}

/// The load average over the last minute.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// The processor's name, and how many of it.
pub(crate) fn machine() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores", name.map_or(std::env::consts::ARCH, |(_, name)| name.trim()))
}
