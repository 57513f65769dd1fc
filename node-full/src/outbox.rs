//! What was given out while no quorum answered: kept by the node until the ledger has it.
//!
//! | table | key | value |
//! |---|---|---|
//! | outbox | event id 32 | since, ms, u64 ‖ the signed event |
//! | outbox-pack | path of a pack 32 | event id |
//!
//! ```text
//! waits ─► sent again, the same bytes ─► on the ledger: gone
//!   ▲                                ├─► its number is taken, or header time has passed its not-after: signed anew
//!   └────────────────────────────────┘
//!                                    └─► refused: gone, and handed to whoever has to look at it
//! ```
//!
//! A pack that waits here is refused to whoever would give it out a second time. While a call gives packs out, other
//! calls for them wait until it is known what became of that one: nothing is sent before.

use crate::{
    chain,
    fault::{Fault, Result},
    genesis_file::Role,
    index::Index,
    node::{self, Node},
    rows::{Change, Rows},
};
use medproof_core::{
    encoding::Message,
    event::Event,
    hash::Digest,
    header::UnixMillis,
    identity::{MemberId, PackId},
    state::Path,
};
use medproof_rules::body::{Act, Body};
use std::{
    collections::HashSet,
    num::NonZeroU16,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, task::JoinSet, time::timeout};

/// Events that wait for a quorum, on disk.
pub struct Outbox {
    node: Arc<Node>,
    rows: Arc<dyn Rows>,
    /// Packs that calls give out now.
    held: Mutex<HashSet<Path>>,
    /// Tells that some of them are let go.
    freed: Notify,
}

/// Packs that one call gives out; others wait for them until this is dropped.
pub struct Held<'a> {
    outbox: &'a Outbox,
    packs: Vec<Path>,
}

/// An event that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// Since when.
    pub since: UnixMillis,
    /// The event, as it is signed now.
    pub event: Event,
}

impl Outbox {
    /// The outbox of `node`, kept in `rows`.
    pub fn new(node: Arc<Node>, rows: Arc<dyn Rows>) -> Self {
        Self { node, rows, held: Mutex::default(), freed: Notify::new() }
    }

