//! The event log as tiles (C2SP tlog-tiles), with its head as a signed note (C2SP tlog-checkpoint).
//!
//! Tiles hold log entries and their hashes: what happened, which day, by which role. The note is signed by a key of
//! its own, which is no validator's.

use crate::{
    fault::Fault,
    http::{
        answer,
        face::{Face, Shared},
    },
    keyring::{self, to_hex},
    problem::Problem,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

/// The newest head of the log.
pub(in crate::http) async fn checkpoint(State(face): State<Shared>) -> Result<Response, Problem> {
    let (view, key, name) = (face.node.view(), key(&face)?, name(&face));
    let root = STANDARD.encode(view.log_root().as_bytes());
    let note = format!("{name}\n{}\n{root}\n", view.log_size().0);
    let signature = [&key_hash(&name, &key)[..], &key.sign(note.as_bytes()).to_bytes()].concat();
    let text = format!("{note}\n\u{2014} {name} {}\n", STANDARD.encode(signature));
    Ok(answer::bytes(text.into_bytes(), TEXT))
}

/// A tile of hashes, `<level>/<index>`, or of entries, `entries/<index>`; `.p/<width>` behind a partial one.
pub(in crate::http) async fn tile(State(face): State<Shared>, Path(path): Path<String>) -> Result<Response, Problem> {
    let absent = || Problem::new("request.not-found");
    let (level, rest) = path.split_once('/').ok_or_else(absent)?;
    let (index, width) = place(rest).ok_or_else(absent)?;
    let view = face.node.view();
    let found = match level {
        "entries" => view.entry_bundle(index, width),
        level => view.tile(level.parse().map_err(|_| absent())?, index, width),
    };
    let bytes = found.map_err(Fault::from)?.ok_or_else(absent)?;
    // What is in a tile never changes.
    Ok(answer::kept_for(A_YEAR_S, answer::bytes(bytes, "application/octet-stream")))
}

/// The checkpoint key as verifiers of notes write it: `name+hash+base64(1 ‖ key)`.
pub(in crate::http) fn verifier_key(face: &Face) -> Result<String, Fault> {
    let (key, name) = (key(face)?, name(face));
    let public = [&[ED25519][..], key.verifying_key().as_bytes()].concat();
    Ok(format!("{name}+{}+{}", to_hex(&key_hash(&name, &key)), STANDARD.encode(public)))
}

fn name(face: &Face) -> String {
    format!("medproof/{}", to_hex(&face.node.genesis().chain_id().0))
}

fn key(face: &Face) -> Result<SigningKey, Fault> {
    keyring::secret_or_new(face.node.folder(), "checkpoint.key").map(|secret| SigningKey::from_bytes(&secret))
}

/// The first four bytes of SHA-256(name ‖ newline ‖ 1 ‖ key), C2SP signed-note.
fn key_hash(name: &str, key: &SigningKey) -> [u8; 4] {
    let hash =
        Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key.verifying_key().as_bytes());
    let [a, b, c, d, ..]: [u8; 32] = hash.finalize().into();
    [a, b, c, d]
}

/// Index and width: groups of three digits, an `x` before all but the last, and `.p/<width>` behind a partial tile.
fn place(text: &str) -> Option<(u64, u16)> {
    let (index, width) = match text.split_once(".p/") {
        Some((index, width)) => (index, width.parse().ok().filter(|width| (1..256).contains(width))?),
        None => (text, 256),
    };
    let groups: Vec<&str> = index.split('/').collect();
    let (last, before) = groups.split_last()?;
    let digits = |group: &str| {
        (group.len() == 3 && group.bytes().all(|digit| digit.is_ascii_digit()))
            .then(|| group.parse::<u64>().ok())
            .flatten()
    };
    let mut number = 0_u64;
    for group in before {
        number = number.checked_mul(1_000)?.checked_add(digits(group.strip_prefix('x')?)?)?;
    }
    Some((number.checked_mul(1_000)?.checked_add(digits(last)?)?, width))
}

const ED25519: u8 = 1;
const TEXT: &str = "text/plain; charset=utf-8";
const A_YEAR_S: u32 = 31_536_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_the_specification_has_them() {
        assert_eq!(place("000"), Some((0, 256)));
        assert_eq!(place("x001/x234/067"), Some((1_234_067, 256)));
        assert_eq!(place("x001/234.p/7"), Some((1_234, 7)));
        for wrong in ["", "1", "1234", "001/234", "x001", "000.p/0", "000.p/256", "000.p/x", "+01", "x001/x"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }
}
