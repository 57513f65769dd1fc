//! Why this node's validator does not sign, or consensus ends, as people are told.

use crate::fault::Fault;
use medproof_consensus::{Error, Role, SigningError};
use medproof_store::StoreError;

/// Why a node in this role does not vote, if it has a validator key.
pub fn of_role(role: &Role) -> Option<Fault> {
    match role {
        Role::LostSigningState => Some(Fault::new("node.signing.lost")),
        Role::CopiedSigningState => Some(Fault::new("node.signing.copied")),
        Role::LostBlocks(height) => Some(Fault::new("node.signing.behind").with("height", height.0)),
        Role::LostLog(height) => Some(Fault::new("node.signing.log").with("height", height.0)),
        Role::SpentKey => Some(Fault::new("node.signing.spent")),
        _ => None,
    }
}

/// Why consensus ended or did not begin: the store's own words where it was the store.
pub fn of_error(error: Error) -> Fault {
    match &error {
        Error::Signing(SigningError::Spent) => Fault::new("node.signing.spent"),
        Error::Signing(SigningError::InUse) => Fault::new("node.signing.in-use"),
        Error::Signing(SigningError::Contradiction | SigningError::Past) => Fault::new("node.signing.contradiction"),
        Error::Signing(SigningError::Unreadable(_)) => Fault::new("node.signing.unreadable"),
        Error::Signing(SigningError::Foreign) => Fault::new("node.signing.foreign"),
        Error::Chain(cause) => of_chain(cause.as_ref()).unwrap_or_else(|| other(&error)),
        _ => other(&error),
    }
}

fn of_chain(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<Fault> {
    let store = || cause.downcast_ref::<StoreError>().cloned().map(Fault::from);
    cause.downcast_ref::<Fault>().cloned().or_else(store)
}

fn other(error: &Error) -> Fault {
    Fault::new("node.consensus").with("cause", error)
}
