//! Leaves of the units family: generations of logistic units and their exposure.
//!
//! What happens to a unit happens to all in it: shipping a pallet changes one leaf.

use super::{Prior, StateCode, StorageLimits, item};
use crate::{
    encoding::{DecodeError, Field, Reader, Wire, put_count16, put_number},
    hash::Digest,
    header::UnixMillis,
    identity::{Day, Sscc},
};
use alloc::vec::Vec;

/// The deepest nesting of units above a pack.
pub const MAX_UNIT_DEPTH: usize = 4;

/// A link to a unit: SSCC u64 ‖ generation u32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a link names these two things")]
pub struct Parent {
    /// The unit's code.
    pub sscc: Sscc,
    /// Which use of the code.
    pub generation: u32,
}

/// Where a pack is: 0 ‖ holder commitment 32, or 1 ‖ parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new case needs a new leaf version")]
pub enum Place {
    /// Held loose by a member.
    Holder(Digest),
    /// Inside a unit.
    Inside(Parent),
}

/// Where a unit is: as for a pack, or 2 ‖ holder 32 for a dissolved generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new case needs a new leaf version")]
pub enum UnitPlace {
    /// Held by a member.
    Holder(Digest),
    /// Inside another unit.
    Inside(Parent),
    /// Unpacked: its children inherit this holder until touched.
    Dissolved(Digest),
}

/// One generation of a unit; see `docs/FORMAT.md` for the order of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct Unit {
    /// The unit's own state.
    pub state: StateCode,
    /// What an undo or a release goes back to.
    pub prior: Option<Prior>,
    /// The day since which the state holds, by header time.
    pub since: Day,
    /// Holder, parent or dissolved.
    pub place: UnitPlace,
    /// Number of direct children.
    pub children: u32,
    /// Levels of packing from here down to the packs: 1 where packs are direct children.
    pub levels: u8,
    /// The tightest storage limits of the contents.
    pub limits: Option<StorageLimits>,
    /// Number of events in the custody chain.
    pub events: u32,
    /// Running hash of the custody chain.
    pub custody: Digest,
}

/// A time out of the storage range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an interval has two ends")]
pub struct Interval {
    /// First millisecond outside.
    pub start: UnixMillis,
    /// First millisecond inside again.
    pub end: UnixMillis,
}

/// Merged out-of-range intervals: accepted u32 ‖ count u16 (≤ 60) ‖ count × (start u64 ‖ end u64), apart and ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    accepted_minutes: u32,
    intervals: Vec<Interval>,
}

impl Exposure {
    /// Takes the minutes that quality assurance accepted, and intervals that ascend and do not touch.
    pub fn new(accepted_minutes: u32, intervals: Vec<Interval>) -> Result<Self, DecodeError> {
        check_intervals(&intervals)?;
        Ok(Self { accepted_minutes, intervals })
    }

    /// Minutes outside that quality assurance has accepted; a release counts from there.
    pub const fn accepted_minutes(&self) -> u32 {
        self.accepted_minutes
    }

    /// The intervals.
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }
}

fn check_intervals(intervals: &[Interval]) -> Result<(), DecodeError> {
    if intervals.len() > MAX_INTERVALS {
        return Err(DecodeError::Bounds);
    }
    if intervals.iter().any(|interval| interval.start >= interval.end) {
        return Err(DecodeError::Value);
    }
    if intervals.is_sorted_by(|a, b| a.end < b.start) { Ok(()) } else { Err(DecodeError::Order) }
}

