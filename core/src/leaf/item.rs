//! Leaves of the trade item family: products, lots and packs.

use super::{LotRef, Place, StateCode};
use crate::{
    encoding::{DecodeError, Field, Reader, Wire},
    event::MemberRole,
    hash::Digest,
    identity::{self, Day, MemberId},
    keys::KeyNumber,
};
use alloc::vec::Vec;

/// A product: state u8 ‖ issuer u32 ‖ info hash 32 ‖ random-serials flag u8 ‖ storage limits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct Product {
    /// The product's own state.
    pub state: StateCode,
    /// The member that registered it.
    pub issuer: MemberId,
    /// Hash of the product information.
    pub info_hash: Digest,
    /// Whether serials carry at least 64 random bits, so that buckets may be served.
    pub random_serials: bool,
    /// The storage limits, if the product has any.
    pub limits: Option<StorageLimits>,
}

/// Storage limits: minimum i16 ‖ maximum i16 ‖ minutes u16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct StorageLimits {
    /// Lowest temperature, in 0.1 °C.
    pub min_decicelsius: i16,
    /// Highest temperature, in 0.1 °C.
    pub max_decicelsius: i16,
    /// Minutes that the item may spend outside in all.
    pub cumulative_minutes: u16,
}

/// A lot: state u8 ‖ expiry u32 ‖ issuer u32 ‖ role u8 ‖ key number u16 ‖ released u32 ‖ lot text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct Lot {
    /// The lot's own state.
    pub state: StateCode,
    /// Last day on which it may be used.
    pub expiry: Day,
    /// The member that released it.
    pub issuer: MemberId,
    /// The issuer's role at release.
    pub issuer_role: MemberRole,
    /// The key that signed the release.
    pub key_number: KeyNumber,
    /// The day of release, by header time.
    pub released: Day,
    /// The lot number as on the pack.
    pub lot: identity::Lot,
}

/// A pack; see `docs/FORMAT.md` for the order of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct Pack {
    /// The pack's own state.
    pub state: StateCode,
    /// The lot that it belongs to.
    pub lot: LotRef,
    /// What an undo or a release goes back to.
    pub prior: Option<Prior>,
    /// Units left in the pack; 0 when all was dispensed.
    pub quantity_left: u16,
    /// The day since which the state holds, by header time.
    pub since: Day,
    /// Holder or parent unit.
    pub place: Place,
    /// The issuer's key that registered the pack.
    pub registering_key: KeyNumber,
    /// The day of registration, by header time.
    pub registered: Day,
    /// Number of events in the custody chain.
    pub events: u32,
    /// Running hash of the custody chain.
    pub custody: Digest,
}

/// What an undo or a release goes back to.
///
/// 0 none, 1 ‖ state u8 ‖ quantity u16 ‖ place commitment 32, or 2 ‖ state u8 ‖ holds u8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new case needs a new leaf version")]
pub enum Prior {
    /// The last change may be undone, at the place where it was made.
    Undo {
        /// The state before.
        state: StateCode,
        /// The quantity before; 0 for a unit.
        quantity: u16,
        /// Commitment to the place.
        place: Digest,
    },
    /// Held back; the state returns when the last hold is lifted.
    Held {
        /// The state before.
        state: StateCode,
        /// By whom.
        holds: Holds,
    },
}

/// Who holds an item back, one bit each: locked by 1 holder, 2 issuer, 4 regulator; 8 cold-chain excursion,
/// 16 quarantined by its holder.
///
/// Each authority lifts only its own. Other bits are newer than this client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holds(u8);

impl Holds {
    /// The bit of a lock by the holder.
    pub const HOLDER: u8 = 1;
    /// The bit of a lock by the issuer.
    pub const ISSUER: u8 = 2;
    /// The bit of a lock by a regulator.
    pub const REGULATOR: u8 = 4;
    /// The bit of a cold-chain excursion.
    pub const EXCURSION: u8 = 8;
    /// The bit of a quarantine by the holder.
    pub const QUARANTINE: u8 = 16;

