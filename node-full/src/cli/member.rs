//! `medproof member`.

use super::{
    Context,
    medicine::recorded,
    node_client::NodeClient,
    output::{Answer, Result},
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// Members of the chain.
#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// All of them, by number.
    List,
    /// Admit a member with its first key; for the authority.
    Add(Box<Add>),
    /// Change what a member is called; all of it anew.
    Rename {
        /// The member's number.
        member: u32,
        #[command(flatten)]
        names: Names,
    },
    /// Change a member's roles; for the authority.
    Roles {
        /// The member's number.
        member: u32,
        /// A role that it has from now on; may be given more than once.
        #[arg(long = "role", value_enum, required = true)]
        roles: Vec<Role>,
    },
    /// Let a member do nothing for now; for the authority.
    Suspend(Standing),
    /// Let a suspended member act again; for the authority.
    Resume(Standing),
    /// Let a member do nothing any more; final; for the authority.
    Exclude(Standing),
}

/// A new member.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its number, never used before.
    member: u32,
    /// A role that it has; may be given more than once.
    #[arg(long = "role", value_enum, required = true)]
    roles: Vec<Role>,
    #[command(flatten)]
    names: Names,
    /// Its first key, as `medproof keys new` printed it there.
    #[arg(long)]
    key: String,
    /// That key's signature over its registration, as `medproof keys new` printed it there.
    #[arg(long)]
    signature: String,
}

/// What a member is called.
#[derive(Debug, Args)]
pub(crate) struct Names {
    /// The name in Chinese.
    #[arg(long)]
    name_zh: String,
    /// The name in English.
    #[arg(long)]
    name_en: String,
    /// Its Global Location Number.
    #[arg(long, default_value = "")]
    gln: String,
    /// The domain of a web shop; may be given more than once.
    #[arg(long = "domain")]
    domains: Vec<String>,
}

/// Whose standing changes, and why.
#[derive(Debug, Args)]
pub(crate) struct Standing {
    /// The member's number.
    member: u32,
    /// The reason: 1 own wish, 2 licence ended, 3 key incident, 4 order of an authority.
    #[arg(long, default_value_t = 0)]
    reason: u8,
}

/// What an organisation is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Role {
    /// Admits, suspends, recalls.
    Regulator,
    /// Registers products, lots and packs.
    Manufacturer,
    /// Buys and sells.
    Wholesaler,
    /// Receives, dispenses, keeps patients' records.
    Hospital,
    /// Receives and dispenses.
    Pharmacy,
}

impl Member {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let (member, body) = match self {
            Self::List => return list(context),
            Self::Add(add) => {
                let node = NodeClient::of_the_authority(context)?;
                return recorded(node.post("/v1/members", &[], &add.body())?);
            }
            Self::Rename { member, names } => (member, names.body(json!({ "change": "info" }))),
            Self::Roles { member, roles } => (member, json!({ "change": "roles", "roles": names(&roles) })),
            Self::Suspend(Standing { member, reason }) => (member, json!({ "change": "suspend", "reason": reason })),
            Self::Resume(Standing { member, reason }) => (member, json!({ "change": "resume", "reason": reason })),
            Self::Exclude(Standing { member, reason }) => (member, json!({ "change": "exclude", "reason": reason })),
        };
        let node = NodeClient::of_the_authority(context)?;
        recorded(node.post(&format!("/v1/members/{member}"), &[], &body)?)
    }
}

impl Add {
    fn body(&self) -> Value {
        self.names.body(json!({
            "member": self.member, "roles": names(&self.roles), "key": self.key, "signature": self.signature,
        }))
    }
}

impl Names {
    fn body(&self, mut body: Value) -> Value {
        if let Value::Object(members) = &mut body {
            members.insert("name_zh".into(), json!(self.name_zh));
            members.insert("name_en".into(), json!(self.name_en));
            members.insert("gln".into(), json!(self.gln));
            members.insert("domains".into(), json!(self.domains));
        }
        body
    }
}

fn names(roles: &[Role]) -> Vec<String> {
    roles.iter().filter_map(|role| Some(role.to_possible_value()?.get_name().to_owned())).collect()
}

fn list(context: &Context) -> Result<Answer> {
    let found = NodeClient::new(context)?.get("/v1/members", &[])?;
    let members = found.get("members").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let lines = members.iter().map(line).collect();
    Ok(Answer::lines(lines, found))
}

fn line(member: &Value) -> String {
    let text = |name: &str| member.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = member.get("member").map(Value::to_string).unwrap_or_default();
    let roles = member.get("roles").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    [number, text("name_zh"), text("name_en"), roles.collect::<Vec<_>>().join(","), text("state")].join("  ")
}
