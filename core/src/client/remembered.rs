//! What a client remembers of headers and packs, within fixed bounds.

use crate::{
    certificate::Certificate,
    hash::Digest,
    header::{Header, Height},
    state::Path,
};
use alloc::vec::Vec;

/// Headers whose certificates were checked, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Certified(Vec<(Digest, Header, Certificate)>);

impl Certified {
    /// Whether the certificate of this very header was checked before.
    pub(super) fn contains(&self, hash: &Digest) -> bool {
        self.0.iter().any(|(known, _, _)| known == hash)
    }

    /// A certified header of the same height with another hash.
    pub(super) fn conflicting(&self, height: Height, hash: &Digest) -> Option<(&Header, &Certificate)> {
        let conflict = self.0.iter().find(|(known, header, _)| header.height() == height && known != hash);
        conflict.map(|(_, header, certificate)| (header, certificate))
    }

    /// Remembers a checked certificate, forgetting the oldest beyond [`MAX_CERTIFIED`].
    pub(super) fn remember(&mut self, hash: Digest, header: &Header, certificate: &Certificate) {
        if self.contains(&hash) {
            return;
        }
        if self.0.len() >= MAX_CERTIFIED {
            self.0.remove(0);
        }
        self.0.push((hash, header.clone(), certificate.clone()));
    }

    /// Headers with their certificates, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(Digest, Header, Certificate)> {
        self.0.iter()
    }
}

/// The newest height at which a pack was seen, oldest entry first.
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
        self.0.retain(|(known, _)| known != path);
        if self.0.len() >= MAX_SEEN {
            self.0.remove(0);
        }
        self.0.push((*path, newest));
    }

    /// Paths with their heights, oldest entry first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(Path, Height)> {
        self.0.iter()
    }
}

/// How many checked headers are remembered.
pub(super) const MAX_CERTIFIED: usize = 16;

/// How many packs are remembered with the height at which they were seen.
pub(super) const MAX_SEEN: usize = 1_024;
