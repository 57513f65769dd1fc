//! One entry.

use serde::{Deserialize, Serialize};

/// What somebody did, or tried.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an entry has these fields")]
pub struct Entry {
    /// When, in ms since 1970.
    pub time_ms: u64,
    /// Who: `subject@member`, empty for somebody without a token.
    pub actor: String,
    /// What: method and path of the interface, or a command.
    pub action: String,
    /// What the node said.
    pub decision: Decision,
    /// The code of a refusal; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// How many times alike.
    pub count: u32,
    /// The call's id, as logs and answers have it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request: String,
}

/// What the node said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Decision {
    /// It was done.
    Done,
    /// It was not allowed, or the rules refused it.
    Refused,
    /// The node could not.
    Failed,
}
