//! The scripted lying node: the open paths of a node, served from a synthetic chain, honestly or not.
//!
//! Every behaviour is a node of its own, told apart by the first part of the path: a client that is
//! given `…/honest/` and `…/tampered/` asks two nodes of which the second lies.

mod answers;
mod behaviour;
mod http;
mod outcomes;
mod world;

pub use answers::{Answer, respond};
pub use behaviour::Behaviour;
pub use http::{now_ms, serve};
pub use outcomes::{OUTCOMES, Outcome, ask, describe};
pub use world::{Moment, World};