    /// Takes `packs` for one call, as soon as no other call has one of them. Refused if one of them waits for the
    /// ledger, with its place.
    pub async fn hold(&self, packs: &[PackId]) -> Result<Held<'_>> {
        let packs = self.paths(packs);
        loop {
            let freed = self.freed.notified();
            {
                let mut held = self.held();
                for (place, pack) in packs.iter().enumerate() {
                    if self.holds(pack)? {
                        return Err(Fault::new("node.outbox.waiting").with("item", place));
                    }
                }
                if packs.iter().all(|pack| !held.contains(pack)) {
                    held.extend(&packs);
                    return Ok(Held { outbox: self, packs });
                }
            }
            freed.await;
        }
    }

    /// Keeps an event that is on its way; from here on it is not lost, and its packs wait.
    pub fn keep(&self, _: &Held<'_>, event: Event) -> Result {
        self.rows.put(self.written(&Waiting { since: self.node.clock().now(), event })?)
    }

    /// Whether the pack at `path` waits.
    pub fn holds(&self, path: &Path) -> Result<bool> {
        Ok(self.rows.get(PACK, path.as_bytes())?.is_some())
    }

    /// Everything that waits for the ledger, for `member`.
    pub fn of_member(&self, member: MemberId) -> Result<Vec<Waiting>> {
        Ok(self.all()?.into_iter().filter(|waiting| waiting.event.head().member == member).collect())
    }

    /// The event of `member` that carries this of a call.
    pub fn of_call(&self, member: MemberId, call: &Digest) -> Result<Option<Event>> {
        let of_member = self.of_member(member)?.into_iter().map(|waiting| waiting.event);
        Ok(of_member.filter(|_| *call != Digest::ZERO).find(|event| is_of_call(event, call)))
    }

    /// Sends everything once more; answers what the rules refused, which waits no longer.
    pub async fn tend(&self) -> Result<Vec<(Event, Fault)>> {
        let mut running = JoinSet::new();
        for waiting in self.all()? {
            if self.is_on_ledger(&waiting.event)? {
                self.forget(&waiting.event)?;
            } else if waiting.event.head().not_after < chain::tip(&self.node.view())?.time() {
                self.renew(waiting);
            } else {
                let node = Arc::clone(&self.node);
                running.spawn(async move {
                    let sent = timeout(PATIENCE, node.submit(waiting.event.clone())).await;
                    (waiting, sent)
                });
            }
        }
        let mut refused = Vec::new();
        while let Some(ended) = running.join_next().await {
            let (waiting, sent) = ended.map_err(|cause| Fault::new("node.stopped").with("cause", cause))?;
            match sent {
                Ok(Ok(_)) => self.forget(&waiting.event)?,
                // It got there between the look and the call.
                Ok(Err(_)) if self.is_on_ledger(&waiting.event)? => self.forget(&waiting.event)?,
                Ok(Err(fault)) if node::is_about_number(&fault) || RENEWED.contains(&fault.code()) => {
                    self.renew(waiting)
                }
                Ok(Err(fault)) if fault.code().starts_with("rules.") => {
                    self.forget(&waiting.event)?;
                    refused.push((waiting.event, fault));
                }
                // Still nobody answers.
                Ok(Err(_)) | Err(_) => {}
            }
        }
        Ok(refused)
    }

    /// Signs what waits once more: the event as it was can never be accepted. What cannot be signed now waits on.
    fn renew(&self, waiting: Waiting) {
        if let Err(fault) = self.signed_anew(waiting) {
            tracing::error!(code = fault.code(), "what was given out and waits was not signed anew");
        }
    }

    fn signed_anew(&self, waiting: Waiting) -> Result {
        let head = waiting.event.head();
        let broken = || Fault::new("node.index").with("table", OUTBOX);
        let role = Role::ALL.into_iter().find(|role| *role as u8 == head.role.0).ok_or_else(broken)?;
        let body = Body::decode(head.kind, waiting.event.body()).map_err(|_| broken())?;
        let event = self.node.sign(head.member, role, &body)?;
        let mut changes = self.removed(&waiting.event)?;
        changes.extend(self.written(&Waiting { event, since: waiting.since })?);
        self.rows.put(changes)
    }

    fn forget(&self, event: &Event) -> Result {
        self.rows.put(self.removed(event)?)
    }

    /// The ledger has the event, or one for the same call, by another node of the member or signed anew, that gives out
    /// all that this one does.
    fn is_on_ledger(&self, event: &Event) -> Result<bool> {
        let view = self.node.view();
        let index = Index::new(&view);
        let head = event.head();
        if index.event_index(&head.id())?.is_some() {
            return Ok(true);
        }
        let Ok(body) = Body::decode(head.kind, event.body()) else { return Ok(false) };
        let Some(at) = index.of_call(head.member, &body.idempotency)? else { return Ok(false) };
        let found = index.event(at)?.and_then(|found| Body::decode(found.head().kind, found.body()).ok());
        let given = found.map(|found| given_of(&found.act)).unwrap_or_default();
        Ok(given_of(&body.act).iter().all(|given_here| given.contains(given_here)))
    }

    fn all(&self) -> Result<Vec<Waiting>> {
        let rows = self.rows.from(OUTBOX, &[], usize::MAX)?;
        rows.iter()
            .map(|(_, value)| read(value).ok_or_else(|| Fault::new("node.index").with("table", OUTBOX)))
            .collect()
    }

    fn written(&self, waiting: &Waiting) -> Result<Vec<Change>> {
        let value = [&waiting.since.0.to_be_bytes()[..], &waiting.event.to_bytes()].concat();
        self.changes(&waiting.event, Some(value), Some(waiting.event.head().id().0.to_vec()))
    }

    fn removed(&self, event: &Event) -> Result<Vec<Change>> {
        self.changes(event, None, None)
    }

    fn changes(&self, event: &Event, value: Option<Vec<u8>>, mark: Option<Vec<u8>>) -> Result<Vec<Change>> {
        let pack = |path: Path| Change { table: PACK, key: path.as_bytes().to_vec(), value: mark.clone() };
        let mut changes: Vec<Change> = self.paths(&given_out(event)).into_iter().map(pack).collect();
        changes.push(Change { table: OUTBOX, key: event.head().id().0.to_vec(), value });
        Ok(changes)
    }

    fn paths(&self, packs: &[PackId]) -> Vec<Path> {
        let view = self.node.view();
        let index = Index::new(&view);
        packs.iter().map(|pack| index.paths().pack(pack)).collect()
    }

    fn held(&self) -> MutexGuard<'_, HashSet<Path>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut held = self.outbox.held();
        for pack in &self.packs {
            held.remove(pack);
        }
        drop(held);
        self.outbox.freed.notify_waiters();
    }
}

/// The packs that an event gives out.
pub fn given_out(event: &Event) -> Vec<PackId> {
    let body = Body::decode(event.head().kind, event.body());
    let given = body.map_or_else(|_| Vec::new(), |body| given_of(&body.act));
    given.into_iter().map(|(pack, _)| pack).collect()
}

/// The packs that are given out, each with how much of it where that is not all.
fn given_of(act: &Act) -> Vec<(PackId, Option<NonZeroU16>)> {
    match act {
        Act::Dispense(fields) => fields.items.packs.iter().map(|item| (item.pack.clone(), None)).collect(),
        Act::DispensePartly(fields) => {
            fields.portions.iter().map(|portion| (portion.pack.clone(), Some(portion.amount))).collect()
        }
        _ => Vec::new(),
    }
}

fn is_of_call(event: &Event, call: &Digest) -> bool {
    Body::decode(event.head().kind, event.body()).is_ok_and(|body| body.idempotency == *call)
}

fn read(value: &[u8]) -> Option<Waiting> {
    let (since, event) = value.split_first_chunk::<8>()?;
    Some(Waiting { since: UnixMillis(u64::from_be_bytes(*since)), event: Event::from_bytes(event).ok()? })
}

const OUTBOX: &str = "outbox";
const PACK: &str = "outbox-pack";

/// What an event is refused for, besides its number, that signing it anew mends: its time or its key.
const RENEWED: [&str; 2] = ["rules.event.late", "rules.event.key"];

/// How long one more try may take.
const PATIENCE: Duration = Duration::from_secs(5);
