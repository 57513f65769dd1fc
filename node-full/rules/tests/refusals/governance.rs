//! Refusals about members, their keys, and what needs approval.

use super::Met;
use crate::ledger::{
    ALL_ROLES, CLINIC, HOSPITAL, Ledger, PHARMACY, REGULATOR, member_info, public_key, registration, set_of, signature,
    signing_key,
};
use medproof_core::{
    certificate::Signers,
    header::UnixMillis,
    identity::MemberId,
    keys::{KeyNumber, PublicKey, Signature},
    leaf::{self, Leaf, Parameters},
};
use medproof_rules::body::{
    Act, Approval, KeyCompromised, KeyRegister, KeyRevoke, KeyRotate, MemberAdmit, MemberChange, MemberReason,
    MemberRoles, MemberStanding, ParametersSet, RulesVersion, ValidatorsChange,
};

fn admission(ledger: &Ledger, member: u32, roles: u16) -> MemberAdmit {
    let key = signing_key(&format!("member {member}"));
    MemberAdmit {
        member: MemberId(member),
        roles,
        info: member_info("new"),
        key: public_key(&key),
        key_signature: registration(&ledger.chain_id, member, 1, &key),
        approval: None,
    }
}

pub(super) fn members(met: &mut Met) {
    let mut ledger = Ledger::new();
    let admit = |ledger: &Ledger, member, roles| Act::MemberAdmit(admission(ledger, member, roles));
    let present = admit(&ledger, HOSPITAL, 8);
    met.meet("rules.member.present", ledger.refused(REGULATOR, present));
    for roles in [0, 32] {
        let act = admit(&ledger, 20, roles);
        met.meet("rules.member.roles", ledger.refused(REGULATOR, act));
    }
    let stolen = MemberAdmit { key_signature: Signature([0; 64]), ..admission(&ledger, 20, 8) };
    met.meet("rules.key.refused", ledger.refused(REGULATOR, Act::MemberAdmit(stolen)));
    let act = admit(&ledger, 20, 8);
    met.meet("rules.event.sender", ledger.refused(HOSPITAL, act.clone()));
    ledger.ok(REGULATOR, act);
    assert!(ledger.act_as(20, 4, Act::MemberChange(change(20))).is_ok(), "the new member acts");

    met.meet("rules.member.other", ledger.refused(HOSPITAL, Act::MemberChange(change(20))));
    ledger.ok(REGULATOR, Act::MemberChange(change(20)));
    met.meet("rules.member.absent", ledger.refused(REGULATOR, Act::MemberChange(change(21))));
    let standing = |member| MemberStanding { member: MemberId(member), reason: MemberReason::OwnWish, approval: None };
    met.meet("rules.member.not-suspended", ledger.refused(REGULATOR, Act::MemberResume(standing(20))));
    ledger.ok(REGULATOR, Act::MemberSuspend(standing(20)));
    met.meet("rules.member.suspended", ledger.refused(REGULATOR, Act::MemberSuspend(standing(20))));
    ledger.ok(REGULATOR, Act::MemberResume(standing(20)));
    let roles = MemberRoles { member: MemberId(20), roles: 16, approval: None };
    let unknown = MemberRoles { roles: 64, ..roles.clone() };
    met.meet("rules.member.roles", ledger.refused(REGULATOR, Act::MemberRoles(unknown)));
    ledger.ok(REGULATOR, Act::MemberRoles(roles.clone()));
    ledger.ok(REGULATOR, Act::MemberExclude(standing(20)));
    for act in [Act::MemberResume(standing(20)), Act::MemberExclude(standing(20)), Act::MemberRoles(roles)] {
        met.meet("rules.member.excluded", ledger.refused(REGULATOR, act));
    }
}

fn change(member: u32) -> MemberChange {
    MemberChange { member: MemberId(member), info: member_info("changed") }
}

