//! `medproof keys` and `medproof member`.

use super::{
    Context,
    node_client::NodeClient,
    output::{Answer, Result},
};
use clap::Subcommand;
use medproof_node::keyring::{member_keys, to_hex};
use serde_json::{Value, json};

/// Members of the chain.
#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// All of them, by number.
    List,
}

impl Member {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let Self::List = self;
        let found = NodeClient::new(context)?.get("/v1/members", &[])?;
        let members = found.get("members").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let lines = members.iter().map(line).collect();
        Ok(Answer::lines(lines, found))
    }
}

/// The member keys in the data folder: public halves and numbers, never secrets.
pub(crate) fn list(context: &Context) -> Result<Answer> {
    let keys = member_keys(&context.folder.keys())?;
    let line = |(member, number, public): (u32, u32, String)| format!("{member}  {number}  {public}");
    let rows = || keys.iter().map(|key| (key.member.0, u32::from(key.number.0), to_hex(&key.public().0)));
    let views: Vec<Value> =
        rows().map(|(member, number, public)| json!({ "member": member, "key": number, "public": public })).collect();
    Ok(Answer::lines(rows().map(line).collect(), json!({ "keys": views })))
}

fn line(member: &Value) -> String {
    let text = |name: &str| member.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = member.get("member").map(Value::to_string).unwrap_or_default();
    let roles = member.get("roles").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    [number, text("name_zh"), text("name_en"), roles.collect::<Vec<_>>().join(",")].join("  ")
}
