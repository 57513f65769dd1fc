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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_row() {
        assert!(TABLE.iter().map(|(state, _)| *state).eq(State::ALL));
        for (state, row) in TABLE {
            assert_eq!(Purpose::ALL.map(|purpose| cell(state, purpose)), row);
        }
    }

    #[test]
    fn what_is_worse_than_dispensed_is_for_nobody() {
        let worse = State::ALL.into_iter().filter(|state| *state > State::Dispensed);
        assert!(worse.into_iter().all(|state| Purpose::ALL.iter().all(|purpose| cell(state, *purpose) == DoNotUse)));
    }

    #[test]
    fn good_news_ages_and_bad_news_does_not() {
        let all = [Ok, Warn, DoNotUse, Overall::Unknown, Overall::CannotTell];
        for current in [Freshness::Fresh { age_ms: 0 }, Freshness::Carried { age_ms: 9 }] {
            assert_eq!(all.map(|overall| aged(overall, &current)), all);
        }
        for old in [Freshness::Stale { age_ms: 9 }, Freshness::Future { ahead_ms: 9 }] {
            let expected = [Overall::CannotTell, Overall::CannotTell, DoNotUse, Overall::Unknown, Overall::CannotTell];
            assert_eq!(all.map(|overall| aged(overall, &old)), expected);
        }
    }
}
