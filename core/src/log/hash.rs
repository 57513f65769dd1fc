//! The hashes of the event log.

use crate::encoding::{DecodeError, Field, Reader, Wire, bytes32, put};
use alloc::vec::Vec;
use sha2::{Digest, Sha256};

/// The hash of an entry, a node or a whole log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogHash([u8; 32]);

impl LogHash {
    /// A hash that came from elsewhere, such as a header's log root.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The root of a log without entries.
    pub fn empty_root() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The hash of an entry.
    pub fn leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }

    /// The hash of a node over two others.
    pub fn node(left: &Self, right: &Self) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
    }
}

impl Wire for LogHash {
    fn put(&self, out: &mut Vec<u8>) {
        put(out, &self.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for LogHash {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self(bytes32(reader))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::String};

    fn hex(hash: LogHash) -> String {
        hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn hashes_are_those_of_certificate_transparency() {
        let [a, b, c] = [&[][..], &[0], &[0x10]].map(LogHash::leaf);
        assert_eq!(hex(LogHash::empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex(a), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(
            hex(LogHash::node(&LogHash::node(&a, &b), &c)),
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
        );
    }
}
