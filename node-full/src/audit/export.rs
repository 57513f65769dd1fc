//! An audit log as a file, and its verification by anybody who has the file.
//!
//! ```text
//! medproof-audit-0 <number of the first entry> <hash before it>
//! <hash of the entry> <the entry's JSON>
//! …
//! ```

use super::Entry;
use crate::keyring::from_hex;
use medproof_core::hash::Digest;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// What a verified file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The number of the first entry.
    pub first: u64,
    /// Number of entries.
    pub count: u64,
    /// The hash of the last entry: what an anchor on the ledger names.
    pub head: Digest,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// Why a file is not a whole audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// It does not begin as an audit log.
    Format,
    /// A line is not one hash and one entry.
    Line {
        /// Which, from 1.
        line: usize,
    },
    /// A line's hash is not that of the entry after the one before.
    Hash {
        /// Which, from 1.
        line: usize,
    },
}

/// Checks the text of an exported log.
pub fn verify(text: &str) -> Result<Verified, VerifyError> {
    let mut lines = text.split_terminator('\n').enumerate();
    let (_, first_line) = lines.next().ok_or(VerifyError::Format)?;
    let (first, mut head) = heading(first_line).ok_or(VerifyError::Format)?;
    let mut entries = Vec::new();
    for (place, text) in lines {
        let line = place + 1;
        let (hash, json) = text.split_once(' ').ok_or(VerifyError::Line { line })?;
        let hash = from_hex(hash).map(Digest).ok_or(VerifyError::Line { line })?;
        head = chained(&head, json);
        if hash != head {
            return Err(VerifyError::Hash { line });
        }
        entries.push(serde_json::from_str(json).map_err(|_| VerifyError::Line { line })?);
    }
    Ok(Verified { first, count: entries.len() as u64, head, entries })
}

/// The hash of an entry that follows the one with the hash `before`.
pub(super) fn chained(before: &Digest, json: &str) -> Digest {
    let hash = Sha256::new().chain_update(b"medproof audit entry").chain_update(before.0).chain_update(json.as_bytes());
    Digest(hash.finalize().into())
}

fn heading(line: &str) -> Option<(u64, Digest)> {
    let mut words = line.strip_prefix(FORMAT)?.strip_prefix(' ')?.split(' ');
    let (first, before) = (words.next()?.parse().ok()?, from_hex(words.next()?)?);
    let is_start = first != 0 || before == [0; 32];
    (words.next().is_none() && is_start).then_some((first, Digest(before)))
}

/// The first word of the file.
pub(super) const FORMAT: &str = "medproof-audit-0";

impl VerifyError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Format => "audit.format",
            Self::Line { .. } => "audit.line",
            Self::Hash { .. } => "audit.hash",
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => formatter.write_str("not an audit log"),
            Self::Line { line } => write!(formatter, "line {line} is not an entry"),
            Self::Hash { line } => write!(formatter, "line {line} does not follow the one before"),
        }
    }
}

impl std::error::Error for VerifyError {}
