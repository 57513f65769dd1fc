//! All that the engine sees of us: its types filled with ours, and their bytes on the wire.

pub(crate) mod certificate;
pub(crate) mod codec;
pub(crate) mod context;
pub(crate) mod crypto;
pub(crate) mod messages;
