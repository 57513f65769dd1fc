//! The store as the rules read it.

use crate::fault::{Fault, Result};
use medproof_core::{hash::Digest, header::Header, state::Path};
use medproof_rules::{ReadError, State};
use medproof_store::View;

/// The leaf values before a block.
pub(crate) struct ViewState<'a>(pub(crate) &'a View);

impl State for ViewState<'_> {
    fn value(&self, path: &Path) -> std::result::Result<Option<Vec<u8>>, ReadError> {
        self.0.leaf(path).map_err(|cause| ReadError::Store(Box::new(cause)))
    }
}

/// The newest header of a chain that has begun.
pub fn tip(view: &View) -> Result<&Header> {
    view.tip().ok_or_else(|| Fault::new("node.state").with("leaf", "genesis"))
}

/// The chain's id; zero before its beginning.
pub fn chain_id(view: &View) -> &Digest {
    view.tip().map_or(&Digest::ZERO, Header::chain_id)
}
