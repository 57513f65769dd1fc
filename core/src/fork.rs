//! Evidence of a fork: two certified headers of one height with different hashes.
//!
//! ```text
//! fork = prelude(8) ‖ set ‖ 2 × (header ‖ certificate), ascending by header hash
//! ```
//!
//! Anyone who knows that the set was in force at that height can check it, without any node.

use crate::{
    certificate::{Certificate, CertificateError},
    encoding::{DecodeError, Message, MessageType, Reader, Wire},
    header::{Header, Height},
    validators::ValidatorSet,
};
use alloc::vec::Vec;
use core::cmp::Ordering;

/// Two certified headers of one height; well-formed, the signatures not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    set: ValidatorSet,
    sides: [(Header, Certificate); 2],
}

impl Fork {
    /// Evidence from two sides, in either order.
    pub fn new(set: ValidatorSet, mut sides: [(Header, Certificate); 2]) -> Result<Self, DecodeError> {
        let [(a, _), (b, _)] = &sides;
        match a.hash().cmp(&b.hash()) {
            Ordering::Less => {}
            Ordering::Equal => return Err(DecodeError::Order),
            Ordering::Greater => sides.reverse(),
        }
        let [(a, _), (b, _)] = &sides;
        let is_same_place = a.height() == b.height() && a.chain_id() == b.chain_id();
        let is_same_set = a.set_hash() == set.hash() && b.set_hash() == set.hash();
        if is_same_place && is_same_set { Ok(Self { set, sides }) } else { Err(DecodeError::Value) }
    }

    /// The height of both headers.
    pub fn height(&self) -> Height {
        let [(header, _), _] = &self.sides;
        header.height()
    }

    /// The set that signed both.
    pub const fn set(&self) -> &ValidatorSet {
        &self.set
    }

    /// Both headers with their certificates.
    pub const fn sides(&self) -> &[(Header, Certificate); 2] {
        &self.sides
    }

    /// Checks that the set's quorum signed both headers: then more than a third of it signed twice.
    pub fn verify(&self) -> Result<(), CertificateError> {
        self.sides.iter().try_for_each(|(header, certificate)| certificate.verify(header, &self.set))
    }
}

impl Wire for Fork {
    fn put(&self, out: &mut Vec<u8>) {
        self.set.put(out);
        for (header, certificate) in &self.sides {
            header.put(out);
            certificate.put(out);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let set = ValidatorSet::get(reader)?;
        let mut side = || Ok((Header::get(reader)?, Certificate::get(reader)?));
        let sides: [(Header, Certificate); 2] = [side()?, side()?];
        let [(a, _), (b, _)] = &sides;
        if a.hash() > b.hash() {
            return Err(DecodeError::Order);
        }
        Self::new(set, sides)
    }
}

impl Message for Fork {
    const TYPE: MessageType = MessageType::Fork;
}
