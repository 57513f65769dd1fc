//! The file: pages sealed one by one, under a key that the store key wraps.
//!
//! ```text
//! file = file header, twice (4,096 bytes each)
//!      ‖ page 0, in two slots of two copies each
//!      ‖ page 1 ‖ page 2 ‖ …
//! page = nonce 24 ‖ XChaCha20-Poly1305(4,096 bytes) ‖ tag 16
//! ```
//!
//! A page's associated data is the file's id and the page's place, so that no page can stand for
//! another. The engine writes a page only where nothing that counts lies, page 0 excepted: that one
//! says where all others begin, is rewritten in place, and the engine relies on a sector being
//! written whole. A sealed page is longer than a sector, so page 0 has two slots: a write goes to
//! the slot that was not made durable last, and a torn one leaves the other. Each slot is written
//! twice, so that a bit that rots later is told from a torn write.

mod backend;
mod file_header;
mod health;
mod key;
mod page;
mod page_zero;
mod writer;

pub(crate) use backend::SealedDisk;
pub(crate) use file_header::{FileHeader, HEADER_BYTES};
pub(crate) use health::Health;
pub use key::StoreKey;
