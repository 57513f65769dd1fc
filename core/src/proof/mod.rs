//! A proof: everything that a light client needs for its verdicts, in one byte string.
//!
//! ```text
//! proof = prelude(5) ‖ keys: count u16 (1..=10,000) ‖ count × key, strictly ascending by encoding
//!       ‖ hand-overs: count u16 (≤ 1,000) ‖ …
//!       ‖ header ‖ certificate ‖ state proof
//! key   = 1 ‖ product code | 2 ‖ product code ‖ lot | 3 ‖ product code ‖ serial | 4 ‖ SSCC u64
//!       | 5 ‖ record id 32 | 6 ‖ member u32
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
    encoding::{DecodeError, Field, Message, MessageType, Reader, Wire, put, put_count16},
    handover::{HandOver, MAX_HAND_OVERS, get_hand_overs, put_hand_overs},
    header::Header,
    state::StateProof,
};
use alloc::vec::Vec;

/// The most keys that one proof may answer.
pub const MAX_KEYS: usize = 10_000;

/// A proof in its full form; well-formed, nothing in it believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    keys: Keys,
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
        if hand_overs.len() > MAX_HAND_OVERS {
            return Err(DecodeError::Bounds);
        }
        check_ends(&state, keys.len())?;
        Ok(Self { keys: Keys::of(&keys), hand_overs, header, certificate, state })
    }

    /// What the proof was asked for, ascending.
    pub fn keys(&self) -> Vec<Key> {
        self.keys.to_vec()
    }

    /// Whether the proof was asked for exactly these keys, encoded and strictly ascending.
    pub(crate) fn answers(&self, keys: &[Vec<u8>]) -> bool {
        let mut rest = self.keys.bytes.as_slice();
        for key in keys {
            let Some(behind) = rest.strip_prefix(key.as_slice()) else { return false };
            rest = behind;
        }
        rest.is_empty()
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
        self.keys.put(out);
        put_hand_overs(&self.hand_overs, out);
        self.header.put(out);
        self.certificate.put(out);
        self.state.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let keys = Keys::read(reader);
        let hand_overs = get_hand_overs(reader);
        let header = Header::read(reader);
        let certificate = Certificate::read(reader);
        let state = StateProof::read(reader);
        reader.sound(())?;
        check_ends(&state, keys.count)?;
        Ok(Self { keys, hand_overs, header, certificate, state })
    }
}

impl Message for Proof {
    const TYPE: MessageType = MessageType::Proof;
}

/// No key requires more leaves than this; it bounds the hashing that a hostile proof can cause.
const MAX_ENDS_PER_KEY: usize = 16;

/// Keys as they are encoded: 10,000 of them hold no more memory than they take in the message.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Keys {
    count: usize,
    bytes: Vec<u8>,
}

impl Keys {
    fn of<'k>(keys: impl IntoIterator<Item = &'k Key>) -> Self {
        let (mut count, mut bytes) = (0, Vec::new());
        for key in keys {
            key.put(&mut bytes);
            count += 1;
        }
        Self { count, bytes }
    }

    fn to_vec(&self) -> Vec<Key> {
        let mut reader = Reader::new(&self.bytes);
        (0..self.count).map_while(|_| Key::get(&mut reader).ok()).collect()
    }

    fn put(&self, out: &mut Vec<u8>) {
        put_count16(out, self.count);
        put(out, &self.bytes);
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        let count = reader.count(2, 1, MAX_KEYS, Key::SMALLEST_LEN_BYTES);
        let start = reader.rest();
        let (mut last, mut are_ascending) = (&[][..], true);
        for _ in 0..count {
            let rest = reader.rest();
            Key::read(reader);
            let key = read_since(rest, reader);
            are_ascending &= last < key;
            last = key;
        }
        let bytes = read_since(start, reader).to_vec();
        reader.require(are_ascending, DecodeError::Order);
        Self { count, bytes }
    }
}

/// What was read of `rest`, the bytes that were left before.
fn read_since<'a>(rest: &'a [u8], reader: &Reader<'a>) -> &'a [u8] {
    rest.get(..rest.len() - reader.rest().len()).unwrap_or_default()
}

fn check_ends(state: &StateProof, key_count: usize) -> Result<(), DecodeError> {
    if state.end_count() <= key_count * MAX_ENDS_PER_KEY { Ok(()) } else { Err(DecodeError::Bounds) }
}

fn check_keys(keys: &[Key]) -> Result<(), DecodeError> {
    if !(1..=MAX_KEYS).contains(&keys.len()) {
        return Err(DecodeError::Bounds);
    }
    if keys.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(DecodeError::Order) }
}
