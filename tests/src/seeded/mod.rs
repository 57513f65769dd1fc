//! One random value of every wire type from a seed, and every decoder behind one interface.
//!
//! The hashes of seeded encodings, the flipped bytes, the fuzz targets and their seeds are made from this.

mod leaves;
mod messages;
mod parts;

pub use leaves::LEAVES;
pub use messages::MESSAGES;
pub use parts::PARTS;

use crate::rng::Rng;
use medproof_core::encoding::{Message, Wire};

/// A value that follows from a seed.
pub trait Seeded: Sized {
    /// The next value.
    fn seeded(rng: &mut Rng) -> Self;
}

/// A kind of bytes with a decoder of its own.
#[derive(Clone, Copy, Debug)]
pub struct WireType {
    /// As the shared vectors name it.
    pub name: &'static str,
    /// An encoding that is accepted.
    pub seeded: fn(&mut Rng) -> Vec<u8>,
    /// Decodes and does nothing else; whether the bytes are accepted.
    pub decode: fn(&[u8]) -> bool,
    /// Decodes and encodes again; `None` if the bytes are refused.
    pub reencode: fn(&[u8]) -> Option<Vec<u8>>,
}

impl WireType {
    const fn message<T: Message + Seeded>(name: &'static str) -> Self {
        Self {
            name,
            seeded: |rng| T::seeded(rng).to_bytes(),
            decode: |bytes| T::from_bytes(bytes).is_ok(),
            reencode: |bytes| Some(T::from_bytes(bytes).ok()?.to_bytes()),
        }
    }

    const fn part<T: Wire + Seeded>(name: &'static str) -> Self {
        Self {
            name,
            seeded: |rng| T::seeded(rng).to_wire(),
            decode: |bytes| T::from_wire(bytes).is_ok(),
            reencode: |bytes| Some(T::from_wire(bytes).ok()?.to_wire()),
        }
    }

    /// Whether the bytes are accepted. Panics if a value has two encodings.
    pub fn accepts(&self, bytes: &[u8]) -> bool {
        let Some(again) = (self.reencode)(bytes) else { return false };
        assert!(again == bytes, "{}: a second encoding is accepted: {bytes:02x?} for {again:02x?}", self.name);
        true
    }
}

/// Every wire type: messages, leaves by type, and parts of them.
pub fn all() -> impl Iterator<Item = WireType> {
    MESSAGES.into_iter().chain(LEAVES).chain(PARTS)
}

/// The wire type of that name.
pub fn named(name: &str) -> WireType {
    all().find(|known| known.name == name).unwrap_or_else(|| panic!("there is no wire type `{name}`"))
}

impl Rng {
    /// A number from 0 up to and including `last`, small ones and the last itself more often than by chance.
    fn sized(&mut self, last: u64) -> u64 {
        match self.below(8) {
            0 => 0,
            1 => last,
            2..=5 => self.below(last.min(7) + 1),
            _ => self.next_u64() % last.saturating_add(1).max(1),
        }
    }

    fn number<T: TryFrom<u64>>(&mut self) -> T {
        let bits = 8 * size_of::<T>() as u32;
        let number = self.next_u64() >> (u64::BITS - bits) >> self.below(u64::from(bits));
        T::try_from(number).unwrap_or_else(|_| unreachable!("no more bits than the type has"))
    }

    fn flag(&mut self) -> bool {
        self.below(2) == 1
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    fn bytes(&mut self, len_bytes: u64) -> Vec<u8> {
        (0..len_bytes).map(|_| self.next_u64() as u8).collect()
    }

    /// `min` to `max` characters of `alphabet`.
    fn text(&mut self, alphabet: &str, min: u64, max: u64) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        let len = min + self.sized(max - min);
        (0..len).map(|_| self.one_of(&letters)).collect()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| make(self))
    }

    fn list<T>(&mut self, min: u64, last: u64, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let len = min + self.sized(last - min);
        (0..len).map(|_| make(self)).collect()
    }
}
