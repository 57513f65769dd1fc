//! Kind 1200: temperatures (`docs/EVENTS.md` section 7).

use crate::{
    body::{
        Items,
        field::{Entry, Field, fields},
    },
    check::Ask,
    exposure, hold,
    item::{Item, ItemLeaf},
    refusal::{self, Fault, refuse, require},
    table::Column,
    turn::Turn,
};
use medproof_core::{
    encoding::{DecodeError, Reader},
    header::UnixMillis,
    leaf::{Holds, Interval, StorageLimits},
};

fields! {
    /// Temperatures of the topmost units and loose packs.
    Reading {
        /// What was measured.
        items: Items,
        /// What it was exposed to; 1 to 1,000.
        temperatures: Vec<Temperature>,
    }
}

/// The lowest and highest temperature in a span of time: start u64 ‖ end u64 ‖ lowest i16 ‖ highest i16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a span has two ends and two temperatures")]
pub struct Temperature {
    /// First millisecond.
    pub start: UnixMillis,
    /// The millisecond after the last; later than the start.
    pub end: UnixMillis,
    /// Lowest temperature, in 0.1 °C.
    pub lowest_decicelsius: i16,
    /// Highest temperature, in 0.1 °C; not below the lowest.
    pub highest_decicelsius: i16,
}

impl Temperature {
    const fn is_beyond(&self, limits: &StorageLimits) -> bool {
        self.lowest_decicelsius < limits.min_decicelsius || self.highest_decicelsius > limits.max_decicelsius
    }
}

impl Field for Temperature {
    fn put(&self, out: &mut Vec<u8>) {
        self.start.put(out);
        self.end.put(out);
        out.extend_from_slice(&self.lowest_decicelsius.to_be_bytes());
        out.extend_from_slice(&self.highest_decicelsius.to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (start, end) = (Field::get(reader)?, Field::get(reader)?);
        let (lowest_decicelsius, highest_decicelsius) = (reader.i16()?, reader.i16()?);
        let fits = start < end && lowest_decicelsius <= highest_decicelsius;
        if fits { Ok(Self { start, end, lowest_decicelsius, highest_decicelsius }) } else { Err(DecodeError::Value) }
    }
}

impl Entry for Temperature {
    const MIN_LEN_BYTES: usize = 20;
    const MAX_COUNT: usize = 1_000;

    fn before(&self, other: &Self) -> bool {
        self < other
    }
}

pub(crate) fn read(turn: &mut Turn<'_, '_>, fields: &Reading) -> Result<(), Fault> {
    let is_past = fields.temperatures.iter().all(|reading| reading.end <= turn.now);
    require(is_past, refusal::READING_FUTURE)?;
    let ask = Ask::new(Column::Reading, fields.items.capacity);
    let mut beyond = Beyond { readings: &fields.temperatures, of: None };
    turn.each_opened(&fields.items, ask, |turn, item| expose(turn, item, &mut beyond))
}

/// The readings beyond some limits: items of one event mostly have the same.
struct Beyond<'r> {
    readings: &'r [Temperature],
    of: Option<(StorageLimits, Vec<Interval>)>,
}

impl Beyond<'_> {
    fn limits(&mut self, limits: StorageLimits) -> &[Interval] {
        let readings = self.readings;
        if self.of.as_ref().is_some_and(|(known, _)| *known != limits) {
            self.of = None;
        }
        let (_, intervals) = self.of.get_or_insert_with(|| {
            let beyond = readings.iter().filter(|reading| reading.is_beyond(&limits));
            (limits, beyond.map(|reading| Interval { start: reading.start, end: reading.end }).collect())
        });
        intervals
    }
}

/// Merges the readings into the item's exposure; a reading that changes nothing is appended to no chain.
fn expose(turn: &mut Turn<'_, '_>, mut item: Item, beyond: &mut Beyond<'_>) -> Result<(), Fault> {
    let Some(limits) = limits(turn, &item)? else { return refuse(refusal::READING_NO_LIMITS) };
    let before = turn.exposure_with_inherited(&item)?;
    let after = exposure::with_readings(before.as_ref(), beyond.limits(limits));
    let Some(after) = after.filter(|after| Some(after) != before.as_ref()) else { return Ok(()) };
    turn.settle(&mut item)?;
    if exposure::is_over(&after, &limits) {
        item.set_holds(hold::bits(item.prior) | Holds::EXCURSION, turn.today);
    }
    let path = turn.exposure_path(&item.leaf);
    turn.put_exposure(item.leaf.name(), path, after);
    turn.close(item);
    Ok(())
}

/// A unit's own limits, a pack's product's.
fn limits(turn: &mut Turn<'_, '_>, item: &Item) -> Result<Option<StorageLimits>, Fault> {
    match &item.leaf {
        ItemLeaf::Unit { leaf, .. } => Ok(leaf.limits),
        ItemLeaf::Pack { pack, .. } => Ok(turn.product(&pack.product)?.limits),
    }
}
