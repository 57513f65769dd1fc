//! The form of a proof that fits one QR code: what the client knows or can derive is left out.
//!
//! ```text
//! qr proof = prelude(6) ‖ keys: count u8 (1..=5) ‖ count × key
//!          ‖ height u64 ‖ time u64 ‖ parent hash 32 ‖ log size u64 ‖ log root 32 ‖ rules version u32
//!          ‖ flag u8 ‖ next set hash 32, if the flag is 1
//!          ‖ round u32 ‖ signers
//!          ‖ answers: count u8 (1..=64) ‖ count × (value, u16 length ≤ 1,024; 0 = absent)
//!          ‖ compact state proof to the end
//! ```
//!
//! Left out: chain id and set hash (the client's), the next set's hash where it is the same, the
//! state root (the fold yields it, and the signatures stand over it), the certificate's height and
//! header hash, and the paths of present leaves: answers come in the order in which the verifier
//! derives the paths. It carries no hand-over and the fewest signatures that make a quorum.
//!
//! [`QrProof::expand`] restores the full form, which is then verified like any other.

use super::{Key, Proof};
use crate::{
    certificate::{Certificate, Signers},
    encoding::{DecodeError, Field, Message, MessageType, Reader, Wire, put_bytes16},
    facts::{self, Found, Gap, ProofGap, Source},
    hash::Digest,
    header::{Header, HeaderFields, Height, UnixMillis},
    leaf::{Leaf, LeafError, Paths},
    log::{LogHash, TreeSize},
    state::{self, NodeHash, Path, StateProof},
};
use alloc::vec::Vec;

/// One answer, in the order of derivation: a leaf's value, or nothing.
pub type Answer = Option<Vec<u8>>;

/// A proof in the form for one QR code; well-formed, nothing in it believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrProof {
    keys: Vec<Key>,
    /// Zeros for what is left out.
    header: HeaderFields,
    /// Whether the next set's hash is there.
    is_hand_over: bool,
    round: u32,
    signers: Signers,
    answers: Vec<Answer>,
    compact: Vec<u8>,
}

impl QrProof {
    /// The short form of `proof`, if it has one: no hand-overs and at most five keys of one scan.
    pub fn from_proof(proof: &Proof) -> Option<Self> {
        let mut header = proof.header.fields()?;
        if !proof.hand_overs.is_empty() || proof.keys.count > MAX_KEYS {
            return None;
        }
        let keys = proof.keys();
        let mut asked = Asked { source: &proof.state, answers: Vec::new() };
        facts::derive(&Paths::new(&header.chain_id), &keys, &mut asked).ok()?;
        let pairs: Vec<_> = asked.answers.iter().map(|(path, value)| (*path, value.as_deref())).collect();
        let compact = state::compress(&proof.state, &pairs)?;
        let answers: Vec<Answer> = asked.answers.into_iter().map(|(_, value)| value).collect();
        if !(1..=MAX_ANSWERS).contains(&answers.len()) {
            return None;
        }
        let is_hand_over = header.next_set_hash != header.set_hash;
        if !is_hand_over {
            header.next_set_hash = Digest::ZERO;
        }
        (header.chain_id, header.set_hash, header.state_root) = (Digest::ZERO, Digest::ZERO, NodeHash::EMPTY);
        Some(Self {
            keys,
            header,
            is_hand_over,
            round: proof.certificate.round(),
            signers: proof.certificate.signers().clone(),
            answers,
            compact,
        })
    }

    /// What the proof was asked for.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The height of the header that the leaves are proved against.
    pub const fn height(&self) -> Height {
        self.header.height
    }

    /// Restores the full form for a client of `chain_id` for which `set_hash` is in force at the height.
    pub fn expand(self, chain_id: &Digest, set_hash: &Digest) -> Result<Proof, ProofGap> {
        if self.is_hand_over && self.header.next_set_hash == *set_hash {
            return Err(ProofGap::Malformed(DecodeError::Value));
        }
        let state = self.state(chain_id).map_err(|gap| if self.has_newer_leaf() { ProofGap::Newer } else { gap })?;
        let mut header = self.header;
        (header.chain_id, header.set_hash) = (*chain_id, *set_hash);
        if !self.is_hand_over {
            header.next_set_hash = *set_hash;
        }
        header.state_root = state.root().map_err(ProofGap::State)?;
        let header = Header::from(&header);
        let certificate = Certificate::new(header.height(), self.round, header.hash(), self.signers);
        Proof::new(self.keys, Vec::new(), header, certificate, state).map_err(ProofGap::Malformed)
    }