    /// Takes at least one bit.
    pub const fn new(bits: u8) -> Result<Self, DecodeError> {
        if bits == 0 { Err(DecodeError::Value) } else { Ok(Self(bits)) }
    }

    /// The bits.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether a bit is newer than this client.
    pub const fn is_newer(self) -> bool {
        self.0 & 0xe0 != 0
    }

    /// Whether storage limits were exceeded.
    pub const fn has_excursion(self) -> bool {
        self.0 & Self::EXCURSION != 0
    }
}

/// A pack untouched for long after expiry: state u8 ‖ lot 28 ‖ holder 32 ‖ events u32 ‖ custody 32.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct RetiredPack {
    /// The state with all units folded in.
    pub state: StateCode,
    /// The lot that it belongs to.
    pub lot: LotRef,
    /// The last holder.
    pub holder: Digest,
    /// Number of events in the custody chain.
    pub events: u32,
    /// Running hash of the custody chain.
    pub custody: Digest,
}

impl Wire for Product {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.state.0);
        out.extend_from_slice(&self.issuer.0.to_be_bytes());
        self.info_hash.put(out);
        out.push(u8::from(self.random_serials));
        put_limits(self.limits, out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Product {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            state: StateCode(reader.number(1) as u8),
            issuer: MemberId(reader.number(4) as u32),
            info_hash: Digest::read(reader),
            random_serials: reader.bit(),
            limits: get_limits(reader),
        }
    }
}

impl Wire for Lot {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.state.0);
        out.extend_from_slice(&self.expiry.0.to_be_bytes());
        out.extend_from_slice(&self.issuer.0.to_be_bytes());
        out.push(self.issuer_role.0);
        out.extend_from_slice(&self.key_number.0.to_be_bytes());
        out.extend_from_slice(&self.released.0.to_be_bytes());
        self.lot.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Lot {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            state: StateCode(reader.number(1) as u8),
            expiry: Day(reader.number(4) as u32),
            issuer: MemberId(reader.number(4) as u32),
            issuer_role: MemberRole(reader.number(1) as u8),
            key_number: KeyNumber(reader.number(2) as u16),
            released: Day(reader.number(4) as u32),
            lot: identity::Lot::read(reader),
        }
    }
}

impl Wire for Pack {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.state.0);
        self.lot.put(out);
        put_prior(self.prior, out);
        out.extend_from_slice(&self.quantity_left.to_be_bytes());
        out.extend_from_slice(&self.since.0.to_be_bytes());
        self.place.put(out);
        out.extend_from_slice(&self.registering_key.0.to_be_bytes());
        out.extend_from_slice(&self.registered.0.to_be_bytes());
        out.extend_from_slice(&self.events.to_be_bytes());
        self.custody.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Pack {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            state: StateCode(reader.number(1) as u8),
            lot: LotRef::read(reader),
            prior: get_prior(reader),
            quantity_left: reader.number(2) as u16,
            since: Day(reader.number(4) as u32),
            place: Place::read(reader),
            registering_key: KeyNumber(reader.number(2) as u16),
            registered: Day(reader.number(4) as u32),
            events: reader.number(4) as u32,
            custody: Digest::read(reader),
        }
    }
}

impl Wire for RetiredPack {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.state.0);
        self.lot.put(out);
        self.holder.put(out);
        out.extend_from_slice(&self.events.to_be_bytes());
        self.custody.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for RetiredPack {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            state: StateCode(reader.number(1) as u8),
            lot: LotRef::read(reader),
            holder: Digest::read(reader),
            events: reader.number(4) as u32,
            custody: Digest::read(reader),
        }
    }
}

/// Appends a presence byte and, if 1, the limits.
pub(crate) fn put_limits(limits: Option<StorageLimits>, out: &mut Vec<u8>) {
    out.push(u8::from(limits.is_some()));
    if let Some(limits) = limits {
        out.extend_from_slice(&limits.min_decicelsius.to_be_bytes());
        out.extend_from_slice(&limits.max_decicelsius.to_be_bytes());
        out.extend_from_slice(&limits.cumulative_minutes.to_be_bytes());
    }
}

