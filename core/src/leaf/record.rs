//! The leaf of the records family.

use crate::{
    encoding::{DecodeError, Field, Reader, Wire},
    hash::Digest,
};
use alloc::vec::Vec;

/// A patient's record: commitment 32 ‖ issuer commitment 32. It names neither pack nor patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct Record {
    /// The commitment to the record's fields.
    pub commitment: Digest,
    /// The commitment to the member that wrote it, as for a holder.
    pub issuer: Digest,
}

impl Wire for Record {
    fn put(&self, out: &mut Vec<u8>) {
        self.commitment.put(out);
        self.issuer.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Record {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self { commitment: Digest::read(reader), issuer: Digest::read(reader) }
    }
}
