//! Times out of the storage range, merged so that late, repeated and reordered readings end alike.

use medproof_core::leaf::{Exposure, Interval, MAX_INTERVALS, StorageLimits};
use std::collections::BTreeSet;

const MS_PER_MINUTE: u64 = 60_000;

/// Both exposures in one; what was accepted is the greater of both.
pub(crate) fn merge(left: Option<&Exposure>, right: Option<&Exposure>) -> Option<Exposure> {
    let accepted = [left, right].into_iter().flatten().map(Exposure::accepted_minutes).max()?;
    let intervals = [left, right].into_iter().flatten().flat_map(Exposure::intervals).copied().collect();
    from_intervals(accepted, intervals)
}

/// The exposure of a unit and one more child. What was accepted is the least: a decision about one says nothing of what it
/// is packed with. The first child brings its own to a unit that has none.
pub(crate) fn joined(unit: Option<&Exposure>, child: Option<&Exposure>, is_first: bool) -> Option<Exposure> {
    let merged = merge(unit, child)?;
    let accepted = |of: Option<&Exposure>| of.map_or(0, Exposure::accepted_minutes);
    let least = if is_first { accepted(child) } else { accepted(unit).min(accepted(child)) };
    from_intervals(least, merged.intervals().to_vec())
}

/// The exposure with `readings` beyond the range merged in; `None` where nothing was ever out of it.
pub(crate) fn with_readings(before: Option<&Exposure>, readings: &[Interval]) -> Option<Exposure> {
    if before.is_none() && readings.is_empty() {
        return None;
    }
    let mut intervals = before.map_or(Vec::new(), |exposure| exposure.intervals().to_vec());
    intervals.extend_from_slice(readings);
    from_intervals(before.map_or(0, Exposure::accepted_minutes), intervals)
}

/// The exposure after quality assurance let go: its total is accepted, and `allowance_minutes` more.
pub(crate) fn accept(exposure: &Exposure, allowance_minutes: u16) -> Option<Exposure> {
    let minutes = total_ms(exposure).div_ceil(MS_PER_MINUTE).saturating_add(allowance_minutes.into());
    from_intervals(u32::try_from(minutes).unwrap_or(u32::MAX), exposure.intervals().to_vec())
}

/// Whether the item was outside for longer than `limits` allow and quality assurance accepted.
pub(crate) fn is_over(exposure: &Exposure, limits: &StorageLimits) -> bool {
    let allowed_minutes = u64::from(exposure.accepted_minutes().max(limits.cumulative_minutes.into()));
    total_ms(exposure) > allowed_minutes * MS_PER_MINUTE
}

/// Limits narrowed to what both allow; `None` where no temperature is left.
pub(crate) fn narrow(left: &StorageLimits, right: &StorageLimits) -> Option<StorageLimits> {
    let min_decicelsius = left.min_decicelsius.max(right.min_decicelsius);
    let max_decicelsius = left.max_decicelsius.min(right.max_decicelsius);
    let cumulative_minutes = left.cumulative_minutes.min(right.cumulative_minutes);
    (min_decicelsius <= max_decicelsius).then_some(StorageLimits {
        min_decicelsius,
        max_decicelsius,
        cumulative_minutes,
    })
}

fn total_ms(exposure: &Exposure) -> u64 {
    exposure.intervals().iter().fold(0, |total: u64, of| total.saturating_add(of.end.0.saturating_sub(of.start.0)))
}

/// Merged intervals, at most as many as a leaf holds.
fn from_intervals(accepted_minutes: u32, mut intervals: Vec<Interval>) -> Option<Exposure> {
    intervals.sort_unstable_by_key(|interval| (interval.start, interval.end));
    let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
    for interval in intervals {
        match merged.last_mut() {
            Some(last) if interval.start <= last.end => last.end = last.end.max(interval.end),
            _ => merged.push(interval),
        }
    }
    Exposure::new(accepted_minutes, at_most(MAX_INTERVALS, merged)).ok()
}

