//! Where EPCIS events are kept as received, each with the salt of its commitment.
//!
//! | table | key | value |
//! |---|---|---|
//! | epcis-event | member u32 ‖ event key 32 | [`Kept`] as JSON |
//! | epcis-time | member u32 ‖ event time, ms, u64 ‖ event key | nothing |
//! | epcis-key | member u32 ‖ hash of field and key 32 ‖ event time ‖ event key | nothing |
//! | epcis-job | member u32 ‖ job 16 | the job as JSON |

use super::job::Done;
use crate::{
    fault::{Fault, Result},
    rows::{Change, Rows},
};
use medproof_core::identity::MemberId;
use medproof_epcis::{
    event::Event,
    event_hash::{event_hash, event_id},
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
    /// What became of it; none while it is on its way.
    pub done: Option<Done>,
}

/// What names an event: its event hash, and whether it declares an earlier one wrong.
pub fn event_key(event: &Event<'_>) -> [u8; 32] {
    let mark: &[u8] = if event.error.is_some() { b"error" } else { b"event" };
    hash(&[mark, event_hash(event).as_bytes()])
}

/// The rows that keep `event` for the first time.
pub(super) fn rows(member: MemberId, key: &[u8; 32], event: &Event<'_>, kept: &Kept) -> Result<Vec<Change>> {
    let time = kept.event_ms.to_be_bytes();
    let owner = member.0.to_be_bytes();
    let mark = |table, parts: &[&[u8]]| Change { table, key: parts.concat(), value: Some(Vec::new()) };
    let mut rows = vec![row(member, key, kept)?, mark(TIME, &[&owner, &time, key])];
    for (field, text) in index_keys(event, &event_id(event)) {
        rows.push(mark(KEY, &[&owner, &field_hash(field, &text), &time, key]));
    }
    Ok(rows)
}

/// The row of `kept` alone.
pub(super) fn row(member: MemberId, key: &[u8; 32], kept: &Kept) -> Result<Change> {
    let value = serde_json::to_vec(kept).map_err(|cause| Fault::new("node.store").with("cause", cause))?;
    Ok(Change { table: EVENT, key: [&member.0.to_be_bytes()[..], key].concat(), value: Some(value) })
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
    rows.get(JOB, &[&member.0.to_be_bytes()[..], job.as_bytes()].concat())
}

/// The row of a job.
pub(super) fn job_row(member: MemberId, job: &str, value: Vec<u8>) -> Change {
    Change { table: JOB, key: [&member.0.to_be_bytes()[..], job.as_bytes()].concat(), value: Some(value) }
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
