//! Who the caller is, who the members are, and the audit log.

use super::{
    super::{answer, ask::Asked, face::Shared},
    member::keys_view,
};
use crate::{
    access::{Purpose, Staff, page_role},
    index::Index,
    problem::Problem,
};
use axum::{extract::State, response::Response};
use medproof_core::leaf::{Leaf, MemberState};
use serde_json::{Value, json};

/// Who the token says that its bearer is.
pub(in crate::http) async fn me(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let caller = asked.caller()?;
    let roles: Vec<_> = face.node.roles(caller.member)?.into_iter().map(page_role).collect();
    Ok(answer::json(&json!({
        "subject": caller.subject,
        "member": caller.member.0,
        "member_roles": roles,
        "roles": caller.staff.iter().copied().map(Staff::name).collect::<Vec<_>>(),
        "purpose": caller.purpose.map(Purpose::name),
        "signs": face.node.author().members().contains(&caller.member),
    })))
}

/// The members, by number.
pub(in crate::http) async fn members(State(face): State<Shared>) -> Result<Response, Problem> {
    let view = face.node.view();
    let index = Index::new(&view);
    let members: Result<Vec<Value>, Problem> = index
        .members()?
        .into_iter()
        .map(|(member, info)| {
            let roles: Vec<_> = face.node.roles(member)?.into_iter().map(page_role).collect();
            let Some(Leaf::Member(leaf)) = index.leaf(&index.paths().member(member))? else {
                return Err(Problem::new("node.index"));
            };
            Ok(json!({
                "member": member.0,
                "state": state_name(leaf.known_state()),
                "keys": keys_view(&index, member, leaf.newest_key)?,
                "roles": roles,
                "name_zh": info.name_zh,
                "name_en": info.name_en,
                "gln": info.gln,
                "domains": info.domains,
            }))
        })
        .collect();
    Ok(answer::json(&json!({ "members": members? })))
}

/// The audit log from entry `from` on, as `medproof audit verify` reads it.
pub(in crate::http) async fn audit(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    face.gate.audit.flush(face.gate.clock.now())?;
    let text = face.gate.audit.export(asked.optional("from")?.unwrap_or(0))?;
    Ok(answer::bytes(text.into_bytes(), "text/plain; charset=utf-8"))
}

const fn state_name(state: Option<MemberState>) -> &'static str {
    match state {
        Some(MemberState::Admitted) => "admitted",
        Some(MemberState::Suspended) => "suspended",
        Some(MemberState::Excluded) => "excluded",
        _ => "other",
    }
}
