//! The symbology identifier in front of a scan (ISO/IEC 15424).

use super::error::ScanError;

/// A scan parted into symbology identifier and data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Carrier<'a> {
    /// The three characters of the symbology identifier, if there are any.
    pub symbology: Option<[u8; 3]>,
    /// What the identifier says about the data.
    pub kind: CarrierKind,
    /// What follows the identifier.
    pub data: &'a [u8],
}

/// What a symbology identifier says about the data behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CarrierKind {
    /// There is no identifier.
    Unknown,
    /// Data without GS1 meaning of their own.
    Plain,
    /// A GS1 element string: `]C1 ]e0 ]d2 ]d8 ]Q3 ]J1`.
    Gs1,
    /// A GTIN of so many digits: `]E0` 13, `]E4` 8, `]I0` and `]I1` 14.
    Gtin(u8),
}

impl<'a> Carrier<'a> {
    /// Parts `scan`, which has an identifier if it begins with `]`.
    pub fn open(scan: &'a [u8]) -> Result<Self, ScanError> {
        if scan.first() != Some(&b']') {
            return Ok(Self { symbology: None, kind: CarrierKind::Unknown, data: scan });
        }
        let (id, data) = scan.split_first_chunk::<3>().ok_or(ScanError::Symbology)?;
        let [_, letter, modifier] = *id;
        if !is_letter(letter) || !modifier.is_ascii_digit() {
            return Err(ScanError::Symbology);
        }
        let marks = |ids: &[u8]| ids.chunks_exact(2).any(|id| id == [letter, modifier]);
        let kind = match letter {
            _ if marks(b"C1J1e0d2d8Q3") => CarrierKind::Gs1,
            b'E' if modifier == b'0' => CarrierKind::Gtin(13),
            b'E' if modifier == b'4' => CarrierKind::Gtin(8),
            _ if marks(b"I0I1") => CarrierKind::Gtin(14),
            _ => CarrierKind::Plain,
        };
        if data.is_empty() && kind != CarrierKind::Plain {
            return Err(ScanError::Empty);
        }
        Ok(Self { symbology: Some(*id), kind, data })
    }
}

/// Whether it is one of the letters of the symbologies in use on medicines and their cases, Code 39 to Aztec.
const fn is_letter(letter: u8) -> bool {
    matches!(letter, b'A' | b'C' | b'E'..=b'G' | b'I'..=b'L' | b'O' | b'Q' | b'U' | b'X' | b'Z' | b'd' | b'e' | b'z')
}
