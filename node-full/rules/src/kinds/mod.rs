//! The kinds of events, by group: the fields of their bodies and the rules that they follow.

pub(crate) mod cold_chain;
pub(crate) mod governance;
pub(crate) mod holds;
pub(crate) mod keys;
pub(crate) mod lots;
pub(crate) mod members;
pub(crate) mod movement;
pub(crate) mod outcome;
pub(crate) mod packs;
pub(crate) mod products;
pub(crate) mod records;
pub(crate) mod trade;
pub(crate) mod units;
