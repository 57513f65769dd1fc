//! EPCIS events of a member: kept as received, anchored on the ledger, and turned into what the ledger knows.
//!
//! ```text
//! Document ─► keep (bytes, salt) ─► map ─► deeds, in order ─► commitment of the others, in batches ─► job
//! ```
//!
//! An event is kept before its deeds are sent, so that one that was cut off is finished when it comes again.

mod deed;
mod job;
mod registry;
mod shelf;

pub use job::{Done, Job};
pub use shelf::{Kept, event_key, job as find_job, kept, places};

use crate::{
    fault::{Fault, Result},
    genesis_file::Role,
    index::Index,
    keyring,
    node::Node,
    pool::Receipt,
    rows::Rows,
};
use medproof_core::{hash::Digest, identity::MemberId, log::LeafIndex};
use medproof_epcis::{
    document::{Document, Limits, Received},
    event::Event,
    event_hash::event_id,
    fault::Fault as EventFault,
    mapping::{self, StoredOnly},
};
use medproof_rules::body::{self, Act, Body, DocumentStore};
use registry::Ledger;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Captures documents of one member.
#[derive(Clone)]
pub struct Capture {
    node: Arc<Node>,
    rows: Arc<dyn Rows>,
    member: MemberId,
    is_qa: bool,
}

/// An event that is kept and waits for its deeds or its commitment.
struct Waiting {
    pointer: String,
    key: [u8; 32],
    kept: Kept,
    commitment: Digest,
    done: Done,
    /// Whether the node, not the rules, stood in the way: the event is tried again when it comes again.
    is_cut_off: bool,
}

/// What one deed gave, for the event at a place of the list.
type Answered = (usize, u16, Result<Receipt>);

impl Capture {
    /// For documents of `member`; only its quality assurance, `is_qa`, lets quarantined items go.
    pub const fn new(node: Arc<Node>, rows: Arc<dyn Rows>, member: MemberId, is_qa: bool) -> Self {
        Self { node, rows, member, is_qa }
    }

