//! From the text of a scan to identities: one identity for every notation of a pack.
//!
//! ```text
//! scan ── carrier ── notation ── elements ── target
//!           ]d2      GS1 element string      01 … 21 …        pack, lot, product or logistic unit
//!                    bare GTIN
//!                    GS1 Digital Link
//!                    EPC URN
//!                    IFA PPN in ISO/IEC 15434
//!                    Chinese trace code
//! ```
//!
//! *Strict* reads conforming data and nothing else. *Tolerant* reads what scanners and keyboards
//! make of them: what is readable as it stands is never changed, and what is not is repaired only where
//! exactly one reading is left. Otherwise the answer is *ambiguous* with all readings.
//!
//! Lot and serial are opaque and case-sensitive. A link is data: its host is shown as untrusted,
//! and nothing is contacted. The two-digit years of GS1 dates are 2000 to 2099.
//!
//! ```
//! use medproof_core::scan::{Mode, Scan, Target, parse};
//! let scan = parse("]d2010950400005910121ABC123\u{1d}17280531", Mode::Strict);
//! let Scan::Read(reading) = scan else { return };
//! assert!(matches!(reading.target, Target::Pack(packs) if packs[0].serial.as_str() == "ABC123"));
//! ```
//!
//! Limits: at most 2,048 bytes, 64 elements, 16 readings; repairs of lost separators for at
//! most 256 bytes. Time and memory are linear in the input but for those repairs, which are bounded
//! by a fixed number of steps.

pub mod carrier;
pub mod digital_link;
pub mod element_string;
pub mod pairing;
pub mod write;

mod ai;
mod ai_table;
mod elements;
mod envelope;
mod epc_urn;
mod error;
mod gtin;
mod keyboard;
mod notation;
mod reading;
mod repair;
mod separator;
mod split;
mod target;
#[cfg(test)]
#[expect(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]
mod tests;
mod trace_code;

pub use elements::{Element, Elements, Label};
pub use error::ScanError;
pub use reading::{CryptoTail, Form, Reading, Repair, Repairs, Scan, Target};

/// The longest scan that is read, in bytes.
pub const MAX_LEN_BYTES: usize = 2048;

/// The most readings that an ambiguous scan has.
pub const MAX_READINGS: usize = 16;

const MAX_ELEMENTS: usize = 64;

/// What the parser accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Conforming data with a symbology identifier, or in a form that identifies itself.
    Strict,
    /// Also data without symbology identifier, of older editions, or damaged on the way.
    Tolerant,
}

/// Reads the text of a scan.
pub fn parse(text: &str, mode: Mode) -> Scan {
    if text.is_empty() {
        return Scan::Unreadable(ScanError::Empty);
    }
    if text.len() > MAX_LEN_BYTES {
        return Scan::Unreadable(ScanError::TooLong);
    }
    match mode {
        Mode::Strict => match notation::read(text.as_bytes(), mode) {
            Ok(readings) => Scan::of(readings),
            Err(error) => Scan::Unreadable(error),
        },
        Mode::Tolerant => repair::read(text),
    }
}
