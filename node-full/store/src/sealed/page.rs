//! One sealed page.

use super::key::{StoreKey, fill_random};
use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, aead::inout::InOutBuf};
use std::{fmt, io};

/// Length of a page as the engine sees it, in bytes.
pub(super) const PAGE_BYTES: usize = 4096;

/// Length of a nonce, in bytes.
pub(super) const NONCE_BYTES: usize = 24;

/// Length of a sealed page, in bytes.
pub(super) const SEALED_BYTES: usize = NONCE_BYTES + PAGE_BYTES + TAG_BYTES;

const TAG_BYTES: usize = 16;

/// Which page it is: associated data of the seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The key of the file.
    FileKey,
    /// A slot of page 0.
    PageZero { slot: u8 },
    /// Any other page.
    Page(u64),
}

/// What seals and opens the pages of one file.
pub(super) struct Cipher {
    aead: XChaCha20Poly1305,
    file_id: [u8; 16],
}

impl Cipher {
    pub(super) fn new(key: &StoreKey, file_id: [u8; 16]) -> Self {
        Self { aead: XChaCha20Poly1305::new(key.as_bytes().into()), file_id }
    }

    /// Seals `plain` into `out`, which is longer by nonce and tag; the nonce stands in `out` already.
    pub(super) fn seal(&self, place: Place, plain: &[u8], out: &mut [u8]) -> io::Result<()> {
        let (nonce, text) = out.split_first_chunk_mut::<NONCE_BYTES>().ok_or_else(short)?;
        let (text, tag_out) = text.split_last_chunk_mut::<TAG_BYTES>().ok_or_else(short)?;
        let buffer = InOutBuf::new(plain, text).map_err(|_| short())?;
        let tag = self.aead.encrypt_inout_detached((&*nonce).into(), &self.bound_to(place), buffer);
        *tag_out = tag.map_err(|_| short())?.into();
        Ok(())
    }

    /// Opens `sealed` into `out`; `false` if it was not sealed by this cipher for this place.
    pub(super) fn open(&self, place: Place, sealed: &[u8], out: &mut [u8]) -> bool {
        let Some((nonce, text)) = sealed.split_first_chunk::<NONCE_BYTES>() else { return false };
        let Some((text, tag)) = text.split_last_chunk::<TAG_BYTES>() else { return false };
        let Ok(buffer) = InOutBuf::new(text, out) else { return false };
        self.aead.decrypt_inout_detached(nonce.into(), &self.bound_to(place), buffer, tag.into()).is_ok()
    }

    /// Seals one text with a fresh nonce.
    pub(super) fn seal_one(&self, place: Place, plain: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = vec![0; NONCE_BYTES + plain.len() + TAG_BYTES];
        fill_random(out.get_mut(..NONCE_BYTES).unwrap_or_default())?;
        self.seal(place, plain, &mut out)?;
        Ok(out)
    }

    fn bound_to(&self, place: Place) -> [u8; 25] {
        let (kind, number) = match place {
            Place::FileKey => (0, 0),
            Place::PageZero { slot } => (1, u64::from(slot)),
            Place::Page(index) => (2, index),
        };
        let mut bound = [kind; 25];
        let parts = self.file_id.into_iter().chain(number.to_be_bytes());
        bound.iter_mut().skip(1).zip(parts).for_each(|(to, from)| *to = from);
        bound
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher")
    }
}

fn short() -> io::Error {
    io::Error::other("a sealed page has a fixed length")
}
