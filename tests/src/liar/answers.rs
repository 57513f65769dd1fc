//! What a node answers to a request.

use super::{
    behaviour::Behaviour,
    world::{Moment, PRODUCTS, SELLERS, World, flipped, info},
};
use crate::{
    ledger::{Block, Ledger},
    stock::product_code,
};
use medproof_core::{
    bucket::{MAX_BITS, MIN_BITS},
    bundle::Bundle,
    encoding::Message,
    leaf::Family,
    proof::{Key, Proof},
    prove::{prove, prove_bucket, required_paths, scan_keys},
    scan::{Mode, Scan, parse},
    state::{Path, Prefix},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A response: status, media type, body, and how many bytes more its length promises.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub media_type: &'static str,
    pub body: Vec<u8>,
    pub missing_bytes: usize,
    pub location: Option<&'static str>,
}

/// More packs than one bucket may hold.
const BUCKET_LEAVES: usize = 1_024;

/// The kind of a lot's path.
const KIND_LOT: u8 = 1;

/// Answers a request for `path` (without the behaviour) with its query and body.
pub fn respond(world: &World, behaviour: Behaviour, path: &str, query: &str, body: &[u8]) -> Answer {
    match behaviour {
        Behaviour::Error => Answer::problem(500, "node.failed", json!({})),
        Behaviour::Garbage => Answer::bytes("text/html", b"<!doctype html><title>Sign in to the WLAN</title>".to_vec()),
        Behaviour::TooLarge => Answer::bytes("application/octet-stream", vec![b'M'; 20_000_000]),
        Behaviour::Redirect => {
            Answer { status: 302, location: Some("http://127.0.0.2:9/"), ..Answer::bytes("text/plain", vec![]) }
        }
        Behaviour::Nosy if path.starts_with("v1/buckets/") => Answer::problem(403, "proof.bucket", json!({})),
        Behaviour::CutOff => {
            let mut answer = Node { world, behaviour }.answer(path, query, body);
            answer.missing_bytes = answer.body.len() / 2;
            answer.body.truncate(answer.body.len() - answer.missing_bytes);
            answer
        }
        _ => Node { world, behaviour }.answer(path, query, body),
    }
}

struct Node<'a> {
    world: &'a World,
    behaviour: Behaviour,
}

