//! Holds: who keeps an item back, one bit each, and the state that follows (`docs/EVENTS.md` section 3, holds).
//!
//! ```text
//! state = 8 if quarantined or an excursion, else 7 if locked by anyone, else the prior state
//! ```

use medproof_core::leaf::{Holds, Prior, State, StateCode};

/// Bits that quarantine: the holder's own, and a cold-chain excursion.
pub(crate) const QUARANTINES: u8 = Holds::QUARANTINE | Holds::EXCURSION;
/// Bits that lock: the holder's, the issuer's, the regulator's.
pub(crate) const LOCKS: u8 = Holds::HOLDER | Holds::ISSUER | Holds::REGULATOR;
/// Bits of others than the holder, which it cannot get around.
pub(crate) const AUTHORITIES: u8 = Holds::ISSUER | Holds::REGULATOR;

/// The bits in `prior`; 0 where nobody holds.
pub(crate) const fn bits(prior: Option<Prior>) -> u8 {
    match prior {
        Some(Prior::Held { holds, .. }) => holds.bits(),
        _ => 0,
    }
}

/// The state under all holds: what `prior` keeps, or `state` where nobody holds.
pub(crate) const fn under(state: StateCode, prior: Option<Prior>) -> StateCode {
    match prior {
        Some(Prior::Held { state, .. }) => state,
        _ => state,
    }
}

/// State and prior once exactly `bits` hold an item in `state` with `prior`.
pub(crate) fn with(state: StateCode, prior: Option<Prior>, bits: u8) -> (StateCode, Option<Prior>) {
    let under = under(state, prior);
    let Ok(holds) = Holds::new(bits) else { return (under, None) };
    let held = if bits & QUARANTINES != 0 { State::Quarantined } else { State::Locked };
    (held.into(), Some(Prior::Held { state: under, holds }))
}
