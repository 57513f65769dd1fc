//! Why a state proof shows nothing.

use crate::names::nth;
/// Why a well-formed state proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum StateError {
    /// A node has one empty child and another that is empty or a leaf: no honest tree has that shape.
    Forged,
    /// The proof's root is not the expected one.
    Root,
    /// An end names an asked path as another leaf, and so withholds its value.
    Withheld,
    /// An asked path lies under none of the ends.
    Incomplete,
    /// An end answers for nothing that was asked.
    Superfluous,
    /// A value is empty or longer than [`MAX_VALUE_BYTES`](super::MAX_VALUE_BYTES).
    ValueLength,
}

impl StateError {
    /// The stable reason code.
    pub const fn code(self) -> &'static str {
        nth(
            "trust.state.forged trust.state.root trust.state.withheld trust.proof.incomplete \
             trust.proof.superfluous trust.state.value-length",
            self as usize,
        )
    }
}

impl core::fmt::Display for StateError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.code())
    }
}

impl core::error::Error for StateError {}

#[cfg(test)]
mod tests {
    use super::StateError::{Forged, Incomplete, Root, Superfluous, ValueLength, Withheld};
    use std::{collections::BTreeSet, string::ToString};

    #[test]
    fn codes_are_distinct() {
        let errors = [Forged, Root, Withheld, Incomplete, Superfluous, ValueLength];
        let codes: BTreeSet<_> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(codes.len(), errors.len());
        assert!(codes.iter().all(|code| code.starts_with("trust.state.") || code.starts_with("trust.proof.")));
    }
}
