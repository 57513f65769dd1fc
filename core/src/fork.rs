//! Evidence of a fork: two certified headers of one height with different hashes.
//!
//! ```text
//! fork = prelude(8) ‖ set ‖ 2 × (header ‖ certificate), ascending by header hash
//! ```
//!
//! Anyone who knows that the set was in force at that height can check it, without any node.

use crate::{
    certificate::{Certificate, CertificateError},
    encoding::{DecodeError, Field, Message, MessageType, Reader, Wire},
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
        let set = ValidatorSet::read(reader);
        let mut side = || (Header::read(reader), Certificate::read(reader));
        let sides = [side(), side()];
        reader.sound(())?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        header::HeaderFields,
        sample::{certify, fields, other, set, signing_set},
    };

    /// Two headers of one height that differ in their parents.
    fn headers(set: &ValidatorSet) -> [HeaderFields; 2] {
        let a = fields(set);
        let b = HeaderFields { parent_hash: other(a.parent_hash), ..a.clone() };
        [a, b]
    }

    fn fork(set: ValidatorSet, headers: [HeaderFields; 2], places: &[u16]) -> Result<Fork, DecodeError> {
        let sides = headers.map(|fields| Header::from(&fields));
        let sides = sides.map(|header| (header.clone(), certify(&header, 4, places)));
        Fork::new(set, sides)
    }

    fn unsigned(headers: [HeaderFields; 2]) -> Result<Fork, DecodeError> {
        fork(set(&[1; 4]), headers, &[])
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn two_certified_headers_of_one_height_are_evidence() {
        let set = signing_set(&[1; 4]);
        let [a, b] = headers(&set);
        let fork = fork(set.clone(), [a.clone(), b.clone()], &[0, 1, 2]);
        assert_eq!(fork.as_ref().map(Fork::verify), Ok(Ok(())));
        assert_eq!(fork.as_ref().map(Fork::height), Ok(a.height));
        assert_eq!(fork.as_ref().map(Fork::set), Ok(&set));
        assert_eq!(fork.as_ref().map(|fork| fork.sides().len()), Ok(2));
        // The sides have one order, whichever is given first.
        assert_eq!(self::fork(set, [b, a], &[0, 1, 2]), fork);
        let bytes = fork.as_ref().map(Message::to_bytes);
        assert_eq!(bytes.as_deref().map(Fork::from_bytes), Ok(fork.clone()));
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn without_two_quorums_nobody_is_accused() {
        let set = signing_set(&[1; 4]);
        let short = fork(set.clone(), headers(&set), &[0, 1]);
        assert_eq!(short.map(|fork| fork.verify()), Ok(Err(CertificateError::PowerShort { total: 4, found: 2 })));
    }

    #[test]
    fn both_sides_are_of_one_place_and_set() {
        let [a, b] = headers(&set(&[1; 4]));
        assert_eq!(unsigned([a.clone(), a.clone()]), Err(DecodeError::Order));
        let height = HeaderFields { height: Height(8), ..b.clone() };
        assert_eq!(unsigned([a.clone(), height]), Err(DecodeError::Value));
        let chain = HeaderFields { chain_id: other(b.chain_id), ..b.clone() };
        assert_eq!(unsigned([a.clone(), chain]), Err(DecodeError::Value));
        let set = HeaderFields { set_hash: other(b.set_hash), ..b };
        assert_eq!(unsigned([a, set]), Err(DecodeError::Value));
    }

    #[test]
    fn sides_in_the_other_order_are_refused() {
        let swapped =
            unsigned(headers(&set(&[1; 4]))).map(|Fork { set, sides: [a, b] }| Fork { set, sides: [b, a] }.to_bytes());
        assert_eq!(swapped.as_deref().map(Fork::from_bytes), Ok(Err(DecodeError::Order)));
        let twice = unsigned(headers(&set(&[1; 4])))
            .map(|Fork { set, sides: [a, _] }| Fork { set, sides: [a.clone(), a] }.to_bytes());
        assert_eq!(twice.as_deref().map(Fork::from_bytes), Ok(Err(DecodeError::Order)));
    }
}