    /// Reads a document; with `proceed`, faults of single events do not refuse the others.
    pub fn check(bytes: &[u8], proceed: bool) -> std::result::Result<Document<'_>, Vec<EventFault>> {
        let document = Document::read(bytes, &limits())?;
        let faults = document.events.iter().filter_map(|received| received.event.as_ref().err()).flatten();
        let faults: Vec<EventFault> = faults.cloned().collect();
        if faults.is_empty() || proceed { Ok(document) } else { Err(faults) }
    }

    /// A new job that waits.
    pub fn begin(&self, proceed: bool) -> Result<Job> {
        let id = keyring::to_hex(&keyring::random()?).chars().take(32).collect();
        let behaviour = if proceed { "proceed" } else { "rollback" };
        let job = Job { id, is_running: true, created: self.now_text(), behaviour, ..Job::default() };
        self.save(&job)?;
        Ok(job)
    }

    /// Does all that the document asks for, and keeps the job.
    pub async fn run(&self, mut job: Job, bytes: &[u8]) -> Result<Job> {
        let document = Document::read(bytes, &limits()).map_err(|_| Fault::new("node.index"))?;
        let mut waiting = Vec::with_capacity(document.events.len());
        let mut deeds: JoinSet<Answered> = JoinSet::new();
        for received in &document.events {
            match &received.event {
                Ok(event) => self.take(received, event, &mut waiting, &mut deeds).await?,
                Err(faults) => job.errors.extend(faults.iter().map(fault_view)),
            }
        }
        settle(&mut deeds, &mut waiting, 0).await;
        self.anchor(&mut waiting).await?;
        self.finish(&mut waiting)?;
        job.events = waiting.iter().map(|event| event.done.to_json(&event.pointer, &event.kept.id)).collect();
        job.is_running = false;
        job.finished = Some(self.now_text());
        self.save(&job)?;
        Ok(job)
    }

    /// Keeps an event and sends its deeds; packs are registered side by side, all else in turn.
    async fn take(
        &self,
        received: &Received<'_>,
        event: &Event<'_>,
        waiting: &mut Vec<Waiting>,
        deeds: &mut JoinSet<Answered>,
    ) -> Result {
        let Some(fresh) = self.keep(received, event, waiting)? else { return Ok(()) };
        let place = waiting.len();
        let (key, commitment) = (fresh.key, fresh.commitment);
        waiting.push(fresh);
        let roles = self.node.roles(self.member)?;
        let mut answer = self.map(event, &roles)?;
        let is_apart = matches!(answer.wishes.as_slice(), [wish] if wish.kind == mapping::Kind::PackRegister);
        if !is_apart {
            settle(deeds, waiting, 0).await;
            answer = self.map(event, &roles)?;
        }
        if let (Some(why), Some(event)) = (&answer.stored_only, waiting.get_mut(place)) {
            event.done.set_reason(why);
        }
        for (number, wish) in answer.wishes.iter().enumerate() {
            let idempotency = [&key[..], &(number as u64).to_be_bytes()].concat();
            let idempotency = body::idempotency(self.member, &idempotency);
            let view = self.node.view();
            let act = match self.act(&Index::new(&view), wish, answer.site) {
                Ok(act) => act,
                Err(fault) => {
                    note(waiting, (place, wish.kind.number(), Err(fault)));
                    break;
                }
            };
            let body = Body::new(idempotency, act).with_documents(vec![commitment]);
            let (me, kind) = (self.clone(), wish.kind.number());
            deeds.spawn(async move { (place, kind, me.send(&body).await) });
            settle(deeds, waiting, if is_apart { MOST_ON_THE_WAY } else { 0 }).await;
            if waiting.get(place).is_some_and(|event| event.done.reason.is_some()) {
                break;
            }
        }
        Ok(())
    }

    /// Keeps an event; one that is kept and finished already only tells what became of it.
    fn keep(&self, received: &Received<'_>, event: &Event<'_>, waiting: &mut Vec<Waiting>) -> Result<Option<Waiting>> {
        let key = event_key(event);
        if waiting.iter().any(|other| other.key == key) {
            return Ok(None);
        }
        let before = kept(&*self.rows, self.member, &key)?;
        let is_new = before.is_none();
        let now = self.node.clock().now();
        let kept = match before {
            Some(kept) => kept,
            None => Kept {
                id: event_id(event),
                record_ms: now.0,
                event_ms: event.event_time.unix_millis(),
                context: event.context.to_json().to_string(),
                bytes: received.bytes.to_owned(),
                salt: keyring::to_hex(&keyring::random()?),
                done: None,
            },
        };
        if is_new {
            self.rows.put(shelf::rows(self.member, &key, event, &kept)?)?;
        }
        let salt =
            keyring::from_hex(&kept.salt).ok_or_else(|| Fault::new("node.index").with("table", "epcis-event"))?;
        let commitment = body::document(&salt, kept.bytes.as_bytes());
        let pointer = received.pointer.clone();
        if let Some(done) = kept.done.clone() {
            waiting.push(Waiting { pointer, key, kept, commitment, done, is_cut_off: false });
            return Ok(None);
        }
        Ok(Some(Waiting { pointer, key, kept, commitment, done: Done::default(), is_cut_off: false }))
    }

    fn map(&self, event: &Event<'_>, roles: &[Role]) -> Result<mapping::Answer> {
        let view = self.node.view();
        mapping::map(event, &Ledger { index: Index::new(&view), sender: self.member, roles })
    }

    fn act(&self, index: &Index<'_>, wish: &mapping::Wish, site: Option<u64>) -> Result<Act> {
        let is_allowed = wish.kind != mapping::Kind::Release || self.is_qa;
        if is_allowed { deed::act(index, wish, site) } else { Err(Fault::new("access.staff-role")) }
    }

    /// Sends one body, unless it is on the ledger from before.
    async fn send(&self, body: &Body) -> Result<Receipt> {
        if let Some(receipt) = self.sent_before(&body.idempotency)? {
            return Ok(receipt);
        }
        let capacity = body.act.items().map(|items| items.capacity);
        let role = self.node.role_for(self.member, body.kind(), capacity)?;
        self.node.act(self.member, role, body).await
    }

    fn sent_before(&self, idempotency: &Digest) -> Result<Option<Receipt>> {
        let view = self.node.view();
        let Some(index) = Index::new(&view).of_idempotency(idempotency)? else { return Ok(None) };
        let broken = || Fault::new("node.index").with("table", "idempotency");
        let placed = view.event(index)?.ok_or_else(broken)?;
        let header = view.header(placed.height)?.ok_or_else(broken)?;
        let event = Index::new(&view).event(index)?.ok_or_else(broken)?;
        Ok(Some(Receipt { id: event.head().id(), height: placed.height, time: header.time(), index }))
    }

    /// Commits to the events that no deed carries.
    async fn anchor(&self, waiting: &mut [Waiting]) -> Result {
        let mut open: Vec<&mut Waiting> = waiting.iter_mut().filter(|event| event.done.anchored.is_none()).collect();
        for batch in open.chunks_mut(MOST_DOCUMENTS) {
            let mut documents: Vec<Digest> = batch.iter().map(|event| event.commitment).collect();
            documents.sort_unstable();
            let body = Body::new(Digest::ZERO, Act::DocumentStore(DocumentStore { documents }));
            let LeafIndex(index) = self.send(&body).await?.index;
            batch.iter_mut().for_each(|event| event.done.anchored = Some(index));
        }
        Ok(())
    }

    fn finish(&self, waiting: &mut [Waiting]) -> Result {
        let mut changes = Vec::new();
        for event in waiting.iter_mut().filter(|event| event.kept.done.is_none() && !event.is_cut_off) {
            event.kept.done = Some(event.done.clone());
            changes.push(shelf::row(self.member, &event.key, &event.kept)?);
        }
        if changes.is_empty() { Ok(()) } else { self.rows.put(changes) }
    }

    fn save(&self, job: &Job) -> Result {
        self.rows.put(vec![shelf::job_row(self.member, &job.id, job.to_json().to_string().into_bytes())])
    }

    fn now_text(&self) -> String {
        let now = i64::try_from(self.node.clock().now().0).unwrap_or(i64::MAX);
        jiff::Timestamp::from_millisecond(now).map(|time| time.to_string()).unwrap_or_default()
    }
}

