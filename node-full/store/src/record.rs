//! Names of what the store holds, for people who must find it.

use medproof_core::{hash::Digest, header::Height, log::LeafIndex, state::Path};
use std::fmt;

/// One thing in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record {
    /// The file's first pages: version and wrapped key.
    FileHeader,
    /// The engine's own pages: where its trees begin.
    Engine,
    /// What the store knows about itself.
    Meta,
    /// The header of a block.
    Header(Height),
    /// The certificate of a block.
    Certificate(Height),
    /// A validator set by its hash.
    Set(Digest),
    /// That the set changes after a block.
    HandOver(Height),
    /// An event by its place in the log.
    Event(LeafIndex),
    /// A log entry by its place.
    Entry(LeafIndex),
    /// In which block a log entry stands.
    Start(LeafIndex),
    /// A tile of the log: 256 hashes of a level.
    Tile {
        /// The tile's level: its hashes cover 256 to this power entries each.
        level: u8,
        /// The tile's place within the level.
        index: u64,
    },
    /// A leaf of the state tree.
    Leaf(Path),
    /// A node of the state tree: all leaves that share so many leading bits.
    Node {
        /// A path under the node.
        path: Path,
        /// How many bits they share.
        depth_bits: u16,
    },
    /// The newest header that was seen, outside the store.
    Newest,
    /// A proposal that was not decided yet.
    Undecided(Height),
    /// A row of a named table.
    Row {
        /// The table's name.
        table: String,
        /// The row's key.
        key: Vec<u8>,
    },
}

impl Record {
    /// The stable code that says this kind of record is damaged.
    pub(crate) const fn damage_code(&self) -> &'static str {
        match self {
            Self::FileHeader => "store.damaged.file-header",
            Self::Engine => "store.damaged.contents",
            Self::Meta => "store.damaged.meta",
            Self::Header(_) => "store.damaged.header",
            Self::Certificate(_) => "store.damaged.certificate",
            Self::Set(_) => "store.damaged.set",
            Self::HandOver(_) => "store.damaged.hand-over",
            Self::Event(_) => "store.damaged.event",
            Self::Entry(_) => "store.damaged.entry",
            Self::Start(_) => "store.damaged.start",
            Self::Tile { .. } => "store.damaged.tile",
            Self::Leaf(_) => "store.damaged.leaf",
            Self::Node { .. } => "store.damaged.node",
            Self::Newest => "store.damaged.newest",
            Self::Undecided(_) => "store.damaged.undecided",
            Self::Row { .. } => "store.damaged.row",
        }
    }

    /// What that code's sentences name.
    pub(crate) fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::FileHeader | Self::Engine | Self::Meta | Self::Newest => Vec::new(),
            Self::Header(height) | Self::Certificate(height) | Self::HandOver(height) | Self::Undecided(height) => {
                vec![("height", height.0.to_string())]
            }
            Self::Set(hash) => vec![("key", Hex(&hash.0).to_string())],
            Self::Event(index) | Self::Entry(index) | Self::Start(index) => vec![("index", index.0.to_string())],
            Self::Tile { level, index } => vec![("level", level.to_string()), ("index", index.to_string())],
            Self::Leaf(path) => vec![("key", Hex(path.as_bytes()).to_string())],
            Self::Node { path, depth_bits } => {
                vec![("key", Hex(path.as_bytes()).to_string()), ("level", depth_bits.to_string())]
            }
            Self::Row { table, key } => vec![("name", table.clone()), ("key", Hex(key).to_string())],
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileHeader => f.write_str("the file header"),
            Self::Engine => f.write_str("the table of contents"),
            Self::Meta => f.write_str("the store's record of itself"),
            Self::Header(height) => write!(f, "the header of block {}", height.0),
            Self::Certificate(height) => write!(f, "the certificate of block {}", height.0),
            Self::Set(hash) => write!(f, "the validator set {}", Hex(&hash.0)),
            Self::HandOver(height) => write!(f, "the change of set after block {}", height.0),
            Self::Event(index) => write!(f, "event {}", index.0),
            Self::Entry(index) => write!(f, "log entry {}", index.0),
            Self::Start(index) => write!(f, "the block of log entry {}", index.0),
            Self::Tile { level, index } => write!(f, "log tile {index} of level {level}"),
            Self::Leaf(path) => write!(f, "the state leaf {}", Hex(path.as_bytes())),
            Self::Node { path, depth_bits } => {
                write!(f, "the state node of depth {depth_bits} above {}", Hex(path.as_bytes()))
            }
            Self::Newest => f.write_str("the file of the newest header seen"),
            Self::Undecided(height) => write!(f, "a proposal for block {}", height.0),
            Self::Row { table, key } => write!(f, "the row {} of table `{table}`", Hex(key)),
        }
    }
}

/// Bytes as hexadecimal digits.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
