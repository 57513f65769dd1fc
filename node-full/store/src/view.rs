//! The store as it stands after one block.

use crate::{
    block::Undecided,
    error::{Fault, Mark, StoreError},
    log::{LogTail, TILE_WIDTH, entries_of, folded, hashes_of, put_entry},
    record::Record,
    rows::{KeyValue, RowRange},
    sealed::Health,
    source::Source,
    tables::{self, Bytes, Leaves, tile_key},
    tree::{self, Hashed, LeafRow, Node, NodeCache, NodeKey, Part, Summary, TreeRead},
};
use medproof_core::{
    certificate::Certificate,
    encoding::Wire,
    handover::HandOver,
    hash::Digest,
    header::{Header, Height},
    log::{self, LeafIndex, LogHash, LogNodes, LogProof, TreeSize},
    state::{self, BucketProof, NodeHash, Path, Prefix, StateProof},
    validators::ValidatorSet,
};
use redb::{AccessGuard, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTableMetadata, TableError};
use std::sync::Arc;

/// A snapshot: nothing in it changes while it is held. Cheap to clone, and can be shared by threads.
#[derive(Clone)]
pub struct View(Arc<Snapshot>);

struct Snapshot {
    txn: ReadTransaction,
    health: Arc<Health>,
    cache: Arc<NodeCache>,
    fixed: Fixed,
    leaf: ReadOnlyTable<&'static [u8; 32], &'static [u8]>,
    root: Summary,
    tip: Option<Header>,
}

/// A table of byte strings, for reading.
type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// A value, borrowed from the engine.
type Guard = AccessGuard<'static, &'static [u8]>;

struct Fixed {
    header: Table,
    certificate: Table,
    set: Table,
    handover: Table,
    bundle: Table,
    event: Table,
    start: Table,
    tile: Table,
    node: Table,
    undecided: Table,
}

/// An event, and where it stands in its block.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an event has a place")]
pub struct PlacedEvent {
    /// The block's height.
    pub height: Height,
    /// The event's place in the block, from 0.
    pub place: u32,
    /// The event's bytes.
    pub event: Vec<u8>,
}

/// How much the store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Blocks, the first one among them.
    pub blocks: u64,
    /// Log entries.
    pub entries: u64,
    /// Leaves of the state tree.
    pub leaves: u64,
    /// Rows of the state tree's nodes.
    pub nodes: u64,
    /// Proposals that were not decided.
    pub undecided: u64,
}

impl View {
    pub(crate) fn open(db: &redb::Database, health: &Arc<Health>, cache: &Arc<NodeCache>) -> Result<Self, StoreError> {
        let txn = db.begin_read().map_err(|e| health.blame(e, Record::Engine))?;
        let open = |table: Bytes<'_>| txn.open_table(table).map_err(|e| health.blame(e, Record::Engine));
        let meta = open(tables::META)?;
        let root = meta.get(tables::META_ROOT).map_err(|e| health.blame(e, Record::Meta))?;
        let root = match root {
            Some(root) => Summary::from_bytes(root.value()).ok_or(malformed(Record::Meta))?,
            None => Summary::EMPTY,
        };
        let fixed = Fixed {
            header: open(tables::HEADER)?,
            certificate: open(tables::CERTIFICATE)?,
            set: open(tables::SET)?,
            handover: open(tables::HANDOVER)?,
            bundle: open(tables::BUNDLE)?,
            event: open(tables::EVENT)?,
            start: open(tables::START)?,
            tile: open(tables::TILE)?,
            node: open(tables::NODE)?,
            undecided: open(tables::UNDECIDED)?,
        };
        let leaf = txn.open_table::<_, &[u8]>(tables::LEAF as Leaves).map_err(|e| health.blame(e, Record::Engine))?;
        let tip = last_header(&fixed.header, health)?;
        Ok(Self(Arc::new(Snapshot {
            txn,
            health: Arc::clone(health),
            cache: Arc::clone(cache),
            fixed,
            leaf,
            root,
            tip,
        })))
    }

    /// The newest header; `None` before the first block.
    pub fn tip(&self) -> Option<&Header> {
        self.0.tip.as_ref()
    }