impl Done {
    fn set_reason(&mut self, why: &StoredOnly) {
        self.reason = Some(why.reason.code().into());
        self.identifier.clone_from(&why.identifier);
        self.take_back = why.take_back.map(mapping::Kind::number);
    }
}

/// What a reader takes at most.
pub fn limits() -> Limits {
    Limits::default()
}

/// A fault of a document, as problems and jobs show it.
pub fn fault_view(fault: &EventFault) -> Value {
    json!({
        "pointer": fault.pointer,
        "code": fault.rule.code(),
        "expected": fault.expected,
        "found": fault.found,
    })
}

/// Waits until at most `most` deeds are on their way.
async fn settle(deeds: &mut JoinSet<Answered>, waiting: &mut [Waiting], most: usize) {
    while deeds.len() > most {
        if let Some(Ok(answered)) = deeds.join_next().await {
            note(waiting, answered);
        }
    }
}

fn note(waiting: &mut [Waiting], (place, kind, answer): Answered) {
    let Some(event) = waiting.get_mut(place) else { return };
    match answer {
        Ok(receipt) => {
            event.done.kinds.push((kind, receipt.index.0));
            event.done.anchored.get_or_insert(receipt.index.0);
        }
        Err(fault) => {
            event.is_cut_off = fault.code().starts_with("node.");
            event.done.reason = Some(fault.code().into());
        }
    }
}

/// Deeds side by side; fewer than the numbers that a lane keeps open.
const MOST_ON_THE_WAY: usize = 200;

/// Commitments of one event of the ledger.
const MOST_DOCUMENTS: usize = 10_000;
