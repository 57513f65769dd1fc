//! Events that wait for a block, and who waits for them.
//!
//! An event leaves the pool by being in a decided block, or by being refused: with a block that was
//! decided, or against the newest state where no block is made of refusals alone.

use crate::fault::{Fault, Result};
use medproof_core::{
    encoding::Wire,
    event::Event,
    hash::Digest,
    header::{Height, UnixMillis},
    log::LeafIndex,
};
use medproof_rules::Refusal;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{Notify, oneshot};

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in a block that the quorum signed, and on disk.
    Accepted(Receipt),
    /// The rules refuse it; it is in no block.
    Refused(Refusal),
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

/// Events that wait for a block, first come, first served.
#[derive(Debug, Default)]
pub struct Pool {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    order: VecDeque<Digest>,
    events: HashMap<Digest, Entry>,
    len_bytes: usize,
}

#[derive(Debug)]
struct Entry {
    event: Event,
    len_bytes: usize,
    answers: Vec<oneshot::Sender<Outcome>>,
}

impl Pool {
    /// Adds an event; the answer comes when its fate is known. The same event twice has one fate.
    ///
    /// Refuses with `node.busy` when the pool is full.
    pub fn add(&self, event: Event) -> Result<oneshot::Receiver<Outcome>> {
        let (answer, outcome) = oneshot::channel();
        let (id, len_bytes) = (event.head().id(), event.body().len() + event.head().to_wire().len());
        let mut waiting = self.lock();
        if let Some(entry) = waiting.events.get_mut(&id) {
            entry.answers.push(answer);
            return Ok(outcome);
        }
        if waiting.len_bytes + len_bytes > MAX_POOL_BYTES || waiting.events.len() >= MAX_POOL_EVENTS {
            return Err(Fault::new("node.busy"));
        }
        waiting.len_bytes += len_bytes;
        waiting.order.push_back(id);
        waiting.events.insert(id, Entry { event, len_bytes, answers: vec![answer] });
        drop(waiting);
        self.arrived.notify_waiters();
        self.arrived.notify_one();
        Ok(outcome)
    }

    /// The first events, up to `most_bytes` of bodies and `most_events`.
    pub fn first(&self, most_bytes: usize, most_events: usize) -> Vec<Event> {
        let waiting = self.lock();
        let mut len_bytes = 0;
        let entries = waiting.order.iter().filter_map(|id| waiting.events.get(id));
        let fitting = entries.take(most_events).take_while(|entry| {
            len_bytes += entry.len_bytes + EVENT_OVERHEAD_BYTES;
            len_bytes <= most_bytes
        });
        fitting.map(|entry| entry.event.clone()).collect()
    }

    /// Tells those who wait for the event `id` what became of it, and forgets the event.
    pub fn settle(&self, id: &Digest, outcome: &Outcome) {
        let mut waiting = self.lock();
        let Some(entry) = waiting.events.remove(id) else { return };
        waiting.len_bytes -= entry.len_bytes;
        waiting.order.retain(|other| other != id);
        drop(waiting);
        for answer in entry.answers {
            // Nobody waits any more: the outcome stands all the same.
            let _ = answer.send(outcome.clone());
        }
    }

    /// Number of events that wait.
    pub fn len(&self) -> usize {
        self.lock().events.len()
    }

    /// Whether no event waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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

/// The most bytes that wait.
const MAX_POOL_BYTES: usize = 64 << 20;

/// The most events that wait.
const MAX_POOL_EVENTS: usize = 20_000;

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

    #[tokio::test]
    async fn everybody_who_waits_is_told_once() {
        let pool = Pool::default();
        let first = pool.add(event(1)).expect("room");
        let again = pool.add(event(1)).expect("room");
        let other = pool.add(event(2)).expect("room");
        pool.some().await;
        let ids: Vec<u64> = pool.first(usize::MAX, 10).iter().map(|event| event.head().counter).collect();
        assert_eq!(ids, [1, 2]);
        assert_eq!(pool.first(usize::MAX, 1).len(), 1);
        assert_eq!(pool.first(400, 10).len(), 1);
        let refused = Outcome::Refused(Refusal { code: "rules.event.kind", item: None });
        pool.settle(&event(1).head().id(), &refused);
        assert_eq!((first.await.ok(), again.await.ok()), (Some(refused.clone()), Some(refused)));
        assert_eq!(pool.len(), 1);
        drop(other);
        pool.settle(&event(2).head().id(), &Outcome::Refused(Refusal { code: "rules.event.kind", item: None }));
        assert!(pool.is_empty());
    }
}
