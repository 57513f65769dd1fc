//! EPCIS documents as tests write them, sent and waited for.

use crate::http_alone::Alone;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};

pub(crate) const TIME: &str = "2026-01-05T10:00:00.000Z";

impl Alone {
    /// Captures a document with `token` and waits for its job.
    pub(crate) async fn captured_by(&self, token: &str, document: &str, behaviour: &str) -> Value {
        let headers = [("authorization", token), ("gs1-capture-error-behaviour", behaviour)];
        let answer = self.call_with("POST", "/epcis/capture", &headers, document).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        self.ended(token, answer.headers["location"].to_str().expect("text")).await
    }

    /// The job at `place`, once it has ended.
    pub(crate) async fn ended(&self, token: &str, place: &str) -> Value {
        for _ in 0..1_200 {
            let job = self.call("GET", place, Some(token), "").await.json();
            if job["running"] == false {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job does not end");
    }

    /// The events that the query at `uri` finds.
    pub(crate) async fn found_by(&self, token: &str, uri: &str) -> Vec<Value> {
        let answer = self.call("GET", uri, Some(token), "").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"].as_array().expect("a list").clone()
    }
}

pub(crate) fn document(events: &[Value]) -> String {
    json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": TIME,
        "epcisBody": { "eventList": events },
    })
    .to_string()
}

pub(crate) fn object(action: &str, step: &str, disposition: &str, epcs: &[String]) -> Value {
    json!({
        "type": "ObjectEvent", "eventTime": TIME, "eventTimeZoneOffset": "+00:00", "action": action,
        "bizStep": step, "disposition": disposition, "epcList": epcs,
    })
}

/// The JSON files of the standard's examples; says which folders are absent.
pub(crate) fn suite_files() -> Vec<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/suites");
    let suites = std::env::var_os("MEDPROOF_SUITES").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let mut files = Vec::new();
    for folder in ["json-documents", "json-events"] {
        let Ok(entries) = std::fs::read_dir(suites.join("epcis/capture").join(folder)) else {
            eprintln!("absent: epcis/capture/{folder}");
            continue;
        };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        files.extend(paths.filter(|path| path.extension().is_some_and(|kind| kind == "json" || kind == "jsonld")));
    }
    files.sort();
    files
}
