//! SHA-256 with a domain tag, so that no hash of one kind can be passed off as another.
//!
//! ```text
//! tagged(tag, m) = SHA-256(len(tag) u8 ‖ tag ‖ m)
//! ```
//!
//! The length byte is at least 12, so no tagged input begins with the 0 or 1 of RFC 6962. The two
//! trees separate leaf from node by their own rules and take no tag.

use crate::encoding::{DecodeError, Field, Reader, Wire, bytes32, put};
use alloc::vec::Vec;
use sha2::{Digest as _, Sha256};

/// A SHA-256 value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "32 bytes and nothing else")]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// 32 zero bytes: the parent of the header at height 0 and the start of every custody chain.
    pub const ZERO: Self = Self([0; 32]);
}

impl Wire for Digest {
    fn put(&self, out: &mut Vec<u8>) {
        put(out, &self.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Digest {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self(bytes32(reader))
    }
}

/// What a hash or signature is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tag {
    /// genesis.bin → chain id.
    ChainId,
    /// A key's registration by itself.
    KeyRegistration,
    /// A header's raw bytes.
    Header,
    /// A validator set.
    Validators,
    /// What a validator signs.
    Vote,
    /// An event head → event id.
    EventId,
    /// What a member signs over an event head.
    EventSignature,
    /// An event's body.
    EventBody,
    /// Head and signature → the last field of a log entry.
    LogEntry,
    /// The 24 bits that gather what belongs together in the state tree.
    Owner,
    /// The last 28 bytes of a path.
    Path,
    /// Event salt and path → holder salt.
    HolderSalt,
    /// Holder salt and member → holder commitment.
    Holder,
    /// The custody running hash.
    Custody,
    /// Product information.
    ProductInfo,
    /// Member information.
    MemberInfo,
    /// One salted field of a record.
    RecordField,
    /// Record id, number of fields and root → the commitment on the ledger.
    Record,
    /// Salt and document → what a body holds of a document.
    Document,
    /// Holder salt, member and site → place commitment.
    Place,
    /// Member, what is asked, idempotency key → what a body carries of the call.
    Idempotency,
    /// What a quorum of validators signs to govern.
    Governance,
}

impl Tag {
    /// The tag's bytes, without the length byte before them.
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::ChainId => b"medproof chain id",
            Self::KeyRegistration => b"medproof key registration",
            Self::Header => b"medproof header",
            Self::Validators => b"medproof validators",
            Self::Vote => b"medproof vote",
            Self::EventId => b"medproof event id",
            Self::EventSignature => b"medproof event signature",
            Self::EventBody => b"medproof event body",
            Self::LogEntry => b"medproof log entry",
            Self::Owner => b"medproof owner",
            Self::Path => b"medproof path",
            Self::HolderSalt => b"medproof holder salt",
            Self::Holder => b"medproof holder",
            Self::Custody => b"medproof custody",
            Self::ProductInfo => b"medproof product info",
            Self::MemberInfo => b"medproof member info",
            Self::RecordField => b"medproof record field",
            Self::Record => b"medproof record",
            Self::Document => b"medproof document",
            Self::Place => b"medproof place",
            Self::Idempotency => b"medproof idempotency",
            Self::Governance => b"medproof governance",
        }
    }

    /// The tag with its length byte: the beginning of everything hashed or signed under it.
    pub fn prefix(self) -> Vec<u8> {
        let tag = self.bytes();
        let mut prefix = Vec::with_capacity(tag.len() + 1);
        prefix.push(tag.len() as u8);
        prefix.extend_from_slice(tag);
        prefix
    }
}

/// SHA-256 over the tag and `parts` one after another.
pub fn tagged(tag: Tag, parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([tag.bytes().len() as u8]);
    hasher.update(tag.bytes());
    for part in parts {
        hasher.update(part);
    }
    Digest(hasher.finalize().into())
}

/// Plain SHA-256 over `bytes`.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    const TAGS: &[Tag] = &[
        Tag::ChainId,
        Tag::KeyRegistration,
        Tag::Header,
        Tag::Validators,
        Tag::Vote,
        Tag::EventId,
        Tag::EventSignature,
        Tag::EventBody,
        Tag::LogEntry,
        Tag::Owner,
        Tag::Path,
        Tag::HolderSalt,
        Tag::Holder,
        Tag::Custody,
        Tag::ProductInfo,
        Tag::MemberInfo,
        Tag::RecordField,
        Tag::Record,
        Tag::Document,
        Tag::Place,
        Tag::Idempotency,
        Tag::Governance,
    ];

    #[test]
    fn no_domain_can_be_taken_for_another() {
        for (number, tag) in TAGS.iter().enumerate() {
            let prefix = tag.prefix();
            assert!((12..=255).contains(&tag.bytes().len()), "RFC 6962 begins its hashes with 0 or 1: {tag:?}");
            assert_eq!(prefix.first().map(|len| usize::from(*len) + 1), Some(prefix.len()));
            for other in TAGS.iter().skip(number + 1) {
                assert!(
                    !other.prefix().starts_with(&prefix) && !prefix.starts_with(&other.prefix()),
                    "{tag:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn parts_are_hashed_one_after_another() {
        for tag in TAGS {
            let whole = [&tag.prefix()[..], b"abcdef"].concat();
            assert_eq!(tagged(*tag, &[b"abc", b"", b"def"]), sha256(&whole));
        }
    }

    #[test]
    fn plain_sha256_is_that_of_fips_180() {
        let hex: alloc::string::String = sha256(b"abc").0.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
