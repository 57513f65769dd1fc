//! Leaves of every type.

use super::{Seeded, WireType};
use crate::rng::Rng;
use medproof_core::{
    event::MemberRole,
    header::UnixMillis,
    identity::{Day, MemberId},
    keys::KeyNumber,
    leaf::{
        Counter, Exposure, Holds, Interval, Key, Leaf, Lot, Member, Pack, Parameters, Prior, Product, Record,
        RetiredPack, StateCode, StorageLimits, Unit,
    },
};

/// The values of the state tree, by type number from 1.
pub const LEAVES: [WireType; 16] = [
    leaf::<1>("leaf-product"),
    leaf::<2>("leaf-product-alias"),
    leaf::<3>("leaf-lot"),
    leaf::<4>("leaf-pack"),
    leaf::<5>("leaf-pack-alias"),
    leaf::<6>("leaf-retired-pack"),
    leaf::<7>("leaf-unit-head"),
    leaf::<8>("leaf-unit"),
    leaf::<9>("leaf-exposure"),
    leaf::<10>("leaf-member"),
    leaf::<11>("leaf-key"),
    leaf::<12>("leaf-record"),
    leaf::<13>("leaf-validators"),
    leaf::<14>("leaf-parameters"),
    leaf::<15>("leaf-rules"),
    leaf::<16>("leaf-counter"),
];

const fn leaf<const TYPE: u8>(name: &'static str) -> WireType {
    WireType {
        name,
        seeded: |rng| of_type(TYPE, rng).to_value(),
        decode: |bytes| Leaf::from_value(bytes).is_ok(),
        reencode: |bytes| Some(Leaf::from_value(bytes).ok()?.to_value()),
    }
}

fn of_type(number: u8, rng: &mut Rng) -> Leaf {
    match number {
        1 => Leaf::Product(Seeded::seeded(rng)),
        2 => Leaf::ProductAlias(Seeded::seeded(rng)),
        3 => Leaf::Lot(Seeded::seeded(rng)),
        4 => Leaf::Pack(Seeded::seeded(rng)),
        5 => Leaf::PackAlias(Seeded::seeded(rng)),
        6 => Leaf::RetiredPack(Seeded::seeded(rng)),
        7 => Leaf::UnitHead(rng.number()),
        8 => Leaf::Unit(Seeded::seeded(rng)),
        9 => Leaf::Exposure(Seeded::seeded(rng)),
        10 => Leaf::Member(Seeded::seeded(rng)),
        11 => Leaf::Key(Seeded::seeded(rng)),
        12 => Leaf::Record(Seeded::seeded(rng)),
        13 => Leaf::Validators(Seeded::seeded(rng)),
        14 => Leaf::Parameters(Seeded::seeded(rng)),
        15 => Leaf::Rules(rng.number()),
        16 => Leaf::Counter(Seeded::seeded(rng)),
        _ => unreachable!("16 types"),
    }
}

/// States that this client knows, and now and then one that it does not.
impl Seeded for StateCode {
    fn seeded(rng: &mut Rng) -> Self {
        if rng.below(8) == 0 { Self(rng.number::<u8>().max(1)) } else { Self(1 + rng.below(12) as u8) }
    }
}

impl Seeded for StorageLimits {
    fn seeded(rng: &mut Rng) -> Self {
        let [one, other] = [rng.next_u64() as i16, rng.next_u64() as i16];
        let (min_decicelsius, max_decicelsius) = (one.min(other), one.max(other));
        Self { min_decicelsius, max_decicelsius, cumulative_minutes: rng.number() }
    }
}

impl Seeded for Product {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            state: Seeded::seeded(rng),
            issuer: MemberId(rng.number()),
            info_hash: Seeded::seeded(rng),
            random_serials: rng.flag(),
            limits: rng.maybe(Seeded::seeded),
        }
    }
}

impl Seeded for Lot {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            state: Seeded::seeded(rng),
            expiry: Day(rng.number()),
            issuer: MemberId(rng.number()),
            issuer_role: MemberRole(rng.number()),
            key_number: KeyNumber(rng.number()),
            released: Day(rng.number()),
            lot: Seeded::seeded(rng),
        }
    }
}

impl Seeded for Pack {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            state: Seeded::seeded(rng),
            lot: Seeded::seeded(rng),
            prior: rng.maybe(Seeded::seeded),
            quantity_left: rng.number(),
            since: Day(rng.number()),
            place: Seeded::seeded(rng),
            registering_key: KeyNumber(rng.number()),
            registered: Day(rng.number()),
            events: rng.number(),
            custody: Seeded::seeded(rng),
        }
    }
}

impl Seeded for Prior {
    fn seeded(rng: &mut Rng) -> Self {
        let state = Seeded::seeded(rng);
        if rng.flag() {
            return Self::Undo { state, quantity: rng.number(), place: Seeded::seeded(rng) };
        }
        let holds = Holds::new(1 + rng.below(15) as u8).expect("at least one bit");
        Self::Held { state, holds }
    }
}

impl Seeded for Record {
    fn seeded(rng: &mut Rng) -> Self {
        Self { commitment: Seeded::seeded(rng), issuer: Seeded::seeded(rng) }
    }
}

impl Seeded for RetiredPack {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            state: Seeded::seeded(rng),
            lot: Seeded::seeded(rng),
            holder: Seeded::seeded(rng),
            events: rng.number(),
            custody: Seeded::seeded(rng),
        }
    }
}

impl Seeded for Unit {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            state: Seeded::seeded(rng),
            prior: rng.maybe(Seeded::seeded),
            since: Day(rng.number()),
            place: Seeded::seeded(rng),
            children: rng.number(),
            levels: rng.number(),
            limits: rng.maybe(Seeded::seeded),
            events: rng.number(),
            custody: Seeded::seeded(rng),
        }
    }
}

impl Seeded for Exposure {
    fn seeded(rng: &mut Rng) -> Self {
        let mut at = rng.number::<u32>().into();
        let mut later = |rng: &mut Rng| {
            at += 1 + u64::from(rng.number::<u32>());
            UnixMillis(at)
        };
        let intervals = rng.list(0, 60, |rng| Interval { start: later(rng), end: later(rng) });
        Self::new(rng.number(), intervals).expect("each after the one before")
    }
}

impl Seeded for Member {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            state: rng.number(),
            roles: rng.number(),
            newest_key: KeyNumber(rng.number()),
            info_hash: Seeded::seeded(rng),
        }
    }
}

impl Seeded for Key {
    fn seeded(rng: &mut Rng) -> Self {
        let time = |rng: &mut Rng| UnixMillis(rng.number::<u64>().max(1));
        Self {
            key: Seeded::seeded(rng),
            valid_from: UnixMillis(rng.number()),
            revoked_at: rng.maybe(time),
            compromised_since: rng.maybe(time),
        }
    }
}

impl Seeded for Parameters {
    fn seeded(rng: &mut Rng) -> Self {
        Self { heartbeat_ms: rng.number(), undo_days: rng.number(), trusting_period_ms: rng.number() }
    }
}

impl Seeded for Counter {
    fn seeded(rng: &mut Rng) -> Self {
        Self { highest: rng.sized((1 << 48) - 1), used: rng.bytes32() }
    }
}
