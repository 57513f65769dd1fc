//! The states of packs, units, lots and products, numbered by how bad they are.

use crate::names::nth;
/// A state that this client knows. A higher number is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum State {
    /// May be sold, moved and dispensed.
    Active = 1,
    /// Shipped and not yet received.
    InTransit = 2,
    /// Some of the contents were given to a patient.
    PartlyDispensed = 3,
    /// Given to a patient.
    Dispensed = 4,
    /// Taken as a sample by an authority.
    Sample = 5,
    /// Left the market.
    Exported = 6,
    /// Held back by its holder.
    Locked = 7,
    /// Held back by a rule or by quality assurance.
    Quarantined = 8,
    /// Withdrawn from the market.
    Withdrawn = 9,
    /// Recalled.
    Recalled = 10,
    /// Reported stolen; final.
    Stolen = 11,
    /// Destroyed; final.
    Destroyed = 12,
}

impl State {
    /// All states, least bad first.
    pub const ALL: [Self; 12] = [
        Self::Active,
        Self::InTransit,
        Self::PartlyDispensed,
        Self::Dispensed,
        Self::Sample,
        Self::Exported,
        Self::Locked,
        Self::Quarantined,
        Self::Withdrawn,
        Self::Recalled,
        Self::Stolen,
        Self::Destroyed,
    ];

    /// The state's name in reasons and axes.
    pub const fn name(self) -> &'static str {
        nth(
            "active in-transit partly-dispensed dispensed sample exported locked quarantined withdrawn \
             recalled stolen destroyed",
            (self as usize).wrapping_sub(1),
        )
    }
}

/// A state as a leaf holds it, perhaps one that a newer client knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct StateCode(pub u8);

impl StateCode {
    /// The state, if this client knows it.
    pub fn known(self) -> Option<State> {
        State::ALL.get(usize::from(self.0).checked_sub(1)?).copied()
    }
}

impl From<State> for StateCode {
    fn from(state: State) -> Self {
        Self(state as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_are_known_from_1_to_12_and_rise_with_badness() {
        for (number, state) in (1..).zip(State::ALL) {
            assert_eq!(StateCode::from(state), StateCode(number));
            assert_eq!(StateCode(number).known(), Some(state));
        }
        for number in (0..=255).filter(|number| !(1..=12).contains(number)) {
            assert_eq!(StateCode(number).known(), None);
        }
        assert!(State::ALL.is_sorted());
    }

    #[test]
    fn names_are_distinct_words() {
        let names: BTreeSet<_> = State::ALL.iter().map(|state| state.name()).collect();
        assert_eq!(names.len(), State::ALL.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    }
}