    /// Height and hash of the newest header.
    pub fn mark(&self) -> Option<Mark> {
        self.tip().map(|tip| Mark { height: tip.height(), hash: tip.hash() })
    }

    /// The header of a height.
    pub fn header(&self, height: Height) -> Result<Option<Header>, StoreError> {
        let record = || Record::Header(height);
        let bytes = self.get(&self.0.fixed.header, &height.0.to_be_bytes(), record)?;
        bytes.map(|bytes| Header::from_bytes(bytes.value()).map_err(|_| malformed(record()))).transpose()
    }

    /// The certificate of a height; there is none for height 0.
    pub fn certificate(&self, height: Height) -> Result<Option<Certificate>, StoreError> {
        self.decoded(&self.0.fixed.certificate, &height.0.to_be_bytes(), || Record::Certificate(height))
    }

    /// A validator set by its hash.
    pub fn set(&self, hash: &Digest) -> Result<Option<ValidatorSet>, StoreError> {
        self.decoded(&self.0.fixed.set, &hash.0, || Record::Set(*hash))
    }

    /// The changes of the set by headers of `from` and above, ascending, at most `limit`.
    pub fn hand_overs(&self, from: Height, limit: usize) -> Result<Vec<HandOver>, StoreError> {
        let record = || Record::HandOver(from);
        let range = self.0.fixed.handover.range::<&[u8]>(&from.0.to_be_bytes()[..]..);
        let range = range.map_err(|e| self.0.health.blame(e, record()))?;
        let mut found = Vec::new();
        for row in range.take(limit) {
            let (key, _) = row.map_err(|e| self.0.health.blame(e, record()))?;
            let height = key.value().try_into().map(u64::from_be_bytes).map_err(|_| malformed(record()))?;
            found.push(self.hand_over(Height(height))?);
        }
        Ok(found)
    }

    fn hand_over(&self, height: Height) -> Result<HandOver, StoreError> {
        let header = self.header(height)?.ok_or(absent(Record::Header(height)))?;
        let certificate = self.certificate(height)?.ok_or(absent(Record::Certificate(height)))?;
        let hash = *header.next_set_hash();
        let new_set = self.set(&hash)?.ok_or(absent(Record::Set(hash)))?;
        Ok(HandOver { header, certificate, new_set })
    }

    /// The state root.
    pub fn state_root(&self) -> NodeHash {
        self.0.root.hash
    }

    /// The value of a leaf.
    pub fn leaf(&self, path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.0.leaf.get(path.as_bytes());
        let value = value.map_err(|e| self.0.health.blame(e, Record::Leaf(*path)))?;
        Ok(value.map(|value| value.value().to_vec()))
    }

    /// Leaves from `from` on, ascending, at most `limit`.
    pub fn leaves_from(&self, from: &Path, limit: usize) -> Result<Vec<(Path, Vec<u8>)>, StoreError> {
        self.scan(from, &Path::new([0xff; 32]), limit)
    }

    /// The one minimal proof about `asked`, in any order; `None` for none or too many.
    ///
    /// Its root is computed again and compared: no proof leaves the store that a client would refuse.
    pub fn prove(&self, asked: &[Path]) -> Result<Option<StateProof>, StoreError> {
        let proof = state::prove(Part::whole(self), asked)?;
        proof.map(|proof| self.compared(proof, StateProof::root)).transpose()
    }

    /// The one minimal proof of all leaves under `bucket` and about `asked`; `None` for too many.
    pub fn prove_bucket(&self, bucket: &Prefix, asked: &[Path]) -> Result<Option<BucketProof>, StoreError> {
        let proof = state::prove_bucket(Part::whole(self), bucket, asked)?;
        proof.map(|proof| self.compared(proof, |proof| proof.as_state_proof().root())).transpose()
    }

    fn compared<P>(&self, proof: P, root: impl Fn(&P) -> Result<NodeHash, state::StateError>) -> Result<P, StoreError> {
        let holds = root(&proof) == Ok(self.state_root());
        if holds { Ok(proof) } else { Err(StoreError::damaged(NodeKey::ROOT.record(), Fault::Contradicts)) }
    }

    /// Number of log entries.
    pub fn log_size(&self) -> TreeSize {
        self.tip().and_then(Header::log).map_or(TreeSize(0), |(size, _)| size)
    }

