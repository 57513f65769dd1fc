//! Section 6.2: units, one generation each.

use super::{Cell, Column, cells::*, find};
use medproof_core::leaf::State;

/// A row for each state that can stand in the leaf; the columns are named above them.
#[rustfmt::skip]
pub const UNIT: [(State, [Cell; 20]); 7] = [
    //                        700   700c  701   701c  702   900   901   902   903   904   905   1003  1004  1005  1006  1100  1101  1102  1103  1200
    (State::Active,          [S,    S,    S,    S,    S,    B2,   X,    B2,   X,    S,    S,    B6,   BD,   BS,   U,    H,    NH,   H,    NH,   H]),
    (State::InTransit,       [X,    X,    X,    X,    X,    X,    B1,   B2,   B1,   X,    X,    X,    X,    BS,   U,    H,    NH,   H,    NH,   H]),
    (State::Exported,        [X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    X,    P,    X,    X,    X,    X,    X]),
    (State::Locked,          [X,    X,    ST,   S,    ST,   X,    X,    X,    S,    ST,   X,    X,    DA,   BS,   U,    H,    H,    H,    NH,   H]),
    (State::Quarantined,     [X,    X,    ST,   S,    ST,   X,    X,    SA,   S,    ST,   X,    X,    DA,   BS,   U,    H,    H,    H,    H,    H]),
    (State::Stolen,          [X; 20]),
    (State::Destroyed,       [X; 20]),
];

/// What `state` allows a unit. Kinds for packs only never ask.
pub fn unit_cell(state: State, column: Column) -> Cell {
    let place = column as usize;
    let place = match column {
        Column::Alias | Column::Dispense | Column::DispensePartly | Column::Sample => None,
        _ if place < Column::Dispense as usize => place.checked_sub(Column::AggregateParent as usize),
        _ => place.checked_sub(Column::Export as usize).map(|place| place + 11),
    };
    find(&UNIT, state, place)
}
