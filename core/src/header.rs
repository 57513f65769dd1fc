//! The block header: one line of 227 bytes that commits to all history and all current state.
//!
//! ```text
//! header = prelude(2) ‖ chain id 32 ‖ height u64 ‖ time u64 ‖ set hash 32 ‖ next set hash 32
//!        ‖ parent hash 32 ‖ log size u64 ‖ log root 32 ‖ state root 32 ‖ rules version u32
//! header hash = tagged("medproof header", header)
//! ```
//!
//! It commits to the state *after* its block. Everything up to the two set hashes keeps its place
//! in all versions, so an old client can still check who signed a header that it cannot read.

use crate::{
    encoding::{
        DecodeError, FORMAT_VERSION, Field, MessageType, PRELUDE_LEN_BYTES, Reader, SUITE, Wire, bytes32, put,
        put_bytes16, put_number,
    },
    hash::{Digest, Tag, tagged},
    log::{LogHash, TreeSize},
    state::NodeHash,
};
use alloc::{sync::Arc, vec::Vec};

/// The number of a block; genesis is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct Height(pub u64);

/// Milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct UnixMillis(pub u64);

/// What a header of this format version says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a header of version 0 has these fields")]
pub struct HeaderFields {
    /// The chain.
    pub chain_id: Digest,
    /// The block's height.
    pub height: Height,
    /// The proposer's clock; rises from block to block.
    pub time: UnixMillis,
    /// Hash of the validator set that signs this block.
    pub set_hash: Digest,
    /// Hash of the validator set that signs the next block.
    pub next_set_hash: Digest,
    /// Hash of the header before.
    pub parent_hash: Digest,
    /// Number of entries in the event log.
    pub log_size: TreeSize,
    /// Root of the event log.
    pub log_root: LogHash,
    /// Root of the state tree.
    pub state_root: NodeHash,
    /// Version of the rules that executed this block.
    pub rules_version: u32,
}

impl HeaderFields {
    /// The header's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_LEN_BYTES);
        crate::encoding::put_prelude(&mut out, MessageType::Header);
        self.chain_id.put(&mut out);
        put_number(&mut out, self.height.0, 8);
        put_number(&mut out, self.time.0, 8);
        self.set_hash.put(&mut out);
        self.next_set_hash.put(&mut out);
        self.parent_hash.put(&mut out);
        put_number(&mut out, self.log_size.0, 8);
        put(&mut out, self.log_root.as_bytes());
        put(&mut out, self.state_root.as_bytes());
        put_number(&mut out, u64::from(self.rules_version), 4);
        out
    }
}

/// A header as it arrived: its bytes, the fields that every version has, and the rest if understood.
#[derive(Clone, Debug, Eq)]
pub struct Header(Arc<Parts>);

/// Behind a pointer: headers are moved a good deal, and each move of 200 bytes is code.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    raw: Vec<u8>,
    fixed: FixedFields,
    rest: Option<(TreeSize, LogHash, NodeHash)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct FixedFields {
    chain_id: Digest,
    height: Height,
    time: UnixMillis,
    set_hash: Digest,
    next_set_hash: Digest,
}

impl Header {
    /// Reads a header; of an unknown version or suite only the fixed fields are understood.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > HEADER_MAX_BYTES {
            return Err(DecodeError::Bounds);
        }
        let mut reader = Reader::new(bytes);
        let header = Self::of(bytes, &mut reader);
        reader.sound(header)
    }

    /// The bytes that the certificate stands over.
    pub fn raw(&self) -> &[u8] {
        &self.0.raw
    }

    /// The header hash.
    pub fn hash(&self) -> Digest {
        tagged(Tag::Header, &[&self.0.raw])
    }

    /// The chain.
    pub fn chain_id(&self) -> &Digest {
        &self.0.fixed.chain_id
    }

    /// The block's height.
    pub fn height(&self) -> Height {
        self.0.fixed.height
    }

    /// The block's time.
    pub fn time(&self) -> UnixMillis {
        self.0.fixed.time
    }

    /// Hash of the set that signs this block.
    pub fn set_hash(&self) -> &Digest {
        &self.0.fixed.set_hash
    }

    /// Hash of the set that signs the next block.
    pub fn next_set_hash(&self) -> &Digest {
        &self.0.fixed.next_set_hash
    }

    /// Size and root of the event log; `None` in a header of a newer version.
    pub fn log(&self) -> Option<(TreeSize, LogHash)> {
        self.0.rest.map(|(size, root, _)| (size, root))
    }

    /// Root of the state tree; `None` in a header of a newer version.
    pub fn state_root(&self) -> Option<NodeHash> {
        self.0.rest.map(|(_, _, root)| root)
    }

    /// All fields; `None` in a header of a newer version.
    pub fn fields(&self) -> Option<HeaderFields> {
        let (log_size, log_root, state_root) = self.0.rest?;
        let mut tail = Reader::new(self.0.raw.get(PARENT_OFFSET..)?);
        let parent_hash = Digest::get(&mut tail).ok()?;
        let rules_version = u32::from_be_bytes(*self.0.raw.last_chunk()?);
        let FixedFields { chain_id, height, time, set_hash, next_set_hash } = self.0.fixed.clone();
        Some(HeaderFields {
            chain_id,
            height,
            time,
            set_hash,
            next_set_hash,
            parent_hash,
            log_size,
            log_root,
            state_root,
            rules_version,
        })
    }
}