    /// The log's root.
    pub fn log_root(&self) -> LogHash {
        self.tip().and_then(Header::log).map_or_else(LogHash::empty_root, |(_, root)| root)
    }

    /// The log's right edge, to be appended to.
    pub fn log_tail(&self) -> Result<LogTail, StoreError> {
        LogTail::read(self.log_size(), |level, index| self.partial_tile(level, index))
    }

    fn partial_tile(&self, level: u8, index: u64) -> Result<Vec<LogHash>, StoreError> {
        let width = (self.log_size().0 >> (8 * u32::from(level))) % TILE_WIDTH;
        let mut hashes = self.tile_hashes(level, index)?;
        hashes.truncate(usize::try_from(width).unwrap_or(usize::MAX));
        Ok(hashes)
    }

    /// Shows that an entry stands at `index` among the first `size`; `None` if it does not.
    pub fn inclusion(&self, index: LeafIndex, size: TreeSize) -> Result<Option<LogProof>, StoreError> {
        log::inclusion_proof(self, index, size)
    }

    /// Shows that the first `size2` entries begin with the first `size1`; `None` if they do not.
    pub fn consistency(&self, size1: TreeSize, size2: TreeSize) -> Result<Option<LogProof>, StoreError> {
        log::consistency_proof(self, size1, size2)
    }

    /// The log's root when it had `size` entries; `None` if it has fewer.
    pub fn log_root_at(&self, size: TreeSize) -> Result<Option<LogHash>, StoreError> {
        log::root_at(self, size)
    }

    /// The first `width` hashes of a tile, 1 to 256; `None` if there are not as many.
    pub fn tile(&self, level: u8, index: u64, width: u16) -> Result<Option<Vec<u8>>, StoreError> {
        let record = || Record::Tile { level, index };
        let tile = self.get(&self.0.fixed.tile, &tile_key(level, index), record)?;
        let part = tile.and_then(|tile| Some(tile.value().get(..usize::from(width) * 32)?.to_vec()));
        Ok(part.filter(|part| !part.is_empty()))
    }

