//! `fsck`: everything that the store holds, computed again.
//!
//! Pages authenticate themselves when they are read; what this adds is that records fit each other:
//! header to header, certificate to set, entry to event, tile to entry, node to leaf.

use crate::{
    error::{Fault, StoreError},
    log::{LogTail, hashes_of},
    record::Record,
    tables::{self, ROW_PREFIX},
    tip::check_certificate,
    tree::{BUCKET_LEAVES, NodeKey, Summary, TreeRead, recomputed},
    view::View,
};
use medproof_core::{
    encoding::{Message, Wire},
    event::Event,
    header::{Header, Height},
    log::LeafIndex,
};

/// What is being checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Section {
    /// Headers, certificates, validator sets.
    Chain,
    /// Entries, events, tiles.
    Log,
    /// Leaves and nodes of the state tree.
    State,
    /// Rows of named tables, and proposals.
    Rows,
}

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a report of two numbers")]
pub struct Progress {
    /// What is being checked.
    pub section: Section,
    /// Records that were checked.
    pub done: u64,
    /// Records that there are.
    pub total: u64,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Records that were checked.
    pub checked: u64,
    /// Damage, at most one for each section: what follows it there was not looked at.
    pub damage: Vec<StoreError>,
}

impl Report {
    /// Takes up what a section gave.
    pub(crate) fn take(&mut self, result: Result<u64, StoreError>) {
        match result {
            Ok(checked) => self.checked += checked,
            Err(error) => self.damage.push(error),
        }
    }

    /// Whether all is as it should be.
    pub fn is_clean(&self) -> bool {
        self.damage.is_empty()
    }
}

/// Every section, in the order in which they are checked.
pub(crate) const SECTIONS: [Section; 4] = [Section::Chain, Section::Log, Section::State, Section::Rows];

/// A check in progress.
pub(crate) struct Check<'a> {
    view: &'a View,
    section: Section,
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(Progress),
}

impl<'a> Check<'a> {
    /// Checks one section and gives the number of records in it.
    pub(crate) fn run(
        view: &'a View,
        section: Section,
        progress: &'a mut dyn FnMut(Progress),
    ) -> Result<u64, StoreError> {
        let mut check = Self { view, section, done: 0, total: 0, progress };
        match section {
            Section::Chain => check.chain()?,
            Section::Log => check.log()?,
            Section::State => check.state()?,
            Section::Rows => check.rows()?,
        }
        check.report();
        Ok(check.done)
    }

    fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(STEPS_PER_REPORT) {
            self.report();
        }
    }

    fn report(&mut self) {
        (self.progress)(Progress { section: self.section, done: self.done, total: self.total });
    }

    fn chain(&mut self) -> Result<(), StoreError> {
        let mut before: Option<Header> = None;
        self.total = self.view.tip().map_or(0, |tip| tip.height().0 + 1);
        for height in (0..self.total).map(Height) {
            let header = self.view.header(height)?.ok_or(absent(Record::Header(height)))?;
            let follows = header.height() == height && before.as_ref().is_none_or(|before| follows(before, &header));
            ensure(follows, Record::Header(height))?;
            check_certificate(self.view, &header)?;
            for hash in [header.set_hash(), header.next_set_hash()] {
                let set = self.view.set(hash)?.ok_or(absent(Record::Set(*hash)))?;
                ensure(set.hash() == hash, Record::Set(*hash))?;
            }
            before = Some(header);
            self.step();
        }
        let changes = self.view.hand_overs(Height(0), usize::MAX)?;
        let wrong = changes.iter().find(|change| change.header.set_hash() == change.header.next_set_hash());
        wrong.map_or(Ok(()), |change| ensure(false, Record::HandOver(change.header.height())))
    }

    fn log(&mut self) -> Result<(), StoreError> {
        self.total = self.view.log_size().0;
        let mut tail = LogTail::empty();
        for height in (0..self.view.tip().map_or(0, |tip| tip.height().0 + 1)).map(Height) {
            let range = self.view.block_entries(height)?.ok_or(absent(Record::Header(height)))?;
            ensure(range.start == tail.size().0 && range.start <= range.end, Record::Header(height))?;
            let entries: Result<Vec<_>, _> = range.map(|index| self.entry(LeafIndex(index), height)).collect();
            let (next, tiles) = tail.append_rows(entries?.iter().map(Vec::as_slice))?;
            for (key, hashes) in tiles {
                self.tile(&key, &hashes)?;
            }
            tail = next;
            let log = self.view.header(height)?.and_then(|header| header.log());
            ensure(log == Some((tail.size(), tail.root())), Record::Header(height))?;
        }
        Ok(())
    }

    fn entry(&mut self, index: LeafIndex, height: Height) -> Result<Vec<u8>, StoreError> {
        let entry = self.view.entry(index)?.ok_or(absent(Record::Entry(index)))?;
        let placed = self.view.event(index)?.ok_or(absent(Record::Event(index)))?;
        ensure(placed.height == height, Record::Start(index))?;
        let event = Event::from_bytes(&placed.event);
        let event = event.map_err(|_| StoreError::damaged(Record::Event(index), Fault::Malformed))?;
        ensure(event.log_entry().to_wire() == entry, Record::Event(index))?;
        self.step();
        Ok(entry)
    }

    /// A tile as it was after some block: what is stored begins with it.
    fn tile(&self, key: &[u8; 9], hashes: &[u8]) -> Result<(), StoreError> {
        let [level, index @ ..] = key;
        let (level, index) = (*level, u64::from_be_bytes(*index));
        let width = u16::try_from(hashes_of(hashes).map_or(0, |hashes| hashes.len())).unwrap_or(u16::MAX);
        ensure(self.view.tile(level, index, width)?.as_deref() == Some(hashes), Record::Tile { level, index })
    }

    fn state(&mut self) -> Result<(), StoreError> {
        let root = TreeRead::root(self.view);
        self.total = root.leaves;
        let expected = self.view.tip().and_then(Header::state_root);
        ensure(expected.is_none_or(|expected| expected == root.hash), NodeKey::ROOT.record())?;
        let nodes = self.subtree(&NodeKey::ROOT, root)?;
        let counts = self.view.counts()?;
        // Rows that nothing leads to would be as wrong as rows that are missing.
        ensure(nodes == counts.nodes && counts.leaves == self.view.leaf_rows()?, NodeKey::ROOT.record())
    }

    /// Checks a subtree against what is said of it, and gives the number of node rows in it.
    fn subtree(&mut self, key: &NodeKey, expected: Summary) -> Result<u64, StoreError> {
        ensure(recomputed(self.view, key, expected.leaves)? == expected, key.record())?;
        if expected.leaves <= BUCKET_LEAVES {
            (0..expected.leaves).for_each(|_| self.step());
            return Ok(0);
        }
        let mut nodes = 1;
        for (nibble, child) in (0..16).zip(self.view.node(key)?.0) {
            if child.leaves > 0 {
                nodes += self.subtree(&key.child(nibble), child)?;
            }
        }
        Ok(nodes)
    }

    fn rows(&mut self) -> Result<(), StoreError> {
        let tables = self.view.source().table_names()?;
        for table in tables.iter().filter(|name| name.starts_with(ROW_PREFIX) || *name == tables::UNDECIDED_NAME) {
            self.view.source().each_row(table, &mut |_, _| {
                self.done += 1;
                Ok(())
            })?;
        }
        self.total = self.done;
        Ok(())
    }
}

fn follows(before: &Header, header: &Header) -> bool {
    before.chain_id() == header.chain_id()
        && before.next_set_hash() == header.set_hash()
        && before.time() < header.time()
        && header.fields().is_some_and(|fields| fields.parent_hash == before.hash())
}

fn ensure(holds: bool, record: Record) -> Result<(), StoreError> {
    if holds { Ok(()) } else { Err(StoreError::damaged(record, Fault::Contradicts)) }
}

const fn absent(record: Record) -> StoreError {
    StoreError::damaged(record, Fault::Absent)
}

const STEPS_PER_REPORT: u64 = 4096;
