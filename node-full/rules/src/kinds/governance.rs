//! Kinds 300 to 302, and the approval by the validators in force that they and regulators' standing need.
//!
//! ```text
//! approval = flag ‖ (set ‖ signers, if 1)
//! signed   = tag "medproof governance" ‖ chain id 32 ‖ member u32 ‖ key number u16 ‖ lane u16 ‖ counter u48
//!          ‖ kind u16 ‖ tagged("medproof governance", body up to the approval)
//! ```
//!
//! An approval names the event's own number, which counts once: it is never played again.

use crate::{
    body::{
        Act, Body,
        field::{Field, fields},
    },
    effect::Effect,
    refusal::{self, Fault, refuse, require},
    turn::Turn,
};
use medproof_core::{
    anchor::MAX_TRUSTING_PERIOD_MS,
    certificate::{CertificateError, Signers},
    encoding::{DecodeError, Reader, Wire, put_u48},
    event::EventHead,
    hash::{Tag, tagged},
    keys::{PublicKey, Signature},
    leaf::{Leaf, Parameters},
    validators::{Validator, ValidatorSet},
};

fields! {
    /// A quorum of the validators in force, by hand.
    Approval {
        /// The set in force.
        set: ValidatorSet,
        /// Who of it signed.
        signers: Signers,
    }
}

/// The validators that sign from the next block on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a kind has these fields in rules version 0")]
pub struct ValidatorsChange {
    /// The new set.
    pub set: ValidatorSet,
    /// The approval of the set in force.
    pub approval: Option<Approval>,
    /// The signatures of the keys that the set in force lacks, in order, over the approval's message.
    pub signatures: Vec<Signature>,
}

fields! {
    /// Other parameters.
    ParametersSet {
        /// All of them.
        parameters: Parameters,
        /// The validators' approval.
        approval: Option<Approval>,
    }
}

fields! {
    /// Newer rules, in force from the next block on.
    RulesVersion {
        /// Their version.
        version: u32,
        /// The validators' approval.
        approval: Option<Approval>,
    }
}

/// The bytes that validators sign to approve an event with this head (its body hash and salt do not matter) and body.
///
/// An approval that the body already has is left out.
pub fn approval_message(head: &EventHead, body: &Body) -> Vec<u8> {
    let mut message = Tag::Governance.prefix();
    message.extend_from_slice(&head.chain_id.0);
    head.member.put(&mut message);
    head.key_number.put(&mut message);
    message.extend_from_slice(&head.lane.to_be_bytes());
    put_u48(&mut message, head.counter);
    body.kind().put(&mut message);
    message.extend_from_slice(&tagged(Tag::Governance, &[&up_to_approval(body)]).0);
    message
}

/// Checks the approval, which is there exactly if it `is_needed`.
///
/// Without one only a regulator may act.
pub(crate) fn require_approval(
    turn: &mut Turn<'_, '_>,
    body: &Body,
    approval: Option<&Approval>,
    is_needed: bool,
) -> Result<(), Fault> {
    require(approval.is_some() == is_needed, refusal::GOVERNANCE_APPROVAL)?;
    let Some(approval) = approval else { return require(turn.is_regulator(), refusal::EVENT_SENDER) };
    let in_force = turn.validators_at(&turn.paths.validators())?;
    require(in_force.as_ref() == Some(approval.set.hash()), refusal::GOVERNANCE_SET)?;
    let message = approval_message(turn.head, body);
    match approval.signers.verify(&approval.set, &message) {
        Ok(()) => Ok(()),
        Err(CertificateError::SetLength { .. }) => refuse(refusal::GOVERNANCE_SET),
        Err(CertificateError::PowerShort { .. }) => refuse(refusal::GOVERNANCE_POWER_SHORT),
        Err(_) => refuse(refusal::GOVERNANCE_SIGNATURE),
    }
}

