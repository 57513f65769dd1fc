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

use crate::names::nth;
use alloc::{string::String, vec::Vec};

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
    /// A proof with product information, the issuer's name and a timeline.
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
        nth(
            "trust.message.truncated trust.message.trailing trust.message.magic trust.message.type \
             trust.message.bounds trust.message.order trust.message.text trust.message.padding \
             trust.message.value trust.state.empty-sibling trust.state.subtree trust.newer-client.format \
             trust.newer-client.suite",
            self as usize,
        )
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
        reader.begin(Self::TYPE);
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

/// A value that is read as a field: what is wrong with it is kept in the reader, and asked for once.
///
/// In wasm a `Result` for each field of a leaf or message costs five times the code of the field.
pub(crate) trait Field: Sized {
    /// Reads one value. After a fault the value is a placeholder, which [`Reader::sound`] holds back.
    fn read(reader: &mut Reader<'_>) -> Self;
}

/// Reads bytes from the front of a slice.
///
/// The first fault stays: after it nothing is left to read.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    fault: Option<DecodeError>,
}

impl<'a> Reader<'a> {
    /// A reader at the first byte of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, fault: None }
    }

    /// The bytes not read yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Refuses bytes that are left over.
    pub const fn finish(&self) -> Result<(), DecodeError> {
        match self.fault {
            Some(fault) => Err(fault),
            None if self.rest.is_empty() => Ok(()),
            None => Err(DecodeError::Trailing),
        }
    }

    /// The next `len_bytes` bytes.
    pub fn take(&mut self, len_bytes: usize) -> Result<&'a [u8], DecodeError> {
        let bytes = self.next(len_bytes);
        self.sound(bytes)
    }

    /// The next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        self.fill(&mut array);
        self.sound(array)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        let value = self.number(1) as u8;
        self.sound(value)
    }

    /// A 16-bit unsigned integer.
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        let value = self.number(2) as u16;
        self.sound(value)
    }

    /// A 16-bit signed integer, two's complement.
    pub fn i16(&mut self) -> Result<i16, DecodeError> {
        let value = self.number(2) as i16;
        self.sound(value)
    }

    /// A 32-bit unsigned integer.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        let value = self.number(4) as u32;
        self.sound(value)
    }

    /// A 48-bit unsigned integer.
    pub fn u48(&mut self) -> Result<u64, DecodeError> {
        let value = self.number(6);
        self.sound(value)
    }

    /// A 64-bit unsigned integer.
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        let value = self.number(8);
        self.sound(value)
    }

    /// A flag: 0 or 1, nothing else.
    pub fn flag(&mut self) -> Result<bool, DecodeError> {
        let value = self.bit();
        self.sound(value)
    }

    /// A vector of bytes behind a one-byte length within `bound_bytes`.
    pub fn bytes8(&mut self, bound_bytes: core::ops::RangeInclusive<usize>) -> Result<&'a [u8], DecodeError> {
        let bytes = self.vector(1, *bound_bytes.start(), *bound_bytes.end());
        self.sound(bytes)
    }

    /// A vector of bytes behind a two-byte length within `bound_bytes`.
    pub fn bytes16(&mut self, bound_bytes: core::ops::RangeInclusive<usize>) -> Result<&'a [u8], DecodeError> {
        let bytes = self.vector(2, *bound_bytes.start(), *bound_bytes.end());
        self.sound(bytes)
    }

    /// A count of entries within `bound`, each of which takes at least `entry_bytes` of input.
    ///
    /// A count that the rest of the input cannot pay for is refused before anything is allocated.
    pub fn count16(
        &mut self,
        bound: core::ops::RangeInclusive<usize>,
        entry_bytes: usize,
    ) -> Result<usize, DecodeError> {
        let count = self.count(2, *bound.start(), *bound.end(), entry_bytes);
        self.sound(count)
    }

    /// `count` values, one after another.
    ///
    /// Precondition: the input can pay for them, as [`Self::count16`] checks.
    pub fn list<T: Wire>(&mut self, count: usize) -> Result<Vec<T>, DecodeError> {
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(T::get(self)?);
        }
        Ok(values)
    }

    /// UTF-8 text behind a one-byte length, without control characters.
    pub fn text8(&mut self, bound_bytes: core::ops::RangeInclusive<usize>) -> Result<String, DecodeError> {
        let text = String::from(self.text(*bound_bytes.start(), *bound_bytes.end()));
        self.sound(text)
    }

    /// Magic, type, version and suite of a message of type `expected`.
    pub fn prelude(&mut self, expected: MessageType) -> Result<(), DecodeError> {
        self.begin(expected);
        self.sound(())
    }

    /// What was read, unless there was a fault.
    pub(crate) fn sound<T>(&self, value: T) -> Result<T, DecodeError> {
        match self.fault {
            None => Ok(value),
            Some(fault) => Err(fault),
        }
    }

    /// A field, unless there was a fault.
    pub(crate) fn whole<T: Field>(&mut self) -> Result<T, DecodeError> {
        let value = T::read(self);
        self.sound(value)
    }

    /// Notes a fault, if it is the first.
    #[inline(never)]
    pub(crate) fn fail(&mut self, fault: DecodeError) {
        self.rest = &[];
        self.fault = self.fault.or(Some(fault));
    }

    /// Notes a fault unless `holds`.
    pub(crate) fn require(&mut self, holds: bool, fault: DecodeError) {
        if !holds {
            self.fail(fault);
        }
    }

    /// The next `len_bytes` bytes; none after a fault.
    #[inline(never)]
    pub(crate) fn next(&mut self, len_bytes: usize) -> &'a [u8] {
        let Some((head, rest)) = self.rest.split_at_checked(len_bytes) else {
            self.fail(DecodeError::Truncated);
            return &[];
        };
        self.rest = rest;
        head
    }

    /// Fills `to`; leaves it alone after a fault.
    #[inline(never)]
    pub(crate) fn fill(&mut self, to: &mut [u8]) {
        let from = self.next(to.len());
        if from.len() == to.len() {
            to.copy_from_slice(from);
        }
    }

    /// An unsigned integer of `len_bytes` bytes; 0 after a fault.
    #[inline(never)]
    pub(crate) fn number(&mut self, len_bytes: usize) -> u64 {
        self.next(len_bytes).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A flag; false after a fault.
    #[inline(never)]
    pub(crate) fn bit(&mut self) -> bool {
        let value = self.number(1);
        self.require(value <= 1, DecodeError::Value);
        value == 1
    }

    /// A count of `len_bytes` bytes from `min` to `max`, as [`Self::count16`]; 0 after a fault.
    #[inline(never)]
    pub(crate) fn count(&mut self, len_bytes: usize, min: usize, max: usize, entry_bytes: usize) -> usize {
        let count = self.number(len_bytes) as usize;
        self.require((min..=max).contains(&count), DecodeError::Bounds);
        self.require(count.saturating_mul(entry_bytes) <= self.rest.len(), DecodeError::Truncated);
        if self.fault.is_none() { count } else { 0 }
    }

    /// Bytes behind a length of `len_bytes` bytes, which is from `min` to `max`; none after a fault.
    pub(crate) fn vector(&mut self, len_bytes: usize, min: usize, max: usize) -> &'a [u8] {
        let len = self.count(len_bytes, min, max, 1);
        self.next(len)
    }

    /// As [`Self::text8`]; empty after a fault.
    pub(crate) fn text(&mut self, min: usize, max: usize) -> &'a str {
        let text = core::str::from_utf8(self.vector(1, min, max)).ok().filter(|text| is_text(text));
        self.require(text.is_some(), DecodeError::Text);
        text.unwrap_or_default()
    }

    /// `len_bits` bits in as few bytes as hold them, padded with zeros, and how many are set; none after a fault.
    #[inline(never)]
    pub(crate) fn bitmap(&mut self, len_bits: usize) -> (&'a [u8], usize) {
        let bitmap = self.next(len_bits.div_ceil(8));
        let padding_bits = (8 - len_bits % 8) % 8;
        let is_padded = bitmap.last().is_none_or(|byte| byte.trailing_zeros() as usize >= padding_bits);
        self.require(is_padded, DecodeError::Padding);
        (bitmap, bitmap.iter().map(|byte| byte.count_ones() as usize).sum())
    }

    /// `count` fields, fewer after a fault. Precondition as for [`Self::list`].
    pub(crate) fn fields<T: Field>(&mut self, count: usize) -> Vec<T> {
        let mut values = Vec::new();
        if self.fault.is_none() {
            values.reserve_exact(count);
        }
        while values.len() < count && self.fault.is_none() {
            values.push(T::read(self));
        }
        values
    }

    /// As [`Self::prelude`].
    #[inline(never)]
    pub(crate) fn begin(&mut self, expected: MessageType) {
        self.magic();
        self.expect(expected as u8, DecodeError::Type);
        self.expect(FORMAT_VERSION, DecodeError::NewerVersion);
        self.expect(SUITE, DecodeError::NewerSuite);
    }

    /// The four bytes with which every message begins.
    pub(crate) fn magic(&mut self) {
        let is_magic = self.next(MAGIC.len()) == MAGIC;
        self.require(is_magic, DecodeError::Magic);
    }

    /// One byte, which must be `expected`.
    #[inline(never)]
    pub(crate) fn expect(&mut self, expected: u8, fault: DecodeError) {
        let found = self.number(1);
        self.require(found == u64::from(expected), fault);
    }
}

