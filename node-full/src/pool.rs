//! Events that wait for a block, and who waits for them.
//!
//! Events wait in bundles: those of a bundle go into one block together, or none of them does. Most bundles are one
//! event. A bundle leaves the pool when all its events are in a decided block, or when it is refused: with a block
//! that was decided, or against the newest state where no block is made of refusals alone.

use crate::{
    chain::{MAX_BODY_BYTES, MAX_EVENTS},
    fault::{Fault, Result},
};
use medproof_core::{
    encoding::Wire,
    event::Event,
    hash::{Digest, sha256},
    header::{Height, UnixMillis},
    log::LeafIndex,
};
use medproof_rules::Refusal;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{Notify, oneshot};

/// What became of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its events are in blocks that the quorum signed, and on disk: where each stands, in the bundle's order.
    Accepted(Vec<Receipt>),
    /// The rules refuse the event at this place of the bundle; none of them is in a block.
    Refused(usize, Refusal),
}

/// Where an accepted event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The event's id.
    pub id: Digest,
    /// The block.
    pub height: Height,
    /// The block's time.
    pub time: UnixMillis,
    /// The event's place in the log.
    pub index: LeafIndex,
}

/// Events that belong together, under a name that follows from them.
#[derive(Clone, Debug)]
pub struct Bundle {
    name: Digest,
    events: Arc<[Event]>,
    len_bytes: usize,
}

/// Bundles that wait for a block, first come, first served.
#[derive(Debug, Default)]
pub struct Pool {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Names in the order in which they came; those that have left are passed over.
    order: VecDeque<Digest>,
    entries: HashMap<Digest, Entry>,
    /// The bundles that an event is in, by its id.
    of_event: HashMap<Digest, Vec<Digest>>,
    len_bytes: usize,
}

#[derive(Debug)]
struct Entry {
    bundle: Bundle,
    receipts: Vec<Receipt>,
    answers: Vec<oneshot::Sender<Outcome>>,
}

impl Bundle {
    /// Events that go into one block together; they are kept in this order.
    pub fn new(events: Vec<Event>) -> Self {
        let len_bytes =
            events.iter().map(|event| event.body().len() + event.head().to_wire().len() + EVENT_OVERHEAD_BYTES);
        let ids: Vec<u8> = events.iter().flat_map(|event| event.head().id().0).collect();
        Self { name: sha256(&ids), len_bytes: len_bytes.sum(), events: events.into() }
    }

    /// Its name.
    pub const fn name(&self) -> &Digest {
        &self.name
    }

    /// Its events.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

impl Pool {
    /// Adds a bundle; the answer comes when its fate is known. The same bundle twice has one fate.
    ///
    /// Refuses with `node.busy` when the pool is full, and with `node.capture.block` what fits into no block: it would
    /// keep from being proposed whatever came after it.
    pub fn add(&self, bundle: Bundle) -> Result<oneshot::Receiver<Outcome>> {
        if bundle.len_bytes > MAX_BODY_BYTES || bundle.events.len() > MAX_EVENTS {
            return Err(Fault::new("node.capture.block"));
        }
        let (answer, outcome) = oneshot::channel();
        let mut waiting = self.lock();
        if let Some(entry) = waiting.entries.get_mut(&bundle.name) {
            entry.answers.retain(|answer| !answer.is_closed());
            entry.answers.push(answer);
            return Ok(outcome);
        }
        let is_full =
            waiting.len_bytes + bundle.len_bytes > MAX_POOL_BYTES || waiting.of_event.len() >= MAX_POOL_EVENTS;
        if is_full || bundle.events.is_empty() {
            return Err(Fault::new("node.busy"));
        }
        waiting.len_bytes += bundle.len_bytes;
        waiting.order.push_back(bundle.name);
        for event in bundle.events.iter() {
            waiting.of_event.entry(event.head().id()).or_default().push(bundle.name);
        }
        let receipts = Vec::with_capacity(bundle.events.len());
        waiting.entries.insert(bundle.name, Entry { bundle, receipts, answers: vec![answer] });
        drop(waiting);
        self.arrived.notify_waiters();
        self.arrived.notify_one();
        Ok(outcome)
    }

    /// Whether the bundle waits already.
    pub fn holds(&self, bundle: &Bundle) -> bool {
        self.lock().entries.contains_key(&bundle.name)
    }

    /// The first bundles, up to `most_bytes` and `most_events`.
    pub fn first(&self, most_bytes: usize, most_events: usize) -> Vec<Bundle> {
        let waiting = self.lock();
        let (mut len_bytes, mut events) = (0, 0);
        let entries = waiting.order.iter().filter_map(|name| waiting.entries.get(name));
        let fitting = entries.take_while(|entry| {
            len_bytes += entry.bundle.len_bytes;
            events += entry.bundle.events.len();
            len_bytes <= most_bytes && events <= most_events
        });
        fitting.map(|entry| entry.bundle.clone()).collect()
    }

    /// Takes note that an event is in a block; those who wait for a bundle are told when all its events are.
    pub fn accept(&self, receipt: Receipt) {
        let mut waiting = self.lock();
        for name in waiting.of_event.get(&receipt.id).cloned().unwrap_or_default() {
            let Some(entry) = waiting.entries.get_mut(&name) else { continue };
            entry.receipts.push(receipt);
            if entry.receipts.len() == entry.bundle.events.len()
                && let Some(entry) = waiting.remove(&name)
            {
                entry.tell_accepted();
            }
        }
    }

    /// Tells those who wait for the bundle `name` that the rules refuse its event at `place`, and forgets it.
    pub fn refuse(&self, name: &Digest, place: usize, refusal: Refusal) {
        let entry = self.lock().remove(name);
        for answer in entry.into_iter().flat_map(|entry| entry.answers) {
            // Nobody waits any more: the outcome stands all the same.
            let _ = answer.send(Outcome::Refused(place, refusal));
        }
    }

