//! Ed25519 keys and signatures under one strict rule.
//!
//! Members, validators, the consensus engine and light clients all use [`PublicKey::verify`]: the
//! strict rule of `ed25519-dalek`, which refuses small-order points and anything whose encoding
//! is not the one that the signer's arithmetic yields. The answers are those of its `verify_strict`,
//! without a second point to decompress. A key enters a registry only through
//! [`PublicKey::check_registrable`].
//!
//! Core has no signing, so no interface can be led to sign with a public key of the caller's choice.

use crate::{
    encoding::{DecodeError, Field, Reader, Wire, bytes32, put},
    hash::{Digest, Tag},
};
use alloc::vec::Vec;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::{Verifier as _, VerifyingKey};

/// An Ed25519 public key as it is written, not yet checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "32 bytes and nothing else")]
pub struct PublicKey(pub [u8; 32]);

/// An Ed25519 signature as it is written, not yet checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "64 bytes and nothing else")]
pub struct Signature(pub [u8; 64]);

/// Why a key cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes are no point of the curve.
    NotOnCurve,
    /// The bytes are not the canonical encoding of their point.
    NotCanonical,
    /// The point has small order.
    SmallOrder,
    /// The point has a torsion part.
    Torsion,
    /// The key's signature by itself over the registration does not verify.
    SelfSignature,
}

impl PublicKey {
    /// Whether `signature` is this key's, under the strict rule, over `message`.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        let Ok(key) = VerifyingKey::from_bytes(&self.0) else { return false };
        let is_good = key.verify(message, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok();
        is_good && !key.is_weak() && !signature.is_weak()
    }

    /// Whether this key may be registered: canonical, not of small order, torsion-free.
    pub fn check_registrable(&self) -> Result<(), KeyError> {
        let encoded = CompressedEdwardsY(self.0);
        let point = encoded.decompress().ok_or(KeyError::NotOnCurve)?;
        if point.compress() != encoded {
            return Err(KeyError::NotCanonical);
        }
        if point.is_small_order() {
            return Err(KeyError::SmallOrder);
        }
        if point.is_torsion_free() { Ok(()) } else { Err(KeyError::Torsion) }
    }

    /// Checks the registration of this key as number `key_number` of `member` on `chain_id`.
    ///
    /// Inside genesis, whose hash is the chain id, `chain_id` is [`Digest::ZERO`].
    pub fn check_registration(
        &self,
        chain_id: &Digest,
        member: crate::identity::MemberId,
        key_number: KeyNumber,
        self_signature: &Signature,
    ) -> Result<(), KeyError> {
        self.check_registrable()?;
        let message = registration_message(chain_id, member, key_number, self);
        if self.verify(&message, self_signature) { Ok(()) } else { Err(KeyError::SelfSignature) }
    }
}

impl Signature {
    /// Whether the signature's point, in the canonical encoding, has small order.
    fn is_weak(&self) -> bool {
        let mut y = [0; 32];
        y.iter_mut().zip(&self.0).for_each(|(to, from)| *to = *from);
        if let Some(last) = y.last_mut() {
            *last &= 0x7f;
        }
        SMALL_ORDER.contains(&y)
    }
}

/// The bytes that a key signs to be registered: tag ‖ chain id ‖ member u32 ‖ key number u16 ‖ key.
pub fn registration_message(
    chain_id: &Digest,
    member: crate::identity::MemberId,
    key_number: KeyNumber,
    key: &PublicKey,
) -> Vec<u8> {
    let mut message = Tag::KeyRegistration.prefix();
    message.extend_from_slice(&chain_id.0);
    message.extend_from_slice(&member.0.to_be_bytes());
    message.extend_from_slice(&key_number.0.to_be_bytes());
    message.extend_from_slice(&key.0);
    message
}

/// The number of a key within its member, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct KeyNumber(pub u16);