    /// The first `width` entries of a bundle, each behind its length; `None` if there are not as many.
    pub fn entry_bundle(&self, index: u64, width: u16) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(bundle) = self.bundle(index)? else { return Ok(None) };
        let entries: Vec<&[u8]> = entries_of(bundle.value()).take(usize::from(width)).collect();
        if width == 0 || entries.len() < usize::from(width) {
            return Ok(None);
        }
        let mut part = Vec::new();
        entries.iter().for_each(|entry| put_entry(&mut part, entry));
        Ok(Some(part))
    }

    /// A log entry.
    pub fn entry(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        let place = (index.0 % TILE_WIDTH) as usize;
        let bundle = self.bundle(index.0 / TILE_WIDTH)?;
        Ok(bundle.and_then(|bundle| entries_of(bundle.value()).nth(place).map(<[u8]>::to_vec)))
    }

    fn bundle(&self, number: u64) -> Result<Option<Guard>, StoreError> {
        let record = || Record::Entry(LeafIndex(number.saturating_mul(TILE_WIDTH)));
        self.get(&self.0.fixed.bundle, &number.to_be_bytes(), record)
    }

    /// An event by the place of its entry in the log.
    pub fn event(&self, index: LeafIndex) -> Result<Option<PlacedEvent>, StoreError> {
        let Some(event) = self.get(&self.0.fixed.event, &index.0.to_be_bytes(), || Record::Event(index))? else {
            return Ok(None);
        };
        let (first, height) = self.block_of(index)?;
        let place = u32::try_from(index.0 - first).map_err(|_| malformed(Record::Start(index)))?;
        Ok(Some(PlacedEvent { height, place, event: event.value().to_vec() }))
    }

    /// The height of the block that holds an entry, without reading its event.
    pub fn height_of(&self, index: LeafIndex) -> Result<Option<Height>, StoreError> {
        if index.0 >= self.log_size().0 {
            return Ok(None);
        }
        self.block_of(index).map(|(_, height)| Some(height))
    }

    /// The places in the log of a block's events; `None` if there is no such block.
    pub fn block_entries(&self, height: Height) -> Result<Option<std::ops::Range<u64>>, StoreError> {
        let size = |height| Ok::<_, StoreError>(self.header(height)?.and_then(|header| header.log()));
        let Some((end, _)) = size(height)? else { return Ok(None) };
        let first = match height.0.checked_sub(1) {
            Some(before) => size(Height(before))?.ok_or(absent(Record::Header(Height(before))))?.0.0,
            None => 0,
        };
        Ok(Some(first..end.0))
    }

    /// The first entry of the block that holds an entry, and the block's height.
    fn block_of(&self, index: LeafIndex) -> Result<(u64, Height), StoreError> {
        let record = || Record::Start(index);
        let range = self.0.fixed.start.range::<&[u8]>(..=&index.0.to_be_bytes()[..]);
        let last = range.map_err(|e| self.0.health.blame(e, record()))?.next_back();
        let (first, height) = last.ok_or(absent(record()))?.map_err(|e| self.0.health.blame(e, record()))?;
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_be_bytes).map_err(|_| malformed(record()));
        Ok((number(first.value())?, Height(number(height.value())?)))
    }

    /// The proposals of a height that were not decided, by round and hash.
    pub fn undecided(&self, height: Height) -> Result<Vec<Undecided>, StoreError> {
        let (from, to) = (height.0.to_be_bytes(), (height.0 + 1).to_be_bytes());
        let blame = |e| self.0.health.blame(e, Record::Undecided(height));
        let mut found = Vec::new();
        for row in self.0.fixed.undecided.range::<&[u8]>(&from[..]..&to[..]).map_err(blame)? {
            let (key, value) = row.map_err(blame)?;
            let parts = key.value().split_last_chunk().and_then(|(key, hash)| Some((key.last_chunk()?, *hash)));
            let (round, hash) = parts.ok_or(malformed(Record::Undecided(height)))?;
            let (round, header_hash) = (u32::from_be_bytes(*round), Digest(hash));
            found.push(Undecided { round, header_hash, bytes: value.value().to_vec() });
        }
        Ok(found)
    }

    /// A row of a named table.
    pub fn row(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(rows) = self.row_table(table)? else { return Ok(None) };
        let value = self.get(&rows, key, || Record::Row { table: table.into(), key: key.to_vec() })?;
        Ok(value.map(|value| value.value().to_vec()))
    }

    /// Rows of a named table, with their keys.
    pub fn rows(&self, table: &str, range: &RowRange) -> Result<Vec<KeyValue>, StoreError> {
        let blame = |e| self.0.health.blame(e, Record::Row { table: table.into(), key: Vec::new() });
        let Some(rows) = self.row_table(table)?.filter(|_| !range.is_empty()) else { return Ok(Vec::new()) };
        let bounds = (range.from.as_ref().map(Vec::as_slice), range.to.as_ref().map(Vec::as_slice));
        let mut found = rows.range::<&[u8]>(bounds).map_err(blame)?;
        let mut out = Vec::new();
        while out.len() < range.limit {
            let Some(row) = (if range.reverse { found.next_back() } else { found.next() }) else { break };
            let (key, value) = row.map_err(blame)?;
            out.push((key.value().to_vec(), value.value().to_vec()));
        }
        Ok(out)
    }

    fn row_table(&self, table: &str) -> Result<Option<Table>, StoreError> {
        match self.0.txn.open_table(Bytes::new(&tables::row_table(table))) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(self.0.health.blame(error, Record::Row { table: table.into(), key: Vec::new() })),
        }
    }

    /// How much the store holds.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        let len = |table: &Table| table.len().map_err(|e| self.0.health.blame(e, Record::Engine));
        Ok(Counts {
            blocks: len(&self.0.fixed.header)?,
            entries: self.log_size().0,
            leaves: self.0.root.leaves,
            nodes: len(&self.0.fixed.node)?,
            undecided: len(&self.0.fixed.undecided)?,
        })
    }

    pub(crate) fn root_summary(&self) -> Summary {
        self.0.root
    }

    /// Whether the tree's topmost row, or its only bucket, hashes to the root.
    pub(crate) fn root_is_whole(&self) -> Result<bool, StoreError> {
        tree::recomputed(self, &NodeKey::ROOT, self.0.root.leaves).map(|root| root == self.0.root)
    }

    /// The name of the tree's topmost row.
    pub(crate) fn root_record(&self) -> Record {
        NodeKey::ROOT.record()
    }

    /// Number of rows in the table of leaves.
    pub(crate) fn leaf_rows(&self) -> Result<u64, StoreError> {
        self.0.leaf.len().map_err(|e| self.0.health.blame(e, Record::Engine))
    }

    /// All rows, to be copied.
    pub(crate) fn source(&self) -> Source<'_> {
        Source { txn: &self.0.txn, health: &self.0.health }
    }

    fn get(&self, table: &Table, key: &[u8], record: impl Fn() -> Record) -> Result<Option<Guard>, StoreError> {
        table.get(key).map_err(|e| self.0.health.blame(e, record()))
    }

    fn decoded<T: Wire>(
        &self,
        table: &Table,
        key: &[u8],
        record: impl Fn() -> Record,
    ) -> Result<Option<T>, StoreError> {
        let bytes = self.get(table, key, &record)?;
        bytes.map(|bytes| T::from_wire(bytes.value()).map_err(|_| malformed(record()))).transpose()
    }

    fn scan(&self, from: &Path, to: &Path, limit: usize) -> Result<Vec<LeafRow>, StoreError> {
        let blame = |e| self.0.health.blame(e, Record::Leaf(*from));
        let mut leaves = Vec::new();
        for row in self.0.leaf.range::<&[u8; 32]>(from.as_bytes()..=to.as_bytes()).map_err(blame)?.take(limit) {
            let (path, value) = row.map_err(blame)?;
            leaves.push((Path::new(*path.value()), value.value().to_vec()));
        }
        Ok(leaves)
    }

    fn tile_hashes(&self, level: u8, index: u64) -> Result<Vec<LogHash>, StoreError> {
        let record = || Record::Tile { level, index };
        let tile = self.get(&self.0.fixed.tile, &tile_key(level, index), record)?.ok_or(absent(record()))?;
        hashes_of(tile.value()).ok_or(malformed(record()))
    }
}

