//! The external suites: documents that are valid, and event hashes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use medproof_epcis::{
    document::{Document, Limits},
    event_hash::{event_hash, pre_hash_string},
};
use medproof_tests::{report, suites};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == ending));
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files
}

#[test]
fn every_valid_document_is_read_and_keeps_its_bytes() {
    let Some(capture) = suites::find("epcis/capture") else { return };
    let mut count = 0;
    for folder in ["json-documents", "json-events"] {
        for file in files(&capture.join(folder), "json") {
            let bytes = fs::read(&file).unwrap();
            let document = Document::read(&bytes, &Limits::default())
                .unwrap_or_else(|faults| panic!("{}: {faults:?}", file.display()));
            assert!(!document.events.is_empty(), "{}", file.display());
            for received in &document.events {
                if let Err(faults) = &received.event {
                    panic!("{}: {faults:?}", file.display());
                }
                let at = String::from_utf8_lossy(&bytes).find(received.bytes);
                assert!(at.is_some(), "{}", file.display());
                count += 1;
            }
        }
    }
    report::ran("epcis/capture", count);
}

#[test]
fn every_event_hash_and_pre_hash_string_is_that_of_the_vectors() {
    let Some(folder) = suites::find("epcis/event-hash") else { return };
    let (mut hashes, mut strings, mut stale) = (0, 0, 0);
    for file in files(&folder, "jsonld") {
        let bytes = fs::read(&file).unwrap();
        let document = Document::read(&bytes, &Limits::default())
            .unwrap_or_else(|faults| panic!("{}: {faults:?}", file.display()));
        let expected = fs::read_to_string(file.with_extension("hashes")).unwrap();
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(expected.len(), document.events.len(), "{}", file.display());
        let texts = fs::read_to_string(file.with_extension("prehashes")).unwrap_or_default();
        let mut texts = texts.lines().filter(|line| !line.is_empty());
        for (received, hash) in document.events.iter().zip(expected) {
            let event = received.event.as_ref().unwrap();
            if let Some(text) = texts.next() {
                // A line that does not hash to its own vector is a slip of the suite.
                if hash.contains(&hex(text)) {
                    assert_eq!(pre_hash_string(event), text, "{}", file.display());
                    strings += 1;
                } else {
                    stale += 1;
                }
            }
            assert_eq!(event_hash(event), hash, "{}: {}", file.display(), pre_hash_string(event));
            hashes += 1;
        }
    }
    assert_eq!(stale, 1, "one pre-hash string of the suite is not that of its hash");
    report::ran("epcis/event-hash", hashes + strings);
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
