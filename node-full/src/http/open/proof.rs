//! Proofs about scans, and buckets.

use crate::{
    fault::Fault,
    http::{
        answer::{self, BUCKET, Form, JSON, PROOF, choose},
        ask::{self, Asked, parameter},
        face::{Face, Shared},
    },
    index::Index,
    problem::Problem,
    proofs,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use medproof_core::{
    bucket::{MAX_BITS, MIN_BITS},
    encoding::Message,
    header::Height,
    proof::{Key, Proof, QrProof},
    state::{self, Prefix},
    text,
};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Many {
    codes: Vec<String>,
    have: Option<u64>,
}

/// The proof about one scan, `code`.
pub(in crate::http) async fn one(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let form = choose(&asked.headers, FORMS)?;
    let code = asked.text("code").ok_or_else(|| parameter("code"))?;
    let have = asked.optional("have")?.map(Height);
    serve(&prove(&face, &asked, &[code], have)?, form)
}

/// One proof about many scans.
pub(in crate::http) async fn many(State(face): State<Shared>, asked: Asked, bytes: Bytes) -> Result<Response, Problem> {
    let form = choose(&asked.headers, FORMS)?;
    let many: Many = ask::json(&asked, &bytes)?;
    // Thousands of leaves take a while: other calls go on meanwhile.
    let work = tokio::task::spawn_blocking(move || {
        let codes: Vec<&str> = many.codes.iter().map(String::as_str).collect();
        serve(&prove(&face, &asked, &codes, many.have.map(Height))?, form)
    });
    work.await.unwrap_or_else(|_| Err(Problem::new("node.busy")))
}

/// All packs of the product `product` under a prefix, so that the one asked about stays hidden.
pub(in crate::http) async fn bucket(
    State(face): State<Shared>,
    Path((bits, hex)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Problem> {
    let form = choose(&asked.headers, &[(Form::Bytes, BUCKET), (Form::Json, JSON)])?;
    let product = ask::product(asked.text("product").ok_or_else(|| parameter("product"))?)?;
    let bits =
        bits.parse().ok().filter(|bits| (MIN_BITS..=MAX_BITS).contains(bits)).ok_or_else(|| parameter("bits"))?;
    let prefix = prefix(bits, &hex).ok_or_else(|| parameter("prefix"))?;
    let view = face.node.view();
    let (product, leaf) = Index::new(&view).product(&product)?.ok_or_else(|| Problem::new("rules.product.absent"))?;
    if !leaf.random_serials {
        return Err(Problem::new("proof.bucket"));
    }
    let bucket = proofs::bucket(&view, &product, prefix, asked.optional("have")?.map(Height))?;
    if form == Form::Bytes {
        return Ok(answer::message(&bucket, BUCKET));
    }
    let leaves = bucket.state.as_state_proof().leaves().count();
    Ok(answer::json(&json!({ "height": bucket.header.height().0, "bits": bits, "leaves": leaves })))
}

/// The proof about scans; exact keys of products whose serials can be guessed have a quota of their own.
pub(in crate::http) fn prove(
    face: &Face,
    asked: &Asked,
    codes: &[&str],
    have: Option<Height>,
) -> Result<Proof, Problem> {
    let questions: Result<Vec<_>, Fault> = codes.iter().map(|code| proofs::questions(code)).collect();
    let (questions, view) = (questions?, face.node.view());
    count_guessable(face, asked, &Index::new(&view), questions.iter().flatten())?;
    Ok(proofs::prove(&view, &questions, have)?)
}

/// Counts the packs among `keys` whose serials can be guessed against the caller's quota.
pub(in crate::http) fn count_guessable<'k>(
    face: &Face,
    asked: &Asked,
    index: &Index<'_>,
    keys: impl Iterator<Item = &'k Key>,
) -> Result<(), Problem> {
    if asked.caller.is_some() {
        return Ok(());
    }
    let mut guessable = 0;
    for key in keys {
        if let Key::Pack(pack) = key {
            // A product that is not here gives nothing away, and is counted like one that does.
            let is_random = index.product(&pack.product)?.is_some_and(|(_, leaf)| leaf.random_serials);
            guessable += usize::from(!is_random);
        }
    }
    face.gate.limits.check_exact(&asked.key, guessable)
}

fn serve(proof: &Proof, form: Form) -> Result<Response, Problem> {
    Ok(match form {
        Form::Bytes => answer::message(proof, PROOF),
        Form::Text => {
            let qr = QrProof::from_proof(proof).ok_or_else(|| Problem::new("proof.size"))?;
            answer::bytes(text::to_qr_text(&qr.to_bytes()).into_bytes(), "text/plain; charset=utf-8")
        }
        _ => answer::json(&json!({
            "height": proof.header().height().0,
            "time_ms": proof.header().time().0,
            "keys": proof.keys().len(),
            "hand_overs": proof.hand_overs().len(),
            "len_bytes": proof.to_bytes().len(),
            "fragment": text::to_fragment(&proof.to_bytes()),
        })),
    })
}

/// A prefix of so many bits, as so many hexadecimal digits as they need.
fn prefix(bits: u8, hex: &str) -> Option<Prefix> {
    let digits = usize::from(bits).div_ceil(4);
    if hex.len() != digits {
        return None;
    }
    let whole = crate::keyring::from_hex::<32>(&format!("{hex:0<64}"))?;
    let (path, prefix) = (state::Path::new(whole), Prefix::new(&state::Path::new(whole), bits));
    (prefix.first() == &path).then_some(prefix)
}

const FORMS: &[(Form, &str)] = &[(Form::Bytes, PROOF), (Form::Json, JSON), (Form::Text, "text/plain")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_its_digits_and_no_bits_beyond() {
        assert_eq!(prefix(36, "123456789").map(|prefix| prefix.len_bits()), Some(36));
        assert!(prefix(33, "123456788").is_some());
        assert!(prefix(33, "123456789").is_none());
        assert!(prefix(36, "12345678").is_none());
        assert!(prefix(32, "1234567g").is_none());
    }
}