/// Joins neighbours over the smallest gaps, the first such, until `count` are left: exposure is never understated.
fn at_most(count: usize, intervals: Vec<Interval>) -> Vec<Interval> {
    let surplus = intervals.len().saturating_sub(count);
    if surplus == 0 {
        return intervals;
    }
    let gaps = intervals.iter().zip(intervals.iter().skip(1)).map(|(left, right)| right.start.0 - left.end.0);
    let mut by_gap: Vec<(u64, usize)> = gaps.zip(1..).collect();
    by_gap.sort_unstable();
    let joined: BTreeSet<usize> = by_gap.into_iter().take(surplus).map(|(_, place)| place).collect();
    let mut left: Vec<Interval> = Vec::with_capacity(count);
    for (place, interval) in intervals.into_iter().enumerate() {
        match left.last_mut() {
            Some(last) if joined.contains(&place) => last.end = interval.end,
            _ => left.push(interval),
        }
    }
    left
}

#[cfg(test)]
#[expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use medproof_core::header::UnixMillis;

    fn exposure(accepted: u32, intervals: &[(u64, u64)]) -> Option<Exposure> {
        let interval = |(start, end): &(u64, u64)| Interval { start: UnixMillis(*start), end: UnixMillis(*end) };
        from_intervals(accepted, intervals.iter().map(interval).collect())
    }

    #[test]
    fn overlapping_and_touching_intervals_are_one() {
        let merged = merge(exposure(1, &[(0, 10), (30, 40)]).as_ref(), exposure(2, &[(10, 20), (35, 50)]).as_ref());
        assert_eq!(merged, exposure(2, &[(0, 20), (30, 50)]));
        assert_eq!(merge(None, None), None);
        assert_eq!(merge(merged.as_ref(), None), merged);
    }

    #[test]
    fn of_too_many_the_nearest_are_joined_and_nothing_is_understated() {
        let many: Vec<(u64, u64)> = (0..70).map(|n| (n * 100, n * 100 + 10 + n)).collect();
        let joined = exposure(0, &many);
        assert_eq!(joined.as_ref().map(|joined| joined.intervals().len()), Some(MAX_INTERVALS));
        let sum: u64 = many.iter().map(|(start, end)| end - start).sum();
        assert!(joined.is_some_and(|joined| total_ms(&joined) > sum));
    }

    #[test]
    fn joining_at_once_is_joining_one_by_one() {
        let mut seed = 1_u64;
        for count in 1..150 {
            let mut end = 0;
            let mut next = |bound| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                end += 1 + (seed >> 40) % bound;
                UnixMillis(end)
            };
            let intervals: Vec<Interval> = (0..count).map(|_| Interval { start: next(9), end: next(5) }).collect();
            let mut one_by_one = intervals.clone();
            while one_by_one.len() > MAX_INTERVALS {
                let gaps = one_by_one.windows(2).map(|pair| pair[1].start.0 - pair[0].end.0);
                let (place, _) = gaps.enumerate().min_by_key(|(_, gap)| *gap).expect("two intervals");
                one_by_one[place].end = one_by_one.remove(place + 1).end;
            }
            assert_eq!(at_most(MAX_INTERVALS, intervals), one_by_one);
        }
    }

    #[test]
    fn ten_hours_stay_and_a_millisecond_more_does_not() {
        let limits = StorageLimits { min_decicelsius: 20, max_decicelsius: 80, cumulative_minutes: 600 };
        let over =
            |ms: u64, accepted| exposure(accepted, &[(5, 5 + ms)]).is_some_and(|exposure| is_over(&exposure, &limits));
        assert!(!over(36_000_000, 0));
        assert!(over(36_000_001, 0));
        assert!(!over(36_000_001, 601));
        let accepted = exposure(0, &[(5, 5 + 36_000_001)]).and_then(|exposure| accept(&exposure, 9));
        assert_eq!(accepted.map(|accepted| accepted.accepted_minutes()), Some(601 + 9));
    }

    #[test]
    fn the_narrowest_limits_of_all_count() {
        let limits = |min, max, minutes| StorageLimits {
            min_decicelsius: min,
            max_decicelsius: max,
            cumulative_minutes: minutes,
        };
        assert_eq!(narrow(&limits(20, 80, 600), &limits(-50, 60, 900)), Some(limits(20, 60, 600)));
        assert_eq!(narrow(&limits(20, 80, 600), &limits(80, 90, 0)), Some(limits(80, 80, 0)));
        assert_eq!(narrow(&limits(20, 80, 600), &limits(81, 90, 0)), None);
    }
}
