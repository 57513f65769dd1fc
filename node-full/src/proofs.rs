//! Answering questions with proofs: what a client asks, proved against the newest header.

use crate::{
    chain::{chain_id, tip},
    fault::{Fault, Result},
};
use medproof_core::{
    bucket::{Bucket, MAX_BITS, MIN_BITS},
    certificate::Certificate,
    client::{Consistency, Update, scan_keys},
    encoding::DecodeError,
    facts::{Found, Gap, ProofGap, Source, derive, derive_pack},
    handover::{HandOver, MAX_HAND_OVERS},
    header::{Header, Height},
    identity::ProductCode,
    leaf::Paths,
    log::TreeSize,
    proof::{Key, MAX_KEYS, Proof},
    scan::{Mode, Scan, parse},
    state::{Path, Prefix},
};
use medproof_store::{StoreError, View};
use std::collections::BTreeSet;
use typed_arena::Arena;

/// What the text of a scan asks for: the keys of each of its readings.
pub fn questions(scan: &str) -> Result<Vec<Key>> {
    match parse(scan, Mode::Tolerant) {
        Scan::Read(reading) => Ok(scan_keys(&reading)),
        Scan::Ambiguous(_) => Err(Fault::new("scan.ambiguous")),
        Scan::Unreadable(error) => Err(Fault::new(error.code())),
        _ => Err(Fault::new("scan.unreadable")),
    }
}

/// The proof about `questions`, the keys of each scan, for a client whose newest header is at `have`.
pub fn prove(view: &View, questions: &[Vec<Key>], have: Option<Height>) -> Result<Proof> {
    let keys: BTreeSet<Key> = questions.iter().flatten().cloned().collect();
    if keys.is_empty() || keys.len() > MAX_KEYS {
        return Err(Fault::new("proof.keys").with("most", MAX_KEYS));
    }
    let (paths, values) = (Paths::new(chain_id(view)), Arena::new());
    let mut asked = Asked::new(view, &values);
    for keys in questions {
        let derived = derive(&paths, keys, &mut asked);
        asked.check(derived)?;
    }
    let asked: Vec<Path> = asked.paths.into_iter().collect();
    let state = view.prove(&asked)?.ok_or_else(|| Fault::new("proof.size"))?;
    let (hand_overs, (header, certificate)) = (hand_overs(view, have)?, newest(view)?);
    Proof::new(keys.into_iter().collect(), hand_overs, header, certificate, state).map_err(malformed)
}

/// All packs of `product`, a canonical code, whose paths begin with `prefix`.
///
/// Refused for a product whose serials can be guessed, and for more than 1,024 leaves: the fault
/// says how many bits to use.
pub fn bucket(view: &View, product: &ProductCode, prefix: Prefix, have: Option<Height>) -> Result<Bucket> {
    let (paths, values) = (Paths::new(chain_id(view)), Arena::new());
    let mut asked = Asked::new(view, &values);
    let derived = derive(&paths, &[Key::Product(product.clone())], &mut asked);
    asked.check(derived)?;
    let whole = view.prove_bucket(&prefix, &[])?.ok_or_else(|| too_large(&prefix))?;
    for (path, value) in whole.as_state_proof().leaves().filter(|(path, _)| prefix.contains(path)) {
        let value: &[u8] = values.alloc(value.to_vec());
        let derived = derive_pack(&paths, &path, value, &mut asked);
        asked.check(derived)?;
    }
    let asked: Vec<Path> = asked.paths.into_iter().collect();
    let (header, certificate) = newest(view)?;
    Ok(Bucket {
        product: product.clone(),
        prefix,
        hand_overs: hand_overs(view, have)?,
        header,
        certificate,
        state: view.prove_bucket(&prefix, &asked)?.ok_or_else(|| too_large(&prefix))?,
    })
}

/// What a client whose newest header is at `from`, and whose log has `size` entries, needs to reach
/// the newest header.
pub fn update(view: &View, from: Height, size: Option<TreeSize>) -> Result<Update> {
    let (header, certificate) = newest(view)?;
    let size = match size {
        Some(size) => Some(size),
        None => view.header(from)?.and_then(|header| header.log()).map(|(size, _)| size),
    };
    let consistency = match size {
        Some(first_size) if first_size.0 > 0 => {
            let proof = view.consistency(first_size, view.log_size())?;
            proof.map(|proof| Consistency { first_size, proof })
        }
        _ => None,
    };
    Ok(Update { hand_overs: hand_overs(view, Some(from))?, header, certificate, consistency })
}

/// The changes of the set after `have`; none for a client that did not say where it is.
fn hand_overs(view: &View, have: Option<Height>) -> Result<Vec<HandOver>> {
    have.map_or_else(|| Ok(Vec::new()), |have| Ok(view.hand_overs(Height(have.0 + 1), MAX_HAND_OVERS)?))
}

/// The newest header with its certificate, which the first block brings.
fn newest(view: &View) -> Result<(Header, Certificate)> {
    let header = tip(view)?.clone();
    let certificate = view.certificate(header.height())?;
    Ok((header, certificate.ok_or_else(|| Fault::new("proof.no-block"))?))
}

fn too_large(prefix: &Prefix) -> Fault {
    let bits = prefix.len_bits().saturating_add(4).clamp(MIN_BITS, MAX_BITS);
    Fault::new("proof.bucket-size").with("bits", bits)
}

fn malformed(cause: DecodeError) -> Fault {
    Fault::new("proof.size").with("cause", cause.code())
}

/// The store as what leaves are derived from: remembers which paths were asked.
struct Asked<'a> {
    view: &'a View,
    values: &'a Arena<Vec<u8>>,
    paths: BTreeSet<Path>,
    failed: Option<StoreError>,
}

impl<'a> Asked<'a> {
    const fn new(view: &'a View, values: &'a Arena<Vec<u8>>) -> Self {
        Self { view, values, paths: BTreeSet::new(), failed: None }
    }

    /// A failed read first, then what is wrong with the leaves.
    fn check<T>(&mut self, derived: std::result::Result<T, ProofGap>) -> Result {
        if let Some(cause) = self.failed.take() {
            return Err(cause.into());
        }
        derived.map(|_| ()).map_err(|gap| Fault::new("node.state").with("cause", gap.code()))
    }
}

impl<'a> Source<'a> for Asked<'a> {
    fn find(&mut self, path: &Path) -> std::result::Result<Found<'a>, Gap> {
        self.paths.insert(*path);
        match self.view.leaf(path) {
            Ok(value) => Ok(value.map(|value| &**self.values.alloc(value))),
            Err(cause) => {
                self.failed = Some(cause);
                Err(Gap)
            }
        }
    }
}
