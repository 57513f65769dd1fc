//! The one table behind every overall answer: effective state × purpose, then freshness.
//!
//! `docs/FORMAT.md` prints it, and the shared vectors hold a case for each cell.

use super::{Freshness, Overall, Purpose};
use crate::leaf::State;
use Overall::{DoNotUse, Ok, Warn};

/// A row for each state, least bad first; columns are holder, buyer, dispenser, receiver.
pub const TABLE: [(State, [Overall; 4]); 12] = [
    (State::Active, [Warn, Ok, Ok, Ok]),
    (State::InTransit, [Warn, Warn, Warn, Ok]),
    (State::PartlyDispensed, [Ok, DoNotUse, Warn, DoNotUse]),
    (State::Dispensed, [Ok, DoNotUse, DoNotUse, DoNotUse]),
    (State::Sample, [DoNotUse; 4]),
    (State::Exported, [DoNotUse; 4]),
    (State::Locked, [DoNotUse; 4]),
    (State::Quarantined, [DoNotUse; 4]),
    (State::Withdrawn, [DoNotUse; 4]),
    (State::Recalled, [DoNotUse; 4]),
    (State::Stolen, [DoNotUse; 4]),
    (State::Destroyed, [DoNotUse; 4]),
];

/// The cell for an effective state and a purpose, while the answer is current.
pub fn cell(state: State, purpose: Purpose) -> Overall {
    let row = TABLE.iter().find(|(of, _)| *of == state);
    row.and_then(|(_, row)| row.get(purpose as usize)).copied().unwrap_or(Overall::CannotTell)
}

/// What age does to an answer: good news needs to be current, bad news never ages.
pub const fn aged(overall: Overall, freshness: &Freshness) -> Overall {
    match overall {
        Ok | Warn if !freshness.is_current() => Overall::CannotTell,
        overall => overall,
    }
}
