//! Writes what `tests/node/bench.mjs` verifies into the folder named by the first argument.
//!
//! A product of 2^20 packs among others, ten validators of whom seven signed.

use base64::{Engine, engine::general_purpose::STANDARD};
use medproof_core::{
    certificate::precommit_message,
    encoding::{Message, Wire},
    identity::MemberId,
    keys::KeyNumber,
    proof::{Proof, QrProof},
    state::{Path, Terminal},
};
use medproof_tests::{
    crowd::{crowded, loose_serials},
    ledger::{Block, Ledger, Quorum},
    stock::{LOT, pack_id, pack_scan, product_code},
};
use serde_json::{Value, json};
use std::{path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: bench_fixture FOLDER");
        return ExitCode::from(2);
    };
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("bench.json"), serde_json::to_vec(&fixture())?));
    if let Err(error) = written {
        eprintln!("{}: {error}", folder.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn fixture() -> Value {
    let mut ledger = crowded(1 << 20, Quorum::new("bench", &[1; 10]));
    let anchor = ledger.anchor();
    let block = ledger.seal(1_000);
    let message = precommit_message(&ledger.chain_id, block.header.height(), 0, &block.header.hash());
    let places = block.certificate.signers().iter();
    let signatures: Vec<_> = places
        .map(|(place, signature)| {
            let key = ledger.quorum.set.validators()[usize::from(place)].key;
            json!({"key": base64(&key.0), "signature": base64(&signature.0)})
        })
        .collect();
    json!({
        "now_ms": (block.header.time().0 + 1_000).to_string(),
        "anchor": base64(&anchor.to_bytes()),
        "message": base64(&message),
        "signatures": signatures,
        "packs": loose_serials(2).iter().map(|serial| pack(&ledger, &block, serial)).collect::<Vec<_>>(),
    })
}

fn pack(ledger: &Ledger, block: &Block, serial: &str) -> Value {
    let scan = pack_scan(1, serial);
    let proof = ledger.prove(block, &[&scan]);
    let short = QrProof::from_proof(&proof).expect("has a short form");
    json!({
        "scan": scan,
        "proof": base64(&proof.to_bytes()),
        "qr": base64(&short.to_bytes()),
        "hashed": hashed(ledger, &proof, serial).iter().map(|input| base64(input)).collect::<Vec<_>>(),
    })
}

/// Every input that a verifier of `proof` has to hash: paths, leaves, inner nodes, the header.
///
/// Of an inner node only the length is right, which is all that its time depends on.
fn hashed(ledger: &Ledger, proof: &Proof, serial: &str) -> Vec<Vec<u8>> {
    let (code, pack) = (product_code(1).to_wire(), pack_id(1, serial).to_wire());
    let (member, key) =
        (MemberId(2).0.to_be_bytes().to_vec(), [&[0, 0, 0, 2], KeyNumber(1).0.to_be_bytes().as_slice()].concat());
    let lot = [code.as_slice(), &[LOT.len() as u8], LOT.as_bytes()].concat();
    let mut inputs = Vec::new();
    for (owner, identity) in [(&code, &code), (&code, &pack), (&code, &lot), (&member, &member), (&member, &key)] {
        inputs.push([b"\x0emedproof owner".as_slice(), &ledger.chain_id.0, &[0], owner].concat());
        inputs.push([b"\x0dmedproof path".as_slice(), &ledger.chain_id.0, &[0, 0], identity].concat());
    }
    inputs.push([b"\x0fmedproof header".as_slice(), proof.header().raw()].concat());
    let ends: Vec<_> = proof.state().ends().collect();
    for end in &ends {
        if let Terminal::Leaf(value) = end.terminal {
            inputs.push(value.to_vec());
        }
        inputs.push(vec![0; 64]);
    }
    let inner = inner_nodes(&ends.iter().map(|end| (end.path, end.depth_bits)).collect::<Vec<_>>());
    inputs.extend(std::iter::repeat_n(vec![0; 64], inner));
    inputs
}

/// How many inner nodes lie above the ends.
fn inner_nodes(ends: &[(Path, u8)]) -> usize {
    let mut nodes = std::collections::BTreeSet::new();
    for (path, depth_bits) in ends {
        nodes.extend((0..*depth_bits).map(|depth| (depth, path.truncated(usize::from(depth)))));
    }
    nodes.len()
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
