//! The tables of the engine, and how their keys sort.
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta` | name | version, root |
//! | `header`, `certificate` | height u64 | bytes |
//! | `set` | hash | validator set |
//! | `handover` | height u64 of a header that names another set | nothing |
//! | `bundle` | number u64 | 256 log entries, or the last ones, each behind its length |
//! | `event` | place in the log u64 | bytes |
//! | `start` | place of a block's first entry u64 | height u64 |
//! | `tile` | level u8, index u64 | 1 to 256 hashes |
//! | `node` | nibbles u8, prefix | [`crate::tree::Node`] |
//! | `leaf` | path | value |
//! | `undecided` | height u64, round u32, header hash | bytes |
//! | `row.` + name | the caller's | the caller's |

use medproof_core::hash::Digest;
use redb::TableDefinition;

/// A table of byte strings.
pub(crate) type Bytes<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// The table of leaves: their keys have one length, which spares the engine an offset each.
pub(crate) type Leaves = TableDefinition<'static, &'static [u8; 32], &'static [u8]>;

pub(crate) const META: Bytes<'_> = TableDefinition::new("meta");
pub(crate) const HEADER: Bytes<'_> = TableDefinition::new("header");
pub(crate) const CERTIFICATE: Bytes<'_> = TableDefinition::new("certificate");
pub(crate) const SET: Bytes<'_> = TableDefinition::new("set");
pub(crate) const HANDOVER: Bytes<'_> = TableDefinition::new("handover");
pub(crate) const BUNDLE: Bytes<'_> = TableDefinition::new("bundle");
pub(crate) const EVENT: Bytes<'_> = TableDefinition::new("event");
pub(crate) const START: Bytes<'_> = TableDefinition::new("start");
pub(crate) const TILE: Bytes<'_> = TableDefinition::new("tile");
pub(crate) const NODE: Bytes<'_> = TableDefinition::new("node");
pub(crate) const UNDECIDED: Bytes<'_> = TableDefinition::new(UNDECIDED_NAME);
pub(crate) const LEAF: Leaves = TableDefinition::new(LEAF_NAME);

/// The name of the table of undecided proposals.
pub(crate) const UNDECIDED_NAME: &str = "undecided";

/// The name of the table of leaves.
pub(crate) const LEAF_NAME: &str = "leaf";

/// Every table that is there from the beginning, `leaf` excepted.
pub(crate) const FIXED: [Bytes<'_>; 11] =
    [META, HEADER, CERTIFICATE, SET, HANDOVER, BUNDLE, EVENT, START, TILE, NODE, UNDECIDED];

/// The key in `meta` of the state tree's root and number of leaves.
pub(crate) const META_ROOT: &[u8] = b"root";

/// The engine's name for a named table of rows.
pub(crate) fn row_table(name: &str) -> String {
    format!("{ROW_PREFIX}{name}")
}

/// What the engine's names of row tables begin with.
pub(crate) const ROW_PREFIX: &str = "row.";

/// The key of an undecided proposal.
pub(crate) fn undecided_key(height: u64, round: u32, hash: &Digest) -> [u8; 44] {
    let mut key = [0; 44];
    let parts = height.to_be_bytes().into_iter().chain(round.to_be_bytes()).chain(hash.0);
    key.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    key
}

/// The key of a tile.
pub(crate) fn tile_key(level: u8, index: u64) -> [u8; 9] {
    let mut key = [level; 9];
    key.iter_mut().skip(1).zip(index.to_be_bytes()).for_each(|(to, from)| *to = from);
    key
}
