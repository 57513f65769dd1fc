//! The quorum certificate: which validators signed a header, and their signatures.
//!
//! ```text
//! certificate = height u64 ‖ round u32 ‖ header hash 32
//!             ‖ set length u16 ‖ bitmap ⌈n/8⌉ ‖ one signature (64) per set bit
//! signed      = tag "medproof vote" ‖ kind u8 (2 = precommit) ‖ chain id 32 ‖ height u64 ‖ round u32
//!             ‖ proof-of-lock round i32 (−1) ‖ header hash 32
//! ```
//!
//! Bit *i* of the bitmap (most significant bit first) stands for validator *i* of the set. Padding
//! bits are zero. One bad signature refuses the whole certificate. Nothing hashes a certificate:
//! two nodes may hold different ones for one header.

use crate::{
    encoding::{DecodeError, Field, Reader, Wire, put, put_count16, put_number},
    hash::{Digest, Tag},
    header::{Header, Height},
    keys::Signature,
    validators::{MAX_VALIDATORS, ValidatorSet},
};
use alloc::vec::Vec;

/// A quorum certificate; well-formed, its signatures not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The height that was voted on.
    pub(crate) height: Height,
    /// The consensus round in which the quorum formed.
    pub(crate) round: u32,
    /// The header that was voted for.
    pub(crate) header_hash: Digest,
    pub(crate) signers: Signers,
}

/// The bitmap with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signers {
    set_len: u16,
    bitmap: Vec<u8>,
    signatures: Vec<Signature>,
}

/// Why a certificate does not certify a header. `expected` and `found` are named by the variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateError {
    /// It is over another height.
    Height {
        /// The header's height.
        expected: Height,
        /// The certificate's height.
        found: Height,
    },
    /// It is over another header hash.
    HeaderHash,
    /// The bitmap is not of the set's length.
    SetLength {
        /// Validators in the set.
        expected: u16,
        /// Bits in the bitmap.
        found: u16,
    },
    /// The signers' power is no quorum.
    PowerShort {
        /// The set's total power; more than two thirds of it is needed.
        total: u64,
        /// The signers' power.
        found: u64,
    },
    /// A signature does not verify.
    Signature {
        /// The validator's place in the set, from 0.
        validator: u16,
    },
}

impl CertificateError {
    /// The stable reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Height { .. } => "trust.certificate.height",
            Self::HeaderHash => "trust.certificate.header-hash",
            Self::SetLength { .. } => "trust.certificate.set-length",
            Self::PowerShort { .. } => "trust.certificate.power-short",
            Self::Signature { .. } => "trust.certificate.signature",
        }
    }
}

impl Certificate {
    /// A certificate from its parts.
    pub const fn new(height: Height, round: u32, header_hash: Digest, signers: Signers) -> Self {
        Self { height, round, header_hash, signers }
    }

    /// The consensus round in which the quorum formed.
    pub const fn round(&self) -> u32 {
        self.round
    }

    /// The bitmap with its signatures.
    pub const fn signers(&self) -> &Signers {
        &self.signers
    }

    /// Checks that this certificate certifies `header` under `set`.
    ///
    /// Precondition: `header` names `set` as the set that signs it.
    pub fn verify(&self, header: &Header, set: &ValidatorSet) -> Result<(), CertificateError> {
        if self.height != header.height() {
            return Err(CertificateError::Height { expected: header.height(), found: self.height });
        }
        if self.header_hash != header.hash() {
            return Err(CertificateError::HeaderHash);
        }
        let message = precommit_message(header.chain_id(), self.height, self.round, &self.header_hash);
        self.signers.verify(set, &message)
    }
}

impl Signers {
    /// Signers of a set of `set_len` validators: ascending places with their signatures.
    pub fn new(set_len: u16, signatures: &[(u16, Signature)]) -> Result<Self, DecodeError> {
        if !(1..=MAX_VALIDATORS).contains(&usize::from(set_len)) {
            return Err(DecodeError::Bounds);
        }
        if !signatures.is_sorted_by(|a, b| a.0 < b.0) || signatures.last().is_some_and(|(place, _)| *place >= set_len) {
            return Err(DecodeError::Order);
        }
        let mut bitmap = alloc::vec![0; usize::from(set_len).div_ceil(8)];
        for (place, _) in signatures {
            if let Some(byte) = bitmap.get_mut(usize::from(place / 8)) {
                *byte |= 0x80 >> (place % 8);
            }
        }
        Ok(Self { set_len, bitmap, signatures: signatures.iter().map(|(_, signature)| *signature).collect() })
    }

    /// Checks that a quorum of `set` signed `message`.
    ///
    /// The cheap checks come first; power is summed before any signature is looked at.
    pub fn verify(&self, set: &ValidatorSet, message: &[u8]) -> Result<(), CertificateError> {
        self.check_power(set)?;
        self.check_signatures(set, message)
    }

