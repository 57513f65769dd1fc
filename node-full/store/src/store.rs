//! The store: open, commit, look.

use crate::{
    block::{Checked, NewBlock},
    disk::{Disk, FileDisk, sync_folder_of},
    error::{Fault, Mark, StoreError, StoreVersion},
    record::Record,
    rows::{self, Row},
    sealed::{FileHeader, Health, SealedDisk, StoreKey},
    tables::{self, Bytes},
    tree::{self, Staged},
    view::View,
};
use medproof_core::{
    encoding::Wire,
    header::{Header, Height},
    state::Path as LeafPath,
};
use redb::{Database, WriteTransaction};
use std::{
    collections::BTreeMap,
    fmt, fs,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

/// The version of the file that this program writes.
pub const STORE_VERSION: StoreVersion = StoreVersion(1);

/// Leaf changes: the new value by path, `None` to remove the leaf.
pub type LeafChanges = BTreeMap<LeafPath, Option<Vec<u8>>>;

/// How a store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the caller says how")]
pub struct Options {
    /// The most memory that pages may take, in bytes.
    pub cache_bytes: usize,
    /// The newest header that was seen, as far as that is known from elsewhere.
    pub newest: Option<Mark>,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_bytes: 128 << 20, newest: None }
    }
}

/// One encrypted file with everything that a node keeps, changed by one transaction per block.
pub struct Store {
    db: Database,
    health: Arc<Health>,
    disk: Arc<dyn Disk>,
    current: RwLock<View>,
}

impl Store {
    /// A new store, without blocks.
    ///
    /// The file appears under its name when it is whole.
    pub fn create(path: &Path, key: &StoreKey, options: &Options) -> Result<Self, StoreError> {
        if path.try_exists()? {
            return Err(StoreError::Exists);
        }
        let unfinished = path.with_extension("unfinished");
        fs::remove_file(&unfinished).or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        let store = Self::create_on(Arc::new(FileDisk::create(&unfinished)?), key, options)?;
        fs::rename(&unfinished, path)?;
        sync_folder_of(path)?;
        Ok(store)
    }

    /// Opens a store and checks its newest block.
    pub fn open(path: &Path, key: &StoreKey, options: &Options) -> Result<Self, StoreError> {
        Self::open_on(Arc::new(FileDisk::open(path)?), key, options)
    }

    /// As [`create`](Self::create), on any empty disk.
    pub fn create_on(disk: Arc<dyn Disk>, key: &StoreKey, options: &Options) -> Result<Self, StoreError> {
        let header = FileHeader::generate(STORE_VERSION, key)?;
        let sealed = SealedDisk::create(Arc::clone(&disk), &header, key)?;
        let store = Self::start(disk, sealed, options)?;
        store.write(|txn| {
            for table in tables::FIXED {
                txn.open_table(table).map_err(|e| store.health.blame(e, Record::Engine))?;
            }
            txn.open_table(tables::LEAF).map_err(|e| store.health.blame(e, Record::Engine))?;
            Ok(())
        })?;
        store.with_current()
    }

    /// As [`open`](Self::open), on any disk.
    pub fn open_on(disk: Arc<dyn Disk>, key: &StoreKey, options: &Options) -> Result<Self, StoreError> {
        let header = FileHeader::read(&*disk)?;
        let (found, known) = (header.version, STORE_VERSION);
        if found > known {
            return Err(StoreError::NewerVersion { found, known });
        }
        if found < known {
            return Err(StoreError::OlderVersion { found, known });
        }
        let sealed = SealedDisk::open(Arc::clone(&disk), &header, key)?;
        let store = Self::start(disk, sealed, options)?.with_current()?;
        let view = store.view();
        check_tip(&view)?;
        check_newest(&view, options.newest)?;
        Ok(store)
    }

