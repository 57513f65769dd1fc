//! Section 6.3: lots.

use super::{Cell, cells::*, find};
use medproof_core::leaf::State;

/// What is done to a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
#[non_exhaustive]
pub enum LotColumn {
    /// 501.
    Quarantine,
    /// 502.
    Release,
    /// 503.
    Lock,
    /// 504.
    Unlock,
    /// 505.
    Withdraw,
    /// 506.
    Recall,
    /// 507.
    Lift,
    /// Registering packs (600).
    PackRegister,
}

/// A row for each state that can stand in the leaf; the columns are named above them.
#[rustfmt::skip]
pub const LOT: [(State, [Cell; 8]); 5] = [
    //                        501   502   503   504   505   506   507   600
    (State::Active,          [B8,   X,    B7,   X,    B9,   BR,   X,    Y]),
    (State::Locked,          [X,    X,    X,    B8,   B9,   BR,   X,    X]),
    (State::Quarantined,     [X,    B1,   B7,   X,    B9,   BR,   X,    Y]),
    (State::Withdrawn,       [X,    X,    X,    X,    X,    BR,   B8,   X]),
    (State::Recalled,        [X,    X,    X,    X,    X,    X,    B8,   X]),
];

/// What `state` allows a lot.
pub fn lot_cell(state: State, column: LotColumn) -> Cell {
    find(&LOT, state, Some(column as usize))
}
