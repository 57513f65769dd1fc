//! Leaves of the chain family: what the machine itself needs.
//!
//! Validator set hash and rules version equal the header's fields, else the block is invalid;
//! clients read the header only.

use crate::encoding::{DecodeError, Field, Reader, Wire, bytes32, put_u48};
use alloc::vec::Vec;

/// The chain's parameters: heartbeat u32 ms ‖ undo days u8 ‖ trusting period u64 ms.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct Parameters {
    /// An empty block is made after this many ms.
    pub heartbeat_ms: u32,
    /// For how many days a dispense may be undone.
    pub undo_days: u8,
    /// How long a light client may rely on a trusted header, in ms.
    pub trusting_period_ms: u64,
}

/// The event numbers used in one lane of one key: highest u48 ‖ bitmap 32.
///
/// Bit *i* (least significant first within the last byte) stands for number highest − i.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct Counter {
    /// The highest number used.
    pub highest: u64,
    /// Which of the 256 numbers up to the highest were used.
    pub used: [u8; 32],
}

impl Wire for Parameters {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.heartbeat_ms.to_be_bytes());
        out.push(self.undo_days);
        out.extend_from_slice(&self.trusting_period_ms.to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Parameters {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            heartbeat_ms: reader.number(4) as u32,
            undo_days: reader.number(1) as u8,
            trusting_period_ms: reader.number(8),
        }
    }
}

impl Wire for Counter {
    fn put(&self, out: &mut Vec<u8>) {
        put_u48(out, self.highest);
        out.extend_from_slice(&self.used);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Counter {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self { highest: reader.number(6), used: bytes32(reader) }
    }
}
