//! Event numbers: each counts once within a window of 256, whatever the order of arrival.

use crate::refusal::{self, Fault, refuse};
use medproof_core::leaf::Counter;

const WINDOW: u64 = 256;

/// The counter after `number` was used.
pub(crate) fn take(counter: Option<Counter>, number: u64) -> Result<Counter, Fault> {
    let Counter { highest, used } = counter.unwrap_or(Counter { highest: 0, used: [0; 32] });
    if number > highest + WINDOW {
        return refuse(refusal::EVENT_NUMBER_AHEAD);
    }
    if number + WINDOW <= highest {
        return refuse(refusal::EVENT_NUMBER_OLD);
    }
    if number > highest {
        return Ok(Counter { highest: number, used: set(shifted(used, number - highest), 0) });
    }
    let place = highest - number;
    if is_set(&used, place) {
        return refuse(refusal::EVENT_NUMBER_USED);
    }
    Ok(Counter { highest, used: set(used, place) })
}

/// Bit `place` counts from the least significant bit of the last byte.
fn is_set(used: &[u8; 32], place: u64) -> bool {
    let byte = used.iter().rev().nth((place / 8) as usize);
    byte.is_some_and(|byte| byte >> (place % 8) & 1 == 1)
}

fn set(mut used: [u8; 32], place: u64) -> [u8; 32] {
    if let Some(byte) = used.iter_mut().rev().nth((place / 8) as usize) {
        *byte |= 1 << (place % 8);
    }
    used
}

/// The bitmap when the highest number rises by `by`.
fn shifted(used: [u8; 32], by: u64) -> [u8; 32] {
    (0..WINDOW.saturating_sub(by))
        .filter(|place| is_set(&used, *place))
        .fold([0; 32], |out, place| set(out, place + by))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn code(result: Result<Counter, Fault>) -> Option<&'static str> {
        match result {
            Err(Fault::Refused(refusal)) => Some(refusal.code),
            _ => None,
        }
    }

    /// What the window says, told with a set.
    fn twin(used: &BTreeSet<u64>, number: u64) -> Option<&'static str> {
        let highest = used.last().copied().unwrap_or(0);
        if number > highest + 256 {
            Some(refusal::EVENT_NUMBER_AHEAD)
        } else if number as i64 <= highest as i64 - 256 {
            Some(refusal::EVENT_NUMBER_OLD)
        } else {
            used.contains(&number).then_some(refusal::EVENT_NUMBER_USED)
        }
    }

    #[test]
    fn each_number_counts_once_within_the_window() {
        let (mut counter, mut used, mut seed) = (None, BTreeSet::new(), 7_u64);
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let highest: u64 = used.last().copied().unwrap_or(0);
            let number = (highest + 270).saturating_sub((seed >> 33) % 560).max(1);
            let taken = take(counter.clone(), number);
            assert_eq!(code(taken.as_ref().map(Counter::clone).map_err(copy)), twin(&used, number), "{number}");
            if let Ok(taken) = taken {
                used.insert(number);
                counter = Some(taken);
            }
        }
        assert!(used.len() > 1_000);
    }

    fn copy(fault: &Fault) -> Fault {
        match fault {
            Fault::Refused(refusal) => Fault::Refused(*refusal),
            Fault::Read(_) => unreachable!("counters are not read here"),
        }
    }

    #[test]
    fn the_bitmap_is_that_of_the_format() {
        let counter = take(take(None, 1).ok(), 9).ok();
        let mut used = [0; 32];
        (used[31], used[30]) = (1, 1);
        assert_eq!(counter, Some(Counter { highest: 9, used }));
    }
}
