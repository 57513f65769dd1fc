//! The custody chain: every event of a pack or unit, folded into its leaf.
//!
//! ```text
//! own event         r' = tagged("medproof custody", r ‖ entry hash)
//! joining, leaving  r' = tagged("medproof custody", r ‖ unit path ‖ unit events u32 ‖ unit r ‖ entry hash)
//! ```
//!
//! A joining or leaving event is appended once to the unit's own chain; then each named child takes
//! the second form, with the unit's values after the append. So the whole custody is provable
//! against the pack's leaf: [`Chain::replay`] must end at the leaf's count and running hash.

use crate::{
    encoding::{DecodeError, Reader, Wire, put_count16},
    event::LogEntry,
    hash::{Digest, Tag, tagged},
    identity::MemberId,
    log::LogHash,
    state::Path,
};
use alloc::vec::Vec;

/// The head of a custody chain: what a leaf holds of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a count and a hash")]
pub struct Custody {
    /// Number of events.
    pub events: u32,
    /// Running hash.
    pub hash: Digest,
}

impl Custody {
    /// Before any event.
    pub const START: Self = Self { events: 0, hash: Digest::ZERO };

    /// After an event of its own.
    #[must_use]
    pub fn after(&self, entry: &LogEntry) -> Self {
        let entry = LogHash::leaf(&entry.to_wire());
        self.next(tagged(Tag::Custody, &[&self.hash.0, entry.as_bytes()]))
    }

    /// After joining or leaving the unit at `path`, whose chain already has the event.
    #[must_use]
    pub fn after_unit(&self, path: &Path, unit: &Self, entry: &LogEntry) -> Self {
        let entry = LogHash::leaf(&entry.to_wire());
        let parts = [&self.hash.0, path.as_bytes(), &unit.events.to_be_bytes()[..], &unit.hash.0, entry.as_bytes()];
        self.next(tagged(Tag::Custody, &parts))
    }

    const fn next(&self, hash: Digest) -> Self {
        Self { events: self.events.saturating_add(1), hash }
    }
}

/// One event in a custody chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new step needs a new format version")]
pub enum Step {
    /// 0 ‖ entry 39: an event of its own.
    Own(LogEntry),
    /// 1 ‖ unit path 32 ‖ unit events u32 ‖ unit hash 32 ‖ entry 39: joining or leaving a unit.
    Unit(Path, Custody, LogEntry),
}

/// A custody chain: count u16 (≤ 10,000) ‖ steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a list of steps")]
pub struct Chain(pub Vec<Step>);

impl Chain {
    /// The head that the steps lead to.
    pub fn replay(&self) -> Custody {
        self.0.iter().fold(Custody::START, |custody, step| match step {
            Step::Own(entry) => custody.after(entry),
            Step::Unit(path, unit, entry) => custody.after_unit(path, unit, entry),
        })
    }
}

impl Wire for Chain {
    fn put(&self, out: &mut Vec<u8>) {
        put_count16(out, self.0.len());
        for step in &self.0 {
            match step {
                Step::Own(entry) => {
                    out.push(0);
                    entry.put(out);
                }
                Step::Unit(path, unit, entry) => {
                    out.push(1);
                    out.extend_from_slice(path.as_bytes());
                    out.extend_from_slice(&unit.events.to_be_bytes());
                    unit.hash.put(out);
                    entry.put(out);
                }
            }
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = reader.count16(0..=10_000, 40)?;
        let mut steps = Vec::with_capacity(count);
        for _ in 0..count {
            steps.push(match reader.u8()? {
                0 => Step::Own(LogEntry::get(reader)?),
                1 => Step::Unit(
                    Path::new(reader.array()?),
                    Custody { events: reader.u32()?, hash: Digest::get(reader)? },
                    LogEntry::get(reader)?,
                ),
                _ => return Err(DecodeError::Value),
            });
        }
        Ok(Self(steps))
    }
}

/// The salt that hides the holder of the leaf at `path`: tagged("medproof holder salt", event salt ‖ path).
///
/// An outsider to whom a holder is shown gets this salt, never the event's.
pub fn holder_salt(event_salt: &[u8; 32], path: &Path) -> Digest {
    tagged(Tag::HolderSalt, &[event_salt, path.as_bytes()])
}

/// The commitment to a holder: tagged("medproof holder", holder salt ‖ member u32).
pub fn holder(holder_salt: &Digest, member: MemberId) -> Digest {
    tagged(Tag::Holder, &[&holder_salt.0, &member.0.to_be_bytes()])
}

/// The commitment to a place: tagged("medproof place", holder salt ‖ member u32 ‖ site u64).
///
/// The path in the salt keeps two packs that were dispensed together from showing equal commitments.
pub fn place(holder_salt: &Digest, member: MemberId, site: u64) -> Digest {
    tagged(Tag::Place, &[&holder_salt.0, &member.0.to_be_bytes(), &site.to_be_bytes()])
}
