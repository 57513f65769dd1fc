//! Where a leaf lies in the state tree.

use crate::encoding::{DecodeError, Field, Reader, Wire, bytes32, put, put_number};
use alloc::vec::Vec;

/// The 256-bit path of a leaf. Bit 0 is the most significant bit of the first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path([u8; 32]);

impl Path {
    /// Length of a path, in bits.
    pub const LEN_BITS: usize = 256;

    /// A path of these 32 bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Bit `index`, 0 to 255: false goes left, true goes right. Bits from 256 on are false.
    pub fn bit(&self, index: usize) -> bool {
        self.0.get(index / 8).is_some_and(|byte| byte >> (7 - index % 8) & 1 == 1)
    }

    /// How many leading bits both paths have in common: 256 if they are equal.
    pub fn shared_bits(&self, other: &Self) -> usize {
        let pairs = self.0.iter().zip(&other.0);
        let mut shared = 0;
        for (left, right) in pairs {
            shared += (left ^ right).leading_zeros() as usize;
            if left != right {
                break;
            }
        }
        shared
    }

    /// Whether the first `depth_bits` bits are the same.
    pub fn shares_prefix(&self, other: &Self, depth_bits: usize) -> bool {
        self.shared_bits(other) >= depth_bits
    }

    /// The first `depth_bits` bits, with zeros behind them.
    pub fn truncated(&self, depth_bits: usize) -> Self {
        let mut bytes = self.0;
        for (index, byte) in bytes.iter_mut().enumerate() {
            let kept_bits = depth_bits.saturating_sub(8 * index).min(8);
            let [_, mask] = (0xff00_u16 >> kept_bits).to_be_bytes();
            *byte &= mask;
        }
        Self(bytes)
    }
}

impl Wire for Path {
    fn put(&self, out: &mut Vec<u8>) {
        put(out, &self.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Path {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self(bytes32(reader))
    }
}

/// All paths that begin with the same bits, 0 to 255 of them.
///
/// Its encoding is `bits u8 ‖ the bits`, in as few bytes as hold them, padding bits zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    path: Path,
    len_bits: u8,
}

impl Prefix {
    /// The first `len_bits` bits of `path`.
    pub fn new(path: &Path, len_bits: u8) -> Self {
        Self { path: path.truncated(usize::from(len_bits)), len_bits }
    }

    /// The lowest path under the prefix: its bits, then zeros.
    pub const fn first(&self) -> &Path {
        &self.path
    }

    /// Number of bits.
    pub const fn len_bits(&self) -> u8 {
        self.len_bits
    }

    /// Whether `path` begins with the prefix.
    pub fn contains(&self, path: &Path) -> bool {
        self.path.shares_prefix(path, usize::from(self.len_bits))
    }
}

impl Wire for Prefix {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(out, u64::from(self.len_bits), 1);
        put(out, self.path.0.get(..usize::from(self.len_bits).div_ceil(8)).unwrap_or_default());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Prefix {
    fn read(reader: &mut Reader<'_>) -> Self {
        let len_bits = reader.number(1) as u8;
        let mut path = Path([0; 32]);
        reader.fill(path.0.get_mut(..usize::from(len_bits).div_ceil(8)).unwrap_or_default());
        let prefix = Self::new(&path, len_bits);
        reader.require(prefix.path == path, DecodeError::Padding);
        prefix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(first: u8, second: u8) -> Path {
        let mut bytes = [0; 32];
        bytes[0] = first;
        bytes[1] = second;
        Path::new(bytes)
    }

    #[test]
    fn bits_count_from_the_first_byte() {
        let path = path(0b1000_0001, 0b0100_0000);
        let set: Vec<usize> = (0..300).filter(|index| path.bit(*index)).collect();
        assert_eq!(set, [0, 7, 9]);
    }

    #[test]
    fn shared_bits_stop_at_the_first_difference() {
        assert_eq!(path(0, 0).shared_bits(&path(0, 0)), 256);
        assert_eq!(path(0xff, 0).shared_bits(&path(0x7f, 0)), 0);
        assert_eq!(path(1, 0b0010_0000).shared_bits(&path(1, 0b0011_0000)), 11);
        assert!(path(1, 0x20).shares_prefix(&path(1, 0x30), 11));
        assert!(!path(1, 0x20).shares_prefix(&path(1, 0x30), 12));
    }

    #[test]
    fn truncation_keeps_leading_bits() {
        let ones = Path::new([0xff; 32]);
        assert_eq!(ones.truncated(0), Path::new([0; 32]));
        assert_eq!(ones.truncated(11), path(0xff, 0b1110_0000));
        assert_eq!(ones.truncated(256), ones);
    }

    #[test]
    fn a_prefix_has_one_encoding() {
        assert_eq!(Prefix::new(&path(0xff, 0xff), 11).to_wire(), [11, 0xff, 0xe0]);
        assert_eq!(Prefix::from_wire(&[11, 0xff, 0xe0]), Ok(Prefix::new(&path(0xff, 0xff), 11)));
        assert_eq!(Prefix::from_wire(&[11, 0xff, 0xf0]), Err(DecodeError::Padding));
        assert_eq!(Prefix::from_wire(&[0]), Ok(Prefix::new(&path(9, 9), 0)));
    }
}
