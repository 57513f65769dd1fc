//! How the fields of bodies are written, one after another.

use super::items::EventSalt;
use medproof_core::{
    certificate::Signers,
    encoding::{DecodeError, Message, Reader, Wire, put_bytes16, put_count16},
    event::EventKind,
    hash::Digest,
    header::UnixMillis,
    identity::{Day, Lot, MemberId, PackId, ProductCode, Serial},
    info::{MemberInfo, ProductInfo},
    keys::{KeyNumber, PublicKey, Signature},
    leaf::Parent,
    validators::ValidatorSet,
};

/// A field of a body: exactly one encoding, nothing allocated that the input has not paid for.
pub(crate) trait Field: Sized {
    /// Appends the encoding.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads one value and leaves the reader behind it.
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// Makes a struct whose encoding is that of its fields in order.
macro_rules! fields {
    ($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(clippy::exhaustive_structs, reason = "a kind has these fields in rules version 0")]
        pub struct $name { $($(#[$about])* pub $field: $type,)* }

        impl $crate::body::field::Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $($crate::body::field::Field::put(&self.$field, out);)*
            }

            fn get(
                reader: &mut medproof_core::encoding::Reader<'_>,
            ) -> Result<Self, medproof_core::encoding::DecodeError> {
                Ok(Self { $($field: $crate::body::field::Field::get(reader)?,)* })
            }
        }
    };
}
pub(crate) use fields;

/// Makes an enum of numbered words, such as the reasons that a kind knows.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $word:ident = $number:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(clippy::exhaustive_enums, reason = "a new word needs a new rules version")]
        pub enum $name { $($(#[$about])* $word = $number,)* }

        impl $name {
            /// All words, by number.
            pub const ALL: &[Self] = &[$(Self::$word,)*];

            /// The word with this number.
            pub fn from_number(number: u8) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| *word as u8 == number)
            }
        }

        impl $crate::body::field::Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                out.push(*self as u8);
            }

            fn get(
                reader: &mut medproof_core::encoding::Reader<'_>,
            ) -> Result<Self, medproof_core::encoding::DecodeError> {
                Self::from_number(reader.u8()?).ok_or(medproof_core::encoding::DecodeError::Value)
            }
        }
    };
}
pub(crate) use words;

macro_rules! by_wire {
    ($($type:ty),*) => {$(
        impl Field for $type {
            fn put(&self, out: &mut Vec<u8>) {
                Wire::put(self, out);
            }

            fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Wire::get(reader)
            }
        }
    )*};
}
by_wire!(Digest, ProductCode, PackId, Lot, Serial, PublicKey, Signature, Parent, ValidatorSet, Signers);

macro_rules! number {
    ($($type:ident: $read:ident),*) => {$(
        impl Field for $type {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.0.to_be_bytes());
            }

            fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Ok(Self(reader.$read()?))
            }
        }
    )*};
}
pub(crate) use number;
number!(MemberId: u32, KeyNumber: u16, Day: u32, UnixMillis: u64, EventKind: u16);

/// A message of at most 2,048 bytes behind a two-byte length.
macro_rules! message {
    ($($type:ty),*) => {$(
        impl Field for $type {
            fn put(&self, out: &mut Vec<u8>) {
                put_bytes16(out, &self.to_bytes());
            }

            fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Self::from_bytes(reader.bytes16(0..=2_048)?)
            }
        }
    )*};
}
message!(MemberInfo, ProductInfo);

impl Field for EventSalt {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.array().map(Self)
    }
}

impl Field for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.flag()
    }
}

impl Field for u16 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u16()
    }
}

impl Field for u32 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u32()
    }
}

impl Field for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u64()
    }
}

impl<const N: usize> Field for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.array()
    }
}

/// flag ‖ (value, if 1)
impl<T: Field> Field for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.flag()? { T::get(reader).map(Some) } else { Ok(None) }
    }
}

/// An entry of a list that a body holds in ascending order, each once.
pub(crate) trait Entry: Field {
    /// The fewest bytes that an entry takes.
    const MIN_LEN_BYTES: usize;
    /// The most entries that a list may have.
    const MAX_COUNT: usize = MAX_ITEMS;

    /// The order of entries: that of their bytes.
    fn before(&self, other: &Self) -> bool;
}

/// The most items that one event names.
pub(crate) const MAX_ITEMS: usize = 10_000;

/// count u16 (1..=max) ‖ entries, strictly ascending; written in order whatever the order was.
impl<T: Entry> Field for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_count16(out, self.len());
        let mut entries: Vec<&T> = self.iter().collect();
        entries.sort_by(|a, b| b.before(a).cmp(&a.before(b)));
        entries.iter().for_each(|entry| entry.put(out));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = reader.count16(1..=T::MAX_COUNT, T::MIN_LEN_BYTES)?;
        let mut entries = Self::with_capacity(count);
        for _ in 0..count {
            entries.push(T::get(reader)?);
        }
        if entries.is_sorted_by(T::before) { Ok(entries) } else { Err(DecodeError::Order) }
    }
}

/// Serials by their bytes, the length byte first.
impl Entry for Serial {
    const MIN_LEN_BYTES: usize = 2;

    fn before(&self, other: &Self) -> bool {
        (self.as_str().len(), self.as_str()) < (other.as_str().len(), other.as_str())
    }
}

impl Entry for Digest {
    const MIN_LEN_BYTES: usize = 32;

    fn before(&self, other: &Self) -> bool {
        self < other
    }
}