    /// The signers' places in the set, ascending, with their signatures.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &Signature)> {
        let is_set =
            |place: &u16| self.bitmap.get(usize::from(place / 8)).is_some_and(|byte| byte & (0x80 >> (place % 8)) != 0);
        (0..self.set_len).filter(is_set).zip(&self.signatures)
    }

    fn check_power(&self, set: &ValidatorSet) -> Result<(), CertificateError> {
        let expected = set.validators().len() as u16;
        if self.set_len != expected {
            return Err(CertificateError::SetLength { expected, found: self.set_len });
        }
        let power = |(place, _): (u16, _)| set.validators().get(usize::from(place)).map_or(0, |v| u64::from(v.power));
        let found = self.iter().map(power).sum();
        if set.is_quorum(found) {
            Ok(())
        } else {
            Err(CertificateError::PowerShort { total: set.total_power(), found })
        }
    }

    fn check_signatures(&self, set: &ValidatorSet, message: &[u8]) -> Result<(), CertificateError> {
        for (place, signature) in self.iter() {
            let signed = set.validators().get(usize::from(place)).is_some_and(|v| v.key.verify(message, signature));
            if !signed {
                return Err(CertificateError::Signature { validator: place });
            }
        }
        Ok(())
    }
}

/// The bytes that a validator signs when it precommits to a header.
pub fn precommit_message(chain_id: &Digest, height: Height, round: u32, header_hash: &Digest) -> Vec<u8> {
    vote_message(VoteKind::Precommit, chain_id, height, round, -1, header_hash)
}

/// What a validator's signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
pub enum VoteKind {
    /// First vote on a proposal.
    Prevote = 1,
    /// The vote of which a quorum makes a certificate.
    Precommit = 2,
    /// A proposal.
    Proposal = 3,
}

/// The bytes that a validator signs, of one fixed length for every kind.
pub fn vote_message(
    kind: VoteKind,
    chain_id: &Digest,
    height: Height,
    round: u32,
    proof_of_lock_round: i32,
    header_hash: &Digest,
) -> Vec<u8> {
    let mut message = Tag::Vote.prefix();
    put_number(&mut message, kind as u64, 1);
    put(&mut message, &chain_id.0);
    put_number(&mut message, height.0, 8);
    put_number(&mut message, u64::from(round), 4);
    put_number(&mut message, proof_of_lock_round as u64, 4);
    put(&mut message, &header_hash.0);
    message
}

impl Wire for Certificate {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.height.0, 8);
        put_number(out, u64::from(self.round), 4);
        self.header_hash.put(out);
        self.signers.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Certificate {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            height: Height(reader.number(8)),
            round: reader.number(4) as u32,
            header_hash: Digest::read(reader),
            signers: Signers::read(reader),
        }
    }
}

