//! Where a node of the stored tree lies.

use crate::record::Record;
use medproof_core::state::Path;

/// A prefix of whole nibbles, 0 to 64 of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeKey {
    nibbles: u8,
    /// The prefix, then zeros.
    first: Path,
}

impl NodeKey {
    pub(crate) const ROOT: Self = Self { nibbles: 0, first: Path::new([0; 32]) };

    #[cfg(test)]
    /// The prefix of the first `nibbles` nibbles of `path`.
    pub(crate) fn above(path: &Path, nibbles: u8) -> Self {
        Self { nibbles, first: path.truncated(usize::from(nibbles) * 4) }
    }

    /// One nibble more.
    pub(crate) fn child(&self, nibble: u8) -> Self {
        let mut bytes = *self.first.as_bytes();
        if let Some(byte) = bytes.get_mut(usize::from(self.nibbles / 2)) {
            *byte |= if self.nibbles.is_multiple_of(2) { nibble << 4 } else { nibble };
        }
        Self { nibbles: self.nibbles + 1, first: Path::new(bytes) }
    }

    /// The nibble of `path` that follows the prefix.
    pub(crate) fn next_nibble(&self, path: &Path) -> u8 {
        let byte = path.as_bytes().get(usize::from(self.nibbles / 2)).copied().unwrap_or_default();
        if self.nibbles.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f }
    }

    /// Length of the prefix, in bits.
    pub(crate) fn depth(&self) -> usize {
        usize::from(self.nibbles) * 4
    }

    /// The lowest path below.
    pub(crate) const fn first(&self) -> &Path {
        &self.first
    }

    /// The highest path below.
    pub(crate) fn last(&self) -> Path {
        let mut bytes = *self.first.as_bytes();
        for (index, byte) in bytes.iter_mut().enumerate() {
            let kept_bits = self.depth().saturating_sub(8 * index).min(8);
            *byte |= u8::MAX.checked_shr(kept_bits as u32).unwrap_or(0);
        }
        Path::new(bytes)
    }

    /// The row's key.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let prefix = self.first.as_bytes().iter().take(usize::from(self.nibbles).div_ceil(2));
        std::iter::once(&self.nibbles).chain(prefix).copied().collect()
    }

    #[cfg(test)]
    /// Reads a row's key.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (nibbles, prefix) = bytes.split_first()?;
        let mut path = [0; 32];
        path.get_mut(..prefix.len())?.copy_from_slice(prefix);
        let key = Self::above(&Path::new(path), *nibbles);
        (key.to_bytes() == bytes).then_some(key)
    }

    /// The node's name in messages.
    pub(crate) fn record(&self) -> Record {
        Record::Node { path: self.first, depth_bits: u16::from(self.nibbles) * 4 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_extend_the_prefix() {
        let key = NodeKey::ROOT.child(0xa).child(0x5).child(0xc);
        assert_eq!(key.to_bytes(), [3, 0xa5, 0xc0]);
        assert_eq!(NodeKey::from_bytes(&[3, 0xa5, 0xc0]), Some(key));
        assert_eq!(NodeKey::from_bytes(&[3, 0xa5, 0xc1]), None);
        assert_eq!(NodeKey::from_bytes(&[3, 0xa5]), None);
        assert_eq!(NodeKey::above(key.first(), 3), key);
        assert_eq!(key.next_nibble(&key.child(7).last()), 7);
        assert_eq!(key.child(7).next_nibble(&key.child(7).child(9).last()), 9);
    }

    #[test]
    fn a_prefix_spans_its_paths() {
        let key = NodeKey::ROOT.child(0xa).child(0x5).child(0xc);
        assert_eq!(key.last().as_bytes()[..3], [0xa5, 0xcf, 0xff]);
        assert_eq!(NodeKey::ROOT.last(), Path::new([0xff; 32]));
        assert_eq!(NodeKey::above(&Path::new([0x31; 32]), 64).last(), Path::new([0x31; 32]));
    }
}
