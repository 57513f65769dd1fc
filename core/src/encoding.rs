//! The one rule book for bytes: big-endian fixed-width integers and length-prefixed vectors.
//!
//! The presentation style is that of RFC 8446 section 3. There is one encoding per value; a
//! decoder states its limits, allocates nothing that the input has not paid for, and refuses
//! trailing bytes.
//!
//! ```text
//! message = "MPRF" ‖ type u8 ‖ format version u8 ‖ suite u8 ‖ fields
//! ```
//!
//! ```
//! use medproof_core::encoding::{DecodeError, Reader};
//! let mut reader = Reader::new(&[0, 7, 9]);
//! assert_eq!(reader.u16(), Ok(7));
//! assert_eq!(reader.finish(), Err(DecodeError::Trailing));
//! ```

use alloc::{collections::BinaryHeap, string::String, vec::Vec};

/// The four bytes with which every message begins.
pub const MAGIC: [u8; 4] = *b"MPRF";

/// The format version that this crate reads and writes: 0, which may still change.
pub const FORMAT_VERSION: u8 = 0;

/// Suite 1: SHA-256 and Ed25519. All other numbers are reserved.
pub const SUITE: u8 = 1;

/// Length of magic, type, version and suite together, in bytes.
pub const PRELUDE_LEN_BYTES: usize = 7;

/// What kind of message follows the magic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum MessageType {
    /// The first members, keys, validators and parameters of a chain.
    Genesis = 1,
    /// A block header.
    Header = 2,
    /// What a light client is shipped with.
    Anchor = 3,
    /// Hand-overs, a newer header and a consistency proof.
    Update = 4,
    /// A proof in its full form.
    Proof = 5,
    /// A proof in the form that fits one QR code.
    QrProof = 6,
    /// All leaves under a prefix.
    Bucket = 7,
    /// Two certified headers of one height.
    Fork = 8,
    /// Single fields of a patient's record.
    Disclosure = 9,
    /// A signed event.
    Event = 10,
    /// Names and particulars of a product.
    ProductInfo = 11,
    /// A proof with product information and a timeline; not yet laid out.
    Bundle = 12,
    /// What a light client remembers between runs.
    Memory = 13,
    /// Names, GLN and web domains of a member.
    MemberInfo = 14,
}

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DecodeError {
    /// The input ends before the value does.
    Truncated,
    /// Bytes are left over after the value.
    Trailing,
    /// The input does not begin with `MPRF`.
    Magic,
    /// The message is of another type than was asked for.
    Type,
    /// A length or count is outside its stated bound.
    Bounds,
    /// Entries do not ascend strictly, or one stands twice.
    Order,
    /// Text is not of its character set.
    Text,
    /// Padding bits are not zero.
    Padding,
    /// A field has a value that its definition excludes.
    Value,
    /// A state proof spells out an empty sibling.
    EmptySibling,
    /// A state proof holds more complete subtrees than it may: one in a bucket, else none.
    Subtree,
    /// The format version is newer than this client.
    NewerVersion,
    /// The suite is one that this client does not know.
    NewerSuite,
}

impl DecodeError {
    /// Whether a newer client might understand the bytes.
    pub const fn is_newer(self) -> bool {
        matches!(self, Self::NewerVersion | Self::NewerSuite)
    }

    /// The stable reason code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Truncated => "trust.message.truncated",
            Self::Trailing => "trust.message.trailing",
            Self::Magic => "trust.message.magic",
            Self::Type => "trust.message.type",
            Self::Bounds => "trust.message.bounds",
            Self::Order => "trust.message.order",
            Self::Text => "trust.message.text",
            Self::Padding => "trust.message.padding",
            Self::Value => "trust.message.value",
            Self::EmptySibling => "trust.state.empty-sibling",
            Self::Subtree => "trust.state.subtree",
            Self::NewerVersion => "trust.newer-client.format",
            Self::NewerSuite => "trust.newer-client.suite",
        }
    }
}

impl core::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.code())
    }
}

impl core::error::Error for DecodeError {}

/// A value with exactly one encoding.
pub trait Wire: Sized {
    /// Appends the encoding.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads one value and leaves the reader behind it.
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The encoding on its own.
    fn to_wire(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.put(&mut out);
        out
    }

    /// Reads a value that fills `bytes` exactly.
    fn from_wire(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let value = Self::get(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }
}

/// A value that stands alone, with magic, type, version and suite before it.
pub trait Message: Wire {
    /// The message's type.
    const TYPE: MessageType;

    /// The whole message.
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_prelude(&mut out, Self::TYPE);
        self.put(&mut out);
        out
    }

    /// Reads a message that fills `bytes` exactly.
    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        reader.prelude(Self::TYPE)?;
        let value = Self::get(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }
}

/// Appends magic, type, version and suite.
pub fn put_prelude(out: &mut Vec<u8>, message: MessageType) {
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&[message as u8, FORMAT_VERSION, SUITE]);
}