impl Wire for Signers {
    fn put(&self, out: &mut Vec<u8>) {
        put_count16(out, usize::from(self.set_len));
        put(out, &self.bitmap);
        for signature in &self.signatures {
            signature.put(out);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Signers {
    fn read(reader: &mut Reader<'_>) -> Self {
        let set_len = reader.count(2, 1, MAX_VALIDATORS, 0);
        let (bitmap, count) = reader.bitmap(set_len);
        reader.require(count * 64 <= reader.rest().len(), DecodeError::Truncated);
        Self { set_len: set_len as u16, bitmap: bitmap.to_vec(), signatures: reader.fields(count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sample::{certify, fields, other, sign, signing_keys, signing_set},
        validators::Validator,
    };
    use std::vec;

    fn case() -> (Header, ValidatorSet) {
        let set = signing_set(&[1; 4]);
        (Header::from(&fields(&set)), set)
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn a_quorum_certifies() {
        let (header, set) = case();
        for places in [&[0, 1, 2, 3][..], &[0, 1, 2], &[1, 2, 3]] {
            let certificate = certify(&header, 4, places);
            assert_eq!(certificate.verify(&header, &set), Ok(()), "{places:?}");
            assert_eq!(certificate.signers().iter().map(|(place, _)| place).collect::<Vec<_>>(), places);
            assert_eq!(Certificate::from_wire(&certificate.to_wire()), Ok(certificate));
        }
        let short = certify(&header, 4, &[0, 3]).verify(&header, &set);
        assert_eq!(short, Err(CertificateError::PowerShort { total: 4, found: 2 }));
        assert_eq!(
            certify(&header, 4, &[]).verify(&header, &set),
            Err(CertificateError::PowerShort { total: 4, found: 0 })
        );
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn each_part_must_be_the_headers() {
        let (header, set) = case();
        let good = certify(&header, 4, &[0, 1, 2]);
        let height = Certificate { height: Height(8), ..good.clone() };
        let expected = CertificateError::Height { expected: Height(7), found: Height(8) };
        assert_eq!(height.verify(&header, &set), Err(expected));
        let hash = Certificate { header_hash: other(good.header_hash), ..good.clone() };
        assert_eq!(hash.verify(&header, &set), Err(CertificateError::HeaderHash));
        let round = Certificate { round: 1, ..good.clone() };
        assert_eq!(
            (round.round(), round.verify(&header, &set)),
            (1, Err(CertificateError::Signature { validator: 0 }))
        );
        let longer = certify(&header, 5, &[0, 1, 2, 3, 4]).verify(&header, &set);
        assert_eq!(longer, Err(CertificateError::SetLength { expected: 4, found: 5 }));
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn one_bad_signature_refuses_all() {
        let (header, set) = case();
        for bad in 0..4 {
            let mut certificate = certify(&header, 4, &[0, 1, 2, 3]);
            certificate.signers.signatures.iter_mut().skip(bad).take(1).for_each(|signature| signature.0[0] ^= 1);
            assert_eq!(certificate.verify(&header, &set), Err(CertificateError::Signature { validator: bad as u16 }));
        }
        // The third signature under the fourth place.
        let mut moved = certify(&header, 4, &[0, 1, 2]);
        moved.signers.bitmap = vec![0b1101_0000];
        assert_eq!(moved.verify(&header, &set), Err(CertificateError::Signature { validator: 3 }));
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn only_precommits_without_lock_count() {
        let (header, set) = case();
        let hash = header.hash();
        let vote = |kind, lock| vote_message(kind, header.chain_id(), header.height(), 0, lock, &hash);
        let votes = [vote(VoteKind::Prevote, -1), vote(VoteKind::Proposal, -1), vote(VoteKind::Precommit, 0)];
        assert!(votes.iter().all(|vote| vote.len() == votes[0].len()), "one length for every kind");
        for vote in votes {
            let signatures: Vec<_> = (0..).zip(signing_keys(4).iter().map(|key| sign(key, &vote))).collect();
            let signers = Signers::new(4, &signatures);
            let certificate = signers.map(|signers| Certificate::new(header.height(), 0, hash, signers));
            let verified = certificate.map(|certificate| certificate.verify(&header, &set));
            assert_eq!(verified, Ok(Err(CertificateError::Signature { validator: 0 })));
        }
        let precommit = precommit_message(header.chain_id(), header.height(), 0, &hash);
        assert_eq!(precommit, vote(VoteKind::Precommit, -1));
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn power_counts_and_not_heads() {
        let set = signing_set(&[7, 1, 1, 1]);
        let header = Header::from(&fields(&set));
        assert_eq!(certify(&header, 4, &[0]).verify(&header, &set), Ok(()));
        let many = certify(&header, 4, &[1, 2, 3]).verify(&header, &set);
        assert_eq!(many, Err(CertificateError::PowerShort { total: 10, found: 3 }));
    }

    #[test]
    fn signers_are_places_that_ascend() {
        let signature = Signature([1; 64]);
        assert_eq!(Signers::new(0, &[]), Err(DecodeError::Bounds));
        assert_eq!(Signers::new(257, &[]), Err(DecodeError::Bounds));
        assert_eq!(Signers::new(4, &[(4, signature)]), Err(DecodeError::Order));
        assert_eq!(Signers::new(4, &[(1, signature), (1, signature)]), Err(DecodeError::Order));
        assert_eq!(Signers::new(4, &[(2, signature), (1, signature)]), Err(DecodeError::Order));
        let all: Vec<_> = (0..256).map(|place| (place, signature)).collect();
        assert_eq!(Signers::new(256, &all).map(|signers| signers.to_wire().len()), Ok(2 + 32 + 256 * 64));
    }

    #[test]
    fn a_bitmap_has_one_spelling() {
        assert_eq!(Signers::from_wire(&[0, 0]), Err(DecodeError::Bounds));
        assert_eq!(Signers::from_wire(&[1, 1]), Err(DecodeError::Bounds));
        assert_eq!(Signers::from_wire(&[0, 9, 0]), Err(DecodeError::Truncated));
        assert_eq!(Signers::from_wire(&[0, 4, 0b0000_1000]), Err(DecodeError::Padding));
        assert_eq!(Signers::from_wire(&[0, 9, 0, 0b0100_0000]), Err(DecodeError::Padding));
        assert_eq!(Signers::from_wire(&[0, 9, 0, 0b1000_0000]), Err(DecodeError::Truncated));
        assert_eq!(Signers::from_wire(&[0, 8, 0]).map(|signers| signers.iter().count()), Ok(0));
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn a_key_that_stands_in_no_set_cannot_sign() {
        let (header, _) = case();
        let strangers = ValidatorSet::new(
            (1..=4).map(|key| Validator { key: crate::keys::PublicKey([key; 32]), power: 1 }).collect(),
        );
        let verified = strangers.map(|set| certify(&header, 4, &[0, 1, 2]).verify(&header, &set));
        assert_eq!(verified, Ok(Err(CertificateError::Signature { validator: 0 })));
    }

    #[test]
    fn codes_are_stable() {
        let height = Height(0);
        let errors = [
            CertificateError::Height { expected: height, found: height },
            CertificateError::HeaderHash,
            CertificateError::SetLength { expected: 0, found: 0 },
            CertificateError::PowerShort { total: 0, found: 0 },
            CertificateError::Signature { validator: 0 },
        ];
        let ends = ["height", "header-hash", "set-length", "power-short", "signature"];
        for (error, end) in errors.iter().zip(ends) {
            assert_eq!(error.code().strip_prefix("trust.certificate."), Some(end));
        }
    }
}
