//! Section 6.4: products.

use super::{Cell, cells::*, find};
use medproof_core::leaf::State;

/// What is done to a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
#[non_exhaustive]
pub enum ProductColumn {
    /// 401.
    Change,
    /// 402.
    Withdraw,
    /// 403.
    Recall,
    /// 404.
    Lift,
    /// Naming another code (405).
    Alias,
    /// Releasing a lot (500).
    LotRelease,
    /// Registering packs (600).
    PackRegister,
}

/// A row for each state that can stand in the leaf; the columns are named above them.
#[rustfmt::skip]
pub const PRODUCT: [(State, [Cell; 7]); 3] = [
    //                        401   402   403   404   405   500   600
    (State::Active,          [S,    B9,   BR,   X,    Y,    Y,    Y]),
    (State::Withdrawn,       [S,    X,    BR,   B1,   X,    X,    X]),
    (State::Recalled,        [S,    X,    X,    B1,   X,    X,    X]),
];

/// What `state` allows a product.
pub fn product_cell(state: State, column: ProductColumn) -> Cell {
    find(&PRODUCT, state, Some(column as usize))
}