impl Node<'_> {
    fn answer(&self, path: &str, query: &str, body: &[u8]) -> Answer {
        let parts: Vec<&str> = path.split('/').collect();
        let answer = match parts.as_slice() {
            ["v1", "anchor"] => Some(Answer::of("anchor", self.moment().ledger.anchor().to_bytes())),
            ["v1", "updates"] => self.update(query),
            ["v1", "headers", "latest"] => Some(Answer::of("header", self.header())),
            ["v1", "proofs"] if body.is_empty() => parameter(query, "code").and_then(|code| self.proof(&[code])),
            ["v1", "proofs"] => codes(body).and_then(|codes| self.proof(&codes)),
            ["v1", "bundles"] => match parameter(query, "seller") {
                Some(domain) => self.seller(domain),
                None => parameter(query, "code").and_then(|code| self.bundle(code)),
            },
            ["v1", "buckets", bits, hex] => {
                parameter(query, "product").and_then(|product| self.bucket(bits, hex, &product))
            }
            ["v1", "products", "1", code] => {
                let number = (1..=PRODUCTS).find(|n| product_code(*n).code() == *code);
                number.map(|n| Answer::of("product-info", info(n).to_bytes()))
            }
            _ => None,
        };
        answer.unwrap_or_else(|| Answer::problem(404, "request.not-found", json!({})))
    }

    /// The moment that this node claims.
    fn moment(&self) -> &Moment {
        match self.behaviour {
            Behaviour::Old => &self.world.old,
            Behaviour::OtherChain => &self.world.other,
            Behaviour::Fork => &self.world.forked,
            _ => &self.world.now,
        }
    }

    /// The ledger whose leaves this node shows.
    fn ledger(&self) -> &Ledger {
        if self.behaviour == Behaviour::Tampered { &self.world.rosy } else { &self.moment().ledger }
    }

    fn block(&self) -> Block {
        let Moment { ledger, block } = self.moment();
        if self.behaviour != Behaviour::WeakQuorum {
            return block.clone();
        }
        let mut signers = ledger.quorum.fewest();
        signers.pop();
        Block { certificate: ledger.quorum.certify(&block.header, &signers), ..block.clone() }
    }

    fn header(&self) -> Vec<u8> {
        let header = &self.moment().block.header;
        if self.behaviour == Behaviour::Tampered { flipped(header) } else { header.raw().to_vec() }
    }

    fn update(&self, query: &str) -> Option<Answer> {
        let size: u64 = parameter(query, "size").and_then(|size| size.parse().ok()).unwrap_or(0);
        let moment = self.moment();
        let is_shown = self.behaviour != Behaviour::NoHistory && size > 0 && size <= moment.ledger.log.size().0;
        let update = moment.ledger.update(Vec::new(), &self.block(), is_shown.then_some(size));
        let mut bytes = update.to_bytes();
        if self.behaviour == Behaviour::Tampered {
            let header = moment.block.header.raw();
            let at = bytes.windows(header.len()).position(|part| part == header)?;
            bytes.splice(at..at + header.len(), flipped(&moment.block.header));
        }
        Some(Answer::of("update", bytes))
    }

    fn proof(&self, scans: &[String]) -> Option<Answer> {
        let questions = questions(scans)?;
        let ledger = self.ledger();
        let block = self.block();
        let proof = match self.behaviour {
            Behaviour::Incomplete => incomplete(ledger, &block, &questions)?,
            _ => prove(&ledger.tree, &questions, Vec::new(), &block.header, &block.certificate).ok()?,
        };
        Some(Answer::of("proof", proof.to_bytes()))
    }

    /// A proof with the name of its product. No timeline: the packs of this chain have no events.
    fn bundle(&self, scan: String) -> Option<Answer> {
        let number = (1..=PRODUCTS).find(|n| scan.contains(product_code(*n).code()));
        let proof = self.proof(&[scan])?.body;
        let bundle = Bundle { proof, product: number.map(info), issuer: None, chains: Vec::new() };
        Some(Answer::of("bundle", bundle.to_bytes()))
    }

    /// A proof about the member that states the domain, with its name.
    fn seller(&self, domain: String) -> Option<Answer> {
        let is_lie = matches!(self.behaviour, Behaviour::Impostor | Behaviour::Renamed);
        let known = SELLERS.iter().find(|seller| is_lie || seller.domains.contains(&domain.as_str()))?;
        let mut info = known.info();
        if self.behaviour == Behaviour::Renamed {
            info.domains = vec![domain];
        }
        let question = vec![vec![Key::Member(known.member)]];
        let block = self.block();
        let proof = prove(&self.ledger().tree, &question, Vec::new(), &block.header, &block.certificate).ok()?;
        let bundle = Bundle { proof: proof.to_bytes(), product: None, issuer: Some(info), chains: Vec::new() };
        Some(Answer::of("bundle", bundle.to_bytes()))
    }

    fn bucket(&self, bits: &str, hex: &str, product: &str) -> Option<Answer> {
        let bits: u8 = bits.parse().ok()?;
        let prefix = prefix(bits, hex)?;
        let mut ledger = self.ledger().clone();
        let number = (1..=PRODUCTS).find(|n| product == format!("1:{}", product_code(*n).code()));
        let Some(number) = number.filter(|n| *n != 2) else {
            return Some(Answer::problem(403, "proof.bucket", json!({})));
        };
        let leaves: Vec<Path> = ledger.values.keys().filter(|path| prefix.contains(path)).copied().collect();
        if leaves.len() > BUCKET_LEAVES {
            return Some(Answer::problem(422, "proof.bucket-size", json!({ "bits": bits.saturating_add(4) })));
        }
        if self.behaviour == Behaviour::Incomplete {
            leaves.iter().for_each(|path| ledger.remove(path));
        }
        let block = self.block();
        let bucket =
            prove_bucket(&ledger.tree, &product_code(number), prefix, &block.header, &block.certificate).ok()?;
        Some(Answer::of("bucket", bucket.to_bytes()))
    }
}

