//! Why a scan cannot be read.

use crate::names::nth;
/// Why text names no medicine pack, lot, product or logistic unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScanError {
    /// There is nothing to read.
    Empty,
    /// The text is longer than [`MAX_LEN_BYTES`](super::MAX_LEN_BYTES), or holds more than 64 elements.
    TooLong,
    /// The symbology identifier is malformed, or does not go with what follows it.
    Symbology,
    /// Strict mode: a form that does not identify itself came without its symbology identifier.
    NoSymbology,
    /// The text is in none of the forms that name medicines.
    NotMedicine,
    /// The data are well-formed and name neither a pack, a lot, a product nor a logistic unit.
    NoKey,
    /// The data name a trade item and a logistic unit at once.
    TwoKeys,
    /// An Application Identifier that GS1 has not allocated.
    UnknownAi,
    /// A value does not have the length or the characters of its identifier, or is no date.
    BadValue,
    /// A check digit does not fit.
    CheckDigit,
    /// The data hold a patient's identifier (AI 7250–7259, 8018), which no lookup takes.
    PatientData,
    /// One identifier stands twice with different values, or two that must agree do not.
    Contradiction,
    /// One identifier stands twice in a Digital Link.
    Repeated,
    /// Strict mode: an identifier lacks one that it needs, or stands beside one that it excludes.
    Pairing,
    /// A web address that is no GS1 Digital Link URI.
    Link,
    /// A compressed Digital Link, which this version does not expand.
    CompressedLink,
    /// An EPC URN of a kind, or with a form, that names no medicine.
    Urn,
    /// An ISO/IEC 15434 envelope that is broken, or of a format other than 05 and 06.
    Envelope,
    /// More than four product codes.
    TooManyCodes,
    /// The data are damaged and can be read in more than 16 ways.
    TooManyReadings,
}

impl ScanError {
    /// The stable reason code.
    pub const fn code(self) -> &'static str {
        nth(
            "identifier.scan.empty identifier.scan.too-long identifier.scan.symbology \
             identifier.scan.no-symbology identifier.scan.not-a-medicine-code identifier.scan.no-key \
             identifier.scan.two-keys identifier.scan.unknown-ai identifier.scan.bad-value \
             identifier.scan.check-digit identifier.scan.patient-data identifier.scan.contradiction \
             identifier.scan.repeated identifier.scan.pairing identifier.scan.link \
             identifier.scan.compressed-link identifier.scan.urn identifier.scan.envelope \
             identifier.scan.too-many-codes identifier.scan.too-many-readings",
            self as usize,
        )
    }
}

impl core::fmt::Display for ScanError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.code())
    }
}

impl core::error::Error for ScanError {}