impl Wire for PublicKey {
    fn put(&self, out: &mut Vec<u8>) {
        put(out, &self.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for PublicKey {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self(bytes32(reader))
    }
}

impl Wire for Signature {
    fn put(&self, out: &mut Vec<u8>) {
        put(out, &self.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Signature {
    fn read(reader: &mut Reader<'_>) -> Self {
        let mut signature = Self([0; 64]);
        reader.fill(&mut signature.0);
        signature
    }
}

/// The y of the eight points of small order, little-endian, without the sign of x.
const SMALL_ORDER: [[u8; 32]; 5] = [
    y(0, 0),
    y(1, 0),
    y(0xec, 0xff),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

const fn y(first: u8, rest: u8) -> [u8; 32] {
    let mut y = [rest; 32];
    y[0] = first;
    y[31] = rest & 0x7f;
    y
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        identity::MemberId,
        sample::{public_key, sign, signing_keys},
    };
    use std::vec;

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn a_signature_is_for_one_key_and_message() {
        for keys in signing_keys(2).chunks(2) {
            let [a, b] = keys else { continue };
            let signature = sign(a, b"message");
            assert!(public_key(a).verify(b"message", &signature));
            assert!(!public_key(a).verify(b"massage", &signature));
            assert!(!public_key(b).verify(b"message", &signature));
        }
    }

    #[test]
    fn bytes_that_are_no_point_verify_nothing() {
        let mut no_point = [0; 32];
        no_point[0] = 2;
        assert_eq!(PublicKey(no_point).check_registrable(), Err(KeyError::NotOnCurve));
        assert!(!PublicKey(no_point).verify(b"", &Signature([0; 64])));
    }

    #[test]
    fn the_identity_is_of_small_order_in_one_encoding_and_not_canonical_in_another() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey(identity).check_registrable(), Err(KeyError::SmallOrder));
        identity[31] = 0x80;
        assert_eq!(PublicKey(identity).check_registrable(), Err(KeyError::NotCanonical));
    }

    /// Keys with a torsion part can sign with every point of small order; the strict rule refuses it.
    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn the_rule_is_the_strict_one_where_the_signature_is_weak() {
        use curve25519_dalek::{constants::EIGHT_TORSION, edwards::EdwardsPoint, scalar::Scalar};
        use sha2::{Digest as _, Sha512};
        let secret = Scalar::from(0x5eed_u64);
        let mut weak = std::collections::BTreeSet::new();
        for (torsion, message) in EIGHT_TORSION.iter().flat_map(|torsion| (0..64_u8).map(move |byte| (torsion, [byte])))
        {
            let key = (EdwardsPoint::mul_base(&secret) + torsion).compress().to_bytes();
            for point in EIGHT_TORSION {
                let mut bytes = [0; 64];
                bytes[..32].copy_from_slice(&point.compress().to_bytes());
                let hash = Sha512::new().chain_update(&bytes[..32]).chain_update(key).chain_update(message);
                let challenge = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
                bytes[32..].copy_from_slice(&(challenge * secret).to_bytes());
                let signature = ed25519_dalek::Signature::from_bytes(&bytes);
                let verifying = VerifyingKey::from_bytes(&key).expect("a point");
                assert!(verifying.verify_strict(&message, &signature).is_err());
                assert!(!PublicKey(key).verify(&message, &Signature(bytes)));
                if verifying.verify(&message, &signature).is_ok() {
                    weak.insert(point.compress().to_bytes());
                }
            }
        }
        assert_eq!(weak.len(), 8, "each weak point was in a signature that the plain rule takes");
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn a_torsion_part_is_found() {
        use curve25519_dalek::{constants::EIGHT_TORSION, edwards::EdwardsPoint, scalar::Scalar};
        let point = EdwardsPoint::mul_base(&Scalar::from(5_u8));
        assert_eq!(PublicKey(point.compress().to_bytes()).check_registrable(), Ok(()));
        for torsion in EIGHT_TORSION.iter().skip(1) {
            assert_eq!(PublicKey((point + torsion).compress().to_bytes()).check_registrable(), Err(KeyError::Torsion));
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn a_key_registers_itself() {
        for key in signing_keys(1) {
            let (public, chain_id) = (public_key(&key), crate::hash::sha256(b"chain"));
            let (member, number) = (MemberId(0x0102_0304), KeyNumber(0x0506));
            let message = registration_message(&chain_id, member, number, &public);
            let tag = b"\x19medproof key registration";
            assert_eq!(message, [&tag[..], &chain_id.0, &[1, 2, 3, 4, 5, 6], &public.0].concat());
            let signature = sign(&key, &message);
            assert_eq!(public.check_registration(&chain_id, member, number, &signature), Ok(()));
            let other = public.check_registration(&chain_id, member, KeyNumber(1), &signature);
            assert_eq!(other, Err(KeyError::SelfSignature));
            let mut no_key = public.0;
            no_key[31] ^= 0x80;
            assert_ne!(PublicKey(no_key).check_registration(&chain_id, member, number, &signature), Ok(()));
        }
    }

    #[test]
    fn encodings_are_the_bytes_themselves() {
        assert_eq!(PublicKey([7; 32]).to_wire(), vec![7; 32]);
        assert_eq!(Signature::from_wire(&[8; 64]), Ok(Signature([8; 64])));
        assert_eq!(Signature::from_wire(&[8; 63]), Err(DecodeError::Truncated));
    }
}
