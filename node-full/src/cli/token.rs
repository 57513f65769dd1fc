//! `medproof token`, and the token with which commands call the node.

use super::{
    Context,
    output::{Answer, Result},
};
use clap::Args;
use medproof_core::{encoding::Message, genesis::Genesis, identity::MemberId};
use medproof_node::{
    access::{Caller, Purpose, Staff},
    clock::Clock,
    config::Config,
    fault::{self, Fault},
    folder::{self, Folder},
    http::issuer_in,
};
use serde_json::json;

/// Make a token for a person or a program.
#[derive(Debug, Args)]
pub(crate) struct Token {
    /// Who it is for, as it will stand in the audit log.
    #[arg(long)]
    subject: String,
    /// What the bearer is; may be given more than once.
    #[arg(long = "staff", required = true)]
    staff: Vec<Staff>,
    /// Why the bearer calls.
    #[arg(long)]
    purpose: Option<Purpose>,
    /// For how many hours it lasts, at most 12.
    #[arg(long, default_value_t = 8)]
    hours: u8,
    /// The member that the bearer acts for; otherwise the node's own.
    #[arg(long)]
    member: Option<u32>,
}

impl Token {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let member = self.member.map_or_else(|| own_member(&context.folder), |number| Ok(MemberId(number)))?;
        let caller = Caller { subject: self.subject, member, staff: self.staff, purpose: self.purpose };
        let token = issue(&context.folder, &caller, self.hours)?;
        Ok(Answer::lines(vec![token.clone()], json!({ "token": token, "hours": self.hours })))
    }
}

/// A short-lived token of whoever may read the data folder, for `member` or else the node's own: all of its staff, but
/// not the authority's.
pub(crate) fn own(folder: &Folder, member: Option<MemberId>) -> fault::Result<String> {
    let staff = Staff::ALL.into_iter().filter(|staff| !matches!(staff, Staff::Regulator | Staff::Patient)).collect();
    let member = member.map_or_else(|| own_member(folder), Ok)?;
    let caller = Caller { subject: "cli".into(), member, staff, purpose: Some(Purpose::Treat) };
    issue(folder, &caller, 1)
}

/// A short-lived token of the authority's office, where the folder's member holds it.
pub(super) fn of_the_authority(folder: &Folder) -> fault::Result<String> {
    let staff = vec![Staff::Regulator, Staff::Admin];
    let caller = Caller { subject: "cli".into(), member: own_member(folder)?, staff, purpose: Some(Purpose::Hoperat) };
    issue(folder, &caller, 1)
}

fn issue(folder: &Folder, caller: &Caller, hours: u8) -> fault::Result<String> {
    let path = folder.genesis();
    let genesis = Genesis::from_bytes(&folder::read(&path)?).map_err(|cause| Fault::contents(&path, cause.code()))?;
    issuer_in(folder, &genesis)?.issue(caller, Clock::wall().now(), hours)
}

/// The member that the folder's node acts for.
pub(super) fn own_member(folder: &Folder) -> fault::Result<MemberId> {
    Ok(Config::load(folder)?.member.id())
}
