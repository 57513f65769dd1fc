//! The hand-over from one validator set to the next.
//!
//! ```text
//! hand-over = header (u16 length ‖ bytes) ‖ certificate ‖ new set
//! ```
//!
//! A set changes only by a header that the old set's quorum signed and that names the next set.
//! A client that was away gets one hand-over per change and nothing between.

use crate::{
    certificate::Certificate,
    encoding::{DecodeError, Field, Reader, Wire},
    header::Header,
    validators::ValidatorSet,
};
use alloc::vec::Vec;

/// One change of the validator set, as it arrived; not yet checked against a trusted set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a hand-over is these three things")]
pub struct HandOver {
    /// The last header that the old set signs; it names the new set.
    pub header: Header,
    /// The old set's quorum over that header.
    pub certificate: Certificate,
    /// The set that the header names.
    pub new_set: ValidatorSet,
}

/// The most hand-overs that one message may carry.
pub const MAX_HAND_OVERS: usize = 1_000;

impl Wire for HandOver {
    fn put(&self, out: &mut Vec<u8>) {
        self.header.put(out);
        self.certificate.put(out);
        self.new_set.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for HandOver {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            header: Header::read(reader),
            certificate: Certificate::read(reader),
            new_set: ValidatorSet::read(reader),
        }
    }
}

/// Reads a counted list of hand-overs.
#[inline(never)]
pub(crate) fn get_hand_overs(reader: &mut Reader<'_>) -> Vec<HandOver> {
    let count = reader.count(2, 0, MAX_HAND_OVERS, SMALLEST_LEN_BYTES);
    reader.fields(count)
}

/// Appends a counted list of hand-overs.
pub(crate) fn put_hand_overs(hand_overs: &[HandOver], out: &mut Vec<u8>) {
    crate::encoding::put_count16(out, hand_overs.len());
    for hand_over in hand_overs {
        hand_over.put(out);
    }
}

/// Fixed header fields, a certificate without signatures, a set of one.
const SMALLEST_LEN_BYTES: usize = 2 + 119 + 47 + 38;
