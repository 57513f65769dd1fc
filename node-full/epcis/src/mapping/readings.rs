//! Temperatures of sensor reports as the readings of kind 1200.
//!
//! A report over a time is one reading. Reports at moments are joined pairwise: between two of them the temperature
//! was anywhere between both, so that an excursion is never understated; a moment alone is one millisecond.

use super::wish::Reading;
use crate::{
    event::Event,
    sensor::{SensorElement, SensorReport},
    time::Moment,
};

/// The readings of `event`, starts ascending.
pub(crate) fn readings(event: &Event<'_>) -> Vec<Reading> {
    let mut spans = Vec::new();
    let mut moments = Vec::new();
    for element in &event.sensors {
        for report in &element.reports {
            let Some(range) = temperature(report) else { continue };
            match span(element, report) {
                Some((start, end)) => spans.push(reading(start, end, range)),
                None => moments.push((report.time.or(element.time).unwrap_or(event.event_time).unix_millis(), range)),
            }
        }
    }
    spans.extend(joined(moments));
    spans.sort_by_key(|reading| (reading.start_ms, reading.end_ms));
    merged(spans)
}

/// Lowest and highest, in °C.
type Range = (f64, f64);

fn temperature(report: &SensorReport<'_>) -> Option<Range> {
    if report.kind.as_ref().is_none_or(|kind| kind.as_str() != "Temperature") {
        return None;
    }
    let values = [report.min, report.max, report.value, report.mean];
    let celsius = |value: f64| match report.uom.as_deref() {
        Some("CEL") => Some(value),
        Some("FAH") => Some((value - 32.0) / 1.8),
        Some("KEL") => Some(value - 273.15),
        _ => None,
    };
    let mut values = values.into_iter().flatten().filter_map(celsius);
    let first = values.next()?;
    Some(values.fold((first, first), |(low, high), value| (low.min(value), high.max(value))))
}

fn span(element: &SensorElement<'_>, report: &SensorReport<'_>) -> Option<(Moment, Moment)> {
    let (start, end) = (element.start?, element.end?);
    (report.time.is_none() && start < end).then_some((start, end))
}

fn reading(start: Moment, end: Moment, range: Range) -> Reading {
    between(start.unix_millis(), end.unix_millis(), range)
}

fn between(start_ms: u64, end_ms: u64, (low, high): Range) -> Reading {
    let end_ms = end_ms.max(start_ms.saturating_add(1));
    Reading {
        start_ms,
        end_ms,
        lowest_decicelsius: tenths(low, f64::floor),
        highest_decicelsius: tenths(high, f64::ceil),
    }
}

/// Tenths, rounded outwards, but not for what a float cannot hold exactly.
fn tenths(celsius: f64, outwards: fn(f64) -> f64) -> i16 {
    let tenths = celsius * 10.0;
    let near = tenths.round();
    let rounded = if (tenths - near).abs() < 1e-6 { near } else { outwards(tenths) };
    // A cast saturates.
    rounded as i16
}

fn joined(mut moments: Vec<(u64, Range)>) -> Vec<Reading> {
    moments.sort_by_key(|(time, _)| *time);
    if let [(time, range)] = *moments.as_slice() {
        return vec![between(time, time, range)];
    }
    let pairs = moments.windows(2).filter_map(|pair| match *pair {
        [(start, one), (end, other)] => Some(between(start, end, (one.0.min(other.0), one.1.max(other.1)))),
        _ => None,
    });
    pairs.collect()
}

/// Readings that begin together become one.
fn merged(readings: Vec<Reading>) -> Vec<Reading> {
    let mut out: Vec<Reading> = Vec::with_capacity(readings.len());
    for reading in readings {
        match out.last_mut() {
            Some(last) if last.start_ms == reading.start_ms => {
                last.end_ms = last.end_ms.max(reading.end_ms);
                last.lowest_decicelsius = last.lowest_decicelsius.min(reading.lowest_decicelsius);
                last.highest_decicelsius = last.highest_decicelsius.max(reading.highest_decicelsius);
            }
            _ => out.push(reading),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_are_rounded_outwards() {
        for (celsius, low, high) in
            [(8.1, 81, 81), (1.1, 11, 11), (-0.51, -6, -5), (8.04, 80, 81), (1e9, i16::MAX, i16::MAX)]
        {
            assert_eq!((tenths(celsius, f64::floor), tenths(celsius, f64::ceil)), (low, high), "{celsius}");
        }
    }

    #[test]
    fn moments_are_joined_to_the_wider_range() {
        let joined = joined(vec![(600, (9.0, 9.0)), (0, (5.0, 5.0)), (1200, (4.0, 4.0))]);
        assert_eq!(joined, [between(0, 600, (5.0, 9.0)), between(600, 1200, (4.0, 9.0))]);
        assert_eq!(super::joined(vec![(5, (2.0, 2.0))]), [between(5, 6, (2.0, 2.0))]);
    }
}
