//! Why a call was refused.

use medproof_core::plain;
use std::{error::Error, fmt};

/// What was refused, with core's stable code. Each code has a sentence in the message catalogue.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Error)]
#[uniffi::export(Display)]
#[non_exhaustive]
pub enum ClientError {
    /// The bytes are no well-formed message of the kind that was asked for.
    Malformed {
        /// The stable dotted code.
        code: String,
    },
    /// The message is well-formed, and what it says is not to be trusted.
    Untrusted {
        /// The stable dotted code.
        code: String,
        /// What was expected, where that is a number.
        expected: Option<u64>,
        /// What was found, where that is a number.
        found: Option<u64>,
    },
}

impl From<plain::Problem> for ClientError {
    fn from(problem: plain::Problem) -> Self {
        let plain::Problem { code, expected, found } = problem;
        let is = |families: &[&str]| families.iter().any(|family| code.starts_with(family));
        let code = code.to_owned();
        if is(&["trust.message.", "trust.newer-client.format", "trust.newer-client.suite"]) {
            Self::Malformed { code }
        } else {
            Self::Untrusted { code, expected, found }
        }
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { code } => formatter.write_str(code),
            Self::Untrusted { code, expected: Some(expected), found: Some(found) } => {
                write!(formatter, "{code} (expected {expected}, found {found})")
            }
            Self::Untrusted { code, .. } => formatter.write_str(code),
        }
    }
}

impl Error for ClientError {}
