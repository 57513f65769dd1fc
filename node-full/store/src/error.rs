//! Why the store does not do what was asked.

use crate::record::Record;
use medproof_core::{certificate::CertificateError, hash::Digest, header::Height, log::TreeSize};
use std::{fmt, io};

/// A version of the store's file, as its first page states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct StoreVersion(pub u16);

/// A header by height and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a header is named by these two")]
pub struct Mark {
    /// The header's height.
    pub height: Height,
    /// Its hash.
    pub hash: Digest,
}

/// Why a call to the store fails.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no store at the path.
    Missing,
    /// Something is at the path already.
    Exists,
    /// Another process has the store open.
    InUse,
    /// The file does not begin as a store does.
    NotAStore,
    /// The key does not open this store.
    WrongKey,
    /// A newer program wrote the store.
    NewerVersion {
        /// The store's version.
        found: StoreVersion,
        /// The newest version that this program reads.
        known: StoreVersion,
    },
    /// An older program wrote the store, and it was not migrated yet.
    OlderVersion {
        /// The store's version.
        found: StoreVersion,
        /// The version that this program works with.
        known: StoreVersion,
    },
    /// Bytes on disk are not those that were written.
    Damaged {
        /// What could not be read.
        record: Record,
        /// What is wrong with it.
        fault: Fault,
    },
    /// An earlier fault stopped the store; it must be opened again.
    Stopped,
    /// The store lacks a header that was seen before: an older copy was put in its place.
    RolledBack {
        /// The newest header known from elsewhere.
        newest: Mark,
        /// The store's newest header, or the one it has at that height.
        found: Option<Mark>,
    },
    /// The block does not follow from the store's newest header.
    Block(BlockFault),
    /// A backup's manifest is not one, or not that of the file beside it.
    Manifest,
    /// The system refused a read or a write.
    Io {
        /// What kind of refusal.
        kind: io::ErrorKind,
        /// The system's words.
        text: String,
    },
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The page does not authenticate.
    Page(PageIndex),
    /// The record is not there.
    Absent,
    /// The record does not decode.
    Malformed,
    /// The record is not what others say about it.
    Contradicts,
}

/// The number of a 4 KiB page of the store's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct PageIndex(pub u64);

/// Why a block is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockFault {
    /// The header has another height than the next.
    Height {
        /// The next height.
        expected: Height,
        /// The header's.
        found: Height,
    },
    /// The header is of a newer version.
    Version,
    /// The header names another chain, parent, or signing set than the one before it.
    Parent,
    /// The set that signs the next block is neither known nor given.
    Set,
    /// A block other than the first has no certificate, or the first has one.
    Certificate,
    /// The certificate does not certify the header.
    Certified(CertificateError),
    /// The header's log is not the one that the entries give.
    Log {
        /// The size that the entries give.
        expected: TreeSize,
        /// The header's.
        found: TreeSize,
    },
    /// The header's state root is not the staged one.
    StateRoot,
    /// The changes were staged on another state.
    Staged,
    /// A leaf's value is empty or longer than 1,024 bytes.
    Value,
    /// A log entry is longer than 65,535 bytes.
    Entry,
}

impl StoreError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "store.missing",
            Self::Exists => "store.exists",
            Self::InUse => "store.in-use",
            Self::NotAStore => "store.not-a-store",
            Self::WrongKey => "store.wrong-key",
            Self::NewerVersion { .. } => "store.newer-version",
            Self::OlderVersion { .. } => "store.older-version",
            Self::Damaged { record, .. } => record.damage_code(),
            Self::Stopped => "store.stopped",
            Self::RolledBack { .. } => "store.rolled-back",
            Self::Block(_) => "store.block",
            Self::Manifest => "store.manifest",
            Self::Io { .. } => "store.io",
        }
    }

    /// Values for the placeholders of the code's sentences in the message catalogue.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NewerVersion { found, known } | Self::OlderVersion { found, known } => {
                vec![("found", found.0.to_string()), ("known", known.0.to_string())]
            }
            Self::Damaged { record, fault } => {
                let mut values = record.values();
                values.push(("fault", fault.word()));
                values
            }
            Self::RolledBack { newest, found } => {
                let found = found.map_or_else(|| "—".to_owned(), |mark| mark.height.0.to_string());
                vec![("height", newest.height.0.to_string()), ("found", found)]
            }
            Self::Block(fault) => vec![("fault", fault.word().to_owned())],
            Self::Io { text, .. } => vec![("cause", text.clone())],
            Self::Missing
            | Self::Exists
            | Self::InUse
            | Self::NotAStore
            | Self::WrongKey
            | Self::Stopped
            | Self::Manifest => Vec::new(),
        }
    }

    /// The error for a record that is not what it should be.
    pub(crate) const fn damaged(record: Record, fault: Fault) -> Self {
        Self::Damaged { record, fault }
    }
}