impl TreeRead for View {
    fn root(&self) -> Summary {
        self.0.root
    }

    fn node(&self, key: &NodeKey) -> Result<Node, StoreError> {
        let row = self.get(&self.0.fixed.node, &key.to_bytes(), || key.record())?.ok_or(absent(key.record()))?;
        Node::from_bytes(row.value()).ok_or(malformed(key.record()))
    }

    fn hashed(&self, key: &NodeKey, expected: &Summary) -> Result<Arc<Hashed>, StoreError> {
        self.0.cache.get(&expected.hash, || Hashed::new(TreeRead::node(self, key)?, key, expected))
    }

    fn leaves(&self, key: &NodeKey) -> Result<Vec<LeafRow>, StoreError> {
        self.scan(key.first(), &key.last(), usize::MAX)
    }
}

impl LogNodes for View {
    type Error = StoreError;

    fn size(&self) -> TreeSize {
        self.log_size()
    }

    fn node(&self, level: u32, index: u64) -> Result<LogHash, StoreError> {
        let (tile_level, height) = ((level / 8) as u8, level % 8);
        let first = index << height;
        let record = Record::Tile { level: tile_level, index: first / TILE_WIDTH };
        let hashes = self.tile_hashes(tile_level, first / TILE_WIDTH)?;
        let offset = (first % TILE_WIDTH) as usize;
        let part = hashes.get(offset..offset + (1 << height));
        part.map(folded).ok_or(StoreError::damaged(record, Fault::Malformed))
    }
}

fn last_header(table: &Table, health: &Health) -> Result<Option<Header>, StoreError> {
    use redb::ReadableTable;
    let last = table.last().map_err(|e| health.blame(e, Record::Engine))?;
    let Some((key, bytes)) = last else { return Ok(None) };
    let height = key.value().try_into().map(u64::from_be_bytes).map_err(|_| malformed(Record::Engine))?;
    let header = Header::from_bytes(bytes.value()).ok().filter(|header| header.height().0 == height);
    header.map(Some).ok_or(malformed(Record::Header(Height(height))))
}

const fn malformed(record: Record) -> StoreError {
    StoreError::damaged(record, Fault::Malformed)
}

const fn absent(record: Record) -> StoreError {
    StoreError::damaged(record, Fault::Absent)
}
