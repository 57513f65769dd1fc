//! Figures of the interface, as Prometheus reads them (text format 0.0.4).

use axum::http::Method;
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Counts of calls and their durations, by row of the access table.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<BTreeMap<Call, Counts>>);

/// Method and path of a row.
type Call = (String, String);

#[derive(Debug, Default)]
struct Counts {
    by_status: BTreeMap<u16, u64>,
    /// Calls that took at most as long as the bound of the same place, and no shorter one.
    buckets: [u64; BOUNDS_MS.len()],
    total_micros: u64,
}

/// A figure of the node that is read when somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a figure is these things")]
pub struct Gauge {
    /// Its name, without the program's.
    pub name: &'static str,
    /// What it counts.
    pub about: &'static str,
    /// How many.
    pub value: u64,
}

impl Metrics {
    /// Counts one call of the row with this path.
    pub fn count(&self, method: &Method, path: &str, status: u16, took: Duration) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever makes up methods makes up no figures.
        let method = if matches!(*method, Method::GET | Method::POST | Method::HEAD | Method::OPTIONS) {
            method.as_str()
        } else {
            "other"
        };
        let counts = calls.entry((method.to_owned(), path.to_owned())).or_default();
        *counts.by_status.entry(status).or_default() += 1;
        counts.total_micros += u64::try_from(took.as_micros()).unwrap_or_default();
        let bound = BOUNDS_MS.iter().position(|bound| took <= Duration::from_millis(*bound));
        if let Some(bucket) = bound.and_then(|bound| counts.buckets.get_mut(bound)) {
            *bucket += 1;
        }
    }

    /// The figures as text.
    pub fn render(&self, gauges: &[Gauge]) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        for Gauge { name, about, value } in gauges {
            let _ =
                writeln!(text, "# HELP medproof_{name} {about}\n# TYPE medproof_{name} gauge\nmedproof_{name} {value}");
        }
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str("# HELP medproof_http_requests_total Calls.\n# TYPE medproof_http_requests_total counter\n");
        for ((method, path), counts) in calls.iter() {
            for (status, count) in &counts.by_status {
                let labels = format!("method=\"{method}\",path=\"{path}\",status=\"{status}\"");
                let _ = writeln!(text, "medproof_http_requests_total{{{labels}}} {count}");
            }
        }
        text.push_str("# HELP medproof_http_seconds How long calls took.\n# TYPE medproof_http_seconds histogram\n");
        for ((method, path), counts) in calls.iter() {
            durations(&mut text, &format!("method=\"{method}\",path=\"{path}\""), counts);
        }
        text
    }
}

fn durations(text: &mut String, labels: &str, counts: &Counts) {
    let (total, mut below): (u64, u64) = (counts.by_status.values().sum(), 0);
    for (bound, count) in BOUNDS_MS.iter().zip(counts.buckets) {
        below += count;
        let _ = writeln!(text, "medproof_http_seconds_bucket{{{labels},le=\"{}\"}} {below}", *bound as f64 / 1_000.0);
    }
    let seconds = counts.total_micros as f64 / 1e6;
    let _ = writeln!(text, "medproof_http_seconds_bucket{{{labels},le=\"+Inf\"}} {total}");
    let _ = writeln!(
        text,
        "medproof_http_seconds_sum{{{labels}}} {seconds}\nmedproof_http_seconds_count{{{labels}}} {total}"
    );
}

/// Up to which durations calls are counted together.
const BOUNDS_MS: [u64; 10] = [1, 2, 5, 10, 20, 50, 100, 300, 1_000, 5_000];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_row_and_buckets_add_up() {
        let metrics = Metrics::default();
        metrics.count(&Method::GET, "/v1/proofs", 200, Duration::from_millis(3));
        metrics.count(&Method::GET, "/v1/proofs", 200, Duration::from_secs(60));
        metrics.count(&Method::GET, "/v1/proofs", 429, Duration::from_micros(10));
        let text = metrics.render(&[Gauge { name: "height", about: "The newest height.", value: 7 }]);
        for line in [
            "medproof_height 7",
            "medproof_http_requests_total{method=\"GET\",path=\"/v1/proofs\",status=\"200\"} 2",
            "medproof_http_seconds_bucket{method=\"GET\",path=\"/v1/proofs\",le=\"0.001\"} 1",
            "medproof_http_seconds_bucket{method=\"GET\",path=\"/v1/proofs\",le=\"0.005\"} 2",
            "medproof_http_seconds_bucket{method=\"GET\",path=\"/v1/proofs\",le=\"+Inf\"} 3",
            "medproof_http_seconds_count{method=\"GET\",path=\"/v1/proofs\"} 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
