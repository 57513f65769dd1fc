//! What everybody may ask, from any origin.

pub(super) mod bundle;
pub(super) mod chain;
pub(super) mod link;
pub(super) mod page;
pub(super) mod product;
pub(super) mod proof;
pub(super) mod report;
pub(super) mod tile;
pub(super) mod timeline;
