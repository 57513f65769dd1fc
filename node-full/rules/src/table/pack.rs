//! Section 6.1: packs.

use super::{Cell, Column, cells::*, find};
use medproof_core::leaf::State;

/// A row for each state that can stand in the leaf; the columns are named above them.
#[rustfmt::skip]
pub const PACK: [(State, [Cell; 21]); 10] = [
    //                        601   700c  701c  900   901   902   903   904   905   1000  1001  1002  1003  1004  1005  1006  1100  1101  1102  1103  1200
    (State::Active,          [S,    S,    S,    B2,   X,    B2,   X,    S,    S,    B4,   B3,   B5,   B6,   BD,   BS,   U,    H,    NH,   H,    NH,   H]),
    (State::InTransit,       [X,    X,    X,    X,    B1,   B2,   B1,   X,    X,    X,    X,    X,    X,    X,    BS,   U,    H,    NH,   H,    NH,   H]),
    (State::PartlyDispensed, [X,    X,    S,    X,    X,    S,    S,    S,    S,    B4,   B3,   B5,   X,    BD,   BS,   P,    H,    NH,   H,    NH,   H]),
    (State::Dispensed,       [X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    BD,   X,    P,    X,    X,    X,    X,    X]),
    (State::Sample,          [X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    BD,   X,    P,    X,    X,    X,    X,    X]),
    (State::Exported,        [X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    P,    X,    X,    X,    X,    X]),
    (State::Locked,          [X,    X,    S,    X,    X,    X,    S,    ST,   X,    X,    X,    X,    X,    DA,   BS,   U,    H,    H,    H,    NH,   H]),
    (State::Quarantined,     [X,    X,    S,    X,    X,    SA,   S,    ST,   X,    X,    X,    X,    X,    DA,   BS,   U,    H,    H,    H,    H,    H]),
    (State::Stolen,          [X; 21]),
    (State::Destroyed,       [X; 21]),
];

/// What `state` allows a pack.
pub fn pack_cell(state: State, column: Column) -> Cell {
    let place = match column {
        Column::Alias => Some(0),
        Column::AggregateChild => Some(1),
        Column::DisaggregateChild => Some(2),
        Column::AggregateParent | Column::DisaggregateParent | Column::Dissolve => None,
        later => (later as usize).checked_sub(Column::Ship as usize).map(|place| place + 3),
    };
    find(&PACK, state, place)
}
