//! The time that the node takes for now.
//!
//! A demonstration chain may be given a time of its own: it runs through the past, up to the wall
//! clock, and follows that from then on. Every other chain has the wall clock.

use medproof_core::header::UnixMillis;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// Where the node reads the time; clones read the same.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// 0 for the wall clock.
    injected_ms: Option<Arc<AtomicU64>>,
}

impl Clock {
    /// The wall clock.
    pub const fn wall() -> Self {
        Self { injected_ms: None }
    }

    /// A clock that stands at `start` until it is set, for a demonstration chain.
    pub fn injected(start: UnixMillis) -> Self {
        Self { injected_ms: Some(Arc::new(AtomicU64::new(start.0))) }
    }

    /// Now, in ms since 1970.
    pub fn now(&self) -> UnixMillis {
        let injected = self.injected_ms.as_ref().map_or(0, |ms| ms.load(Ordering::Acquire));
        if injected == 0 { wall_now() } else { UnixMillis(injected) }
    }

    /// Sets an injected clock; a time that is not before the wall clock's makes it follow that.
    pub fn set(&self, time: UnixMillis) {
        if let Some(ms) = &self.injected_ms {
            let is_past = time.0 < wall_now().0;
            ms.store(if is_past { time.0 } else { 0 }, Ordering::Release);
        }
    }

    /// Lets an injected clock follow the wall clock from here on.
    pub fn follow_wall(&self) {
        self.set(UnixMillis(u64::MAX));
    }
}

fn wall_now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_injected_clock_stands_until_it_reaches_the_present() {
        let clock = Clock::injected(UnixMillis(1_000));
        let same = clock.clone();
        assert_eq!(clock.now(), UnixMillis(1_000));
        clock.set(UnixMillis(5_000));
        assert_eq!(same.now(), UnixMillis(5_000));
        clock.follow_wall();
        assert!(same.now().0 > 1_700_000_000_000);
        Clock::wall().set(UnixMillis(1));
        assert!(Clock::wall().now().0 > 1_700_000_000_000);
    }
}
