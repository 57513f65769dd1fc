//! Where EPCIS events are kept as received, each with the salt of its commitment.
//!
//! | table | key | value |
//! |---|---|---|
//! | epcis-event | member u32 ‖ event key 32 | [`Kept`] as JSON |
//! | epcis-time | member u32 ‖ event time, ms, u64 ‖ event key | nothing |
//! | epcis-key | member u32 ‖ hash of field and key 32 ‖ event time ‖ event key | nothing |
//! | epcis-job | member u32 ‖ job | the job as JSON |
//! | epcis-order | member u32 ‖ job | what was asked for, as JSON, a line feed, the document; until the job has ended |
//! | epcis-plan | member u32 ‖ job | what becomes of the events, so, and the signed events; until they are kept |

use super::{job::Done, order::Order, plan::Plan};
use crate::{
    block,
    fault::{Fault, Result},
    pool::Bundle,
    rows::{Change, Rows},
};
use medproof_core::identity::MemberId;
use medproof_epcis::{
    event::Event,
    event_hash::event_hash,
    query::{IndexField, index_keys},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// An event as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Kept {
    /// Its identifier.
    pub id: String,
    /// When the node recorded it, ms since 1970-01-01 UTC.
    pub record_ms: u64,
    /// When it happened, so.
    pub event_ms: u64,
    /// The context that held for it, as JSON.
    pub context: String,
    /// Its bytes, as received.
    pub bytes: String,
    /// The salt of its commitment, in hexadecimal digits.
    pub salt: String,
    /// What became of it.
    pub done: Done,
}

/// What names an event: its event hash, and whether it declares an earlier one wrong.
pub fn event_key(event: &Event<'_>) -> [u8; 32] {
    key_of(event, &event_hash(event))
}

/// An event's key and its identifier.
pub(super) fn names(event: &Event<'_>) -> ([u8; 32], String) {
    let hash = event_hash(event);
    let key = key_of(event, &hash);
    (key, event.event_id.as_ref().map_or(hash, |id| id.as_ref().into()))
}

fn key_of(event: &Event<'_>, event_hash: &str) -> [u8; 32] {
    let mark: &[u8] = if event.error.is_some() { b"error" } else { b"event" };
    hash(&[mark, event_hash.as_bytes()])
}

/// The rows that keep `event`.
pub(super) fn rows(member: MemberId, key: &[u8; 32], event: &Event<'_>, id: &str, kept: &Kept) -> Result<Vec<Change>> {
    let time = kept.event_ms.to_be_bytes();
    let owner = member.0.to_be_bytes();
    let mark = |table, parts: &[&[u8]]| Change { table, key: parts.concat(), value: Some(Vec::new()) };
    let value = serde_json::to_vec(kept).map_err(|cause| Fault::new("node.store").with("cause", cause))?;
    let row = Change { table: EVENT, key: [&owner[..], key].concat(), value: Some(value) };
    let mut rows = vec![row, mark(TIME, &[&owner, &time, key])];
    for (field, text) in index_keys(event, id) {
        rows.push(mark(KEY, &[&owner, &field_hash(field, &text), &time, key]));
    }
    Ok(rows)
}

/// The event of `key`.
pub fn kept(rows: &dyn Rows, member: MemberId, key: &[u8]) -> Result<Option<Kept>> {
    let value = rows.get(EVENT, &[&member.0.to_be_bytes()[..], key].concat())?;
    let read =
        |value: Vec<u8>| serde_json::from_slice(&value).map_err(|_| Fault::new("node.index").with("table", EVENT));
    value.map(read).transpose()
}

/// Time and key of the member's events under a key of the index, or of all, ascending; at most `most`.
pub fn places(
    rows: &dyn Rows,
    member: MemberId,
    under: Option<(IndexField, &str)>,
    most: usize,
) -> Result<Vec<(u64, Vec<u8>)>> {
    let owner = member.0.to_be_bytes();
    let (table, prefix) = match under {
        None => (TIME, owner.to_vec()),
        Some((field, text)) => (KEY, [&owner[..], &field_hash(field, text)].concat()),
    };
    let found = rows.from(table, &prefix, most)?;
    let place = |(key, _): (Vec<u8>, Vec<u8>)| {
        let (time, event) = key.strip_prefix(prefix.as_slice())?.split_first_chunk::<8>()?;
        Some((u64::from_be_bytes(*time), event.to_vec()))
    };
    Ok(found.into_iter().map_while(place).collect())
}