/// Reads bytes from the front of a slice.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the first byte of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes not read yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Refuses bytes that are left over.
    pub const fn finish(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Trailing) }
    }

    /// The next `len_bytes` bytes.
    pub fn take(&mut self, len_bytes: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) = self.rest.split_at_checked(len_bytes).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(head)
    }

    /// The next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    /// A 16-bit unsigned integer.
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    /// A 16-bit signed integer, two's complement.
    pub fn i16(&mut self) -> Result<i16, DecodeError> {
        Ok(i16::from_be_bytes(self.array()?))
    }

    /// A 32-bit unsigned integer.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// A 48-bit unsigned integer.
    pub fn u48(&mut self) -> Result<u64, DecodeError> {
        let high = u64::from(self.u16()?);
        Ok(high << 32 | u64::from(self.u32()?))
    }

    /// A 64-bit unsigned integer.
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// A flag: 0 or 1, nothing else.
    pub fn flag(&mut self) -> Result<bool, DecodeError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::Value),
        }
    }

    /// A vector of bytes behind a one-byte length within `bound_bytes`.
    pub fn bytes8(&mut self, bound_bytes: core::ops::RangeInclusive<usize>) -> Result<&'a [u8], DecodeError> {
        let len_bytes = usize::from(self.u8()?);
        self.bounded(len_bytes, bound_bytes)
    }

    /// A vector of bytes behind a two-byte length within `bound_bytes`.
    pub fn bytes16(&mut self, bound_bytes: core::ops::RangeInclusive<usize>) -> Result<&'a [u8], DecodeError> {
        let len_bytes = usize::from(self.u16()?);
        self.bounded(len_bytes, bound_bytes)
    }

    /// A count of entries within `bound`, each of which takes at least `entry_bytes` of input.
    ///
    /// A count that the rest of the input cannot pay for is refused before anything is allocated.
    pub fn count16(
        &mut self,
        bound: core::ops::RangeInclusive<usize>,
        entry_bytes: usize,
    ) -> Result<usize, DecodeError> {
        let count = usize::from(self.u16()?);
        if !bound.contains(&count) {
            return Err(DecodeError::Bounds);
        }
        if count.saturating_mul(entry_bytes) > self.rest.len() {
            return Err(DecodeError::Truncated);
        }
        Ok(count)
    }

    /// UTF-8 text behind a one-byte length, without control characters.
    pub fn text8(&mut self, bound_bytes: core::ops::RangeInclusive<usize>) -> Result<String, DecodeError> {
        let bytes = self.bytes8(bound_bytes)?;
        let text = core::str::from_utf8(bytes).map_err(|_| DecodeError::Text)?;
        if is_text(text) { Ok(String::from(text)) } else { Err(DecodeError::Text) }
    }

    /// Magic, type, version and suite of a message of type `expected`.
    pub fn prelude(&mut self, expected: MessageType) -> Result<(), DecodeError> {
        if self.array()? != MAGIC {
            return Err(DecodeError::Magic);
        }
        if self.u8()? != expected as u8 {
            return Err(DecodeError::Type);
        }
        if self.u8()? != FORMAT_VERSION {
            return Err(DecodeError::NewerVersion);
        }
        if self.u8()? != SUITE {
            return Err(DecodeError::NewerSuite);
        }
        Ok(())
    }

    fn bounded(
        &mut self,
        len_bytes: usize,
        bound_bytes: core::ops::RangeInclusive<usize>,
    ) -> Result<&'a [u8], DecodeError> {
        if !bound_bytes.contains(&len_bytes) {
            return Err(DecodeError::Bounds);
        }
        self.take(len_bytes)
    }
}

/// Whether `text` may stand in a message: no control characters (Unicode general category Cc).
pub(crate) fn is_text(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Encodings in ascending order, each once.
///
/// A heap sort of the one type: in wasm each sort of a slice, and each ordered set, brings ten times its code.
pub(crate) fn distinct(encodings: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut sorted = encodings.collect::<BinaryHeap<_>>().into_sorted_vec();
    sorted.dedup();
    sorted
}

/// Appends a vector of at most 255 bytes behind its one-byte length.
///
/// The caller's type bounds the length; a longer value is cut, and its decoder would refuse it.
pub fn put_bytes8(out: &mut Vec<u8>, bytes: &[u8]) {
    let len_bytes = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    out.push(len_bytes);
    out.extend_from_slice(bytes.get(..usize::from(len_bytes)).unwrap_or(bytes));
}

/// Appends a vector of at most 65,535 bytes behind its two-byte length.
pub fn put_bytes16(out: &mut Vec<u8>, bytes: &[u8]) {
    put_count16(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Appends a count of at most 65,535 entries.
pub fn put_count16(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&u16::try_from(count).unwrap_or(u16::MAX).to_be_bytes());
}

/// Appends a 48-bit unsigned integer.
pub fn put_u48(out: &mut Vec<u8>, value: u64) {
    let bytes = value.to_be_bytes();
    out.extend_from_slice(bytes.get(2..).unwrap_or(&bytes));
}
