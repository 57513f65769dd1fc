//! The store: open, commit, look.

use crate::{
    block::{NewBlock, Undecided},
    block_writer::BlockWriter,
    check::{Check, Progress, Report, SECTIONS},
    disk::{Disk, FileDisk, sync_folder_of},
    error::{Fault, Mark, StoreError, StoreVersion},
    record::Record,
    rows::{self, Row},
    sealed::{FileHeader, Health, SealedDisk, StoreKey},
    source::{Source, Visit},
    tables::{self, Bytes},
    tip::{check_newest, check_tip},
    tree::{self, NodeCache, Staged},
    view::View,
};
use medproof_core::{header::Height, state::Path as LeafPath};
use redb::{Database, WriteTransaction};
use std::{
    collections::BTreeMap,
    fmt, fs,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

/// The version of the file that this program writes.
pub const STORE_VERSION: StoreVersion = StoreVersion(2);

/// Leaf changes: the new value by path, `None` to remove the leaf.
pub type LeafChanges = BTreeMap<LeafPath, Option<Vec<u8>>>;

/// Puts rows, given what puts one.
pub(crate) type Fill<'a> = dyn FnMut(&mut Visit<'_>) -> Result<(), StoreError> + 'a;

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
    cache: Arc<NodeCache>,
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
        let store = Self::open_unchecked(disk, key, options)?;
        let view = store.view();
        check_tip(&view)?;
        check_newest(&view, options.newest)?;
        Ok(store)
    }

    pub(crate) fn open_unchecked(disk: Arc<dyn Disk>, key: &StoreKey, options: &Options) -> Result<Self, StoreError> {
        let header = FileHeader::read(&*disk)?;
        let (found, known) = (header.version, STORE_VERSION);
        if found > known {
            return Err(StoreError::NewerVersion { found, known });
        }
        if found < known {
            return Err(StoreError::OlderVersion { found, known });
        }
        let sealed = SealedDisk::open(Arc::clone(&disk), &header, key)?;
        Self::start(disk, sealed, options)?.with_current()
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
        self.write(|txn| BlockWriter { txn, health: &self.health, block, checked: &checked }.write(view.log_size()))?;
        self.refresh()
    }

    /// Writes rows outside blocks, durably.
    pub fn put_rows(&self, rows: &[Row]) -> Result<View, StoreError> {
        self.write(|txn| rows::write(txn, rows, &self.health))?;
        self.refresh()
    }

    /// Keeps a proposal that is not decided yet, durably, beside others of its height and round; the block of its
    /// height removes it.
    pub fn put_undecided(&self, height: Height, proposal: &Undecided) -> Result<(), StoreError> {
        let blame = |e: redb::Error| self.health.blame(e, Record::Undecided(height));
        self.write(|txn| {
            let mut table = txn.open_table(tables::UNDECIDED).map_err(|e| blame(e.into()))?;
            let key = tables::undecided_key(height.0, proposal.round, &proposal.header_hash);
            table.insert(&key[..], &proposal.bytes[..]).map_err(|e| blame(e.into()))?;
            Ok(())
        })?;
        self.refresh().map(drop)
    }

    /// Length of the file, in bytes.
    pub fn file_bytes(&self) -> Result<u64, StoreError> {
        Ok(self.disk.len_bytes()?)
    }

    /// Computes everything that the store holds again, and says what does not fit.
    pub fn check(&self, progress: &mut dyn FnMut(Progress)) -> Report {
        let mut report = Report::default();
        let view = self.view();
        for section in SECTIONS {
            report.take(Check::run(&view, section, progress));
        }
        report
    }

    /// Copies a table of another store, by the engine's name.
    pub(crate) fn copy_table(&self, source: Source<'_>, table: &str, step: &mut dyn FnMut()) -> Result<(), StoreError> {
        let mut copy = |put: &mut Visit<'_>| {
            source.each_row(table, &mut |key, value| {
                step();
                put(key, value)
            })
        };
        if table == tables::LEAF_NAME { self.fill_leaves(&mut copy) } else { self.fill(Bytes::new(table), &mut copy) }
    }

    /// Fills a table in one transaction with what `rows` puts.
    pub(crate) fn fill(&self, table: Bytes<'_>, rows: &mut Fill<'_>) -> Result<(), StoreError> {
        self.write(|txn| {
            let mut open = txn.open_table(table).map_err(|e| self.health.blame(e, Record::Engine))?;
            rows(&mut |key, value| open.insert(key, value).map(drop).map_err(|e| self.health.blame(e, Record::Engine)))
        })
    }

    fn fill_leaves(&self, rows: &mut Fill<'_>) -> Result<(), StoreError> {
        self.write(|txn| {
            let mut open = txn.open_table(tables::LEAF).map_err(|e| self.health.blame(e, Record::Engine))?;
            rows(&mut |path, value| {
                let path: &[u8; 32] =
                    path.try_into().map_err(|_| StoreError::damaged(Record::Engine, Fault::Malformed))?;
                open.insert(path, value).map(drop).map_err(|e| self.health.blame(e, Record::Engine))
            })
        })
    }

    /// The engine over a sealed disk of any version.
    pub(crate) fn engine_of(
        disk: Arc<dyn Disk>,
        key: &StoreKey,
        options: &Options,
    ) -> Result<(Database, Arc<Health>), StoreError> {
        let sealed = SealedDisk::open(Arc::clone(&disk), &FileHeader::read(&*disk)?, key)?;
        let started = Self::start(disk, sealed, options)?;
        Ok((started.db, started.health))
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
        *current = View::open(&self.db, &self.health, &self.cache)?;
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
        let cache = Arc::default();
        let current = RwLock::new(View::open(&self.db, &self.health, &cache)?);
        Ok(Store { db: self.db, health: self.health, cache, disk: self.disk, current })
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