    /// The store as it stands now.
    pub fn view(&self) -> View {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The state after `changes` to that of `view`, computed and not written.
    pub fn stage(&self, view: &View, changes: &LeafChanges) -> Result<Staged, StoreError> {
        tree::stage(view, changes)
    }

    /// As [`stage`](Self::stage), after blocks that are staged and not committed yet, the oldest first.
    pub fn stage_on(&self, view: &View, below: &[&Staged], changes: &LeafChanges) -> Result<Staged, StoreError> {
        tree::stage_on(view, below, changes)
    }

    /// Checks a block against its header and writes all of it, durably, or nothing.
    pub fn commit(&self, block: &NewBlock) -> Result<View, StoreError> {
        let view = self.view();
        let checked = block.check(&view)?;
        self.write(|txn| {
            let writer = BlockWriter { txn, health: &self.health, block, checked: &checked };
            writer.chain()?;
            writer.log(view.log_size().0)?;
            writer.tree()?;
            writer.forget_undecided()?;
            rows::write(txn, &block.rows, &self.health)
        })?;
        self.refresh()
    }

    /// Writes rows outside blocks, durably.
    pub fn put_rows(&self, rows: &[Row]) -> Result<View, StoreError> {
        self.write(|txn| rows::write(txn, rows, &self.health))?;
        self.refresh()
    }

    /// Keeps a proposal that is not decided yet, durably; the block of its height removes it.
    pub fn put_undecided(&self, height: Height, round: u32, proposal: &[u8]) -> Result<(), StoreError> {
        let blame = |e: redb::Error| self.health.blame(e, Record::Undecided(height));
        self.write(|txn| {
            let mut table = txn.open_table(tables::UNDECIDED).map_err(|e| blame(e.into()))?;
            let key = tables::undecided_key(height.0, round);
            table.insert(&key[..], proposal).map_err(|e| blame(e.into()))?;
            Ok(())
        })?;
        self.refresh().map(drop)
    }

    /// Length of the file, in bytes.
    pub fn file_bytes(&self) -> Result<u64, StoreError> {
        Ok(self.disk.len_bytes()?)
    }

    fn start(disk: Arc<dyn Disk>, sealed: SealedDisk, options: &Options) -> Result<Starting, StoreError> {
        let health = sealed.health();
        let db = Database::builder().set_cache_size(options.cache_bytes).create_with_backend(sealed);
        let db = db.map_err(|e| health.blame(e, Record::Engine))?;
        Ok(Starting { db, health, disk })
    }

    fn write(&self, fill: impl FnOnce(&WriteTransaction) -> Result<(), StoreError>) -> Result<(), StoreError> {
        write(&self.db, &self.health, fill)
    }

    /// Takes up what was written last.
    fn refresh(&self) -> Result<View, StoreError> {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = View::open(&self.db, &self.health)?;
        Ok(current.clone())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("disk", &self.disk).finish_non_exhaustive()
    }
}

/// A store whose tables were not read yet.
struct Starting {
    db: Database,
    health: Arc<Health>,
    disk: Arc<dyn Disk>,
}

impl Starting {
    fn write(&self, fill: impl FnOnce(&WriteTransaction) -> Result<(), StoreError>) -> Result<(), StoreError> {
        write(&self.db, &self.health, fill)
    }

    fn with_current(self) -> Result<Store, StoreError> {
        let current = RwLock::new(View::open(&self.db, &self.health)?);
        Ok(Store { db: self.db, health: self.health, disk: self.disk, current })
    }
}

/// One durable transaction, or none.
fn write(
    db: &Database,
    health: &Health,
    fill: impl FnOnce(&WriteTransaction) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut txn = db.begin_write().map_err(|e| health.blame(e, Record::Engine))?;
    txn.set_quick_repair(true);
    fill(&txn)?;
    txn.commit().map_err(|e| health.blame(e, Record::Engine))
}

/// A block on its way into the tables.
struct BlockWriter<'a> {
    txn: &'a WriteTransaction,
    health: &'a Health,
    block: &'a NewBlock,
    checked: &'a Checked,
}

