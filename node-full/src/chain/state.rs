//! The store as the rules read it.

use medproof_core::state::Path;
use medproof_rules::{ReadError, State};
use medproof_store::View;

/// The leaf values before a block.
pub(crate) struct ViewState<'a>(pub(crate) &'a View);

impl State for ViewState<'_> {
    fn value(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
        self.0.leaf(path).map_err(|cause| ReadError::Store(Box::new(cause)))
    }
}
