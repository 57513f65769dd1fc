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
//! A pack that waits here is refused to whoever would give it out a second time.

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
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{task::JoinSet, time::timeout};

/// Events that wait for a quorum, on disk.
pub struct Outbox {
    node: Arc<Node>,
    rows: Arc<dyn Rows>,
    writing: Mutex<()>,
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
        Self { node, rows, writing: Mutex::default() }
    }

    /// Keeps an event that is on its way; from here on it is not lost. Refused if one of its packs waits already.
    pub fn keep(&self, event: Event) -> Result {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = Waiting { since: self.node.clock().now(), event };
        for pack in self.packs(&waiting.event)? {
            if self.holds(&pack)? {
                return Err(Fault::new("node.outbox.waiting"));
            }
        }
        self.rows.put(self.written(&waiting)?)
    }

    /// Whether the pack at `path` waits.
    pub fn holds(&self, path: &Path) -> Result<bool> {
        Ok(self.rows.get(PACK, path.as_bytes())?.is_some())
    }

    /// Everything that waits for the ledger, for `member`.
    pub fn of_member(&self, member: MemberId) -> Result<Vec<Waiting>> {
        Ok(self.all()?.into_iter().filter(|waiting| waiting.event.head().member == member).collect())
    }

    /// The event of `member` that carries an idempotency value.
    pub fn of_key(&self, member: MemberId, key: &Digest) -> Result<Option<Event>> {
        let of_member = self.of_member(member)?.into_iter().map(|waiting| waiting.event);
        Ok(of_member.filter(|_| *key != Digest::ZERO).find(|event| is_of_key(event, key)))
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
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changes = self.removed(&waiting.event)?;
        changes.extend(self.written(&Waiting { event, since: waiting.since })?);
        self.rows.put(changes)
    }

    fn forget(&self, event: &Event) -> Result {
        self.rows.put(self.removed(event)?)
    }

    /// The ledger has the event, or one that another node of the member sent for the same call.
    fn is_on_ledger(&self, event: &Event) -> Result<bool> {
        let view = self.node.view();
        let index = Index::new(&view);
        let key = Body::decode(event.head().kind, event.body()).map_or(Digest::ZERO, |body| body.idempotency);
        if index.event_index(&event.head().id())?.is_some() {
            return Ok(true);
        }
        // Signed anew it has another id. The value alone is not enough: anybody may have sent it after reading it.
        let Some(at) = index.of_idempotency(&key)?.filter(|_| key != Digest::ZERO) else { return Ok(false) };
        let found = view.event(at)?.and_then(|placed| Event::from_bytes(&placed.event).ok());
        Ok(found
            .is_some_and(|found| (found.head().member, found.head().kind) == (event.head().member, event.head().kind)))
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
        let mut changes: Vec<Change> = self.packs(event)?.into_iter().map(pack).collect();
        changes.push(Change { table: OUTBOX, key: event.head().id().0.to_vec(), value });
        Ok(changes)
    }

    fn packs(&self, event: &Event) -> Result<Vec<Path>> {
        let view = self.node.view();
        let index = Index::new(&view);
        Ok(packs_of(event).iter().map(|pack| index.paths().pack(pack)).collect())
    }
}

/// The packs that an event gives out.
pub fn packs_of(event: &Event) -> Vec<PackId> {
    let Ok(body) = Body::decode(event.head().kind, event.body()) else { return Vec::new() };
    match body.act {
        Act::Dispense(fields) => fields.items.packs.into_iter().map(|item| item.pack).collect(),
        Act::DispensePartly(fields) => fields.portions.into_iter().map(|portion| portion.pack).collect(),
        _ => Vec::new(),
    }
}

fn is_of_key(event: &Event, key: &Digest) -> bool {
    Body::decode(event.head().kind, event.body()).is_ok_and(|body| body.idempotency == *key)
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
