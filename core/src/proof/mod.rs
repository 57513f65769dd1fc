//! A proof: everything that a light client needs for its verdicts, in one byte string.
//!
//! ```text
//! proof = prelude(5) ‖ keys: count u16 (1..=10,000) ‖ count × key, strictly ascending by encoding
//!       ‖ hand-overs: count u16 (≤ 1,000) ‖ …
//!       ‖ header ‖ certificate ‖ state proof
//! key   = 1 ‖ product code | 2 ‖ product code ‖ lot | 3 ‖ product code ‖ serial | 4 ‖ SSCC u64
//!       | 5 ‖ record id 32
//! ```
//!
//! The keys say what the proof was asked for. A verifier derives them from the scans and compares;
//! which leaves are needed follows from the leaves themselves ([`crate::facts`]).

mod key;
mod qr;

pub use key::Key;
pub use qr::{Answer, QrProof};

use crate::{
    certificate::Certificate,
    encoding::{DecodeError, Message, MessageType, Reader, Wire, put_count16},
    handover::{HandOver, get_hand_overs, put_hand_overs},
    header::Header,
    state::StateProof,
};
use alloc::vec::Vec;

/// The most keys that one proof may answer.
pub const MAX_KEYS: usize = 10_000;

/// A proof in its full form; well-formed, nothing in it believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    keys: Vec<Key>,
    hand_overs: Vec<HandOver>,
    header: Header,
    certificate: Certificate,
    state: StateProof,
}

impl Proof {
    /// A proof from its parts; `keys` must ascend strictly.
    pub fn new(
        keys: Vec<Key>,
        hand_overs: Vec<HandOver>,
        header: Header,
        certificate: Certificate,
        state: StateProof,
    ) -> Result<Self, DecodeError> {
        check_keys(&keys)?;
        if state.end_count() > keys.len() * MAX_ENDS_PER_KEY {
            return Err(DecodeError::Bounds);
        }
        Ok(Self { keys, hand_overs, header, certificate, state })
    }

    /// What the proof was asked for.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Changes of the validator set before the header.
    pub fn hand_overs(&self) -> &[HandOver] {
        &self.hand_overs
    }

    /// The header that the leaves are proved against.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The quorum certificate over the header.
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The leaves with their multiproof.
    pub const fn state(&self) -> &StateProof {
        &self.state
    }
}

impl Wire for Proof {
    fn put(&self, out: &mut Vec<u8>) {
        put_count16(out, self.keys.len());
        self.keys.iter().for_each(|key| key.put(out));
        put_hand_overs(&self.hand_overs, out);
        self.header.put(out);
        self.certificate.put(out);
        self.state.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = reader.count16(1..=MAX_KEYS, Key::SMALLEST_LEN_BYTES)?;
        let keys = (0..count).map(|_| Key::get(reader)).collect::<Result<Vec<_>, _>>()?;
        let hand_overs = get_hand_overs(reader)?;
        let header = Header::get(reader)?;
        let certificate = Certificate::get(reader)?;
        Self::new(keys, hand_overs, header, certificate, StateProof::get(reader)?)
    }
}

impl Message for Proof {
    const TYPE: MessageType = MessageType::Proof;
}

/// No key requires more leaves than this; it bounds the hashing that a hostile proof can cause.
const MAX_ENDS_PER_KEY: usize = 16;

fn check_keys(keys: &[Key]) -> Result<(), DecodeError> {
    if !(1..=MAX_KEYS).contains(&keys.len()) {
        return Err(DecodeError::Bounds);
    }
    if keys.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(DecodeError::Order) }
}
