//! EPCIS events of a member: kept as received, anchored on the ledger, and turned into what the ledger knows.
//!
//! ```text
//! document ─► order, on disk ─► plan: events signed one on another ─► one block ─► events and job, on disk
//!                 ▲                          │        ▲                   │
//!        after a restart, again              │        └─ something else came between
//!                                            └─ refused, with rollback: nothing is kept
//! ```
//!
//! All that a document asks for is worked out on the newest state before anything is sent, and goes into a block
//! together or not at all. So `rollback` covers what the rules refuse. A document that fits into no block is taken in
//! parts with `proceed`, and not at all with `rollback`. What was asked for is on disk before it is answered, and the
//! signed events are before they are sent: a job that was cut off is taken up with the same bytes.

mod anchored;
mod deed;
mod job;
mod order;
mod plan;
mod registry;
mod right;
mod shelf;

pub use anchored::{Anchored, Shown};
pub use job::{Done, Job};
pub use order::Order;
pub use shelf::{Kept, event_key, job as find_job, kept, places};

use crate::{
    access::Caller,
    fault::{Fault, Result},
    index::Index,
    keyring,
    node::Node,
    pool::{Bundle, Outcome},
    rows::Rows,
};
use medproof_core::{hash::Digest, identity::MemberId, log::LeafIndex};
use medproof_epcis::{
    document::{Document, Limits},
    fault::Fault as EventFault,
};
use plan::{Plan, Prepared};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::Mutex as Turn, task::block_in_place};

/// Captures documents; those of one member one after another.
pub struct Captures {
    node: Arc<Node>,
    rows: Arc<dyn Rows>,
    turns: Mutex<HashMap<MemberId, Arc<Turn<()>>>>,
}

impl Captures {
    /// On `node`, kept in `rows`.
    pub fn new(node: Arc<Node>, rows: Arc<dyn Rows>) -> Self {
        Self { node, rows, turns: Mutex::default() }
    }