/// A proof without the leaf of a lot, or where none is required without the last leaf.
fn incomplete(ledger: &Ledger, block: &Block, questions: &[Vec<Key>]) -> Option<Proof> {
    let paths: Vec<Path> = required_paths(&ledger.paths(), &ledger.tree, questions).ok()?.into_iter().collect();
    let is_lot =
        |path: &Path| path.as_bytes()[0] >> 4 == Family::TradeItems as u8 && path.as_bytes()[3] & 15 == KIND_LOT;
    let without = paths.iter().find(|path| is_lot(path)).or(paths.last()).copied()?;
    let asked: Vec<Path> = paths.into_iter().filter(|path| *path != without).collect();
    let keys: BTreeSet<Key> = questions.iter().flatten().cloned().collect();
    let state = ledger.tree.prove(&asked)?;
    Proof::new(keys.into_iter().collect(), Vec::new(), block.header.clone(), block.certificate.clone(), state).ok()
}

/// What each scan asks for; scans that cannot be read ask for nothing.
fn questions(scans: &[String]) -> Option<Vec<Vec<Key>>> {
    let read = |scan: &String| match parse(scan, Mode::Tolerant) {
        Scan::Read(reading) => Some(scan_keys(&reading)),
        _ => None,
    };
    let questions: Vec<Vec<Key>> = scans.iter().filter_map(read).collect();
    (!questions.is_empty()).then_some(questions)
}

fn prefix(bits: u8, hex: &str) -> Option<Prefix> {
    let is_well_formed = (MIN_BITS..=MAX_BITS).contains(&bits) && hex.len() == usize::from(bits).div_ceil(4);
    let whole = format!("{hex:0<64}");
    let mut path = [0; 32];
    for (at, byte) in path.iter_mut().enumerate() {
        *byte = u8::from_str_radix(whole.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    let path = Path::new(path);
    (is_well_formed && path.truncated(usize::from(bits)) == path).then(|| Prefix::new(&path, bits))
}

fn codes(body: &[u8]) -> Option<Vec<String>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body["codes"].as_array()?.iter().map(|code| code.as_str().map(String::from)).collect()
}

/// The decoded value of a parameter.
fn parameter(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    let mut bytes = Vec::new();
    let mut parts = value.split('%');
    bytes.extend(parts.next()?.bytes());
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part.get(2..)?.bytes());
    }
    String::from_utf8(bytes).ok()
}

impl Answer {
    fn of(kind: &'static str, body: Vec<u8>) -> Self {
        let media_type = match kind {
            "anchor" => "application/vnd.medproof.anchor",
            "update" => "application/vnd.medproof.update",
            "proof" => "application/vnd.medproof.proof",
            "bucket" => "application/vnd.medproof.bucket",
            "bundle" => "application/vnd.medproof.bundle",
            _ => "application/octet-stream",
        };
        Self::bytes(media_type, body)
    }

    fn bytes(media_type: &'static str, body: Vec<u8>) -> Self {
        Self { status: 200, media_type, body, missing_bytes: 0, location: None }
    }

    /// A refusal by a stable code.
    fn problem(status: u16, code: &str, mut more: Value) -> Self {
        more["type"] = json!(code);
        more["status"] = json!(status);
        let mut answer = Self::bytes("application/problem+json", more.to_string().into_bytes());
        answer.status = status;
        answer
    }
}
