//! The audit log: who did what, when, and what the node said, each entry chained to the one before.
//!
//! ```text
//! hash of entry n = SHA-256("medproof audit entry" ‖ hash of entry n - 1 ‖ the entry's JSON), 32 zero bytes before the first
//! ```
//!
//! Entries name no patient, no serial and no token; what was changed stands on the ledger. An event of kind
//! 1302 anchors the newest hash there, so that the past cannot be written anew by whoever holds the node.

mod entry;
mod export;

pub use entry::{Decision, Entry};
pub use export::{Verified, VerifyError, verify};

use crate::{
    fault::{Fault, Result},
    keyring::to_hex,
    rows::{Change, Rows},
};
use medproof_core::{hash::Digest, header::UnixMillis};
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The audit log of one node.
pub struct Audit {
    rows: Arc<dyn Rows>,
    state: Mutex<State>,
}

/// How far the log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a head is these things")]
pub struct Head {
    /// Number of entries.
    pub count: u64,
    /// The hash of the last one.
    pub hash: Digest,
}

struct State {
    head: Head,
    /// Refusals that differ in nothing but their time become one entry: whoever floods the node fills no disk.
    refused: BTreeMap<(String, String, String), u32>,
}

impl Audit {
    /// The log in `rows`.
    pub fn open(rows: Arc<dyn Rows>) -> Result<Self> {
        let head = match rows.last(TABLE, None, 1)?.pop() {
            Some((key, value)) => Head { count: number(&key)? + 1, hash: Digest(stored(&value)?.0) },
            None => Head { count: 0, hash: Digest::ZERO },
        };
        Ok(Self { rows, state: Mutex::new(State { head, refused: BTreeMap::new() }) })
    }

    /// Writes an entry, and `with` it in one transaction whatever belongs to it.
    pub fn record(&self, entry: Entry, with: Vec<Change>) -> Result {
        let mut state = self.lock();
        self.write(&mut state, vec![entry], with)
    }

    /// Counts a refused call; it is written with the next [`Self::flush`].
    pub fn refused(&self, actor: &str, action: &str, code: &str) {
        let mut state = self.lock();
        let key = (actor.to_owned(), action.to_owned(), code.to_owned());
        // Beyond so many different ones the rest is counted as one.
        let key = if state.refused.len() < MAX_REFUSED { key } else { (String::new(), "many".into(), code.into()) };
        let count = state.refused.entry(key).or_default();
        *count = count.saturating_add(1);
    }

    /// Writes the refusals that were counted.
    pub fn flush(&self, now: UnixMillis) -> Result {
        let mut state = self.lock();
        let refused = std::mem::take(&mut state.refused);
        if refused.is_empty() {
            return Ok(());
        }
        let entry = |((actor, action, code), count)| Entry {
            time_ms: now.0,
            actor,
            action,
            decision: Decision::Refused,
            code,
            count,
            request: String::new(),
        };
        self.write(&mut state, refused.into_iter().map(entry).collect(), Vec::new())
    }

    /// How far the log goes.
    pub fn head(&self) -> Head {
        self.lock().head
    }

    /// The log from entry `from` on, at most [`MAX_EXPORT`] entries, as [`verify`] reads it.
    pub fn export(&self, from: u64) -> Result<String> {
        let before = match from.checked_sub(1) {
            Some(before) => self.rows.get(TABLE, &before.to_be_bytes())?,
            None => None,
        };
        let before = before.map_or(Ok([0; 32]), |value| stored(&value).map(|(hash, _)| hash))?;
        let mut text = format!("{} {from} {}\n", export::FORMAT, to_hex(&before));
        for (_, value) in self.rows.from(TABLE, &from.to_be_bytes(), MAX_EXPORT)? {
            let (hash, json) = stored(&value)?;
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{} {json}", to_hex(&hash));
        }
        Ok(text)
    }

