//! Who may call what: one table, default deny, rendered to `docs/ACCESS.md`.
//!
//! A call is allowed if its row is open, or if the caller's token has one of the row's staff roles and
//! one of its purposes, and the token's member has one of the row's member roles on the ledger. What
//! stands in no row is refused.

mod deed;
mod page;
mod table;

pub use deed::DEEDS;
pub use page::{render, role_name as page_role};
pub use table::TABLE;

use crate::genesis_file::Role;
use serde::{Deserialize, Serialize};

/// What a person or program is in its organisation; stands in the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Staff {
    /// Gives medicines on a ward.
    Nurse,
    /// Dispenses.
    Pharmacist,
    /// Receives, stores, sends.
    GoodsIn,
    /// Answers for quality: releases, recalls.
    Qa,
    /// Keeps patients' records.
    Records,
    /// Reads logs and figures.
    Auditor,
    /// Runs the node.
    Admin,
    /// Works for the authority.
    Regulator,
    /// A patient, for the patient's own records.
    Patient,
    /// A program: warehouse system, pharmacy system, scanner.
    Machine,
}

/// Why a person's data or a pack is touched: purpose of use, HL7 v3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "UPPERCASE")]
#[value(rename_all = "UPPER")]
#[non_exhaustive]
pub enum Purpose {
    /// Treatment.
    Treat,
    /// Emergency treatment.
    Etreat,
    /// Healthcare operations.
    Hoperat,
    /// At the patient's request.
    Patrqt,
}

/// A method of HTTP that the node knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verb {
    /// Reads.
    Get,
    /// Changes, or asks with a body.
    Post,
}

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Everybody, from any origin.
    Open,
    /// Programs on the same machine.
    Loopback,
    /// Holders of a token with one of these staff roles.
    Staff(&'static [Staff]),
}

/// How often one caller may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rate {
    /// Answers that are small and the same for all: pages, headers, health.
    Light,
    /// Proofs and queries.
    Query,
    /// Changes of the ledger.
    Change,
    /// Reports by people without a token.
    Report,
}

/// One endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// Its method.
    pub verb: Verb,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// With which purposes; empty for any and none.
    pub purposes: &'static [Purpose],
    /// For which members; empty for every admitted one.
    pub members: &'static [Role],
    /// The longest body, in bytes; 0 where it takes none.
    pub body_limit_bytes: usize,
    /// How often.
    pub rate: Rate,
    /// What it does, in a few words.
    pub about: &'static str,
}

/// Who calls, by the token that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller is these things")]
pub struct Caller {
    /// The person or program, as the issuer names it.
    pub subject: String,
    /// The member that it acts for.
    pub member: medproof_core::identity::MemberId,
    /// What it is there.
    pub staff: Vec<Staff>,
    /// Why it calls.
    pub purpose: Option<Purpose>,
}

impl Staff {
    /// All roles.
    pub const ALL: [Self; 10] = [
        Self::Nurse,
        Self::Pharmacist,
        Self::GoodsIn,
        Self::Qa,
        Self::Records,
        Self::Auditor,
        Self::Admin,
        Self::Regulator,
        Self::Patient,
        Self::Machine,
    ];

    /// Its name in tokens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nurse => "nurse",
            Self::Pharmacist => "pharmacist",
            Self::GoodsIn => "goods-in",
            Self::Qa => "qa",
            Self::Records => "records",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
            Self::Regulator => "regulator",
            Self::Patient => "patient",
            Self::Machine => "machine",
        }
    }

    /// The purpose of a token for which none was named.
    pub const fn usual_purpose(self) -> Purpose {
        match self {
            Self::Nurse | Self::Pharmacist => Purpose::Treat,
            Self::Patient => Purpose::Patrqt,
            _ => Purpose::Hoperat,
        }
    }
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 4] = [Self::Treat, Self::Etreat, Self::Hoperat, Self::Patrqt];

    /// Its code in tokens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Treat => "TREAT",
            Self::Etreat => "ETREAT",
            Self::Hoperat => "HOPERAT",
            Self::Patrqt => "PATRQT",
        }
    }
}

impl Verb {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }

    /// The method that asks for this, HEAD being a GET without its body.
    pub fn of(method: &axum::http::Method) -> Option<Self> {
        match method.as_str() {
            "GET" | "HEAD" => Some(Self::Get),
            "POST" => Some(Self::Post),
            _ => None,
        }
    }
}

impl Endpoint {
    /// Whether `caller`, of a member with `roles`, may call it; else the code of the refusal.
    pub fn check(&self, caller: &Caller, roles: &[Role]) -> Result<(), &'static str> {
        let Access::Staff(staff) = self.access else { return Ok(()) };
        if !caller.staff.iter().any(|role| staff.contains(role)) {
            return Err("access.staff-role");
        }
        if !self.purposes.is_empty() && !caller.purpose.is_some_and(|purpose| self.purposes.contains(&purpose)) {
            return Err("access.purpose");
        }
        let fits = |role: &Role| self.members.is_empty() || self.members.contains(role);
        if roles.iter().any(fits) { Ok(()) } else { Err("access.member-role") }
    }

    /// Whether a call changes something, so that it takes an idempotency key.
    pub fn is_change(&self) -> bool {
        self.rate == Rate::Change
    }
}

/// Names under which a token is sometimes put into a query, where logs and histories keep it.
pub const CARRIES_TOKEN_IN_QUERY: [&str; 2] = ["access_token", "token"];

/// The row of a method and a path as it stands in the table.
pub fn find(verb: Verb, path: &str) -> Option<&'static Endpoint> {
    rows(path).find(|row| row.verb == verb)
}

/// The rows of a path.
pub fn rows(path: &str) -> impl Iterator<Item = &'static Endpoint> {
    TABLE.iter().filter(move |row| row.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_row_stands_twice_and_only_bodies_that_are_read_have_a_limit() {
        let keys: BTreeSet<_> = TABLE.iter().map(|row| (row.verb, row.path)).collect();
        assert_eq!(keys.len(), TABLE.len());
        for row in TABLE {
            assert_eq!(row.body_limit_bytes > 0, row.verb == Verb::Post, "{}", row.path);
            assert!(row.access != Access::Staff(&[]), "{}", row.path);
        }
    }

    #[test]
    fn names_are_those_that_tokens_carry() {
        for staff in Staff::ALL {
            assert_eq!(serde_json::to_value(staff).ok(), Some(staff.name().into()));
        }
        for purpose in Purpose::ALL {
            assert_eq!(serde_json::to_value(purpose).ok(), Some(purpose.name().into()));
        }
    }

    #[test]
    fn a_nurse_cannot_release_what_was_quarantined() {
        let row = find(Verb::Post, "/v1/packs/release");
        let caller = |staff| Caller {
            subject: String::new(),
            member: medproof_core::identity::MemberId(1),
            staff: vec![staff],
            purpose: Some(Purpose::Hoperat),
        };
        let check = |staff| row.map(|row| row.check(&caller(staff), &[Role::Hospital]));
        assert_eq!(check(Staff::Nurse), Some(Err("access.staff-role")));
        assert_eq!(check(Staff::Qa), Some(Ok(())));
    }
}