/// The next 32 bytes; zeros after a fault.
#[inline(never)]
pub(crate) fn bytes32(reader: &mut Reader<'_>) -> [u8; 32] {
    let mut bytes = [0; 32];
    reader.fill(&mut bytes);
    bytes
}

/// Whether `text` may stand in a message: no control characters (Unicode general category Cc).
pub(crate) fn is_text(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Puts an encoding in its place among others that ascend, unless it is there.
///
/// In wasm each sort of a slice, and each ordered set, brings ten times the code. What arrives in order costs
/// nothing more; 10,000 in no order at all move some 600 MB.
pub(crate) fn add_distinct(ascending: &mut Vec<Vec<u8>>, encoding: Vec<u8>) {
    let place = place_among(ascending, &encoding);
    if ascending.get(place) != Some(&encoding) {
        ascending.insert(place, encoding);
    }
}

/// How many of the ascending encodings come before `encoding`.
pub(crate) fn place_among(ascending: &[Vec<u8>], encoding: &[u8]) -> usize {
    ascending.partition_point(|before| before.as_slice() < encoding)
}

/// Appends a vector of at most 255 bytes behind its one-byte length.
///
/// The caller's type bounds the length; a longer value is cut, and its decoder would refuse it.
pub fn put_bytes8(out: &mut Vec<u8>, bytes: &[u8]) {
    let len_bytes = bytes.len().min(255);
    put_number(out, len_bytes as u64, 1);
    put(out, bytes.get(..len_bytes).unwrap_or(bytes));
}

/// Appends a vector of at most 65,535 bytes behind its two-byte length.
pub fn put_bytes16(out: &mut Vec<u8>, bytes: &[u8]) {
    put_count16(out, bytes.len());
    put(out, bytes);
}

/// Appends a count of at most 65,535 entries.
pub fn put_count16(out: &mut Vec<u8>, count: usize) {
    put_number(out, count.min(65_535) as u64, 2);
}

/// Appends a 48-bit unsigned integer.
pub fn put_u48(out: &mut Vec<u8>, value: u64) {
    put_number(out, value, 6);
}

/// Appends the last `len_bytes` bytes of a big-endian number.
#[inline(never)]
pub(crate) fn put_number(out: &mut Vec<u8>, value: u64, len_bytes: usize) {
    put(out, value.to_be_bytes().get(8 - len_bytes..).unwrap_or_default());
}

/// Appends bytes.
#[inline(never)]
pub(crate) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use std::string::ToString;

    struct Pair(u8, u16);

    impl Wire for Pair {
        fn put(&self, out: &mut Vec<u8>) {
            out.push(self.0);
            out.extend_from_slice(&self.1.to_be_bytes());
        }

        fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
            Ok(Self(reader.u8()?, reader.u16()?))
        }
    }

    impl Message for Pair {
        const TYPE: MessageType = MessageType::Fork;
    }

    #[test]
    fn integers_are_big_endian() {
        let mut reader = Reader::new(&[1, 2, 3, 0xff, 0xfe, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(reader.u8(), Ok(1));
        assert_eq!(reader.u16(), Ok(0x0203));
        assert_eq!(reader.i16(), Ok(-2));
        assert_eq!(reader.u32(), Ok(0x0405_0607));
        assert_eq!(reader.u48(), Ok(0x0809_0a0b_0c0d));
        assert_eq!(reader.u64(), Ok(256));
        assert_eq!(reader.finish(), Ok(()));
        assert_eq!(reader.u8(), Err(DecodeError::Truncated));
    }

    #[test]
    fn forty_eight_bits_are_written_as_read() {
        for value in [0, 1, 0x0102_0304_0506, (1 << 48) - 1] {
            let mut out = Vec::new();
            put_u48(&mut out, value);
            assert_eq!((out.len(), Reader::new(&out).u48()), (6, Ok(value)));
        }
    }

    #[test]
    fn after_a_fault_nothing_is_left() {
        let mut reader = Reader::new(&[2, 1, 3]);
        assert_eq!(reader.flag(), Err(DecodeError::Value));
        assert_eq!(reader.rest(), []);
        assert_eq!(reader.u32(), Err(DecodeError::Value));
        assert_eq!(reader.take(0), Err(DecodeError::Value));
        assert_eq!(reader.finish(), Err(DecodeError::Value));
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.u32(), Err(DecodeError::Truncated));
        assert_eq!(reader.u8(), Err(DecodeError::Truncated));
    }

    #[test]
    fn a_flag_is_zero_or_one() {
        let flag = |byte| Reader::new(&[byte]).flag();
        assert_eq!(
            [flag(0), flag(1), flag(2), flag(255)],
            [Ok(false), Ok(true), Err(DecodeError::Value), Err(DecodeError::Value)]
        );
    }

    #[test]
    fn lengths_keep_their_bounds() {
        assert_eq!(Reader::new(&[2, 7, 8]).bytes8(1..=2), Ok(&[7, 8][..]));
        assert_eq!(Reader::new(&[0]).bytes8(1..=2), Err(DecodeError::Bounds));
        assert_eq!(Reader::new(&[3, 7, 8, 9]).bytes8(1..=2), Err(DecodeError::Bounds));
        assert_eq!(Reader::new(&[2, 7]).bytes8(1..=2), Err(DecodeError::Truncated));
        assert_eq!(Reader::new(&[0, 1, 7]).bytes16(0..=1), Ok(&[7][..]));
        assert_eq!(Reader::new(&[1, 0]).bytes16(0..=255), Err(DecodeError::Bounds));
    }

    #[test]
    fn a_count_is_paid_for_by_the_input() {
        assert_eq!(Reader::new(&[0, 2, 1, 1, 1, 1]).count16(0..=2, 2), Ok(2));
        assert_eq!(Reader::new(&[0, 2, 1, 1, 1]).count16(0..=2, 2), Err(DecodeError::Truncated));
        assert_eq!(Reader::new(&[0, 3, 1, 1, 1]).count16(0..=2, 1), Err(DecodeError::Bounds));
        assert_eq!(Reader::new(&[0, 0]).count16(1..=2, 1), Err(DecodeError::Bounds));
        assert_eq!(Reader::new(&[0xff; 10]).count16(0..=65_535, usize::MAX), Err(DecodeError::Truncated));
    }

    #[test]
    fn text_is_utf8_without_control_characters() {
        let text = |bytes: &[u8]| Reader::new(bytes).text8(0..=10);
        assert_eq!(text("\u{6}药品".as_bytes()), Ok("药品".to_string()));
        assert_eq!(text(&[0]), Ok(String::new()));
        for bytes in
            [&[1, 0x0a][..], &[1, 0x7f], &[2, 0xc2, 0x85], &[1, 0xff], &[2, 0xc0, 0x80], &[3, 0xed, 0xa0, 0x80]]
        {
            assert_eq!(text(bytes), Err(DecodeError::Text), "{bytes:x?}");
        }
    }

    #[test]
    fn writers_cut_what_their_length_cannot_say() {
        let mut out = Vec::new();
        put_bytes8(&mut out, &[7; 300]);
        assert_eq!((out.len(), out.first()), (256, Some(&255)));
        out.clear();
        put_bytes16(&mut out, &[7; 3]);
        assert_eq!(out, [0, 3, 7, 7, 7]);
        out.clear();
        put_count16(&mut out, 70_000);
        assert_eq!(out, [0xff, 0xff]);
    }

    #[test]
    fn a_prelude_is_checked_from_front_to_back() {
        let message = Pair(1, 2).to_bytes();
        assert_eq!(message, [b'M', b'P', b'R', b'F', 8, 0, 1, 1, 0, 2]);
        assert!(Pair::from_bytes(&message).is_ok_and(|Pair(a, b)| (a, b) == (1, 2)));
        let changed = |place: usize| {
            let mut bytes = message.clone();
            bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 0x40);
            Pair::from_bytes(&bytes).err()
        };
        assert_eq!([0, 1, 2, 3].map(changed), [Some(DecodeError::Magic); 4]);
        assert_eq!(changed(4), Some(DecodeError::Type));
        assert_eq!(changed(5), Some(DecodeError::NewerVersion));
        assert_eq!(changed(6), Some(DecodeError::NewerSuite));
        assert_eq!(changed(7), None);
        for len in 0..message.len() {
            let cut = message.get(..len).unwrap_or_default();
            assert_eq!(Pair::from_bytes(cut).err(), Some(DecodeError::Truncated), "{len}");
        }
        let longer = [&message[..], &[0]].concat();
        assert_eq!(Pair::from_bytes(&longer).err(), Some(DecodeError::Trailing));
        assert_eq!(Pair::from_wire(&[1, 2, 3, 4]).err(), Some(DecodeError::Trailing));
    }

    #[test]
    fn codes_are_distinct_and_two_ask_for_a_newer_client() {
        let errors = [
            DecodeError::Truncated,
            DecodeError::Trailing,
            DecodeError::Magic,
            DecodeError::Type,
            DecodeError::Bounds,
            DecodeError::Order,
            DecodeError::Text,
            DecodeError::Padding,
            DecodeError::Value,
            DecodeError::EmptySibling,
            DecodeError::Subtree,
            DecodeError::NewerVersion,
            DecodeError::NewerSuite,
        ];
        let mut codes: Vec<_> = errors.map(DecodeError::code).into();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), errors.len());
        let newer: Vec<_> = errors.into_iter().filter(|error| error.is_newer()).collect();
        assert_eq!(newer, vec![DecodeError::NewerVersion, DecodeError::NewerSuite]);
        assert!(errors.iter().all(|error| error.is_newer() == error.code().starts_with("trust.newer-client.")));
        assert_eq!(DecodeError::Order.to_string(), "trust.message.order");
    }
}