    /// Reads a document; with `proceed`, faults of single events do not refuse the others.
    pub fn check(bytes: &[u8], proceed: bool) -> std::result::Result<Document<'_>, Vec<EventFault>> {
        let document = Document::read(bytes, &limits())?;
        let faults = document.events.iter().filter_map(|received| received.event.as_ref().err()).flatten();
        let faults: Vec<EventFault> = faults.cloned().collect();
        if faults.is_empty() || proceed { Ok(document) } else { Err(faults) }
    }

    /// Takes what `caller` asks for; from here on it is done, whatever happens to the node.
    pub fn begin(&self, caller: &Caller, proceed: bool, bytes: &[u8]) -> Result<Order> {
        let order = Order::new(caller, proceed, self.now_text())?;
        self.rows.put(vec![
            shelf::job_row(order.member(), &order.job, order.begun().to_json().to_string().into_bytes()),
            shelf::order_row(&order, bytes)?,
        ])?;
        Ok(order)
    }

    /// Takes up the jobs that were cut off when the node was stopped.
    pub fn resume(self: &Arc<Self>) -> Result {
        for (order, bytes) in shelf::orders(&*self.rows)? {
            tracing::info!(job = order.job, "a capture job is taken up again");
            let captures = Arc::clone(self);
            tokio::spawn(async move { captures.run_to_end(order, &bytes).await });
        }
        Ok(())
    }

    /// [`Self::run`] for nobody who waits.
    pub async fn run_to_end(&self, order: Order, bytes: &[u8]) {
        if let Err(fault) = self.run(order, bytes).await {
            tracing::error!(code = fault.code(), "a capture job was cut off");
        }
    }

    /// Does all that the document asks for, and keeps the job.
    pub async fn run(&self, order: Order, bytes: &[u8]) -> Result<Job> {
        let document = Document::read(bytes, &limits()).map_err(|_| Fault::new("node.index").with("table", "order"))?;
        let mut job = order.begun();
        for received in &document.events {
            let faults = received.event.as_ref().err();
            job.errors.extend(faults.into_iter().flatten().map(fault_view));
        }
        let prepared = block_in_place(|| Prepared::all(&document, &order));
        let turn = self.turn(order.member());
        let turn = turn.lock().await;
        match self.parts(&order, &prepared, &mut job).await {
            Err(fault) if fault.code() == "node.stopped" => return Err(fault),
            Err(fault) => job.fail("", fault),
            Ok(()) => {}
        }
        job.is_running = false;
        job.finished = Some(self.now_text());
        let mut rows = shelf::without_order(&order);
        rows.push(shelf::job_row(order.member(), &job.id, job.to_json().to_string().into_bytes()));
        self.rows.put(rows)?;
        drop(turn);
        Ok(job)
    }

    /// Plans, sends and keeps the document part by part: mostly it is one.
    async fn parts(&self, order: &Order, prepared: &[Prepared<'_>], job: &mut Job) -> Result {
        let mut from = 0;
        if let Some((plan, bundle)) = shelf::plan(&*self.rows, order)? {
            // The same bytes: other validators may have them already.
            if let Some(receipts) = self.send(bundle).await? {
                block_in_place(|| self.keep(order, prepared, plan, &receipts, &mut order.begun()))?;
            }
        }
        let mut tries = 0;
        while from < prepared.len() {
            let (plan, bundle) = block_in_place(|| self.plan(order, prepared, from))?;
            if let Some((pointer, fault)) = plan.refused {
                job.refuse(&pointer, fault);
                return Ok(());
            }
            let end = plan.end;
            let Some(receipts) = self.send(bundle).await? else {
                tries += 1;
                if tries > MOST_TRIES {
                    return Err(Fault::new("node.busy"));
                }
                continue;
            };
            block_in_place(|| self.keep(order, prepared, plan, &receipts, job))?;
            (from, tries) = (end, 0);
        }
        Ok(())
    }

    /// A plan for the events from `from` on, which is on disk, with its signed events, before it is answered.
    fn plan(&self, order: &Order, prepared: &[Prepared<'_>], from: usize) -> Result<(Plan, Bundle)> {
        let (plan, bundle) = plan::draw(&self.node, &*self.rows, order, prepared, from)?;
        if !bundle.events().is_empty() && plan.refused.is_none() {
            self.rows.put(vec![shelf::plan_row(order, &plan, &bundle)?])?;
        }
        Ok((plan, bundle))
    }

    /// Sends signed events; answers where they stand, or nothing where something else came between.
    async fn send(&self, bundle: Bundle) -> Result<Option<Vec<LeafIndex>>> {
        if let Some(receipts) = self.sent_before(&bundle)? {
            return Ok(Some(receipts));
        }
        loop {
            match self.node.hand_in(bundle.clone()).await {
                Ok(Outcome::Accepted(receipts)) => {
                    return Ok(Some(receipts.iter().map(|receipt| receipt.index).collect()));
                }
                Ok(Outcome::Refused(..)) => return self.sent_before(&bundle),
                Err(fault) if fault.code() == "node.busy" => tokio::time::sleep(BUSY_TIME).await,
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Where the events stand, if all of them are on the ledger.
    fn sent_before(&self, bundle: &Bundle) -> Result<Option<Vec<LeafIndex>>> {
        let view = self.node.view();
        let index = Index::new(&view);
        bundle.events().iter().map(|event| index.event_index(&event.head().id())).collect()
    }

    /// Keeps the events of a part, with what became of them.
    fn keep(
        &self,
        order: &Order,
        prepared: &[Prepared<'_>],
        plan: Plan,
        receipts: &[LeafIndex],
        job: &mut Job,
    ) -> Result {
        let now = self.node.clock().now();
        let mut changes = Vec::new();
        for planned in plan.events {
            let Some(event) = prepared.get(planned.place) else { continue };
            let known_as = planned.known_as.clone();
            let done = planned.done(receipts);
            job.events.push(done.to_json(event.pointer, known_as.as_deref().unwrap_or(&event.id)));
            if known_as.is_none() {
                let kept = event.kept(now, done);
                changes.extend(shelf::rows(order.member(), &event.key, event.event, &event.id, &kept)?);
            }
        }
        changes.push(shelf::without_plan(order));
        self.rows.put(changes)
    }

    /// The turn of a member: its documents are worked out one after another.
    fn turn(&self, member: MemberId) -> Arc<Turn<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(member).or_default())
    }

    fn now_text(&self) -> String {
        let now = i64::try_from(self.node.clock().now().0).unwrap_or(i64::MAX);
        jiff::Timestamp::from_millisecond(now).map(|time| time.to_string()).unwrap_or_default()
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

/// The commitment to an event's bytes.
fn commitment(salt: &[u8; 32], bytes: &str) -> Digest {
    medproof_rules::body::document(salt, bytes.as_bytes())
}

/// A new job's name, or a secret: 32 bytes that nobody can guess, in hexadecimal digits.
fn secret() -> Result<String> {
    Ok(keyring::to_hex(&keyring::random()?))
}

/// How often a document is worked out anew because something else came between.
const MOST_TRIES: u32 = 20;

/// How long a full pool is given to empty.
const BUSY_TIME: Duration = Duration::from_millis(100);
