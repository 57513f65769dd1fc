//! The anchor: what a light client is shipped with, and the only thing that it trusts unproved.
//!
//! ```text
//! anchor      = prelude(3) ‖ chain id 32 ‖ name (u8 length 1..=64, UTF-8) ‖ demo flag u8
//!             ‖ header (u16 length ‖ bytes) ‖ set ‖ trusting period u64 ms
//! fingerprint = first 20 hexadecimal digits of SHA-256(anchor)
//! ```
//!
//! The set is the one that the header names as next. The header's own certificate is not carried:
//! who ships the anchor vouches for it.

use crate::{
    encoding::{DecodeError, Field, Message, MessageType, Reader, Wire, is_text, put_bytes8, put_number},
    hash::{Digest, sha256},
    header::Header,
    identity::ascii,
    validators::ValidatorSet,
};
use alloc::{string::String, vec::Vec};

/// The longest trusting period, in ms: two years of 365.5 days.
pub const MAX_TRUSTING_PERIOD_MS: u64 = 731 * 86_400_000;

/// What a light client is shipped with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    name: String,
    demo: bool,
    header: Header,
    set: ValidatorSet,
    trusting_period_ms: u64,
}

impl Anchor {
    /// An anchor at `header`, which must name `set` as the next.
    pub fn new(
        name: &str,
        demo: bool,
        header: Header,
        set: ValidatorSet,
        trusting_period_ms: u64,
    ) -> Result<Self, DecodeError> {
        if !(1..=64).contains(&name.len()) || !(1..=MAX_TRUSTING_PERIOD_MS).contains(&trusting_period_ms) {
            return Err(DecodeError::Bounds);
        }
        if !is_text(name) {
            return Err(DecodeError::Text);
        }
        if header.log().is_none() {
            return Err(DecodeError::NewerVersion);
        }
        if header.next_set_hash() != set.hash() {
            return Err(DecodeError::Value);
        }
        Ok(Self { name: String::from(name), demo, header, set, trusting_period_ms })
    }

    /// The chain.
    pub fn chain_id(&self) -> &Digest {
        self.header.chain_id()
    }

    /// The chain's name, to be shown.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is a demonstration chain, which every page has to say.
    pub const fn is_demo(&self) -> bool {
        self.demo
    }

    /// The trusted header.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The set that signs the blocks after the header.
    pub const fn set(&self) -> &ValidatorSet {
        &self.set
    }

    /// How long a trusted header may be relied on, in ms.
    pub const fn trusting_period_ms(&self) -> u64 {
        self.trusting_period_ms
    }

    /// The first 20 hexadecimal digits of the anchor's SHA-256, for people to compare.
    pub fn fingerprint(&self) -> String {
        let digest = sha256(&self.to_bytes());
        let mut digits = [0; 20];
        for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(digest.0) {
            *pair = [byte >> 4, byte & 15].map(|digit| digit + if digit < 10 { b'0' } else { b'a' - 10 });
        }
        ascii(&digits)
    }
}

impl Wire for Anchor {
    fn put(&self, out: &mut Vec<u8>) {
        self.chain_id().put(out);
        put_bytes8(out, self.name.as_bytes());
        put_number(out, u64::from(self.demo), 1);
        self.header.put(out);
        self.set.put(out);
        put_number(out, self.trusting_period_ms, 8);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let chain_id = Digest::read(reader);
        let name = reader.text(1, 64);
        let demo = reader.bit();
        let header = Header::read(reader);
        let set = ValidatorSet::read(reader);
        let trusting_period_ms = reader.number(8);
        reader.require(*header.chain_id() == chain_id, DecodeError::Value);
        reader.sound(())?;
        Self::new(name, demo, header, set, trusting_period_ms)
    }
}

impl Message for Anchor {
    const TYPE: MessageType = MessageType::Anchor;
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        header::HeaderFields,
        sample::{fields, other, set},
    };
    use std::{string::ToString, vec::Vec};

    fn anchor(name: &str, period: u64) -> Result<Anchor, DecodeError> {
        let set = set(&[1, 2]);
        Anchor::new(name, true, Header::from(&fields(&set)), set, period)
    }

    #[test]
    fn parts_come_back() {
        let anchor = anchor("演示 chain", 1_000);
        let bytes = anchor.as_ref().map(Message::to_bytes);
        assert_eq!(bytes.as_deref().map(Anchor::from_bytes), Ok(anchor.clone()));
        let seen = anchor
            .as_ref()
            .map(|a| (a.name(), a.is_demo(), a.trusting_period_ms(), a.header().height(), a.set().total_power()));
        assert_eq!(seen, Ok(("演示 chain", true, 1_000, fields(&set(&[1])).height, 3)));
        assert_eq!(anchor.as_ref().map(|a| *a.chain_id()), Ok(fields(&set(&[1])).chain_id));
    }

    #[test]
    fn the_fingerprint_is_ten_bytes_of_the_hash() {
        let fingerprint = anchor("a", 1).map(|anchor| (anchor.fingerprint(), sha256(&anchor.to_bytes())));
        let hex = fingerprint.as_ref().map(|(_, hash)| {
            hash.0.iter().take(10).map(|byte| std::format!("{byte:02x}")).collect::<Vec<_>>().concat()
        });
        assert_eq!(fingerprint.as_ref().map(|(fingerprint, _)| fingerprint.to_string()), hex);
        assert_ne!(
            anchor("a", 1).map(|anchor| anchor.fingerprint()),
            anchor("a", 2).map(|anchor| anchor.fingerprint())
        );
    }

    #[test]
    fn what_a_decoder_refuses_cannot_be_made() {
        let long = "n".repeat(65);
        assert_eq!(anchor("", 1), Err(DecodeError::Bounds));
        assert_eq!(anchor(&long, 1), Err(DecodeError::Bounds));
        assert_eq!(anchor("line\nbreak", 1), Err(DecodeError::Text));
        assert_eq!(anchor("a", 0), Err(DecodeError::Bounds));
        assert!(anchor("a", MAX_TRUSTING_PERIOD_MS).is_ok());
        assert_eq!(anchor("a", MAX_TRUSTING_PERIOD_MS + 1), Err(DecodeError::Bounds));
    }

    #[test]
    fn header_and_set_belong_together() {
        let set = set(&[1, 2]);
        let fields = fields(&set);
        let make = |header: Header| Anchor::new("a", false, header, set.clone(), 1);
        let next = HeaderFields { next_set_hash: other(fields.next_set_hash), ..fields.clone() };
        assert_eq!(make(Header::from(&next)), Err(DecodeError::Value));
        let mut newer = fields.to_bytes();
        newer[5] = 1;
        assert_eq!(Header::from_bytes(&newer).and_then(make), Err(DecodeError::NewerVersion));
        // Another chain id before the header than in it.
        let bytes = make(Header::from(&fields)).map(|anchor| anchor.to_bytes());
        let bytes = bytes.map(|mut bytes| {
            bytes.iter_mut().skip(7).take(1).for_each(|byte| *byte ^= 1);
            bytes
        });
        assert_eq!(bytes.as_deref().map(Anchor::from_bytes), Ok(Err(DecodeError::Value)));
    }
}