    /// Number of events that wait.
    pub fn len(&self) -> usize {
        self.lock().of_event.len()
    }

    /// Whether no event waits.
    pub fn is_empty(&self) -> bool {
        self.lock().entries.is_empty()
    }

    /// Resolves when an event waits.
    pub async fn some(&self) {
        loop {
            let arrived = self.arrived.notified();
            if !self.is_empty() {
                return;
            }
            arrived.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn remove(&mut self, name: &Digest) -> Option<Entry> {
        let entry = self.entries.remove(name)?;
        self.len_bytes -= entry.bundle.len_bytes;
        for event in entry.bundle.events.iter() {
            let id = event.head().id();
            if let Some(names) = self.of_event.get_mut(&id) {
                names.retain(|other| other != name);
                if names.is_empty() {
                    self.of_event.remove(&id);
                }
            }
        }
        while self.order.front().is_some_and(|first| !self.entries.contains_key(first)) {
            self.order.pop_front();
        }
        Some(entry)
    }
}

impl Entry {
    fn tell_accepted(mut self) {
        let places: HashMap<Digest, usize> =
            self.bundle.events.iter().zip(0..).map(|(event, place)| (event.head().id(), place)).collect();
        self.receipts.sort_by_key(|receipt| places.get(&receipt.id).copied());
        for answer in self.answers {
            // Nobody waits any more: the outcome stands all the same.
            let _ = answer.send(Outcome::Accepted(self.receipts.clone()));
        }
    }
}

/// The most bytes that wait.
const MAX_POOL_BYTES: usize = 64 << 20;

/// The most events that wait, and a bundle more.
const MAX_POOL_EVENTS: usize = 40_000;

/// What a block needs for an event besides head and body.
const EVENT_OVERHEAD_BYTES: usize = 4 + 7 + 4 + 64;

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use medproof_core::{
        event::{EventHead, EventKind, MemberRole, body_hash},
        identity::{Day, MemberId},
        keys::{KeyNumber, Signature},
    };

    const REFUSAL: Refusal = Refusal { code: "rules.event.kind", item: None };

    fn event(counter: u64) -> Event {
        let body = vec![7; 100];
        let head = EventHead {
            chain_id: Digest([1; 32]),
            member: MemberId(1),
            key_number: KeyNumber(1),
            lane: 0,
            counter,
            time: UnixMillis(1),
            not_after: UnixMillis(2),
            salt: [0; 32],
            kind: EventKind(900),
            day: Day(1),
            role: MemberRole(1),
            body_hash: body_hash(&body),
        };
        Event::new(head, body, Signature([0; 64])).expect("an event")
    }

    fn bundle(counters: &[u64]) -> Bundle {
        Bundle::new(counters.iter().copied().map(event).collect())
    }

    fn receipt(counter: u64) -> Receipt {
        Receipt { id: event(counter).head().id(), height: Height(1), time: UnixMillis(1), index: LeafIndex(counter) }
    }

    fn counters(bundles: &[Bundle]) -> Vec<Vec<u64>> {
        let of = |bundle: &Bundle| bundle.events().iter().map(|event| event.head().counter).collect();
        bundles.iter().map(of).collect()
    }

    #[tokio::test]
    async fn everybody_who_waits_is_told_once() {
        let pool = Pool::default();
        let first = pool.add(bundle(&[1])).expect("room");
        let again = pool.add(bundle(&[1])).expect("room");
        let other = pool.add(bundle(&[2])).expect("room");
        pool.some().await;
        assert_eq!(counters(&pool.first(usize::MAX, 10)), [[1], [2]]);
        assert_eq!(pool.first(usize::MAX, 1).len(), 1);
        assert_eq!(pool.first(400, 10).len(), 1);
        pool.refuse(bundle(&[1]).name(), 0, REFUSAL);
        let refused = Outcome::Refused(0, REFUSAL);
        assert_eq!((first.await.ok(), again.await.ok()), (Some(refused.clone()), Some(refused)));
        assert_eq!(pool.len(), 1);
        drop(other);
        pool.accept(receipt(2));
        assert!(pool.is_empty());
    }

    #[tokio::test]
    async fn what_fits_into_no_block_keeps_nothing_out() {
        let pool = Pool::default();
        let refused = pool.add(bundle(&(1..=MAX_EVENTS as u64 + 1).collect::<Vec<_>>()));
        assert_eq!(refused.err().map(|fault| fault.code()), Some("node.capture.block"));
        let _single = pool.add(bundle(&[1])).expect("room");
        assert_eq!(counters(&pool.first(MAX_BODY_BYTES, MAX_EVENTS)), [[1]]);
    }

    #[tokio::test]
    async fn a_bundle_waits_for_its_last_event_and_does_not_go_in_parts() {
        let pool = Pool::default();
        let whole = pool.add(bundle(&[1, 2, 3])).expect("room");
        let single = pool.add(bundle(&[4])).expect("room");
        assert!(pool.first(usize::MAX, 2).is_empty());
        assert_eq!(counters(&pool.first(usize::MAX, 3)), [[1, 2, 3]]);
        // Another validator may have put them into blocks of its own, in any order.
        for counter in [2, 1, 4, 3] {
            pool.accept(receipt(counter));
        }
        assert_eq!(whole.await.ok(), Some(Outcome::Accepted(vec![receipt(1), receipt(2), receipt(3)])));
        assert_eq!(single.await.ok(), Some(Outcome::Accepted(vec![receipt(4)])));
        assert!(pool.is_empty() && pool.first(usize::MAX, 10).is_empty());
    }
}