pub(super) fn keys(met: &mut Met) {
    let mut ledger = Ledger::new();
    let chain_id = ledger.chain_id;
    let key = |number: u16, valid_from| {
        let key = signing_key(&format!("hospital key {number}"));
        let key_signature = registration(&chain_id, HOSPITAL, number, &key);
        KeyRegister {
            member: MemberId(HOSPITAL),
            key: public_key(&key),
            key_signature,
            valid_from: UnixMillis(valid_from),
        }
    };
    met.meet("rules.member.other", ledger.refused(CLINIC, Act::KeyRegister(key(2, 0))));
    met.meet("rules.key.refused", ledger.refused(HOSPITAL, Act::KeyRegister(key(3, 0))));
    met.meet("rules.key.time", ledger.refused(HOSPITAL, Act::KeyRegister(key(2, 5))));
    let rotate = |new, old| Act::KeyRotate(KeyRotate { new, old: KeyNumber(old) });
    met.meet("rules.member.other", ledger.refused(REGULATOR, rotate(key(2, 0), 1)));
    met.meet("rules.key.absent", ledger.refused(HOSPITAL, rotate(key(2, 0), 9)));
    let later = ledger.now.0 + 1;
    ledger.ok(HOSPITAL, Act::KeyRegister(key(2, later)));
    let revoke = |number| Act::KeyRevoke(KeyRevoke { member: MemberId(HOSPITAL), number: KeyNumber(number) });
    met.meet("rules.member.other", ledger.refused(CLINIC, revoke(2)));
    ledger.ok(HOSPITAL, revoke(2));
    met.meet("rules.key.revoked", ledger.refused(HOSPITAL, revoke(2)));
    met.meet("rules.key.revoked", ledger.refused(HOSPITAL, rotate(key(3, 0), 2)));
    let compromised = |since| {
        let (member, number) = (MemberId(HOSPITAL), KeyNumber(2));
        Act::KeyCompromised(KeyCompromised { member, number, since: UnixMillis(since) })
    };
    let now = ledger.now.0;
    met.meet("rules.key.time", ledger.refused(REGULATOR, compromised(now + 1)));
    met.meet("rules.key.time", ledger.refused(REGULATOR, compromised(0)));
    met.meet("rules.member.other", ledger.refused(CLINIC, compromised(now)));
    ledger.ok(REGULATOR, compromised(now));
    met.meet("rules.key.time", ledger.refused(REGULATOR, compromised(now)));
    ledger.ok(REGULATOR, compromised(1));
    let at = |ledger: &Ledger, number| match ledger.leaf(ledger.paths().key(MemberId(HOSPITAL), KeyNumber(number))) {
        Some(Leaf::Key(leaf)) => leaf,
        other => panic!("{other:?}"),
    };
    let marked = at(&ledger, 2);
    assert_eq!((marked.valid_from.0, marked.revoked_at), (later, Some(ledger.now)), "as it was registered and revoked");
    assert_eq!(marked.compromised_since, Some(UnixMillis(1)));
    // A key that was not revoked yet is revoked by the mark.
    let mut hasty = ledger.clone();
    hasty.ok(HOSPITAL, Act::KeyRegister(key(3, 0)));
    assert_eq!((at(&hasty, 3).valid_from, at(&hasty, 3).revoked_at), (hasty.now, None));
    hasty.now.0 += 5;
    let member = MemberId(HOSPITAL);
    hasty.ok(REGULATOR, Act::KeyCompromised(KeyCompromised { member, number: KeyNumber(3), since: UnixMillis(now) }));
    assert_eq!(at(&hasty, 3).revoked_at, Some(hasty.now));
    // A member may revoke the key that signs; then it no longer does.
    ledger.ok(HOSPITAL, rotate(key(3, 0), 1));
    met.meet("rules.event.key", ledger.refused(HOSPITAL, revoke(3)));

    let path = ledger.paths().member(MemberId(CLINIC));
    let Some(Leaf::Member(member)) = ledger.leaf(path) else { panic!("a member") };
    let full = leaf::Member { newest_key: KeyNumber(u16::MAX), ..member };
    ledger.values.insert(path, Leaf::Member(full).to_value());
    let full = KeyRegister { member: MemberId(CLINIC), ..key(2, 0) };
    met.meet("rules.key.full", ledger.refused(CLINIC, Act::KeyRegister(full)));
}

fn set_approval(act: &mut Act, approval: Approval, _: &[u8]) {
    match act {
        Act::MemberAdmit(fields) => fields.approval = Some(approval),
        Act::MemberSuspend(fields) => fields.approval = Some(approval),
        Act::MemberRoles(fields) => fields.approval = Some(approval),
        Act::Parameters(fields) => fields.approval = Some(approval),
        Act::RulesVersion(fields) => fields.approval = Some(approval),
        Act::Validators(fields) => fields.approval = Some(approval),
        _ => panic!("no approval here"),
    }
}

