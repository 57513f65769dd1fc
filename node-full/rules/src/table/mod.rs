//! The state tables of `docs/EVENTS.md` section 6, cell by cell as they stand on the page.

mod lot;
mod market;
mod pack;
mod product;
mod unit;

pub use lot::{LOT, LotColumn, lot_cell};
pub use market::{MARKET, MarketRow, goes_forward};
pub use pack::{PACK, pack_cell};
pub use product::{PRODUCT, ProductColumn, product_cell};
pub use unit::{UNIT, unit_cell};

use medproof_core::leaf::State;

/// What a state allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cell {
    /// `×`: refused with the state's code.
    Refused,
    /// `=`: allowed, the state stays.
    Stays,
    /// `= t`: allowed and the state stays, but refused as in transit while the prior state is that.
    StaysUnlessInTransit,
    /// `= a`: allowed where neither issuer nor regulator holds the item, or to the regulator.
    StaysByAuthority,
    /// A number: the next state.
    Becomes(State),
    /// A number with `a`: the next state where neither issuer nor regulator holds the item, or to the regulator.
    BecomesByAuthority(State),
    /// `p`: back to the prior.
    Prior,
    /// `u`: there is nothing to undo.
    NothingToUndo,
    /// `H`: by the hold rule.
    Hold,
    /// `h`: there is no hold to lift.
    NoHold,
    /// `yes`: allowed; the kind says what changes.
    Yes,
}

impl Cell {
    /// The cell as the page writes it.
    pub fn notation(self) -> String {
        match self {
            Self::Refused => "×".into(),
            Self::Stays => "=".into(),
            Self::StaysUnlessInTransit => "= t".into(),
            Self::StaysByAuthority => "= a".into(),
            Self::Becomes(state) => (state as u8).to_string(),
            Self::BecomesByAuthority(state) => format!("{} a", state as u8),
            Self::Prior => "p".into(),
            Self::NothingToUndo => "u".into(),
            Self::Hold => "H".into(),
            Self::NoHold => "h".into(),
            Self::Yes => "yes".into(),
        }
    }
}

/// A column of the tables for packs and units: a kind, or the part that an item has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
#[non_exhaustive]
pub enum Column {
    /// Naming another code of a pack (601).
    Alias,
    /// Taking items in (700).
    AggregateParent,
    /// Joining a unit (700).
    AggregateChild,
    /// Letting items out (701).
    DisaggregateParent,
    /// Leaving a unit (701).
    DisaggregateChild,
    /// 702.
    Dissolve,
    /// 900.
    Ship,
    /// 901.
    ShipCancel,
    /// 902.
    Return,
    /// 903.
    Receive,
    /// 904.
    PutAway,
    /// 905.
    WardIssue,
    /// 1000.
    Dispense,
    /// 1001.
    DispensePartly,
    /// 1002.
    Sample,
    /// 1003.
    Export,
    /// 1004.
    Destroy,
    /// 1005.
    Stolen,
    /// 1006.
    Undo,
    /// 1100.
    Lock,
    /// 1101.
    Unlock,
    /// 1102.
    Quarantine,
    /// 1103.
    Release,
    /// 1200, with readings beyond the limit.
    Reading,
}

/// The cell of `state` in the row list of one table.
fn find<const N: usize>(rows: &[(State, [Cell; N])], state: State, place: Option<usize>) -> Cell {
    let row = rows.iter().find(|(of, _)| *of == state).map(|(_, row)| row);
    row.zip(place).and_then(|(row, place)| row.get(place)).copied().unwrap_or(Cell::Refused)
}

/// Short names, so that the tables in code look like those on the page.
mod cells {
    use super::Cell;
    use medproof_core::leaf::State;

    pub(super) const X: Cell = Cell::Refused;
    pub(super) const S: Cell = Cell::Stays;
    pub(super) const ST: Cell = Cell::StaysUnlessInTransit;
    pub(super) const SA: Cell = Cell::StaysByAuthority;
    pub(super) const P: Cell = Cell::Prior;
    pub(super) const U: Cell = Cell::NothingToUndo;
    pub(super) const H: Cell = Cell::Hold;
    pub(super) const NH: Cell = Cell::NoHold;
    pub(super) const Y: Cell = Cell::Yes;
    pub(super) const B1: Cell = Cell::Becomes(State::Active);
    pub(super) const B2: Cell = Cell::Becomes(State::InTransit);
    pub(super) const B3: Cell = Cell::Becomes(State::PartlyDispensed);
    pub(super) const B4: Cell = Cell::Becomes(State::Dispensed);
    pub(super) const B5: Cell = Cell::Becomes(State::Sample);
    pub(super) const B6: Cell = Cell::Becomes(State::Exported);
    pub(super) const B7: Cell = Cell::Becomes(State::Locked);
    pub(super) const B8: Cell = Cell::Becomes(State::Quarantined);
    pub(super) const B9: Cell = Cell::Becomes(State::Withdrawn);
    pub(super) const BR: Cell = Cell::Becomes(State::Recalled);
    pub(super) const BS: Cell = Cell::Becomes(State::Stolen);
    pub(super) const BD: Cell = Cell::Becomes(State::Destroyed);
    pub(super) const DA: Cell = Cell::BecomesByAuthority(State::Destroyed);
}
