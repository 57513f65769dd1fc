//! What a capture job says: of each event, what became of it.

use crate::fault::Fault;
use medproof_epcis::mapping::{Kind, StoredOnly};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What became of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Done {
    /// The kinds of event that the ledger accepted for it, each with its place in the log.
    pub kinds: Vec<(u16, u64)>,
    /// The place in the log of the event that carries its commitment.
    pub anchored: Option<u64>,
    /// Why it changed no state, or less than it says: a code of the message catalogue.
    pub reason: Option<String>,
    /// The identifier that the reason is about.
    pub identifier: Option<String>,
    /// The kind with which what it declares wrong may be taken back.
    pub take_back: Option<u16>,
}

/// A capture job.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// Its name.
    pub id: String,
    /// Whether it runs, and how it went.
    pub is_running: bool,
    /// When it began.
    pub created: String,
    /// When it ended.
    pub finished: Option<String>,
    /// How faults are dealt with: `rollback` or `proceed`.
    pub behaviour: &'static str,
    /// What became of each event, with its pointer and identifier.
    pub events: Vec<Value>,
    /// Faults of the document's events.
    pub errors: Vec<Value>,
    /// Why nothing of the document was kept, or nothing more.
    pub refused: Option<Fault>,
}

impl Job {
    /// The job as the standard writes it, with one member of our own: `events`.
    pub fn to_json(&self) -> Value {
        json!({
            "captureID": self.id,
            "running": self.is_running,
            "success": !self.is_running && self.errors.is_empty(),
            "captureErrorBehaviour": self.behaviour,
            "createdAt": self.created,
            "finishedAt": self.finished,
            "errors": self.errors,
            "events": self.events,
        })
    }

    /// Takes note that the event at `pointer`, or the document, cannot be kept, and so nothing of it is.
    pub(super) fn refuse(&mut self, pointer: &str, fault: Fault) {
        self.events.clear();
        self.fail(pointer, fault);
    }

    /// Takes note of what went wrong.
    pub(super) fn fail(&mut self, pointer: &str, fault: Fault) {
        let mut error = json!({ "pointer": pointer, "code": fault.code() });
        if let Value::Object(members) = &mut error {
            members.extend(fault.values().iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())));
        }
        self.errors.push(error);
        self.refused = Some(fault);
    }
}

impl Done {
    /// The event's part of the job.
    pub fn to_json(&self, pointer: &str, id: &str) -> Value {
        let kinds = self.kinds.iter().map(|(kind, index)| json!({ "kind": kind, "index": index }));
        json!({
            "pointer": pointer,
            "eventID": id,
            "accepted": kinds.collect::<Vec<_>>(),
            "anchored": self.anchored,
            "reason": self.reason,
            "identifier": self.identifier,
            "takeBack": self.take_back,
        })
    }

    /// Takes note that the ledger has an event of `kind` for it, at `index`.
    pub(super) fn accept(&mut self, kind: u16, index: u64) {
        self.kinds.push((kind, index));
        self.anchored.get_or_insert(index);
    }

    pub(super) fn set_reason(&mut self, why: &StoredOnly) {
        self.reason = Some(why.reason.code().into());
        self.identifier.clone_from(&why.identifier);
        self.take_back = why.take_back.map(Kind::number);
    }
}
