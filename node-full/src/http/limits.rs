//! How often one caller may call: a quota a kind of endpoint, by token or by address.

use crate::{
    access::{Caller, Rate},
    problem::Problem,
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use serde::{Deserialize, Serialize};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    net::IpAddr,
    num::NonZeroU32,
};

/// Who counts as one caller: a token's holder, an address, or, of IPv6, the first 64 bits of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// A token's holder.
    Token(u64),
    /// An address.
    Address(u64),
}

/// How many calls a minute one caller may make.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a configuration has these fields")]
pub struct Quotas {
    /// Pages, headers, health.
    pub light: u32,
    /// Proofs and queries.
    pub query: u32,
    /// Changes of the ledger.
    pub change: u32,
    /// Reports without a token, and calls that were refused.
    pub report: u32,
    /// Exact keys of products whose serials can be guessed, asked for without a token.
    pub exact: u32,
}

/// Counts calls.
pub struct Limits {
    light: Limiter,
    query: Limiter,
    change: Limiter,
    report: Limiter,
    exact: Limiter,
}

type Limiter = DefaultKeyedRateLimiter<Key>;

impl Key {
    /// The key of a caller.
    pub fn of(caller: Option<&Caller>, address: IpAddr) -> Self {
        match (caller, address) {
            (Some(caller), _) => {
                let mut hasher = DefaultHasher::new();
                (&caller.subject, caller.member.0).hash(&mut hasher);
                Self::Token(hasher.finish())
            }
            (None, IpAddr::V4(address)) => Self::Address(u64::from(address.to_bits())),
            (None, IpAddr::V6(address)) => Self::Address((address.to_bits() >> 64) as u64),
        }
    }
}

impl Default for Quotas {
    fn default() -> Self {
        Self { light: 30_000, query: 12_000, change: 6_000, report: 60, exact: 60 }
    }
}

impl Limits {
    /// Counts against these quotas.
    pub fn new(quotas: &Quotas) -> Self {
        let limiter = |per_minute: u32, burst: u32| {
            let at_least_one = |count: u32| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
            RateLimiter::keyed(Quota::per_minute(at_least_one(per_minute)).allow_burst(at_least_one(burst)))
        };
        Self {
            light: limiter(quotas.light, quotas.light / 10),
            query: limiter(quotas.query, quotas.query / 10),
            change: limiter(quotas.change, quotas.change / 10),
            report: limiter(quotas.report, quotas.report / 2),
            exact: limiter(quotas.exact, quotas.exact),
        }
    }

    /// Counts one call.
    pub fn check(&self, rate: Rate, key: &Key) -> Result<(), Problem> {
        let limiter = match rate {
            Rate::Light => &self.light,
            Rate::Query => &self.query,
            Rate::Change => &self.change,
            Rate::Report => &self.report,
        };
        check(limiter, key, NonZeroU32::MIN)
    }

    /// Counts exact keys of a product whose serials can be guessed. Whoever has a token may ask as often as the
    /// token's quota says.
    pub fn check_exact(&self, key: &Key, keys: usize) -> Result<(), Problem> {
        match (key, NonZeroU32::new(u32::try_from(keys).unwrap_or(u32::MAX))) {
            (Key::Address(_), Some(keys)) => check(&self.exact, key, keys),
            _ => Ok(()),
        }
    }

    /// Forgets callers who have not called for so long that they have their whole quota again.
    pub fn forget_idle(&self) {
        for limiter in [&self.light, &self.query, &self.change, &self.report, &self.exact] {
            limiter.retain_recent();
        }
    }
}

fn check(limiter: &Limiter, key: &Key, calls: NonZeroU32) -> Result<(), Problem> {
    match limiter.check_key_n(key, calls) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(wait)) => {
            let seconds = wait.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            Err(Problem::new("access.limit").with("seconds", seconds).retry_after_s(seconds))
        }
        // More at once than the whole quota: waiting would not help.
        Err(most) => Err(Problem::new("access.limit-keys").with("most", most.0)),
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    fn address(text: &str) -> Key {
        Key::of(None, text.parse().expect("an address"))
    }

    #[test]
    fn who_asks_too_often_waits_and_nobody_else() {
        let limits = Limits::new(&Quotas { report: 4, ..Quotas::default() });
        let check = |key: &Key| limits.check(Rate::Report, key).map_err(|problem| problem.code().to_owned());
        assert_eq!([check(&address("192.0.2.1")), check(&address("192.0.2.1"))], [Ok(()), Ok(())]);
        assert_eq!(check(&address("192.0.2.1")), Err("access.limit".into()));
        assert_eq!(check(&address("192.0.2.2")), Ok(()));
        assert_eq!(limits.check(Rate::Query, &address("192.0.2.1")), Ok(()));
    }

    #[test]
    fn a_network_of_ipv6_is_one_caller() {
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:1"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
    }

    #[test]
    fn serials_that_can_be_guessed_have_a_quota_of_their_own() {
        let limits = Limits::new(&Quotas::default());
        let guesses = (0..1_000).filter(|_| limits.check_exact(&address("192.0.2.1"), 1).is_ok()).count();
        assert!((60..=62).contains(&guesses), "{guesses}");
        assert!(limits.check_exact(&address("192.0.2.9"), 61).is_err());
        assert!(limits.check_exact(&Key::Token(1), 10_000).is_ok());
    }
}