impl Header {
    /// The header that `raw` is, read by `reader`.
    fn of(raw: &[u8], reader: &mut Reader<'_>) -> Self {
        reader.magic();
        reader.expect(MessageType::Header as u8, DecodeError::Type);
        let understood = reader.number(2) == u64::from(u16::from_be_bytes([FORMAT_VERSION, SUITE]));
        let fixed = FixedFields {
            chain_id: Digest::read(reader),
            height: Height(reader.number(8)),
            time: UnixMillis(reader.number(8)),
            set_hash: Digest::read(reader),
            next_set_hash: Digest::read(reader),
        };
        let rest = understood.then(|| read_rest(reader));
        Self(Arc::new(Parts { raw: raw.to_vec(), fixed, rest }))
    }
}

/// Everything else follows from the raw bytes.
impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.0.raw == other.0.raw
    }
}

impl From<&HeaderFields> for Header {
    fn from(fields: &HeaderFields) -> Self {
        Self(Arc::new(Parts {
            raw: fields.to_bytes(),
            fixed: FixedFields {
                chain_id: fields.chain_id,
                height: fields.height,
                time: fields.time,
                set_hash: fields.set_hash,
                next_set_hash: fields.next_set_hash,
            },
            rest: Some((fields.log_size, fields.log_root, fields.state_root)),
        }))
    }
}

impl Wire for Header {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes16(out, &self.0.raw);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Header {
    fn read(reader: &mut Reader<'_>) -> Self {
        let raw = reader.vector(2, 0, HEADER_MAX_BYTES);
        let mut inner = Reader::new(raw);
        let header = Self::of(raw, &mut inner);
        if let Err(fault) = inner.sound(()) {
            reader.fail(fault);
        }
        header
    }
}

fn read_rest(reader: &mut Reader<'_>) -> (TreeSize, LogHash, NodeHash) {
    bytes32(reader);
    let rest = (TreeSize(reader.number(8)), LogHash::read(reader), NodeHash::from_bytes(bytes32(reader)));
    reader.number(4);
    reader.require(reader.rest().is_empty(), DecodeError::Trailing);
    rest
}

const PARENT_OFFSET: usize = PRELUDE_LEN_BYTES + 32 + 8 + 8 + 32 + 32;

/// Length of a header of this version, in bytes.
pub const HEADER_LEN_BYTES: usize = PARENT_OFFSET + 32 + 8 + 32 + 32 + 4;

/// The longest header that any version may have, in bytes.
pub const HEADER_MAX_BYTES: usize = 1024;

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::sample::{fields, set};
    use std::vec;

    #[test]
    fn all_fields_come_back() {
        let fields = fields(&set(&[1]));
        let bytes = fields.to_bytes();
        assert_eq!(bytes.len(), HEADER_LEN_BYTES);
        let header = Header::from_bytes(&bytes);
        assert_eq!(header, Ok(Header::from(&fields)));
        let header = Header::from(&fields);
        assert_eq!(header.raw(), bytes);
        assert_eq!(header.fields().as_ref(), Some(&fields));
        assert_eq!((header.chain_id(), header.height(), header.time()), (&fields.chain_id, fields.height, fields.time));
        assert_eq!((header.set_hash(), header.next_set_hash()), (&fields.set_hash, &fields.next_set_hash));
        assert_eq!(header.log(), Some((fields.log_size, fields.log_root)));
        assert_eq!(header.state_root(), Some(fields.state_root));
        assert_eq!(header.hash(), tagged(Tag::Header, &[&bytes]));
    }

    #[test]
    fn of_a_newer_version_the_fixed_fields_are_understood() {
        let fields = fields(&set(&[1]));
        for place in [5, 6] {
            let mut bytes = fields.to_bytes();
            bytes[place] ^= 2;
            // Whatever follows the set hashes: nothing, or more.
            for len in [PARENT_OFFSET, PARENT_OFFSET + 1, HEADER_MAX_BYTES] {
                bytes.resize(len, 0xaa);
                let header = Header::from_bytes(&bytes);
                let seen = header.as_ref().map(|header| {
                    (header.chain_id(), header.height(), header.time(), header.set_hash(), header.next_set_hash())
                });
                assert_eq!(
                    seen,
                    Ok((&fields.chain_id, fields.height, fields.time, &fields.set_hash, &fields.next_set_hash))
                );
                let rest = header.as_ref().map(|header| (header.fields(), header.log(), header.state_root()));
                assert_eq!(rest, Ok((None, None, None)));
                let wire = header.map(|header| header.to_wire());
                assert_eq!(wire.as_deref().map(Header::from_wire), Ok(Header::from_bytes(&bytes)));
            }
            bytes.truncate(PARENT_OFFSET - 1);
            assert_eq!(Header::from_bytes(&bytes), Err(DecodeError::Truncated));
        }
    }

    #[test]
    fn a_header_of_this_version_has_one_length() {
        let bytes = fields(&set(&[1])).to_bytes();
        assert_eq!(Header::from_bytes(&bytes[..HEADER_LEN_BYTES - 1]), Err(DecodeError::Truncated));
        assert_eq!(Header::from_bytes(&[&bytes[..], &[0]].concat()), Err(DecodeError::Trailing));
        assert_eq!(Header::from_bytes(&vec![0; HEADER_MAX_BYTES + 1]), Err(DecodeError::Bounds));
        assert_eq!(Header::from_bytes(b"MPRX"), Err(DecodeError::Magic));
        assert_eq!(Header::from_bytes(b"MPRF\x03"), Err(DecodeError::Type));
        assert_eq!(Header::from_wire(&[4, 1]), Err(DecodeError::Bounds));
    }
}
