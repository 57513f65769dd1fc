//! What a client remembers of headers and packs, within fixed bounds.

use crate::{
    certificate::Certificate,
    header::{Header, Height},
    state::Path,
};
use alloc::vec::Vec;

/// Headers whose certificates were checked, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Certified(Vec<(Header, Certificate)>);

impl Certified {
    /// Whether the certificate of this very header was checked before.
    pub(super) fn contains(&self, header: &Header) -> bool {
        self.0.iter().any(|(known, _)| known == header)
    }

    /// Another certified header of the same height.
    pub(super) fn conflicting(&self, header: &Header) -> Option<&(Header, Certificate)> {
        self.0.iter().find(|(known, _)| known.height() == header.height() && known != header)
    }

    /// Remembers a checked certificate, forgetting the oldest beyond [`MAX_CERTIFIED`].
    pub(super) fn remember(&mut self, header: Header, certificate: Certificate) {
        if self.contains(&header) {
            return;
        }
        if self.0.len() >= MAX_CERTIFIED {
            self.0.remove(0);
        }
        self.0.push((header, certificate));
    }

    /// Headers with their certificates, oldest first.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &(Header, Certificate)> {
        self.0.iter()
    }
}

/// The newest height at which a pack, or a seller's member, was seen, oldest entry first.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(Vec<(Path, Height)>);

impl Seen {
    /// Goes on from stored entries, oldest first, none of which names a path twice.
    pub(super) const fn resume(entries: Vec<(Path, Height)>) -> Self {
        Self(entries)
    }

    /// The newest height at which `path` was seen.
    pub(super) fn newest(&self, path: &Path) -> Option<Height> {
        self.0.iter().find(|(known, _)| known == path).map(|(_, height)| *height)
    }

    /// Remembers that `path` was seen at `height`, forgetting the oldest entry beyond [`MAX_SEEN`].
    pub(super) fn remember(&mut self, path: &Path, height: Height) {
        let newest = self.newest(path).map_or(height, |known| known.max(height));
        let place = self.0.iter().position(|(known, _)| known == path);
        let oldest = (self.0.len() >= MAX_SEEN).then_some(0);
        if let Some(place) = place.or(oldest) {
            self.0.remove(place);
        }
        self.0.push((*path, newest));
    }

    /// Paths with their heights, oldest entry first.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &(Path, Height)> {
        self.0.iter()
    }
}

/// How many checked headers are remembered.
pub(super) const MAX_CERTIFIED: usize = 16;

/// How many packs are remembered with the height at which they were seen.
pub(super) const MAX_SEEN: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        header::HeaderFields,
        sample::{certify, fields, other, set},
    };

    fn path(number: usize) -> Path {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
        Path::new(bytes)
    }

    #[test]
    #[cfg_attr(miri, ignore = "a million comparisons take minutes in an interpreter")]
    fn the_oldest_pack_is_forgotten_first() {
        let mut seen = Seen::default();
        for number in 0..MAX_SEEN {
            seen.remember(&path(number), Height(1));
        }
        // Seen again, it is the youngest.
        seen.remember(&path(0), Height(5));
        seen.remember(&path(MAX_SEEN), Height(1));
        assert_eq!(seen.iter().count(), MAX_SEEN);
        assert_eq!(
            [0, 1, 2, MAX_SEEN].map(|number| seen.newest(&path(number))),
            [Some(Height(5)), None, Some(Height(1)), Some(Height(1))]
        );
    }

    #[test]
    fn the_newest_height_stays() {
        let mut seen = Seen::default();
        for height in [5, 9, 2] {
            seen.remember(&path(1), Height(height));
        }
        assert_eq!(seen.newest(&path(1)), Some(Height(9)));
        assert_eq!(seen.iter().count(), 1);
    }

    #[test]
    fn checked_headers_are_kept_within_a_bound() {
        let set = set(&[1]);
        let headers = (1..=18).map(|height| Header::from(&HeaderFields { height: Height(height), ..fields(&set) }));
        let headers: Vec<Header> = headers.collect();
        let mut certified = Certified::default();
        for header in headers.iter().chain(headers.last()) {
            certified.remember(header.clone(), certify(header, 1, &[]));
        }
        assert_eq!(certified.iter().count(), MAX_CERTIFIED);
        let known: Vec<bool> = headers.iter().map(|header| certified.contains(header)).collect();
        assert_eq!(known.iter().position(|known| *known), Some(18 - MAX_CERTIFIED));
    }

    #[test]
    fn another_header_of_one_height_is_a_conflict() {
        let set = set(&[1]);
        let header = Header::from(&fields(&set));
        let twin = Header::from(&HeaderFields { parent_hash: other(header.hash()), ..fields(&set) });
        let mut certified = Certified::default();
        certified.remember(header.clone(), certify(&header, 1, &[]));
        assert!(certified.conflicting(&header).is_none());
        assert_eq!(certified.conflicting(&twin).map(|(known, _)| known), Some(&header));
        let elsewhere = Header::from(&HeaderFields { height: Height(99), ..fields(&set) });
        assert!(certified.conflicting(&elsewhere).is_none());
    }
}
