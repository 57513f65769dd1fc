//! The chain of this node: its store, what waits for a block, and what it answers to consensus.
//!
//! ```text
//! author ─► pool ─► ready ─► propose ─► consensus ─► decided ─► store, in one transaction ─► tip
//! ```

mod application;
mod candidate;
mod state;

pub(crate) use candidate::Candidate;

use crate::{
    clock::Clock,
    fault::{Fault, Result},
    index::project::Projection,
    pool::{Outcome, Pool, Receipt},
};
use medproof_core::{
    certificate::Certificate,
    encoding::Message,
    event::LogEntry,
    hash::Digest,
    header::{Header, Height, UnixMillis},
    leaf::{Leaf, Parameters, Paths},
    log::LeafIndex,
    validators::ValidatorSet,
};
use medproof_rules::Effect;
use medproof_store::{NewBlock, Store, View};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// The chain of this node.
pub struct Ledger {
    store: Store,
    chain_id: Digest,
    clock: Clock,
    pool: Pool,
    /// Executed blocks of the height to decide next, by header hash.
    candidates: Mutex<HashMap<Digest, Candidate>>,
    /// The newest header.
    tip: watch::Sender<Header>,
}

impl Ledger {
    /// The chain in `store`.
    pub fn new(store: Store, clock: Clock) -> Result<Self> {
        let view = store.view()?;
        let header = view.tip().header;
        let (chain_id, tip) = (*view.chain_id(), watch::Sender::new(header));
        Ok(Self { store, chain_id, clock, pool: Pool::default(), candidates: Mutex::default(), tip })
    }

    /// What is on disk now.
    pub fn view(&self) -> Result<View> {
        Ok(self.store.view()?)
    }

    /// The store.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Events that wait.
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The chain's id.
    pub const fn chain_id(&self) -> &Digest {
        &self.chain_id
    }

    /// The newest header, now and whenever it changes.
    pub fn tip(&self) -> watch::Receiver<Header> {
        self.tip.subscribe()
    }

    /// The chain's parameters.
    pub fn parameters(&self, view: &View) -> Result<Parameters> {
        let value = view.leaf(&Paths::new(&self.chain_id).parameters())?;
        match value.map(|value| Leaf::from_value(&value)) {
            Some(Ok(Leaf::Parameters(parameters))) => Ok(parameters),
            _ => Err(Fault::new("node.state").with("leaf", "parameters")),
        }
    }

    /// A block of what waits in the pool; answers those whose events the newest state refuses, if the
    /// block would hold nothing else.
    fn build(&self) -> Result<Candidate> {
        let view = self.view()?;
        let events = self.pool.first(MAX_BODY_BYTES, MAX_EVENTS);
        let parent = view.tip().header.time();
        let time = UnixMillis(self.clock.now().0.max(parent.0 + 1));
        let mut candidate = Candidate::build(&view, events, time)?;
        if candidate.events.is_empty() {
            for (id, refusal) in std::mem::take(&mut candidate.refused) {
                self.pool.settle(&id, &Outcome::Refused(refusal));
            }
        }
        Ok(candidate)
    }

    fn remember(&self, candidate: Candidate) {
        self.lock().insert(candidate.header.hash(), candidate);
    }

    /// Writes a decided block with everything that follows from it, and tells those who wait.
    fn commit(&self, candidate: Candidate, certificate: Certificate) -> Result<ValidatorSet> {
        let view = self.view()?;
        let first = view.log_size().0;
        let mut projection = Projection::new(&view);
        let mut next_set = view.tip().set;
        for ((place, event), applied) in (first..).zip(&candidate.events).zip(&candidate.applied) {
            projection.add(LeafIndex(place), event, applied)?;
            for effect in &applied.effects {
                if let Effect::Validators(set) = effect {
                    next_set = set.clone();
                }
            }
        }
        let entries: Vec<LogEntry> = candidate.applied.iter().map(|applied| applied.entry).collect();
        self.store.commit(NewBlock {
            header: candidate.header.clone(),
            certificate,
            next_set: next_set.clone(),
            events: candidate.events.iter().map(Message::to_bytes).collect(),
            entries,
            staged: candidate.staged,
            rows: projection.into_rows(),
        })?;
        self.lock().clear();
        let (height, time) = (candidate.header.height(), candidate.header.time());
        self.tip.send_replace(candidate.header);
        for (place, event) in (first..).zip(&candidate.events) {
            let id = event.head().id();
            self.pool.settle(&id, &Outcome::Accepted(Receipt { id, height, time, index: LeafIndex(place) }));
        }
        for (id, refusal) in candidate.refused {
            self.pool.settle(&id, &Outcome::Refused(refusal));
        }
        Ok(next_set)
    }

    /// The block with this header and body, executed now or before; `None` if it is not what its header says.
    fn executed(&self, header: &Header, body: &[u8]) -> Result<Option<Candidate>> {
        if let Some(known) = self.lock().remove(&header.hash()) {
            return Ok(Some(known));
        }
        Candidate::execute(&self.view()?, header, body)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, Candidate>> {
        self.candidates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The newest height and header hash, as a file outside backups remembers them.
pub fn mark(header: &Header) -> (Height, Digest) {
    (header.height(), header.hash())
}

/// The most bytes of events that this node puts into a block.
const MAX_BODY_BYTES: usize = 6 << 20;

/// The most events that this node puts into a block.
const MAX_EVENTS: usize = 4_000;
