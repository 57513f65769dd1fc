//! Kinds 200 to 203: members' keys are registered, rotated, revoked and marked as compromised.

use super::members::{not_excluded, require_self_or_regulator};
use crate::{
    body::field::fields,
    effect::Effect,
    refusal::{self, Fault, refuse, require},
    turn::Turn,
};
use medproof_core::{
    header::UnixMillis,
    identity::MemberId,
    keys::{KeyNumber, PublicKey, Signature},
    leaf::{Key, Leaf, Member},
};

fields! {
    /// A further key.
    KeyRegister {
        /// Whose.
        member: MemberId,
        /// The key.
        key: PublicKey,
        /// Its signature over its registration under the next number.
        key_signature: Signature,
        /// From when it counts; 0 for at once.
        valid_from: UnixMillis,
    }
}

fields! {
    /// A further key that takes an old one's place.
    KeyRotate {
        /// The new key.
        new: KeyRegister,
        /// The key that is revoked by this.
        old: KeyNumber,
    }
}

fields! {
    /// A key that does not count any more.
    KeyRevoke {
        /// Whose.
        member: MemberId,
        /// Which.
        number: KeyNumber,
    }
}

fields! {
    /// A key with which others may have signed.
    KeyCompromised {
        /// Whose.
        member: MemberId,
        /// Which.
        number: KeyNumber,
        /// From when on.
        since: UnixMillis,
    }
}

pub(crate) fn register(turn: &mut Turn<'_, '_>, fields: &KeyRegister) -> Result<(), Fault> {
    require_self_or_regulator(turn, fields.member)?;
    add(turn, fields)
}

pub(crate) fn rotate(turn: &mut Turn<'_, '_>, fields: &KeyRotate) -> Result<(), Fault> {
    let member = fields.new.member;
    require(turn.sender() == member, refusal::MEMBER_OTHER)?;
    let old = unrevoked(turn, member, fields.old)?;
    add(turn, &fields.new)?;
    let revoked_at = Some(turn.now);
    put(turn, member, fields.old, Key { revoked_at, ..old });
    Ok(())
}

pub(crate) fn revoke(turn: &mut Turn<'_, '_>, fields: &KeyRevoke) -> Result<(), Fault> {
    require_self_or_regulator(turn, fields.member)?;
    let key = unrevoked(turn, fields.member, fields.number)?;
    let revoked_at = Some(turn.now);
    put(turn, fields.member, fields.number, Key { revoked_at, ..key });
    Ok(())
}

/// The mark never moves later and is never lifted.
pub(crate) fn mark_compromised(turn: &mut Turn<'_, '_>, fields: &KeyCompromised) -> Result<(), Fault> {
    require_self_or_regulator(turn, fields.member)?;
    let key = turn.key(fields.member, fields.number)?;
    let is_past = fields.since.0 >= 1 && fields.since <= turn.now;
    let is_earlier = key.compromised_since.is_none_or(|since| fields.since < since);
    require(is_past && is_earlier, refusal::KEY_TIME)?;
    let revoked_at = key.revoked_at.or(Some(turn.now));
    let compromised_since = Some(fields.since);
    put(turn, fields.member, fields.number, Key { revoked_at, compromised_since, ..key });
    Ok(())
}

/// Writes a key's leaf and tells of it.
pub(crate) fn put(turn: &mut Turn<'_, '_>, member: MemberId, number: KeyNumber, after: Key) {
    turn.put(turn.paths.key(member, number), Leaf::Key(after.clone()));
    turn.effects.push(Effect::Key { member, number, after });
}

fn add(turn: &mut Turn<'_, '_>, fields: &KeyRegister) -> Result<(), Fault> {
    let before = not_excluded(turn, fields.member)?;
    let Some(number) = before.newest_key.0.checked_add(1).map(KeyNumber) else { return refuse(refusal::KEY_FULL) };
    require(fields.valid_from.0 == 0 || fields.valid_from >= turn.now, refusal::KEY_TIME)?;
    let registration = fields.key.check_registration(turn.chain_id, fields.member, number, &fields.key_signature);
    require(registration.is_ok(), refusal::KEY_REFUSED)?;
    let valid_from = fields.valid_from.max(turn.now);
    put(turn, fields.member, number, Key { key: fields.key, valid_from, revoked_at: None, compromised_since: None });
    let after = Member { newest_key: number, ..before.clone() };
    super::members::put(turn, fields.member, Some(before), after, None);
    Ok(())
}

fn unrevoked(turn: &mut Turn<'_, '_>, member: MemberId, number: KeyNumber) -> Result<Key, Fault> {
    let key = turn.key(member, number)?;
    require(key.revoked_at.is_none(), refusal::KEY_REVOKED)?;
    Ok(key)
}
