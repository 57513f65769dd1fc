//! Which validator set was in force at which height and time.
//!
//! ```text
//! set A: heights (anchor, h1]   times (t0, t1]
//! set B: heights (h1, h2]       times (t1, t2]
//! set C: heights (h2, …         times (t2, …
//! ```
//!
//! A header is checked only against the set in force at its height. Past sets are kept for one
//! trusting period, so that retired keys can neither sign on nor rewrite.

use super::{TrustError, error::Refusal, trust::check_certificate};
use crate::{
    encoding::{DecodeError, Field, Reader, Wire, put_count16, put_number},
    handover::HandOver,
    hash::Digest,
    header::{Header, Height, UnixMillis},
    validators::ValidatorSet,
};
use alloc::vec::Vec;

/// The header at which a range begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Boundary {
    height: Height,
    time: UnixMillis,
    hash: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Range {
    /// The header that named this set; the set signs what follows.
    after: Boundary,
    set: ValidatorSet,
}

/// Sets in force, ascending and without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ranges(Vec<Range>);

impl Ranges {
    /// From `header` on, `set` is in force.
    pub(super) fn new(set: ValidatorSet, header: &Header) -> Self {
        Self(alloc::vec![Range { after: Boundary::of(header), set }])
    }

    /// The hash of the set in force at `height`.
    pub(super) fn set_hash_at(&self, height: Height) -> Option<&Digest> {
        self.0.iter().rfind(|range| range.after.height < height).map(|range| range.set.hash())
    }

    /// The set in force at the header's height, which the header must name.
    pub(super) fn set_for(&self, header: &Header) -> Result<&ValidatorSet, Refusal> {
        let height = header.height();
        let index = self.0.partition_point(|range| range.after.height < height);
        let (Some(range), later) = (index.checked_sub(1).and_then(|i| self.0.get(i)), self.0.get(index)) else {
            let anchor = self.0.first().map_or(Height(0), |range| range.after.height);
            return Err(TrustError::BeforeAnchor { anchor, found: height }.into());
        };
        if range.set.hash() != header.set_hash() {
            return Err(self.wrong_set(index, header.set_hash()).into());
        }
        let (start, end) = (range.after.time, later.map(|range| range.after.time));
        if header.time() <= start {
            return Err(TrustError::TimeOrder { bound: start, found: header.time() }.into());
        }
        match end {
            Some(bound) if header.time() > bound => Err(TrustError::TimeOrder { bound, found: header.time() }.into()),
            _ => Ok(&range.set),
        }
    }

    /// Whether `header` is the trusted header at which some range begins.
    pub(super) fn is_boundary(&self, header: &Header) -> bool {
        let boundary = Boundary::of(header);
        self.0.iter().any(|range| range.after == boundary)
    }

    /// Whether some range begins at the height of `header` with another header.
    pub(super) fn is_other_boundary(&self, header: &Header) -> bool {
        let boundary = Boundary::of(header);
        self.0.iter().any(|range| range.after.height == boundary.height && range.after != boundary)
    }

    /// Whether the set that `header` names as next is the newest one here.
    pub(super) fn is_newest(&self, set_hash: &Digest) -> bool {
        self.0.last().is_some_and(|range| range.set.hash() == set_hash)
    }

    /// Appends the set that a hand-over brings, checked up to its certificate.
    ///
    /// Precondition: the hand-over's header lies above every trusted header.
    pub(super) fn hand_over(&mut self, hand_over: &HandOver) -> Result<(), Refusal> {
        let HandOver { header, certificate, new_set } = hand_over;
        if self.0.last().is_none_or(|range| header.height() <= range.after.height) {
            return Err(TrustError::HandOverOrder.into());
        }
        if header.next_set_hash() == header.set_hash() {
            return Err(TrustError::HandOverIdle.into());
        }
        if header.next_set_hash() != new_set.hash() {
            return Err(TrustError::HandOverSet.into());
        }
        check_certificate(certificate, header, self.set_for(header)?)?;
        self.0.push(Range { after: Boundary::of(header), set: new_set.clone() });
        Ok(())
    }

    /// Forgets sets that went out of force before `time`.
    pub(super) fn forget_before(&mut self, time: UnixMillis) {
        let ended = self.0.iter().skip(1).take_while(|range| range.after.time < time).count();
        self.0.drain(..ended);
    }

    fn wrong_set(&self, index: usize, found: &Digest) -> TrustError {
        let (earlier, later) = self.0.split_at(index.min(self.0.len()));
        let names = |ranges: &[Range]| ranges.iter().any(|range| range.set.hash() == found);
        if names(later) {
            TrustError::SetEarly
        } else if names(earlier) {
            TrustError::SetRetired
        } else {
            TrustError::SetUnknown
        }
    }
}

impl Boundary {
    fn of(header: &Header) -> Self {
        Self { height: header.height(), time: header.time(), hash: header.hash() }
    }
}

impl Wire for Ranges {
    fn put(&self, out: &mut Vec<u8>) {
        put_count16(out, self.0.len());
        for Range { after, set } in &self.0 {
            put_number(out, after.height.0, 8);
            put_number(out, after.time.0, 8);
            after.hash.put(out);
            set.put(out);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Ranges {
    fn read(reader: &mut Reader<'_>) -> Self {
        let count = reader.count(2, 1, usize::from(u16::MAX), 48 + 38);
        let ranges: Vec<Range> = reader.fields(count);
        reader.require(ranges.is_sorted_by(|a, b| a.after.height < b.after.height), DecodeError::Order);
        Self(ranges)
    }
}

impl Field for Range {
    fn read(reader: &mut Reader<'_>) -> Self {
        let (height, time) = (Height(reader.number(8)), UnixMillis(reader.number(8)));
        let after = Boundary { height, time, hash: Digest::read(reader) };
        Self { after, set: ValidatorSet::read(reader) }
    }
}
