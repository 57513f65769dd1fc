//! What an event may do to the ledger: a pure function of the state before it, its bytes and the header's time.
//!
//! `docs/EVENTS.md` is the page of which this crate is the code: an event is checked in a fixed order, takes effect
//! whole or is refused whole, and every refusal has a stable code. The crate reads no clock, file or network.
//!
//! * [`body`] builds, writes and reads what events say.
//! * [`Executor`] applies events one after another on top of a [`State`] and gives the block's [`Changes`].
//! * [`effect`] tells projections what happened, with the names that leaves do not hold.
//! * [`table`] holds the state tables, [`kind`] the kinds and who may send them, [`nmvs`] what refusals mean
//!   to the European system.

#![forbid(unsafe_code)]
#![warn(missing_docs, clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod body;
mod check;
pub mod effect;
mod envelope;
mod executor;
mod exposure;
mod hold;
mod item;
pub mod kind;
mod kinds;
pub mod nmvs;
mod numbers;
mod overlay;
mod refusal;
pub mod table;
mod touch;
mod turn;

pub use effect::{Effect, Held, ItemName, PackEffect, UnitEffect};
pub use envelope::Signed;
pub use executor::{Applied, Changes, Executor};
pub use overlay::{ReadError, State};
pub use refusal::{CODES, Fault, Refusal};
