//! `medproof keys`: the member keys in the data folder, and what the ledger knows of them.

use super::{
    Context,
    medicine::recorded,
    node_client::NodeClient,
    output::{Answer, Result},
    token::own_member,
};
use clap::Subcommand;
use medproof_core::{encoding::Message, genesis::Genesis, identity::MemberId, keys::KeyNumber};
use medproof_node::{
    fault::Fault,
    folder,
    keyring::{self, MemberKey, member_file, member_keys, to_hex},
};
use serde_json::{Value, json};

/// The member keys: those in the data folder, and what the ledger knows of them.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// The keys in the data folder: public halves and numbers, never secrets.
    List,
    /// Make a key in the data folder, and print what its registration needs.
    New {
        /// The member whose key it is; otherwise the node's own.
        #[arg(long)]
        member: Option<u32>,
        /// The key's number.
        #[arg(long, default_value_t = 1)]
        number: u16,
    },
    /// Let the running node make its member's next key, sign with it, and revoke the old one.
    Rotate,
    /// Register a key that another program keeps.
    Register {
        /// The key, as `medproof keys new` printed it there.
        #[arg(long)]
        key: String,
        /// The key's signature over its registration.
        #[arg(long)]
        signature: String,
    },
    /// Revoke a key: nothing that it signs counts from now on.
    Revoke {
        /// The key's number.
        number: u16,
    },
    /// Mark a key as known to others: what it registered since then is not to be used.
    Compromised {
        /// The key's number.
        number: u16,
        /// Since when, as `2026-01-31T12:00:00Z`.
        #[arg(long)]
        since: jiff::Timestamp,
    },
}

impl Keys {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let body = match self {
            Self::List => return list(context),
            Self::New { member, number } => return new(context, member, KeyNumber(number)),
            Self::Rotate => json!({ "change": "rotate" }),
            Self::Register { key, signature } => json!({ "change": "register", "key": key, "signature": signature }),
            Self::Revoke { number } => json!({ "change": "revoke", "number": number }),
            Self::Compromised { number, since } => {
                json!({ "change": "compromised", "number": number, "since_ms": since.as_millisecond() })
            }
        };
        let path = format!("/v1/members/{}/keys", own_member(&context.folder)?.0);
        recorded(NodeClient::new(context)?.post(&path, &[], &body)?)
    }
}

fn list(context: &Context) -> Result<Answer> {
    let keys = member_keys(&context.folder.keys())?;
    let line = |(member, number, public): (u32, u32, String)| format!("{member}  {number}  {public}");
    let rows = || keys.iter().map(|key| (key.member.0, u32::from(key.number.0), to_hex(&key.public().0)));
    let views: Vec<Value> =
        rows().map(|(member, number, public)| json!({ "member": member, "key": number, "public": public })).collect();
    Ok(Answer::lines(rows().map(line).collect(), json!({ "keys": views })))
}

/// Makes a key and prints its public half with its signature over its registration.
fn new(context: &Context, member: Option<u32>, number: KeyNumber) -> Result<Answer> {
    let member = member.map_or_else(|| own_member(&context.folder), |number| Ok(MemberId(number)))?;
    let path = context.folder.genesis();
    let genesis = Genesis::from_bytes(&folder::read(&path)?).map_err(|cause| Fault::contents(&path, cause.code()))?;
    let key = MemberKey::new(member, number, &keyring::random()?);
    let signature = to_hex(&key.register(&genesis.chain_id()).0);
    keyring::write_secret(&member_file(&context.folder.keys(), member, number), &key.secret())?;
    let public = to_hex(&key.public().0);
    let lines = vec![format!("--key {public}"), format!("--signature {signature}")];
    let view = json!({ "member": member.0, "key": number.0, "public": public, "signature": signature });
    Ok(Answer::lines(lines, view))
}