/// A job as it was kept last.
pub fn job(rows: &dyn Rows, member: MemberId, job: &str) -> Result<Option<Vec<u8>>> {
    rows.get(JOB, &job_key(member, job))
}

/// The row of a job.
pub(super) fn job_row(member: MemberId, job: &str, value: Vec<u8>) -> Change {
    Change { table: JOB, key: job_key(member, job), value: Some(value) }
}

/// The row that holds what was asked for until it is done.
pub(super) fn order_row(order: &Order, bytes: &[u8]) -> Result<Change> {
    Ok(Change { table: ORDER, key: job_key(order.member(), &order.job), value: Some(headed(order, bytes)?) })
}

/// What was asked for and is not done.
pub(super) fn orders(rows: &dyn Rows) -> Result<Vec<(Order, Vec<u8>)>> {
    let found = rows.from(ORDER, &[], usize::MAX)?;
    found.iter().map(|(_, value)| parted(ORDER, value)).collect()
}

/// The row that holds a plan with its signed events.
pub(super) fn plan_row(order: &Order, plan: &Plan, bundle: &Bundle) -> Result<Change> {
    let value = headed(plan, &block::join(bundle.events()))?;
    Ok(Change { table: PLAN, key: job_key(order.member(), &order.job), value: Some(value) })
}

/// The plan that was on its way when the node was stopped.
pub(super) fn plan(rows: &dyn Rows, order: &Order) -> Result<Option<(Plan, Bundle)>> {
    let Some(value) = rows.get(PLAN, &job_key(order.member(), &order.job))? else { return Ok(None) };
    let (plan, events) = parted(PLAN, &value)?;
    let events = block::split(&events).map_err(|_| broken(PLAN))?;
    Ok(Some((plan, Bundle::new(events))))
}

/// The row that forgets a plan.
pub(super) fn without_plan(order: &Order) -> Change {
    Change { table: PLAN, key: job_key(order.member(), &order.job), value: None }
}

/// The rows that forget what was asked for.
pub(super) fn without_order(order: &Order) -> Vec<Change> {
    let gone = Change { table: ORDER, key: job_key(order.member(), &order.job), value: None };
    vec![gone, without_plan(order)]
}

fn job_key(member: MemberId, job: &str) -> Vec<u8> {
    [&member.0.to_be_bytes()[..], job.as_bytes()].concat()
}

/// JSON, a line feed, bytes.
fn headed(head: &impl Serialize, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut value = serde_json::to_vec(head).map_err(|cause| Fault::new("node.store").with("cause", cause))?;
    value.push(b'\n');
    value.extend_from_slice(bytes);
    Ok(value)
}

fn parted<T: serde::de::DeserializeOwned>(table: &'static str, value: &[u8]) -> Result<(T, Vec<u8>)> {
    let end = value.iter().position(|byte| *byte == b'\n').ok_or_else(|| broken(table))?;
    let (head, rest) = value.split_at(end);
    let head = serde_json::from_slice(head).map_err(|_| broken(table))?;
    Ok((head, rest.get(1..).unwrap_or_default().to_vec()))
}

fn broken(table: &'static str) -> Fault {
    Fault::new("node.index").with("table", table)
}

fn field_hash(field: IndexField, text: &str) -> [u8; 32] {
    hash(&[&[field as u8], text.as_bytes()])
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

const EVENT: &str = "epcis-event";
const TIME: &str = "epcis-time";
const KEY: &str = "epcis-key";
const JOB: &str = "epcis-job";
const ORDER: &str = "epcis-order";
const PLAN: &str = "epcis-plan";
