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

impl Step {
    /// The event's entry in the log.
    pub const fn entry(&self) -> &LogEntry {
        match self {
            Self::Own(entry) | Self::Unit(_, _, entry) => entry,
        }
    }

    fn after(&self, custody: &Custody) -> Custody {
        match self {
            Self::Own(entry) => custody.after(entry),
            Self::Unit(path, unit, entry) => custody.after_unit(path, unit, entry),
        }
    }
}

/// A custody chain: count u16 (≤ 10,000) ‖ steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a list of steps")]
pub struct Chain(pub Vec<Step>);

impl Chain {
    /// The head that the steps lead to.
    pub fn replay(&self) -> Custody {
        self.0.iter().fold(Custody::START, |custody, step| step.after(&custody))
    }

    /// The head before the first step, and the one behind each.
    pub(crate) fn heads(&self) -> Vec<Custody> {
        let mut head = Custody::START;
        let mut heads = Vec::with_capacity(self.0.len() + 1);
        heads.push(head);
        for step in &self.0 {
            head = step.after(&head);
            heads.push(head);
        }
        heads
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::EventKind, event::MemberRole, identity::Day};
    use std::vec;

    fn entry(kind: u16) -> LogEntry {
        LogEntry { kind: EventKind(kind), day: Day(1), role: MemberRole(2), envelope: Digest([3; 32]) }
    }

    #[test]
    fn a_replayed_chain_ends_at_the_leaf() {
        let path = Path::new([5; 32]);
        let unit = Custody::START.after(&entry(1)).after(&entry(2));
        let steps = vec![Step::Own(entry(1)), Step::Unit(path, unit, entry(2)), Step::Own(entry(3))];
        let expected = Custody::START.after(&entry(1)).after_unit(&path, &unit, &entry(2)).after(&entry(3));
        let chain = Chain(steps);
        assert_eq!((chain.replay(), expected.events), (expected, 3));
        assert_eq!(Chain::from_wire(&chain.to_wire()), Ok(chain));
        assert_eq!(Chain::default().replay(), Custody::START);
    }

    #[test]
    fn every_part_of_a_step_counts() {
        let (path, unit) = (Path::new([5; 32]), Custody { events: 4, hash: Digest([6; 32]) });
        let start = Custody { events: 9, hash: Digest([7; 32]) };
        let base = start.after_unit(&path, &unit, &entry(1));
        assert_eq!(base.events, 10);
        for other in [
            start.after(&entry(1)),
            start.after_unit(&path, &unit, &entry(2)),
            start.after_unit(&Path::new([4; 32]), &unit, &entry(1)),
            start.after_unit(&path, &Custody { events: 5, ..unit }, &entry(1)),
            start.after_unit(&path, &Custody { hash: Digest::ZERO, ..unit }, &entry(1)),
            Custody::START.after_unit(&path, &unit, &entry(1)),
        ] {
            assert_ne!(base.hash, other.hash);
        }
    }

    #[test]
    fn the_formulas_are_those_of_the_format() {
        let (path, unit) = (Path::new([5; 32]), Custody { events: 4, hash: Digest([6; 32]) });
        let entry_hash = LogHash::leaf(&entry(1).to_wire());
        let own = tagged(Tag::Custody, &[&[&[0; 32][..], entry_hash.as_bytes()].concat()]);
        assert_eq!(Custody::START.after(&entry(1)), Custody { events: 1, hash: own });
        let parts = [&[0; 32][..], &[5; 32], &[0, 0, 0, 4], &[6; 32], entry_hash.as_bytes()].concat();
        assert_eq!(Custody::START.after_unit(&path, &unit, &entry(1)).hash, tagged(Tag::Custody, &[&parts]));
    }

    #[test]
    fn the_count_of_events_does_not_wrap() {
        let last = Custody { events: u32::MAX, hash: Digest::ZERO };
        assert_eq!(last.after(&entry(1)).events, u32::MAX);
    }

    #[test]
    fn a_chain_is_bounded_and_its_steps_are_two() {
        assert_eq!(Chain::from_wire(&[0x27, 0x11]), Err(DecodeError::Bounds));
        assert_eq!(Chain::from_wire(&[0, 1, 0]), Err(DecodeError::Truncated));
        let mut other = vec![0, 1, 2];
        other.extend([0; 39]);
        assert_eq!(Chain::from_wire(&other), Err(DecodeError::Value));
    }

    #[test]
    fn a_holder_shows_only_with_its_salt() {
        let (path, other) = (Path::new([5; 32]), Path::new([6; 32]));
        let salt = holder_salt(&[1; 32], &path);
        assert_ne!(salt, holder_salt(&[1; 32], &other));
        assert_ne!(salt, holder_salt(&[2; 32], &path));
        assert_ne!(holder(&salt, MemberId(1)), holder(&salt, MemberId(2)));
        assert_ne!(place(&salt, MemberId(1), 1), place(&salt, MemberId(1), 2));
        assert_ne!(place(&salt, MemberId(1), 1), holder(&salt, MemberId(1)));
    }
}