    fn state(&self, chain_id: &Digest) -> Result<StateProof, ProofGap> {
        let mut source = InOrder { rest: self.answers.iter(), asked: Vec::new() };
        facts::derive(&Paths::new(chain_id), &self.keys, &mut source)?;
        if source.rest.next().is_some() {
            return Err(ProofGap::Superfluous);
        }
        let mut reader = Reader::new(&self.compact);
        let state = state::expand(&source.asked, &mut reader).map_err(ProofGap::Malformed)?;
        reader.finish().map_err(ProofGap::Malformed)?;
        Ok(state)
    }

    /// Whether a newer client might derive other paths from these answers.
    fn has_newer_leaf(&self) -> bool {
        self.answers.iter().flatten().any(|value| matches!(Leaf::from_value(value), Err(LeafError::Newer)))
    }
}

impl Wire for QrProof {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.keys.len() as u8);
        self.keys.iter().for_each(|key| key.put(out));
        let header = &self.header;
        out.extend_from_slice(&header.height.0.to_be_bytes());
        out.extend_from_slice(&header.time.0.to_be_bytes());
        header.parent_hash.put(out);
        out.extend_from_slice(&header.log_size.0.to_be_bytes());
        out.extend_from_slice(header.log_root.as_bytes());
        out.extend_from_slice(&header.rules_version.to_be_bytes());
        out.push(u8::from(self.is_hand_over));
        if self.is_hand_over {
            header.next_set_hash.put(out);
        }
        out.extend_from_slice(&self.round.to_be_bytes());
        self.signers.put(out);
        out.push(self.answers.len() as u8);
        for answer in &self.answers {
            put_bytes16(out, answer.as_deref().unwrap_or(&[]));
        }
        out.extend_from_slice(&self.compact);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = reader.count(1, 1, MAX_KEYS, Key::SMALLEST_LEN_BYTES);
        let keys: Vec<Key> = reader.fields(count);
        reader.require(keys.is_sorted_by(|a, b| a < b), DecodeError::Order);
        let mut header = HeaderFields {
            chain_id: Digest::ZERO,
            height: Height(reader.number(8)),
            time: UnixMillis(reader.number(8)),
            set_hash: Digest::ZERO,
            next_set_hash: Digest::ZERO,
            parent_hash: Digest::read(reader),
            log_size: TreeSize(reader.number(8)),
            log_root: LogHash::read(reader),
            state_root: NodeHash::EMPTY,
            rules_version: reader.number(4) as u32,
        };
        let is_hand_over = reader.bit();
        if is_hand_over {
            header.next_set_hash = Digest::read(reader);
        }
        let proof = Self {
            keys,
            header,
            is_hand_over,
            round: reader.number(4) as u32,
            signers: Signers::read(reader),
            answers: read_answers(reader),
            compact: reader.next(reader.rest().len()).to_vec(),
        };
        reader.sound(proof)
    }
}

impl Message for QrProof {
    const TYPE: MessageType = MessageType::QrProof;
}

fn read_answers(reader: &mut Reader<'_>) -> Vec<Answer> {
    let count = reader.count(1, 1, MAX_ANSWERS, 0);
    let mut answers = Vec::new();
    for _ in 0..count {
        let value = reader.vector(2, 0, state::MAX_VALUE_BYTES);
        answers.push((!value.is_empty()).then(|| value.to_vec()));
    }
    answers
}

/// Gives answers in the order in which paths are derived.
struct InOrder<'a> {
    rest: core::slice::Iter<'a, Answer>,
    asked: Vec<(Path, Option<&'a [u8]>)>,
}

impl<'a> Source<'a> for InOrder<'a> {
    fn find(&mut self, path: &Path) -> Result<Found<'a>, Gap> {
        if let Some((_, value)) = self.asked.iter().find(|(asked, _)| asked == path) {
            return Ok(*value);
        }
        let value = self.rest.next().ok_or(Gap)?.as_deref();
        self.asked.push((*path, value));
        Ok(value)
    }
}

/// Records which paths are derived and what was found there.
struct Asked<'a> {
    source: &'a state::StateProof,
    answers: Vec<(Path, Answer)>,
}

impl<'a> Source<'a> for Asked<'a> {
    fn find(&mut self, path: &Path) -> Result<Found<'a>, Gap> {
        let mut source = self.source;
        let found = source.find(path)?;
        if !self.answers.iter().any(|(asked, _)| asked == path) {
            self.answers.push((*path, found.map(<[u8]>::to_vec)));
        }
        Ok(found)
    }
}

const MAX_KEYS: usize = 5;
const MAX_ANSWERS: usize = 64;