impl Fault {
    /// The fault as one word, the same in every language.
    fn word(self) -> String {
        match self {
            Self::Page(page) => format!("page-{}", page.0),
            Self::Absent => "absent".to_owned(),
            Self::Malformed => "malformed".to_owned(),
            Self::Contradicts => "contradicts".to_owned(),
        }
    }
}

impl BlockFault {
    /// The fault as one word, the same in every language.
    const fn word(self) -> &'static str {
        match self {
            Self::Height { .. } => "height",
            Self::Version => "version",
            Self::Parent => "parent",
            Self::Set => "set",
            Self::Certificate => "certificate",
            Self::Certified(error) => error.code(),
            Self::Log { .. } => "log",
            Self::StateRoot => "state-root",
            Self::Staged => "staged",
            Self::Value => "value",
            Self::Entry => "entry",
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no store at this path: run `medproof init` or `medproof restore`"),
            Self::Exists => f.write_str("something is at this path already: choose another path"),
            Self::InUse => f.write_str("another process has the store open: stop it first"),
            Self::NotAStore => f.write_str("the file is not a store: check the path"),
            Self::WrongKey => f.write_str("the key does not open this store: check the store key"),
            Self::NewerVersion { found, known } => write!(
                f,
                "the store has version {} and this program reads up to {}: update the program",
                found.0, known.0
            ),
            Self::OlderVersion { found, known } => write!(
                f,
                "the store has version {} and this program works with {}: run `medproof migrate`",
                found.0, known.0
            ),
            Self::Damaged { record, fault } => {
                write!(f, "{record} is damaged ({fault}): run `medproof fsck`, then restore a backup")
            }
            Self::Stopped => f.write_str("an earlier fault stopped the store: see the first error, then restart"),
            Self::RolledBack { newest, found } => {
                write!(f, "the store lacks the header of height {} that was seen before", newest.height.0)?;
                if let Some(found) = found {
                    write!(f, " and has height {}", found.height.0)?;
                }
                f.write_str(": an older copy was put in its place, restore the newest one")
            }
            Self::Block(fault) => write!(f, "the block does not follow: {fault}"),
            Self::Manifest => f.write_str("the backup's manifest does not belong to its file: use another backup"),
            Self::Io { text, .. } => write!(f, "the system refused a read or a write: {text}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(page) => write!(f, "page {} does not authenticate", page.0),
            Self::Absent => f.write_str("it is not there"),
            Self::Malformed => f.write_str("it does not decode"),
            Self::Contradicts => f.write_str("other records contradict it"),
        }
    }
}

impl fmt::Display for BlockFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Height { expected, found } => write!(f, "height {} instead of {}", found.0, expected.0),
            Self::Version => f.write_str("the header is of a newer version"),
            Self::Parent => f.write_str("chain, parent or set is not that of the header before"),
            Self::Set => f.write_str("the next set is not known"),
            Self::Certificate => f.write_str("a certificate is missing or superfluous"),
            Self::Certified(error) => write!(f, "its certificate fails: {}", error.code()),
            Self::Log { expected, found } => write!(f, "log of {} instead of {} entries", found.0, expected.0),
            Self::StateRoot => f.write_str("its state root is not the staged one"),
            Self::Staged => f.write_str("its changes were staged on another state"),
            Self::Value => f.write_str("a leaf's value has no allowed length"),
            Self::Entry => f.write_str("a log entry is too long"),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::AlreadyExists => Self::Exists,
            kind => Self::Io { kind, text: error.to_string() },
        }
    }
}
