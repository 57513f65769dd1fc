//! The envelope: what is checked of every event before its body is read (`docs/EVENTS.md` section 2).

use crate::{
    body::{Body, Capacity},
    kind, numbers,
    refusal::{self, Fault, refuse, require},
    turn::Turn,
};
use medproof_core::{
    event::Event,
    keys::PublicKey,
    leaf::{self, Leaf, MemberState},
    state::Path,
};

const WEEK_MS: u64 = 7 * 86_400_000;
const WEEK_DAYS: u32 = 7;

/// An event whose signature was checked against a key, so that it need not be checked again.
///
/// A key's number stands for the same key forever; the rules still compare it with the leaf.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'e> {
    event: &'e Event,
    key: PublicKey,
}

impl<'e> Signed<'e> {
    /// Checks that `key` signed the event.
    pub fn check(event: &'e Event, key: PublicKey) -> Option<Self> {
        event.is_signed_by(&key).then_some(Self { event, key })
    }

    /// The event.
    pub const fn event(&self) -> &'e Event {
        self.event
    }

    pub(crate) const fn key(&self) -> PublicKey {
        self.key
    }
}

/// Checks the envelope, takes the event's number and reads the body.
pub(crate) fn open(turn: &mut Turn<'_, '_>, event: &Event, signed: Option<PublicKey>) -> Result<Body, Fault> {
    let head = turn.head;
    require(head.chain_id == *turn.chain_id, refusal::EVENT_CHAIN)?;
    let member = acting_member(turn)?;
    let key = acting_key(turn)?;
    require(signed == Some(key) || event.is_signed_by(&key), refusal::EVENT_SIGNATURE)?;
    require(member.has_role(head.role), refusal::EVENT_ROLE)?;
    require(turn.now <= head.not_after, refusal::EVENT_LATE)?;
    require(head.not_after.0 <= turn.now.0.saturating_add(WEEK_MS), refusal::EVENT_EARLY)?;
    let is_near = head.day.0 <= turn.today.0.saturating_add(1) && head.day.0 >= turn.today.0.saturating_sub(WEEK_DAYS);
    require(is_near, refusal::EVENT_DAY)?;
    take_number(turn)?;
    let Some(kind) = kind::find(head.kind) else { return refuse(refusal::EVENT_KIND) };
    require(!kind.senders_of(head.role).is_empty(), refusal::EVENT_SENDER)?;
    let body = Body::decode(head.kind, event.body()).or_else(|_| refuse(refusal::EVENT_BODY))?;
    match body.act.items() {
        Some(items) if !kind.allows(head.role, items.capacity) => refuse(wrong_capacity(items.capacity)),
        _ => Ok(body),
    }
}

fn acting_member(turn: &mut Turn<'_, '_>) -> Result<leaf::Member, Fault> {
    let Some(member) = turn.member_at(&turn.paths.member(turn.sender()))? else {
        return refuse(refusal::EVENT_MEMBER);
    };
    match member.known_state() {
        Some(MemberState::Admitted) => Ok(member),
        Some(MemberState::Suspended) => refuse(refusal::EVENT_SUSPENDED),
        _ => refuse(refusal::EVENT_MEMBER),
    }
}

fn acting_key(turn: &mut Turn<'_, '_>) -> Result<PublicKey, Fault> {
    let key = turn.key_at(&turn.paths.key(turn.sender(), turn.head.key_number))?;
    let valid = key.filter(|key| key.valid_from <= turn.now && !key.is_revoked_at(turn.now));
    valid.map_or_else(|| refuse(refusal::EVENT_KEY), |key| Ok(key.key))
}

fn take_number(turn: &mut Turn<'_, '_>) -> Result<(), Fault> {
    let path: Path = turn.paths.counter(turn.sender(), turn.head.key_number, turn.head.lane);
    let counter = turn.counter_at(&path)?;
    let counter = numbers::take(counter, turn.head.counter)?;
    turn.put(path, Leaf::Counter(counter));
    Ok(())
}

const fn wrong_capacity(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::Regulator => refusal::REGULATOR_ONLY,
        _ => refusal::EVENT_SENDER,
    }
}
