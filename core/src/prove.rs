//! Building proofs: for vectors and tests, and the oracle that a node's own prover is compared with.
//!
//! The prover asks the tree what a verifier will ask ([`crate::facts::derive`]), so the two cannot
//! disagree about which leaves are required.

use crate::{
    bucket::Bucket,
    certificate::Certificate,
    encoding::DecodeError,
    facts::{Found, Gap, ProofGap, Source, derive, derive_pack},
    handover::HandOver,
    header::Header,
    identity::ProductCode,
    leaf::Paths,
    proof::{Key, Proof},
    state::{MemoryTree, Path, Prefix},
};
use alloc::{collections::BTreeSet, vec::Vec};

pub use crate::client::scan_keys;

/// Why no proof can be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProveError {
    /// The tree's leaves do not hang together.
    Leaves(ProofGap),
    /// More paths than one proof may have.
    TooMany,
    /// The parts do not make a proof.
    Parts(DecodeError),
}

/// Every path that a verifier will ask for `questions`, the keys of each scan.
pub fn required_paths(
    paths: &Paths<'_>,
    tree: &MemoryTree,
    questions: &[Vec<Key>],
) -> Result<BTreeSet<Path>, ProofGap> {
    let mut asked = Asked { tree, paths: BTreeSet::new() };
    questions.iter().try_for_each(|keys| derive(paths, keys, &mut asked).map(|_| ()))?;
    Ok(asked.paths)
}

/// The proof for `questions`, the keys of each scan, against `header`, whose state is `tree`.
pub fn prove(
    tree: &MemoryTree,
    questions: &[Vec<Key>],
    hand_overs: Vec<HandOver>,
    header: &Header,
    certificate: &Certificate,
) -> Result<Proof, ProveError> {
    let paths = Paths::new(header.chain_id());
    let asked = required_paths(&paths, tree, questions).map_err(ProveError::Leaves)?;
    let asked: Vec<Path> = asked.into_iter().collect();
    let state = tree.prove(&asked).ok_or(ProveError::TooMany)?;
    let keys: BTreeSet<Key> = questions.iter().flatten().cloned().collect();
    let keys = keys.into_iter().collect();
    Proof::new(keys, hand_overs, header.clone(), certificate.clone(), state).map_err(ProveError::Parts)
}

/// The bucket of all packs of `product`, a canonical code, whose paths begin with `prefix`.
pub fn prove_bucket(
    tree: &MemoryTree,
    product: &ProductCode,
    prefix: Prefix,
    header: &Header,
    certificate: &Certificate,
) -> Result<Bucket, ProveError> {
    let paths = Paths::new(header.chain_id());
    let mut asked = Asked { tree, paths: BTreeSet::new() };
    derive(&paths, &[Key::Product(product.clone())], &mut asked).map_err(ProveError::Leaves)?;
    let whole = tree.prove_bucket(&prefix, &[]).ok_or(ProveError::TooMany)?;
    for (path, value) in whole.as_state_proof().leaves().filter(|(path, _)| prefix.contains(path)) {
        let value = tree.get(&path).unwrap_or(value);
        derive_pack(&paths, &path, value, &mut asked).map_err(ProveError::Leaves)?;
    }
    let asked: Vec<Path> = asked.paths.into_iter().collect();
    Ok(Bucket {
        product: product.clone(),
        prefix,
        hand_overs: Vec::new(),
        header: header.clone(),
        certificate: certificate.clone(),
        state: tree.prove_bucket(&prefix, &asked).ok_or(ProveError::TooMany)?,
    })
}

struct Asked<'a> {
    tree: &'a MemoryTree,
    paths: BTreeSet<Path>,
}

impl<'a> Source<'a> for Asked<'a> {
    fn find(&mut self, path: &Path) -> Result<Found<'a>, Gap> {
        self.paths.insert(*path);
        Ok(self.tree.get(path))
    }
}
