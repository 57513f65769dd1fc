//! Kinds 100 to 105: members are admitted, changed, suspended and excluded.

use super::governance::{Approval, require_approval};
use crate::{
    body::{
        Body,
        field::{fields, words},
    },
    effect::Effect,
    refusal::{self, Fault, refuse, require},
    turn::{REGULATOR, Turn},
};
use medproof_core::{
    identity::MemberId,
    info::MemberInfo,
    keys::{KeyNumber, PublicKey, Signature},
    leaf::{Key, Leaf, Member, MemberState},
};

words! {
    /// Why a member's standing changes.
    MemberReason {
        /// Not stated.
        NotStated = 0,
        /// Its own wish.
        OwnWish = 1,
        /// Its licence ended.
        LicenceEnded = 2,
        /// Something happened to a key.
        KeyIncident = 3,
        /// An authority ordered it.
        Order = 4,
    }
}

fields! {
    /// A new member with its first key.
    MemberAdmit {
        /// Its number, never used before.
        member: MemberId,
        /// Bit r − 1 stands for role r.
        roles: u16,
        /// Names, GLN and web domains.
        info: MemberInfo,
        /// Its key number 1.
        key: PublicKey,
        /// That key's signature over its registration.
        key_signature: Signature,
        /// The validators' approval, exactly if the member is to be a regulator.
        approval: Option<Approval>,
    }
}

fields! {
    /// New names, GLN or web domains.
    MemberChange {
        /// Whose.
        member: MemberId,
        /// The new information.
        info: MemberInfo,
    }
}

fields! {
    /// Other roles.
    MemberRoles {
        /// Whose.
        member: MemberId,
        /// Bit r − 1 stands for role r.
        roles: u16,
        /// The validators' approval, exactly if the regulator's bit changes.
        approval: Option<Approval>,
    }
}

fields! {
    /// A member is suspended, resumed or excluded.
    MemberStanding {
        /// Which.
        member: MemberId,
        /// Why.
        reason: MemberReason,
        /// The validators' approval, exactly if the member is a regulator.
        approval: Option<Approval>,
    }
}

const ADMITTED: u8 = 1;
const SUSPENDED: u8 = 2;
const EXCLUDED: u8 = 3;
const KNOWN_ROLES: u16 = 0b1_1111;
const REGULATOR_BIT: u16 = 1 << (REGULATOR.0 - 1);

pub(crate) fn admit(turn: &mut Turn<'_, '_>, body: &Body, fields: &MemberAdmit) -> Result<(), Fault> {
    require_approval(turn, body, fields.approval.as_ref(), fields.roles & REGULATOR_BIT != 0)?;
    let path = turn.paths.member(fields.member);
    require(turn.member_at(&path)?.is_none(), refusal::MEMBER_PRESENT)?;
    require_roles(fields.roles)?;
    let number = KeyNumber(1);
    let registration = fields.key.check_registration(turn.chain_id, fields.member, number, &fields.key_signature);
    require(registration.is_ok(), refusal::KEY_REFUSED)?;
    let after = Member { state: ADMITTED, roles: fields.roles, newest_key: number, info_hash: fields.info.hash() };
    put(turn, fields.member, None, after, Some(fields.info.clone()));
    let key = Key { key: fields.key, valid_from: turn.now, revoked_at: None, compromised_since: None };
    super::keys::put(turn, fields.member, number, key);
    Ok(())
}

pub(crate) fn change(turn: &mut Turn<'_, '_>, fields: &MemberChange) -> Result<(), Fault> {
    require_self_or_regulator(turn, fields.member)?;
    let before = not_excluded(turn, fields.member)?;
    let after = Member { info_hash: fields.info.hash(), ..before.clone() };
    put(turn, fields.member, Some(before), after, Some(fields.info.clone()));
    Ok(())
}

pub(crate) fn set_roles(turn: &mut Turn<'_, '_>, body: &Body, fields: &MemberRoles) -> Result<(), Fault> {
    let before = not_excluded(turn, fields.member)?;
    let changes_regulators = (before.roles ^ fields.roles) & REGULATOR_BIT != 0;
    require_approval(turn, body, fields.approval.as_ref(), changes_regulators)?;
    require_roles(fields.roles)?;
    let after = Member { roles: fields.roles, ..before.clone() };
    put(turn, fields.member, Some(before), after, None);
    Ok(())
}

pub(crate) fn suspend(turn: &mut Turn<'_, '_>, body: &Body, fields: &MemberStanding) -> Result<(), Fault> {
    let before = not_excluded(turn, fields.member)?;
    require(before.state == ADMITTED, refusal::MEMBER_SUSPENDED)?;
    stand(turn, body, fields, before, SUSPENDED)
}

pub(crate) fn resume(turn: &mut Turn<'_, '_>, body: &Body, fields: &MemberStanding) -> Result<(), Fault> {
    let before = not_excluded(turn, fields.member)?;
    require(before.state == SUSPENDED, refusal::MEMBER_NOT_SUSPENDED)?;
    stand(turn, body, fields, before, ADMITTED)
}

pub(crate) fn exclude(turn: &mut Turn<'_, '_>, body: &Body, fields: &MemberStanding) -> Result<(), Fault> {
    let before = not_excluded(turn, fields.member)?;
    stand(turn, body, fields, before, EXCLUDED)
}

fn stand(
    turn: &mut Turn<'_, '_>,
    body: &Body,
    fields: &MemberStanding,
    before: Member,
    state: u8,
) -> Result<(), Fault> {
    require_approval(turn, body, fields.approval.as_ref(), before.roles & REGULATOR_BIT != 0)?;
    let after = Member { state, ..before.clone() };
    put(turn, fields.member, Some(before), after, None);
    Ok(())
}

/// A member that was not excluded for good.
pub(crate) fn not_excluded(turn: &mut Turn<'_, '_>, member: MemberId) -> Result<Member, Fault> {
    let Some(leaf) = turn.member_at(&turn.paths.member(member))? else { return refuse(refusal::MEMBER_ABSENT) };
    require(leaf.known_state() != Some(MemberState::Excluded), refusal::MEMBER_EXCLUDED)?;
    Ok(leaf)
}

/// Refuses what only the member itself or a regulator may do.
pub(crate) fn require_self_or_regulator(turn: &Turn<'_, '_>, member: MemberId) -> Result<(), Fault> {
    require(turn.sender() == member || turn.is_regulator(), refusal::MEMBER_OTHER)
}

/// Writes a member's leaf and tells of it.
pub(crate) fn put(
    turn: &mut Turn<'_, '_>,
    member: MemberId,
    before: Option<Member>,
    after: Member,
    info: Option<MemberInfo>,
) {
    turn.put(turn.paths.member(member), Leaf::Member(after.clone()));
    turn.effects.push(Effect::Member { member, before, after, info });
}

fn require_roles(roles: u16) -> Result<(), Fault> {
    require(roles != 0 && roles & !KNOWN_ROLES == 0, refusal::MEMBER_ROLES)
}
