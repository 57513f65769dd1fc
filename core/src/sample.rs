//! A small chain for unit tests: keys, a set, headers and certificates.

use crate::{
    certificate::{Certificate, Signers, precommit_message},
    hash::{Digest, sha256},
    header::{Header, HeaderFields, Height, UnixMillis},
    keys::{PublicKey, Signature},
    log::{LogHash, TreeSize},
    state::NodeHash,
    validators::{Validator, ValidatorSet},
};
use alloc::vec::Vec;
use ed25519_dalek::{Signer, SigningKey};

/// Keys with the public halves ascending.
pub(crate) fn signing_keys(count: u8) -> Vec<SigningKey> {
    let mut keys: Vec<SigningKey> = (1..=count).map(|seed| SigningKey::from_bytes(&[seed; 32])).collect();
    keys.sort_by_key(public_key);
    keys
}

pub(crate) fn public_key(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> Signature {
    Signature(key.sign(message).to_bytes())
}

/// A set with these powers, of keys that nobody has.
pub(crate) fn set(powers: &[u32]) -> ValidatorSet {
    let keys = (1..).map(|number| PublicKey([number; 32]));
    of(keys.zip(powers))
}

/// A set of the keys of [`signing_keys`] with these powers.
pub(crate) fn signing_set(powers: &[u32]) -> ValidatorSet {
    of(signing_keys(powers.len() as u8).iter().map(public_key).zip(powers))
}

fn of<'a>(validators: impl Iterator<Item = (PublicKey, &'a u32)>) -> ValidatorSet {
    let validators = validators.map(|(key, power)| Validator { key, power: *power });
    ValidatorSet::new(validators.collect()).expect("distinct keys, sorted")
}

/// A header of `set`, with something else in every other field.
pub(crate) fn fields(set: &ValidatorSet) -> HeaderFields {
    HeaderFields {
        chain_id: sha256(b"chain"),
        height: Height(7),
        time: UnixMillis(1_767_225_600_000),
        set_hash: *set.hash(),
        next_set_hash: *set.hash(),
        parent_hash: sha256(b"parent"),
        log_size: TreeSize(9),
        log_root: LogHash::leaf(b"log"),
        state_root: NodeHash::from_bytes(sha256(b"state").0),
        rules_version: 3,
    }
}

/// The certificate of the validators at `places` in a set of `count` keys.
pub(crate) fn certify(header: &Header, count: u8, places: &[u16]) -> Certificate {
    let keys = if places.is_empty() { Vec::new() } else { signing_keys(count) };
    let message = precommit_message(header.chain_id(), header.height(), 0, &header.hash());
    let signed = |place: &u16| Some((*place, sign(keys.get(usize::from(*place))?, &message)));
    let signatures: Vec<_> = places.iter().filter_map(signed).collect();
    let signers = Signers::new(count.into(), &signatures).expect("ascending places");
    Certificate::new(header.height(), 0, header.hash(), signers)
}

/// 32 bytes that differ from `digest` in one bit.
pub(crate) fn other(digest: Digest) -> Digest {
    let mut bytes = digest.0;
    bytes[31] ^= 1;
    Digest(bytes)
}
