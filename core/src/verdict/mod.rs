//! The verdict: what a light client can say about a scan, in separate axes and one overall answer.
//!
//! Three things are never mixed up: *bad* (`do-not-use`), *not in this registry* (`unknown`), and
//! *could not check* (`cannot-tell`). The overall answer comes from one table ([`table`]) and a
//! fixed list of overrides (`judge`). It never says "authentic": it is about an identifier, not
//! about the box in the hand.

mod axes;
pub mod codes;
mod judge;
mod policy;
pub mod table;

pub use axes::{
    Agreement, AsOf, Expiry, Freshness, Identifier, Issuer, KeyState, Level, Match, PackDetails, States, Trust,
};
pub(crate) use judge::{Checked, freshness, judge, judge_unchecked};
pub use policy::{Mode, Policy, Purpose};

use alloc::vec::Vec;

/// The overall answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a new overall answer is a new format version")]
pub enum Overall {
    /// Nothing speaks against the purpose.
    Ok,
    /// Something to be cleared up first.
    Warn,
    /// Must not be used for the purpose.
    DoNotUse,
    /// The product is not in this registry.
    Unknown,
    /// The check could not be made or says nothing about the pack.
    CannotTell,
}

impl Overall {
    /// The answer's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::DoNotUse => "do-not-use",
            Self::Unknown => "unknown",
            Self::CannotTell => "cannot-tell",
        }
    }
}

/// A light client's answer about one scan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// The answer in one word.
    pub overall: Overall,
    /// Why, as stable dotted codes, in the order of the axes.
    pub reasons: Vec<&'static str>,
    /// Whether a quorum vouches for the leaves.
    pub trust: Trust,
    /// How old the answer is; absent where nothing was proved.
    pub freshness: Option<Freshness>,
    /// What the scan names.
    pub identifier: Identifier,
    /// Whether pack and ledger agree on lot and expiry.
    pub agreement: Agreement,
    /// The lot on the ledger, to be shown beside the one on the pack.
    pub ledger_lot: Option<crate::identity::Lot>,
    /// States of pack, unit, lot and product.
    pub states: States,
    /// Whether the lot is in date.
    pub expiry: Option<Expiry>,
    /// Who released the lot.
    pub issuer: Option<Issuer>,
    /// What else the pack's leaf says.
    pub pack: Option<PackDetails>,
    /// The header that the answer is about.
    pub as_of: Option<AsOf>,
}

#[cfg(test)]
mod tests {
    use super::Overall::{CannotTell, DoNotUse, Ok, Unknown, Warn};

    #[test]
    fn answers_have_names() {
        let names = [Ok, Warn, DoNotUse, Unknown, CannotTell].map(super::Overall::name);
        assert_eq!(names, ["ok", "warn", "do-not-use", "unknown", "cannot-tell"]);
    }
}