/// Reads a presence byte and, if 1, limits whose minimum is not above the maximum.
#[inline(never)]
pub(crate) fn get_limits(reader: &mut Reader<'_>) -> Option<StorageLimits> {
    if !reader.bit() {
        return None;
    }
    let limits = StorageLimits {
        min_decicelsius: reader.number(2) as i16,
        max_decicelsius: reader.number(2) as i16,
        cumulative_minutes: reader.number(2) as u16,
    };
    reader.require(limits.min_decicelsius <= limits.max_decicelsius, DecodeError::Value);
    Some(limits)
}

/// Appends what an undo or a release goes back to.
pub(super) fn put_prior(prior: Option<Prior>, out: &mut Vec<u8>) {
    match prior {
        None => out.push(0),
        Some(Prior::Undo { state, quantity, place }) => {
            out.extend_from_slice(&[1, state.0]);
            out.extend_from_slice(&quantity.to_be_bytes());
            place.put(out);
        }
        Some(Prior::Held { state, holds }) => out.extend_from_slice(&[2, state.0, holds.bits()]),
    }
}

/// Reads what an undo or a release goes back to.
#[inline(never)]
pub(super) fn get_prior(reader: &mut Reader<'_>) -> Option<Prior> {
    let kind = reader.number(1);
    reader.require(kind <= 2, DecodeError::Value);
    if kind == 0 {
        return None;
    }
    let state = StateCode(reader.number(1) as u8);
    if kind == 1 {
        return Some(Prior::Undo { state, quantity: reader.number(2) as u16, place: Digest::read(reader) });
    }
    let holds = Holds(reader.number(1) as u8);
    reader.require(holds.0 != 0, DecodeError::Value);
    Some(Prior::Held { state, holds })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    fn read<T>(bytes: &[u8], field: fn(&mut Reader<'_>) -> T) -> Result<T, DecodeError> {
        let mut reader = Reader::new(bytes);
        let value = field(&mut reader);
        reader.finish().map(|()| value)
    }

    #[test]
    fn limits_are_there_or_not_and_in_order() {
        let limits = |min, max| StorageLimits { min_decicelsius: min, max_decicelsius: max, cumulative_minutes: 9 };
        for some in [None, Some(limits(-200, 80)), Some(limits(i16::MIN, i16::MAX)), Some(limits(7, 7))] {
            let mut bytes = Vec::new();
            put_limits(some, &mut bytes);
            assert_eq!(bytes.len(), if some.is_some() { 7 } else { 1 });
            assert_eq!(read(&bytes, get_limits), Ok(some));
        }
        let mut turned = Vec::new();
        put_limits(Some(limits(1, 0)), &mut turned);
        assert_eq!(read(&turned, get_limits), Err(DecodeError::Value));
        assert_eq!(read(&[2], get_limits), Err(DecodeError::Value));
    }

    #[test]
    fn holds_are_bits_and_at_least_one() {
        assert_eq!(Holds::new(0), Err(DecodeError::Value));
        for bits in 1..=255 {
            let holds = Holds::new(bits);
            assert_eq!(holds.map(Holds::bits), Ok(bits));
            assert_eq!(holds.map(Holds::is_newer), Ok(bits > 31));
            assert_eq!(holds.map(Holds::has_excursion), Ok(bits & 8 != 0));
        }
    }

    #[test]
    fn a_prior_is_none_an_undo_or_a_hold() {
        let state = StateCode(1);
        let held = Holds::new(3).map(|holds| Prior::Held { state, holds });
        let undo = Prior::Undo { state, quantity: 0x0203, place: Digest([4; 32]) };
        for (prior, begin) in [(None, vec![0]), (Some(undo), vec![1, 1, 2, 3, 4]), (held.ok(), vec![2, 1, 3])] {
            let mut bytes = Vec::new();
            put_prior(prior, &mut bytes);
            assert!(bytes.starts_with(&begin));
            assert_eq!(read(&bytes, get_prior), Ok(prior));
        }
        assert_eq!(read(&[2, 1, 0], get_prior), Err(DecodeError::Value));
        assert_eq!(read(&[3], get_prior), Err(DecodeError::Value));
    }
}
