//! The chain of this node: its store, what waits for a block, and what it answers to consensus.
//!
//! ```text
//! author ─► pool ─► ready ─► propose ─► consensus ─► decided ─► store, in one transaction ─► tip
//! ```

mod application;
mod candidate;
mod state;

pub(crate) use candidate::Candidate;
pub(crate) use state::ViewState;
pub use state::{chain_id, tip};

use crate::{
    clock::Clock,
    fault::{Fault, Result},
    index::project::Projection,
    pool::{Bundle, Pool, Receipt},
};
use medproof_core::{
    certificate::Certificate,
    encoding::{Message, Wire},
    genesis::Genesis,
    hash::Digest,
    header::{Header, UnixMillis},
    leaf::{Leaf, Parameters, Paths},
    log::LeafIndex,
    validators::ValidatorSet,
};
use medproof_rules::{Effect, Refusal};
use medproof_store::{LoggedEvent, NewBlock, Row, Store, View};
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
        let header = tip(&store.view())?.clone();
        let (chain_id, tip) = (*header.chain_id(), watch::Sender::new(header));
        Ok(Self { store, chain_id, clock, pool: Pool::default(), candidates: Mutex::default(), tip })
    }

    /// What is on disk now.
    pub fn view(&self) -> View {
        self.store.view()
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
        let view = self.view();
        let bundles = self.pool.first(MAX_BODY_BYTES, MAX_EVENTS);
        let parent = tip(&view)?.time();
        let time = UnixMillis(self.clock.now().0.max(parent.0 + 1));
        let mut candidate = Candidate::build(&self.store, &view, &bundles, time)?;
        if candidate.events.is_empty() {
            for (name, place, refusal) in std::mem::take(&mut candidate.refused) {
                self.pool.refuse(&name, place, refusal);
            }
        }
        Ok(candidate)
    }

    /// What the rules refuse of a bundle on the newest state: the place of its event, and why. A block may change the answer.
    pub fn refusal(&self, bundle: &Bundle) -> Result<Option<(usize, Refusal)>> {
        let view = self.view();
        let time = UnixMillis(self.clock.now().0.max(tip(&view)?.time().0 + 1));
        let refused = Candidate::refused(&view, bundle, time)?.pop();
        Ok(refused.map(|(_, place, refusal)| (place, refusal)))
    }

    /// Tells those who wait for a bundle if the newest state refuses it.
    pub fn reconsider(&self, bundle: &Bundle) -> Result {
        if let Some((place, refusal)) = self.refusal(bundle)? {
            self.pool.refuse(bundle.name(), place, refusal);
        }
        Ok(())
    }

    fn remember(&self, candidate: Candidate) {
        self.lock().insert(candidate.header.hash(), candidate);
    }

    /// Writes a decided block with everything that follows from it, and tells those who wait.
    fn commit(&self, candidate: Candidate, certificate: Certificate) -> Result<ValidatorSet> {
        let view = self.view();
        let first = view.log_size().0;
        let mut projection = Projection::new(&view);
        let mut next_set = None;
        for ((place, event), applied) in (first..).zip(&candidate.events).zip(&candidate.applied) {
            projection.add(LeafIndex(place), event, applied)?;
            for effect in &applied.effects {
                if let Effect::Validators(set) = effect {
                    next_set = Some(set.clone());
                }
            }
        }
        let rows = projection.into_rows();
        let logged = candidate.events.iter().zip(&candidate.applied);
        let view = self.store.commit(&NewBlock {
            header: candidate.header.clone(),
            certificate: Some(certificate),
            next_set,
            events: logged
                .map(|(event, applied)| LoggedEvent { event: event.to_bytes(), entry: applied.entry.to_wire() })
                .collect(),
            staged: candidate.staged,
            rows,
        })?;
        self.lock().clear();
        let (height, time) = (candidate.header.height(), candidate.header.time());
        self.tip.send_replace(candidate.header);
        for (place, event) in (first..).zip(&candidate.events) {
            let id = event.head().id();
            self.pool.accept(Receipt { id, height, time, index: LeafIndex(place) });
        }
        for (name, place, refusal) in candidate.refused {
            self.pool.refuse(&name, place, refusal);
        }
        signing_set(&view)
    }

    /// The block with this header and body, executed now or before; `None` if it is not what its header says.
    fn executed(&self, header: &Header, body: &[u8]) -> Result<Option<Candidate>> {
        if let Some(known) = self.lock().remove(&header.hash()) {
            return Ok(Some(known));
        }
        Candidate::execute(&self.store, &self.view(), header, body)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, Candidate>> {
        self.candidates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The block of height 0 with the first leaves, and `rows` beside it.
pub fn begin(store: &Store, genesis: &Genesis, rows: Vec<Row>) -> Result<View> {
    let leaves = genesis.leaves().into_iter().map(|(path, leaf)| (path, Some(leaf.to_value()))).collect();
    let staged = store.stage(&store.view(), &leaves)?;
    let header = Header::from(&genesis.header(staged.state_root()));
    let next_set = Some(genesis.set.clone());
    let block = NewBlock { header, certificate: None, next_set, events: Vec::new(), staged, rows };
    Ok(store.commit(&block)?)
}

/// The set that signs the next block.
pub fn signing_set(view: &View) -> Result<ValidatorSet> {
    let set = view.set(tip(view)?.next_set_hash())?;
    set.ok_or_else(|| Fault::new("node.state").with("leaf", "validators"))
}

/// The most bytes of events that this node puts into a block.
pub(crate) const MAX_BODY_BYTES: usize = 6 << 20;

/// The most events that this node puts into a block.
pub(crate) const MAX_EVENTS: usize = 10_000;
