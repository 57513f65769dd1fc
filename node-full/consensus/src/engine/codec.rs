//! The engine's messages as bytes, on the wire and in its write-ahead log: core's style, one encoding per
//! value, nothing left over. Both ends run the same version, so nothing here is part of the format.

use super::context::BlockHeight;
use crate::pace::Tips;
use arc_malachitebft_app::types::codec::{Codec, HasEncodedLen};
use bytes::Bytes;
use medproof_core::encoding::{DecodeError, Reader};
use std::sync::Arc;

/// A value of the engine's with exactly one encoding. Core's trait, for types that are not ours.
pub(crate) trait Encoded: Sized {
    /// Appends the encoding.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads one value and leaves the reader behind it.
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The height that a peer claims to have reached, if this says so.
    fn claimed_tip(&self) -> Option<BlockHeight> {
        None
    }
}

/// The codec that the engine is given.
#[derive(Clone, Debug)]
pub(crate) struct WireCodec {
    tips: Arc<Tips>,
}

impl WireCodec {
    /// A codec that notes the heights which peers claim.
    pub(crate) fn new(tips: Arc<Tips>) -> Self {
        Self { tips }
    }
}

/// The encoding on its own.
pub(crate) fn encode(value: &impl Encoded) -> Bytes {
    let mut out = Vec::new();
    value.put(&mut out);
    out.into()
}

/// Reads a value that fills `bytes` exactly.
pub(crate) fn decode<T: Encoded>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut reader = Reader::new(bytes);
    let value = T::get(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

impl<T: Encoded> Codec<T> for WireCodec {
    type Error = DecodeError;

    fn decode(&self, bytes: Bytes) -> Result<T, DecodeError> {
        let value: T = decode(&bytes)?;
        if let Some(height) = value.claimed_tip() {
            self.tips.note_claim(height);
        }
        Ok(value)
    }

    fn encode(&self, value: &T) -> Result<Bytes, DecodeError> {
        Ok(encode(value))
    }
}

impl<T: Encoded> HasEncodedLen<T> for WireCodec {
    fn encoded_len(&self, value: &T) -> Result<usize, DecodeError> {
        Ok(encode(value).len())
    }
}

/// Appends bytes behind a four-byte length.
pub(crate) fn put_bytes32(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Bytes behind a four-byte length.
pub(crate) fn get_bytes32(reader: &mut Reader<'_>) -> Result<Bytes, DecodeError> {
    let len_bytes = reader.u32()?;
    Ok(Bytes::copy_from_slice(reader.take(usize::try_from(len_bytes).map_err(|_| DecodeError::Bounds)?)?))
}

/// Values behind a two-byte count of at most `most`, each of at least `entry_bytes`.
pub(crate) fn get_list<T: Encoded>(
    reader: &mut Reader<'_>,
    most: usize,
    entry_bytes: usize,
) -> Result<Vec<T>, DecodeError> {
    let count = reader.count16(0..=most, entry_bytes)?;
    (0..count).map(|_| T::get(reader)).collect()
}

/// Appends values behind a two-byte count.
pub(crate) fn put_list<T: Encoded>(out: &mut Vec<u8>, values: &[T]) {
    medproof_core::encoding::put_count16(out, values.len());
    values.iter().for_each(|value| value.put(out));
}