    fn write(&self, state: &mut State, entries: Vec<Entry>, with: Vec<Change>) -> Result {
        let (mut head, mut changes) = (state.head, with);
        for entry in entries {
            let json = serde_json::to_string(&entry).map_err(|cause| Fault::new("node.audit").with("cause", cause))?;
            let key = head.count.to_be_bytes().to_vec();
            head = Head { count: head.count + 1, hash: export::chained(&head.hash, &json) };
            let value = [&head.hash.0[..], json.as_bytes()].concat();
            changes.push(Change { table: TABLE, key, value: Some(value) });
        }
        self.rows.put(changes)?;
        state.head = head;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn number(key: &[u8]) -> Result<u64> {
    key.try_into().map(u64::from_be_bytes).map_err(|_| Fault::new("node.audit"))
}

fn stored(value: &[u8]) -> Result<([u8; 32], &str)> {
    let (hash, json) = value.split_first_chunk::<32>().ok_or_else(|| Fault::new("node.audit"))?;
    Ok((*hash, std::str::from_utf8(json).map_err(|_| Fault::new("node.audit"))?))
}

const TABLE: &str = "audit";

/// The most entries in one export.
pub const MAX_EXPORT: usize = 100_000;

/// The most different refusals between two flushes.
const MAX_REFUSED: usize = 1_000;

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    fn entry(action: &str) -> Entry {
        Entry {
            time_ms: 1_000,
            actor: "p1@4".into(),
            action: action.into(),
            decision: Decision::Done,
            code: String::new(),
            count: 1,
            request: "r".into(),
        }
    }

    #[test]
    fn a_log_goes_on_after_a_restart_and_verifies_offline() {
        let rows: Arc<dyn Rows> = Arc::new(MemoryRows::default());
        let audit = Audit::open(Arc::clone(&rows)).expect("opened");
        audit.record(entry("POST /v1/recalls"), Vec::new()).expect("written");
        audit.refused("", "POST /v1/recalls", "access.token");
        audit.refused("", "POST /v1/recalls", "access.token");
        audit.flush(UnixMillis(2_000)).expect("written");
        audit.flush(UnixMillis(3_000)).expect("nothing to write");
        let again = Audit::open(rows).expect("opened");
        assert_eq!(again.head(), audit.head());
        again.record(entry("POST /v1/lots"), Vec::new()).expect("written");
        let text = again.export(0).expect("exported");
        let verified = verify(&text).expect("whole");
        assert_eq!((verified.first, verified.count, verified.head), (0, 3, again.head().hash));
        assert_eq!(verified.entries.iter().map(|entry| entry.count).collect::<Vec<_>>(), [1, 2, 1]);
        let tail = verify(&again.export(2).expect("exported")).expect("whole");
        assert_eq!((tail.first, tail.count, tail.head), (2, 1, again.head().hash));
    }

    #[test]
    fn every_changed_byte_and_every_missing_line_is_noticed() {
        let audit = Audit::open(Arc::new(MemoryRows::default())).expect("opened");
        for number in 0..4 {
            audit.record(entry(&format!("POST /v1/{number}")), Vec::new()).expect("written");
        }
        let text = audit.export(0).expect("exported");
        let head = audit.head().hash;
        for place in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            let byte = bytes.get_mut(place).expect("in range");
            *byte = if *byte == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert!(verify(&changed).is_none_or_head(&head), "{place}");
        }
        let lines: Vec<&str> = text.lines().collect();
        for left_out in 1..lines.len() - 1 {
            let kept: Vec<&str> =
                lines.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, line)| *line).collect();
            assert!(verify(&(kept.join("\n") + "\n")).is_err(), "{left_out}");
        }
    }

    trait Refused {
        fn is_none_or_head(&self, head: &Digest) -> bool;
    }

    impl Refused for std::result::Result<Verified, VerifyError> {
        /// Refused, or a different head, which an anchor on the ledger then shows.
        fn is_none_or_head(&self, head: &Digest) -> bool {
            self.as_ref().map_or(true, |verified| verified.head != *head || verified.first != 0)
        }
    }
}
