//! Members and their keys: admitting, roles, suspending; registering, rotating and revoking keys.
//!
//! What the ledger's rules ask for besides (`docs/EVENTS.md`, kinds 100 to 203) stands there: who changes a regulator needs
//! the validators' approval, and that is signed by hand and handed in at `/v1/events`.

use super::{
    super::{
        answer,
        ask::{self, Asked, parameter},
        face::{Face, Shared},
    },
    receipt_view, role, send_as, sent_before,
};
use crate::{
    access::Staff,
    genesis_file::Role,
    index::Index,
    keyring::{from_hex, to_hex},
    problem::Problem,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use medproof_core::{
    header::UnixMillis,
    identity::MemberId,
    info::MemberInfo,
    keys::{KeyNumber, PublicKey, Signature},
    leaf::{Key, Leaf},
};
use medproof_rules::body::{
    Act, Body, KeyCompromised, KeyRegister, KeyRevoke, KeyRotate, MemberAdmit, MemberChange, MemberReason, MemberRoles,
    MemberStanding,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMember {
    member: u32,
    roles: Vec<Role>,
    name_zh: String,
    name_en: String,
    #[serde(default)]
    gln: String,
    #[serde(default)]
    domains: Vec<String>,
    /// Its first key and that key's signature over its registration, hexadecimal.
    key: String,
    signature: String,
}

#[derive(Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
enum Change {
    Info {
        name_zh: String,
        name_en: String,
        #[serde(default)]
        gln: String,
        #[serde(default)]
        domains: Vec<String>,
    },
    Roles {
        roles: Vec<Role>,
    },
    Suspend {
        #[serde(default)]
        reason: u8,
    },
    Resume {
        #[serde(default)]
        reason: u8,
    },
    Exclude {
        #[serde(default)]
        reason: u8,
    },
}

#[derive(Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
enum KeyChange {
    /// The node makes the next key, keeps it, and revokes the one that it signs with.
    Rotate,
    /// A key that somebody else keeps.
    Register {
        key: String,
        signature: String,
        #[serde(default)]
        valid_from_ms: u64,
    },
    Revoke {
        number: u16,
    },
    /// Others may have signed with it since then.
    Compromised {
        number: u16,
        since_ms: u64,
    },
}

/// Admits a member with its first key.
pub(in crate::http) async fn admit(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let new: NewMember = ask::json(&asked, &bytes)?;
    let act = Act::MemberAdmit(MemberAdmit {
        member: MemberId(new.member),
        roles: Role::bits(&new.roles),
        info: MemberInfo { name_zh: new.name_zh, name_en: new.name_en, gln: new.gln, domains: new.domains },
        key: public(&new.key)?,
        key_signature: signature(&new.signature)?,
        approval: None,
    });
    done(&face, &asked, act).await
}

/// Changes a member: its information, its roles, whether it is suspended.
pub(in crate::http) async fn change(
    State(face): State<Shared>,
    Path(member): Path<String>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let member = number(&member)?;
    let standing = |reason| {
        let reason = MemberReason::from_number(reason).ok_or_else(|| parameter("reason"))?;
        Ok::<_, Problem>(MemberStanding { member, reason, approval: None })
    };
    let act = match ask::json(&asked, &bytes)? {
        Change::Info { name_zh, name_en, gln, domains } => {
            Act::MemberChange(MemberChange { member, info: MemberInfo { name_zh, name_en, gln, domains } })
        }
        Change::Roles { roles } => Act::MemberRoles(MemberRoles { member, roles: Role::bits(&roles), approval: None }),
        Change::Suspend { reason } => Act::MemberSuspend(standing(reason)?),
        Change::Resume { reason } => Act::MemberResume(standing(reason)?),
        Change::Exclude { reason } => Act::MemberExclude(standing(reason)?),
    };
    done(&face, &asked, act).await
}

/// Changes a member's keys.
pub(in crate::http) async fn keys(
    State(face): State<Shared>,
    Path(member): Path<String>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let (member, asks) = (number(&member)?, ask::json(&asked, &bytes)?);
    if let Some((_, receipt)) = sent_before(&face, &asked)? {
        // The key that is the next one now is another.
        return Ok(answer::with_status(StatusCode::CREATED, &receipt_view(&receipt)));
    }
    let act = match asks {
        KeyChange::Rotate => Act::KeyRotate(rotation(&face, &asked, member)?),
        KeyChange::Register { key, signature: text, valid_from_ms } => Act::KeyRegister(KeyRegister {
            member,
            key: public(&key)?,
            key_signature: signature(&text)?,
            valid_from: UnixMillis(valid_from_ms),
        }),
        KeyChange::Revoke { number } => Act::KeyRevoke(KeyRevoke { member, number: KeyNumber(number) }),
        KeyChange::Compromised { number, since_ms } => {
            Act::KeyCompromised(KeyCompromised { member, number: KeyNumber(number), since: UnixMillis(since_ms) })
        }
    };
    done(&face, &asked, act).await
}

/// The keys of a member, as `/v1/members` shows them.
pub(super) fn keys_view(index: &Index<'_>, member: MemberId, newest: KeyNumber) -> Result<Vec<Value>, Problem> {
    let mut views = Vec::new();
    for number in 1..=newest.0 {
        if let Some(Leaf::Key(key)) = index.leaf(&index.paths().key(member, KeyNumber(number)))? {
            views.push(key_view(number, &key));
        }
    }
    Ok(views)
}

fn key_view(number: u16, key: &Key) -> Value {
    json!({
        "number": number,
        "public": to_hex(&key.key.0),
        "valid_from_ms": key.valid_from.0,
        "revoked_at_ms": key.revoked_at.map(|time| time.0),
        "compromised_since_ms": key.compromised_since.map(|time| time.0),
    })
}

/// The member's next key, made and kept by this node. Only for the caller's own member: nobody else's key is made here.
fn rotation(face: &Face, asked: &Asked, member: MemberId) -> Result<KeyRotate, Problem> {
    if asked.caller()?.member != member {
        return Err(Problem::new("access.member-other"));
    }
    let (old, new) = face.node.next_key(member)?;
    let key_signature = new.register(&face.node.genesis().chain_id());
    Ok(KeyRotate { new: KeyRegister { member, key: new.public(), key_signature, valid_from: UnixMillis(0) }, old })
}

/// Sends what somebody of the authority does in the authority's office, and what others do in their own.
async fn done(face: &Face, asked: &Asked, act: Act) -> Result<Response, Problem> {
    let is_own = matches!(act, Act::KeyRotate(_));
    let is_office = asked.caller()?.staff.contains(&Staff::Regulator)
        && face.node.roles(asked.caller()?.member)?.contains(&Role::Regulator);
    let body = Body::new(asked.call, act);
    let receipt = send_as(face, asked, body, |kind| {
        if is_office && !is_own { Ok(Role::Regulator) } else { role(face, asked, kind, None) }
    });
    Ok(answer::with_status(StatusCode::CREATED, &receipt_view(&receipt.await?)))
}

fn number(text: &str) -> Result<MemberId, Problem> {
    text.parse().map(MemberId).map_err(|_| parameter("member"))
}

fn public(text: &str) -> Result<PublicKey, Problem> {
    from_hex(text).map(PublicKey).ok_or_else(|| parameter("key"))
}

fn signature(text: &str) -> Result<Signature, Problem> {
    from_hex(text).map(Signature).ok_or_else(|| parameter("signature"))
}