impl BlockWriter<'_> {
    fn chain(&self) -> Result<(), StoreError> {
        let fields = &self.checked.fields;
        let height = fields.height.0.to_be_bytes();
        self.put(tables::HEADER, &height, self.block.header.raw(), Record::Header(fields.height))?;
        if let Some(certificate) = &self.block.certificate {
            let bytes = certificate.to_wire();
            self.put(tables::CERTIFICATE, &height, &bytes, Record::Certificate(fields.height))?;
        }
        if let Some(set) = &self.block.next_set {
            self.put(tables::SET, &set.hash().0, &set.to_wire(), Record::Set(*set.hash()))?;
        }
        if fields.set_hash != fields.next_set_hash {
            self.put(tables::HANDOVER, &height, &[], Record::HandOver(fields.height))?;
        }
        Ok(())
    }

    fn log(&self, first: u64) -> Result<(), StoreError> {
        let events = &self.block.events;
        if !events.is_empty() {
            let height = self.checked.fields.height.0.to_be_bytes();
            self.put(tables::START, &first.to_be_bytes(), &height, Record::Engine)?;
        }
        let place = |offset: usize| (first + offset as u64).to_be_bytes();
        let events = || events.iter().enumerate();
        self.put_all(tables::ENTRY, events().map(|(offset, event)| (place(offset), &event.entry[..])))?;
        self.put_all(tables::EVENT, events().map(|(offset, event)| (place(offset), &event.event[..])))?;
        self.put_all(tables::TILE, self.checked.tiles.iter().map(|(key, hashes)| (*key, &hashes[..])))
    }

    fn tree(&self) -> Result<(), StoreError> {
        let staged = &self.block.staged;
        let blame = |e: redb::Error| self.health.blame(e, Record::Engine);
        let mut leaves = self.txn.open_table(tables::LEAF).map_err(|e| blame(e.into()))?;
        for (path, value) in &staged.leaves {
            let done = match value {
                Some(value) => leaves.insert(path.as_bytes(), &value[..]).map(drop),
                None => leaves.remove(path.as_bytes()).map(drop),
            };
            done.map_err(|e| self.health.blame(e, Record::Leaf(*path)))?;
        }
        let mut nodes = self.txn.open_table(tables::NODE).map_err(|e| blame(e.into()))?;
        for (key, node) in &staged.nodes {
            let done = match node {
                Some(node) => nodes.insert(&key.to_bytes()[..], &node.to_bytes()[..]).map(drop),
                None => nodes.remove(&key.to_bytes()[..]).map(drop),
            };
            done.map_err(|e| self.health.blame(e, key.record()))?;
        }
        match staged.root.leaves {
            0 => self.remove(tables::META, tables::META_ROOT),
            _ => self.put(tables::META, tables::META_ROOT, &staged.root.to_bytes(), Record::Meta),
        }
    }

    fn forget_undecided(&self) -> Result<(), StoreError> {
        let end = tables::undecided_key(self.checked.fields.height.0 + 1, 0);
        let blame = |e: redb::Error| self.health.blame(e, Record::Undecided(self.checked.fields.height));
        let mut table = self.txn.open_table(tables::UNDECIDED).map_err(|e| blame(e.into()))?;
        table.retain_in::<&[u8], _>(..&end[..], |_, _| false).map_err(|e| blame(e.into()))
    }

    fn put(&self, table: Bytes<'_>, key: &[u8], value: &[u8], record: Record) -> Result<(), StoreError> {
        let mut table = self.txn.open_table(table).map_err(|e| self.health.blame(e, record.clone()))?;
        table.insert(key, value).map_err(|e| self.health.blame(e, record))?;
        Ok(())
    }

    fn put_all<'a, const N: usize>(
        &self,
        table: Bytes<'_>,
        rows: impl Iterator<Item = ([u8; N], &'a [u8])>,
    ) -> Result<(), StoreError> {
        let blame = |e: redb::Error| self.health.blame(e, Record::Engine);
        let mut table = self.txn.open_table(table).map_err(|e| blame(e.into()))?;
        for (key, value) in rows {
            table.insert(&key[..], value).map_err(|e| blame(e.into()))?;
        }
        Ok(())
    }

    fn remove(&self, table: Bytes<'_>, key: &[u8]) -> Result<(), StoreError> {
        let blame = |e: redb::Error| self.health.blame(e, Record::Engine);
        let mut table = self.txn.open_table(table).map_err(|e| blame(e.into()))?;
        table.remove(key).map_err(|e| blame(e.into()))?;
        Ok(())
    }
}

/// Checks that the newest block is whole: what a node vouches for before it serves or signs.
fn check_tip(view: &View) -> Result<(), StoreError> {
    let Some(tip) = view.tip() else { return Ok(()) };
    let height = tip.height();
    let contradicts = |record| StoreError::damaged(record, Fault::Contradicts);
    let absent = |record| StoreError::damaged(record, Fault::Absent);
    check_certificate(view, tip)?;
    let (size, root) = tip.log().ok_or(contradicts(Record::Header(height)))?;
    let tail = view.log_tail()?;
    if (tail.size(), tail.root()) != (size, root) {
        return Err(contradicts(Record::Tile { level: 0, index: size.0 / 256 }));
    }
    if tip.state_root() != Some(view.state_root()) || !view.root_is_whole()? {
        return Err(contradicts(view.root_record()));
    }
    view.set(tip.next_set_hash())?.ok_or(absent(Record::Set(*tip.next_set_hash())))?;
    Ok(())
}

/// Checks the certificate of a header that the store holds.
pub(crate) fn check_certificate(view: &View, header: &Header) -> Result<(), StoreError> {
    let height = header.height();
    let set =
        view.set(header.set_hash())?.ok_or(StoreError::damaged(Record::Set(*header.set_hash()), Fault::Absent))?;
    match view.certificate(height)? {
        None if height == Height(0) => Ok(()),
        None => Err(StoreError::damaged(Record::Certificate(height), Fault::Absent)),
        Some(certificate) if certificate.verify(header, &set).is_ok() => Ok(()),
        Some(_) => Err(StoreError::damaged(Record::Certificate(height), Fault::Contradicts)),
    }
}

/// Checks that the store has the newest header that was seen.
fn check_newest(view: &View, newest: Option<Mark>) -> Result<(), StoreError> {
    let Some(newest) = newest else { return Ok(()) };
    let found = match view.header(newest.height)? {
        Some(header) => Some(Mark { height: header.height(), hash: header.hash() }),
        None => view.mark(),
    };
    if found == Some(newest) { Ok(()) } else { Err(StoreError::RolledBack { newest, found }) }
}
