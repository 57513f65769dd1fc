//! What somebody asked for with a document: enough to go on with it after a restart.

use super::{job::Job, secret};
use crate::{
    access::{Caller, Purpose, Staff},
    fault::Result,
};
use medproof_core::identity::MemberId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A document that was taken, without its bytes.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Order {
    /// The job's name.
    pub job: String,
    /// When it was taken.
    created: String,
    /// Whether what can be kept is kept where something cannot.
    pub(super) proceed: bool,
    /// From which the salts of the events' commitments follow.
    seed: String,
    subject: String,
    member: u32,
    staff: Vec<Staff>,
    purpose: Option<Purpose>,
}

impl Order {
    pub(super) fn new(caller: &Caller, proceed: bool, created: String) -> Result<Self> {
        Ok(Self {
            job: secret()?.chars().take(JOB_DIGITS).collect(),
            created,
            proceed,
            seed: secret()?,
            subject: caller.subject.clone(),
            member: caller.member.0,
            staff: caller.staff.clone(),
            purpose: caller.purpose,
        })
    }

    /// The member whose document it is.
    pub const fn member(&self) -> MemberId {
        MemberId(self.member)
    }

    /// Who asked.
    pub(super) fn caller(&self) -> Caller {
        Caller {
            subject: self.subject.clone(),
            member: self.member(),
            staff: self.staff.clone(),
            purpose: self.purpose,
        }
    }

    /// The job at its beginning.
    pub(super) fn begun(&self) -> Job {
        let behaviour = if self.proceed { "proceed" } else { "rollback" };
        Job { id: self.job.clone(), is_running: true, created: self.created.clone(), behaviour, ..Job::default() }
    }

    /// The salt of an event's commitment: the same after a restart, and saying nothing about another event's.
    pub(super) fn salt(&self, event: &[u8; 32]) -> [u8; 32] {
        Sha256::new().chain_update(&self.seed).chain_update(event).finalize().into()
    }
}

const JOB_DIGITS: usize = 32;