pub(crate) fn set_validators(turn: &mut Turn<'_, '_>, body: &Body, fields: &ValidatorsChange) -> Result<(), Fault> {
    require_approval(turn, body, fields.approval.as_ref(), true)?;
    let in_force = fields.approval.as_ref().map(|approval| &approval.set);
    require(in_force != Some(&fields.set), refusal::GOVERNANCE_SAME)?;
    let message = approval_message(turn.head, body);
    for (key, signature) in new_keys(&fields.set, in_force).zip(&fields.signatures) {
        require(key.check_registrable().is_ok(), refusal::KEY_REFUSED)?;
        require(key.verify(&message, signature), refusal::GOVERNANCE_NEW_KEY)?;
    }
    turn.put(turn.paths.validators(), Leaf::Validators(*fields.set.hash()));
    turn.effects.push(Effect::Validators(fields.set.clone()));
    Ok(())
}

pub(crate) fn set_parameters(turn: &mut Turn<'_, '_>, body: &Body, fields: &ParametersSet) -> Result<(), Fault> {
    require_approval(turn, body, fields.approval.as_ref(), true)?;
    require(turn.parameters()? != fields.parameters, refusal::GOVERNANCE_SAME)?;
    turn.put(turn.paths.parameters(), Leaf::Parameters(fields.parameters.clone()));
    turn.effects.push(Effect::Parameters(fields.parameters.clone()));
    Ok(())
}

pub(crate) fn set_rules_version(turn: &mut Turn<'_, '_>, body: &Body, fields: &RulesVersion) -> Result<(), Fault> {
    require_approval(turn, body, fields.approval.as_ref(), true)?;
    let path = turn.paths.rules();
    let present = turn.rules_at(&path)?.unwrap_or(0);
    require(fields.version > present, refusal::GOVERNANCE_VERSION)?;
    turn.put(path, Leaf::Rules(fields.version));
    turn.effects.push(Effect::RulesVersion(fields.version));
    Ok(())
}

/// The keys of `set` that the set in force lacks.
fn new_keys<'k>(set: &'k ValidatorSet, in_force: Option<&'k ValidatorSet>) -> impl Iterator<Item = &'k PublicKey> {
    let present = in_force.map_or(&[][..], ValidatorSet::validators);
    let is_new = |key: &&PublicKey| !present.iter().any(|validator: &Validator| validator.key == **key);
    set.validators().iter().map(|validator| &validator.key).filter(is_new)
}

/// The body's bytes before the approval's flag.
fn up_to_approval(body: &Body) -> Vec<u8> {
    let mut bare = body.clone();
    match &mut bare.act {
        Act::MemberAdmit(fields) => fields.approval = None,
        Act::MemberRoles(fields) => fields.approval = None,
        Act::MemberSuspend(fields) | Act::MemberResume(fields) | Act::MemberExclude(fields) => fields.approval = None,
        Act::Validators(fields) => {
            fields.approval = None;
            fields.signatures.clear();
        }
        Act::Parameters(fields) => fields.approval = None,
        Act::RulesVersion(fields) => fields.approval = None,
        _ => {}
    }
    let mut bytes = bare.to_bytes();
    // The flag that says that there is none.
    bytes.pop();
    bytes
}

impl Field for ValidatorsChange {
    fn put(&self, out: &mut Vec<u8>) {
        Wire::put(&self.set, out);
        self.approval.put(out);
        self.signatures.iter().for_each(|signature| Wire::put(signature, out));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let set = Wire::get(reader)?;
        let approval: Option<Approval> = Field::get(reader)?;
        // Without an approval there is no set to compare with; the rules refuse that body.
        let in_force = approval.as_ref().map(|approval| &approval.set);
        let count = in_force.map_or(0, |in_force| new_keys(&set, Some(in_force)).count());
        let signatures = reader.list(count)?;
        Ok(Self { set, approval, signatures })
    }
}

/// heartbeat u32 ms ‖ undo days u8 ‖ trusting period u64 ms, each within its bounds.
impl Field for Parameters {
    fn put(&self, out: &mut Vec<u8>) {
        Wire::put(self, out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let parameters: Self = Wire::get(reader)?;
        let fits = (1_000..=3_600_000).contains(&parameters.heartbeat_ms)
            && parameters.undo_days <= 30
            && (1..=MAX_TRUSTING_PERIOD_MS).contains(&parameters.trusting_period_ms);
        if fits { Ok(parameters) } else { Err(DecodeError::Bounds) }
    }
}
