//! Inclusion and consistency cases of transparency-dev/merkle.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use base64::{Engine, engine::general_purpose::STANDARD};
use medproof_core::log::{LeafIndex, LogHash, LogProof, TreeSize, verify_consistency, verify_inclusion};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
};

const SUITE: &str = "merkle/transparency-merkle";

/// The cases below `folder`, or none with a word about it where the suites are absent.
fn cases(folder: &str) -> Vec<(PathBuf, Value)> {
    let root = env::var_os("MEDPROOF_SUITES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/suites"), PathBuf::from);
    let folder = root.join(SUITE).join("testdata").join(folder);
    if !folder.is_dir() {
        println!("skipped: {SUITE} is not at {}", folder.display());
        return Vec::new();
    }
    let mut cases = Vec::new();
    let mut open = vec![folder];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                let case = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
                cases.push((path, case));
            }
        }
    }
    cases
}

fn report(name: &str, count: usize) {
    println!("suite\t{SUITE} {name}\t{count}");
    if let Some(file) = env::var_os("MEDPROOF_SUITE_REPORT") {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
        writeln!(file, "suite\t{SUITE} {name}\t{count}").unwrap();
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap_or_default()).unwrap()
}

/// A hash in a proof; anything that is not 32 bytes cannot stand there.
fn hash(value: &Value) -> Option<LogHash> {
    Some(LogHash::from_bytes(bytes(value).try_into().ok()?))
}

/// A root or leaf hash, if there is one. Some cases have words there: their SHA-256 stands for them.
fn named_hash(value: &Value) -> Option<LogHash> {
    let bytes = bytes(value);
    (!bytes.is_empty()).then(|| hash(value).unwrap_or_else(|| LogHash::from_bytes(Sha256::digest(bytes).into())))
}

fn proof(value: &Value) -> Option<LogProof> {
    let hashes = value.as_array().map_or(&[][..], Vec::as_slice);
    LogProof::new(hashes.iter().map(hash).collect::<Option<_>>()?)
}

fn size(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn run(name: &str, expected: usize, accepts: impl Fn(&Value) -> bool) {
    let cases = cases(name);
    if cases.is_empty() {
        return;
    }
    let mut accepted = 0;
    for (path, case) in &cases {
        let accept = accepts(case);
        assert_eq!(accept, !case["wantErr"].as_bool().unwrap(), "{}", path.display());
        accepted += usize::from(accept);
    }
    assert_eq!(cases.len(), expected);
    println!("{name}: {accepted} accepted, {} refused", cases.len() - accepted);
    report(name, cases.len());
}

#[test]
fn inclusion() {
    run("inclusion", 98, |case| {
        let (Some(leaf), Some(root), Some(proof)) =
            (named_hash(&case["leafHash"]), named_hash(&case["root"]), proof(&case["proof"]))
        else {
            return false;
        };
        let (index, size) = (LeafIndex(size(&case["leafIdx"])), TreeSize(size(&case["treeSize"])));
        verify_inclusion(&leaf, index, size, &proof, &root).is_ok()
    });
}

#[test]
fn consistency() {
    run("consistency", 98, |case| {
        let (Some(root1), Some(root2), Some(proof)) =
            (named_hash(&case["root1"]), named_hash(&case["root2"]), proof(&case["proof"]))
        else {
            return false;
        };
        let (size1, size2) = (TreeSize(size(&case["size1"])), TreeSize(size(&case["size2"])));
        verify_consistency(size1, size2, &proof, &root1, &root2).is_ok()
    });
}