impl Wire for Parent {
    fn put(&self, out: &mut Vec<u8>) {
        self.sscc.put(out);
        put_number(out, u64::from(self.generation), 4);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Parent {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self { sscc: Sscc::read(reader), generation: reader.number(4) as u32 }
    }
}

impl Wire for Place {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Holder(holder) => UnitPlace::Holder(*holder).put(out),
            Self::Inside(parent) => UnitPlace::Inside(*parent).put(out),
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Place {
    fn read(reader: &mut Reader<'_>) -> Self {
        match UnitPlace::read(reader) {
            UnitPlace::Holder(holder) => Self::Holder(holder),
            UnitPlace::Inside(parent) => Self::Inside(parent),
            UnitPlace::Dissolved(holder) => {
                reader.fail(DecodeError::Value);
                Self::Holder(holder)
            }
        }
    }
}

impl Wire for UnitPlace {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Holder(holder) => {
                out.push(0);
                holder.put(out);
            }
            Self::Inside(parent) => {
                out.push(1);
                parent.put(out);
            }
            Self::Dissolved(holder) => {
                out.push(2);
                holder.put(out);
            }
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for UnitPlace {
    #[inline(never)]
    fn read(reader: &mut Reader<'_>) -> Self {
        match reader.number(1) {
            0 => Self::Holder(Digest::read(reader)),
            1 => Self::Inside(Parent::read(reader)),
            kind => {
                reader.require(kind == 2, DecodeError::Value);
                Self::Dissolved(Digest::read(reader))
            }
        }
    }
}

impl Wire for Unit {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.state.0);
        item::put_prior(self.prior, out);
        out.extend_from_slice(&self.since.0.to_be_bytes());
        self.place.put(out);
        out.extend_from_slice(&self.children.to_be_bytes());
        out.push(self.levels);
        item::put_limits(self.limits, out);
        out.extend_from_slice(&self.events.to_be_bytes());
        self.custody.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Unit {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            state: StateCode(reader.number(1) as u8),
            prior: item::get_prior(reader),
            since: Day(reader.number(4) as u32),
            place: UnitPlace::read(reader),
            children: reader.number(4) as u32,
            levels: reader.number(1) as u8,
            limits: item::get_limits(reader),
            events: reader.number(4) as u32,
            custody: Digest::read(reader),
        }
    }
}

impl Wire for Interval {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.start.0.to_be_bytes());
        out.extend_from_slice(&self.end.0.to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Interval {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self { start: UnixMillis(reader.number(8)), end: UnixMillis(reader.number(8)) }
    }
}

impl Wire for Exposure {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.accepted_minutes.to_be_bytes());
        put_count16(out, self.intervals.len());
        self.intervals.iter().for_each(|interval| interval.put(out));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Exposure {
    fn read(reader: &mut Reader<'_>) -> Self {
        let accepted_minutes = reader.number(4) as u32;
        let count = reader.count(2, 0, MAX_INTERVALS, 16);
        let intervals = reader.fields(count);
        if let Err(fault) = check_intervals(&intervals) {
            reader.fail(fault);
        }
        Self { accepted_minutes, intervals }
    }
}

/// The most intervals that an exposure leaf holds.
pub const MAX_INTERVALS: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    fn interval(start: u64, end: u64) -> Interval {
        Interval { start: UnixMillis(start), end: UnixMillis(end) }
    }

    #[test]
    fn intervals_are_merged_and_ascend() {
        let make = |intervals: &[(u64, u64)]| {
            Exposure::new(5, intervals.iter().map(|(start, end)| interval(*start, *end)).collect())
        };
        let good = make(&[(0, 1), (2, 5), (6, u64::MAX)]);
        assert_eq!(good.as_ref().map(|exposure| exposure.intervals().len()), Ok(3));
        assert_eq!(good.as_ref().map(Exposure::accepted_minutes), Ok(5));
        let bytes = good.as_ref().map(Exposure::to_wire);
        assert_eq!(bytes.as_deref().map(Exposure::from_wire), Ok(good.clone()));
        assert_eq!(make(&[(1, 1)]), Err(DecodeError::Value));
        assert_eq!(make(&[(2, 1)]), Err(DecodeError::Value));
        // Two that touch are one.
        assert_eq!(make(&[(0, 1), (1, 2)]), Err(DecodeError::Order));
        assert_eq!(make(&[(0, 3), (2, 5)]), Err(DecodeError::Order));
        assert_eq!(make(&[(4, 5), (0, 1)]), Err(DecodeError::Order));
        assert!(Exposure::new(0, (0..60).map(|at| interval(at * 2, at * 2 + 1)).collect()).is_ok());
        assert_eq!(Exposure::new(0, vec![interval(0, 1); 61]), Err(DecodeError::Bounds));
    }

    #[test]
    fn a_pack_is_in_no_dissolved_place() {
        let dissolved = UnitPlace::Dissolved(Digest([7; 32])).to_wire();
        assert_eq!(UnitPlace::from_wire(&dissolved), Ok(UnitPlace::Dissolved(Digest([7; 32]))));
        assert_eq!(Place::from_wire(&dissolved), Err(DecodeError::Value));
        assert_eq!(UnitPlace::from_wire(&[3; 33]), Err(DecodeError::Value));
        let held = Place::Holder(Digest([7; 32]));
        assert_eq!(Place::from_wire(&held.to_wire()), Ok(held));
    }
}