pub(super) fn approvals(met: &mut Met) {
    let mut ledger = Ledger::new();
    let admit = Act::MemberAdmit(admission(&ledger, 20, 1));
    met.meet("rules.governance.approval", ledger.refused(REGULATOR, admit.clone()));
    let not_needed = Act::MemberAdmit(admission(&ledger, 21, 8));
    met.meet_result("rules.governance.approval", ledger.approved(REGULATOR, 1, not_needed, 3, set_approval));
    met.meet_result("rules.governance.power-short", ledger.approved(PHARMACY, 5, admit.clone(), 2, set_approval));
    let bent = ledger.approved(PHARMACY, 5, admit.clone(), 3, |act, approval, message| {
        let signatures: Vec<_> =
            approval.signers.iter().map(|(place, _)| (place, signature(&signing_key("x"), message))).collect();
        let signers = Signers::new(4, &signatures).expect("ascending places");
        set_approval(act, Approval { signers, ..approval }, message);
    });
    met.meet_result("rules.governance.signature", bent);
    let other_set = ledger.approved(PHARMACY, 5, admit.clone(), 3, |act, approval, message| {
        let set = set_of(&[signing_key("a validator of another chain")]);
        set_approval(act, Approval { set, ..approval }, message);
    });
    met.meet_result("rules.governance.set", other_set);
    let own_set = ledger.approved(PHARMACY, 5, admit.clone(), 3, |act, _, message| {
        let key = signing_key("a validator of one's own");
        let signers = Signers::new(1, &[(0, signature(&key, message))]).expect("ascending places");
        set_approval(act, Approval { set: set_of(&[key]), signers }, message);
    });
    met.meet_result("rules.governance.set", own_set);
    // An approval names the number of its event: it cannot be played again.
    let mut kept = None;
    let taken = ledger.approved(PHARMACY, 5, admit.clone(), 3, |act, approval, message| {
        kept = Some(approval.clone());
        set_approval(act, approval, message);
    });
    taken.expect("any member brings the validators' approval");
    let mut again = Act::MemberAdmit(admission(&ledger, 22, 1));
    set_approval(&mut again, kept.expect("an approval"), &[]);
    met.meet_result("rules.governance.signature", ledger.act(PHARMACY, again));
    // A regulator is suspended, and regulators are made and unmade, by the validators only.
    let standing = MemberStanding { member: MemberId(REGULATOR), reason: MemberReason::Order, approval: None };
    met.meet("rules.governance.approval", ledger.refused(ALL_ROLES, Act::MemberSuspend(standing.clone())));
    let roles = MemberRoles { member: MemberId(HOSPITAL), roles: 9, approval: None };
    met.meet("rules.governance.approval", ledger.refused(REGULATOR, Act::MemberRoles(roles.clone())));
    ledger.approved(REGULATOR, 1, Act::MemberRoles(roles), 4, set_approval).expect("approved");
    ledger.approved(HOSPITAL, 4, Act::MemberSuspend(standing), 3, set_approval).expect("approved");
    met.meet("rules.event.suspended", ledger.refused(REGULATOR, Act::MemberChange(change(HOSPITAL))));
}

pub(super) fn governance(met: &mut Met) {
    let mut ledger = Ledger::new();
    let path = ledger.paths().parameters();
    let Some(Leaf::Parameters(present)) = ledger.leaf(path) else { panic!("parameters") };
    let set = |parameters| Act::Parameters(ParametersSet { parameters, approval: None });
    met.meet_result("rules.governance.same", ledger.approved(HOSPITAL, 4, set(present.clone()), 3, set_approval));
    met.meet("rules.governance.approval", ledger.refused(REGULATOR, set(present.clone())));
    let other = Parameters { undo_days: 20, ..present.clone() };
    ledger.approved(HOSPITAL, 4, set(other), 3, set_approval).expect("approved");
    let beyond = Parameters { undo_days: 31, ..present.clone() };
    met.meet_result("rules.event.body", ledger.approved(HOSPITAL, 4, set(beyond), 3, set_approval));

    let unapproved = [
        set(Parameters { undo_days: 5, ..present.clone() }),
        Act::RulesVersion(RulesVersion { version: 9, approval: None }),
        Act::Validators(ValidatorsChange {
            set: set_of(&ledger.validators[..2]),
            approval: None,
            signatures: Vec::new(),
        }),
    ];
    for act in unapproved {
        met.meet("rules.governance.approval", ledger.refused(REGULATOR, act.clone()));
        met.meet_result("rules.governance.power-short", ledger.approved(REGULATOR, 1, act.clone(), 2, set_approval));
        ledger.clone().approved(PHARMACY, 5, act, 3, set_approval).expect("three of four suffice");
    }

    let version = |version| Act::RulesVersion(RulesVersion { version, approval: None });
    met.meet_result("rules.governance.version", ledger.approved(HOSPITAL, 4, version(0), 3, set_approval));
    ledger.approved(HOSPITAL, 4, version(1), 3, set_approval).expect("approved");

    let mut keys = ledger.validators.clone();
    keys.push(signing_key("a fifth validator"));
    keys.sort_by_key(public_key);
    let next = set_of(&keys);
    let change = |set| Act::Validators(ValidatorsChange { set, approval: None, signatures: Vec::new() });
    let same = ledger.set.clone();
    met.meet_result("rules.governance.same", ledger.approved(HOSPITAL, 4, change(same), 3, set_approval));
    let with_key = |signer: &'static str| {
        move |act: &mut Act, approval, message: &[u8]| {
            set_approval(act, approval, message);
            let Act::Validators(fields) = act else { panic!("validators") };
            fields.signatures = vec![signature(&signing_key(signer), message)];
        }
    };
    let unsigned = ledger.approved(HOSPITAL, 4, change(next.clone()), 3, with_key("someone else"));
    met.meet_result("rules.governance.new-key", unsigned);
    let weak = medproof_core::validators::ValidatorSet::new(vec![medproof_core::validators::Validator {
        key: PublicKey([0; 32]),
        power: 1,
    }]);
    let weak = ledger.approved(HOSPITAL, 4, change(weak.expect("a set")), 3, with_key("someone else"));
    met.meet_result("rules.key.refused", weak);
    ledger.approved(HOSPITAL, 4, change(next.clone()), 3, with_key("a fifth validator")).expect("approved");
    assert_eq!(ledger.leaf(ledger.paths().validators()), Some(Leaf::Validators(*next.hash())));
}
